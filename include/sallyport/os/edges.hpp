// SPDX-License-Identifier: Apache-2.0
// Where a program's end of an edge comes from: a descriptor that `sallyport run` passed (`fd:5`), a
// socket that systemd made and this side connects to (`connect:/run/sallyport/signer/edge.sock`),
// or one that it listens on and takes a single connection from (`accept`, LISTEN_FDS). Who the
// other side is, the kernel says (SO_PEERCRED).
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace sallyport::os {

// InvalidInput for another form. `accept` blocks for the first connection; one of a user that is
// neither root, our own nor `peer_user` is turned away and the next one awaited.
base::Result<base::UniqueFd> open_edge(const std::string &where, const std::string &peer_user = "");

// Descriptors that systemd passed, by the name of their socket unit (FileDescriptorName=), in
// order. Empty if there are none for this process.
std::vector<std::pair<std::string, base::UniqueFd>> passed_sockets();

base::Result<base::UniqueFd> listen_tcp(const std::string &address, std::uint32_t port);
// Replaces what is at the path; mode 0600.
base::Result<base::UniqueFd> listen_unix(const std::string &path);
base::Result<base::UniqueFd> connect_unix(const std::string &path);

// sd_notify(3) without the library; nothing without NOTIFY_SOCKET.
void notify_service_manager(const std::string &state);

} // namespace sallyport::os
