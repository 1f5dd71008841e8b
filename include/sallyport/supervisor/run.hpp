// SPDX-License-Identifier: Apache-2.0
// `sallyport run`: the whole system in the foreground below one prefix, as one user, on the
// addresses of its configuration. What the installed form has and this has not (separate users, the
// empty root of connections) is said at start. When one program ends, all end.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/supervisor/prefix.hpp"
#include "sallyport/supervisor/setup.hpp"

#include <functional>

namespace sallyport::supervisor {

// `ready` is called when connections are served. Ends with success on SIGTERM or SIGINT. Errors:
// InvalidInput, the configuration has faults; Conflict, it runs in this prefix already;
// Unavailable, an address or a file cannot be had; Internal, a program ended, with the log that
// says why.
base::Status run_all(const Prefix &prefix, base::Log &log,
                     const std::function<void(const Setup &)> &ready);

} // namespace sallyport::supervisor
