// SPDX-License-Identifier: Apache-2.0
// sallyportd as one object: puts its parts together, serves its edges until it is told to stop. It
// holds no private key and speaks to no network; what it is trusted with stands in
// docs/THREAT-MODEL.md.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/supervisor/prefix.hpp"

#include <functional>

namespace sallyport::supervisor {

// The service side ends of sallyportd's edges, and the control socket that listens.
struct DaemonEdges {
    base::UniqueFd listen, signer, dial, identity, notify, control;
};

// Runs until SIGTERM or SIGINT, or until an edge that it cannot do without is lost: then it fails
// and everything that depends on it ends (fail closed). `ready` is called once connections are
// served.
base::Status run_daemon(const Prefix &prefix, DaemonEdges edges, base::Log &log,
                        const std::function<void()> &ready);

} // namespace sallyport::supervisor
