// SPDX-License-Identifier: Apache-2.0
// serve() is the life of one sallyport-connection: one client session, and for each of its channels
// what sallyportd says on the edge, a target session included. It decides nothing: identity,
// verdicts, target keys and signatures are sallyportd's, see wire/connection_edge.hpp.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/ipc/edge.hpp"
#include "sallyport/relay/output_path.hpp"

namespace sallyport::relay {

struct Surroundings {
    ipc::Edge &edge;
    const base::Clock &clock;
    PathMaker &paths;
    Helper &helper; // of the paths
};

// Blocks for the Welcome, at most for `limit`; InvalidInput if the version is another one.
base::Result<wire::Welcome> await_welcome(ipc::Edge &edge, std::chrono::milliseconds limit);

// Returns when the connection is over, for whatever reason. The error is for the log.
base::Status serve(base::UniqueFd client, const wire::Welcome &welcome, Surroundings around);

} // namespace sallyport::relay
