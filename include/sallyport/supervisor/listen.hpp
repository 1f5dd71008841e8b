// SPDX-License-Identifier: Apache-2.0
// sallyport-listen: accepts connections within limits, starts one sallyport-connection for each and
// hands the other end of its edge to sallyportd. It knows no key, no store and no protocol; it can
// kill what it started, by pidfd, on sallyportd's word. When sallyportd is gone, every connection
// is.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace sallyport::supervisor {

// Descriptors of a started connection.
inline constexpr int connection_client_descriptor = 3, connection_edge_descriptor = 4;

struct ListenOptions {
    std::string connection_program;
    std::size_t max_connections = 500, max_connections_per_address = 50;
};

// Runs until SIGTERM or SIGINT (then it drains: no new connection, those that are stay until they
// end or a second signal comes), or until the edge is lost: then everything is killed and it fails.
base::Status run_listen(std::vector<base::UniqueFd> sockets, base::UniqueFd edge,
                        const ListenOptions &options, base::Log &log);

} // namespace sallyport::supervisor
