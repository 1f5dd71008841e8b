// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/edges.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sallyport::os {
namespace {

constexpr int first_passed_descriptor = 3; // sd_listen_fds(3)
constexpr int backlog = 128;

base::Error failed(const std::string &what) {
    return base::fail(base::ErrorCode::Unavailable, what + ": " + std::strerror(errno));
}

bool parse_number(std::string_view text, int &number) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number >= 0;
}

base::Result<sockaddr_un> unix_address(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return base::invalid("`" + path + "` is too long for a socket path");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

base::UniqueFd unix_socket() {
    return base::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool welcome(int socket, const std::string &peer_user) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    const passwd *user = peer_user.empty()
                             ? nullptr
                             : ::getpwnam(peer_user.c_str()); // NOLINT(concurrency-mt-unsafe)
    return peer.uid == 0 || peer.uid == ::geteuid() ||
           (user != nullptr && peer.uid == user->pw_uid);
}

base::Result<base::UniqueFd> accept_one(const std::string &peer_user) {
    auto sockets = passed_sockets();
    if (sockets.empty())
        return base::invalid("no socket was passed to accept an edge from");
    for (;;) {
        base::UniqueFd edge(::accept4(sockets.front().second.get(), nullptr, nullptr,
                                      SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!edge && errno != EINTR)
            return failed("accept");
        if (edge && welcome(edge.get(), peer_user))
            return edge;
    }
}

} // namespace

base::Result<base::UniqueFd> open_edge(const std::string &where, const std::string &peer_user) {
    if (where == "accept")
        return accept_one(peer_user);
    if (where.starts_with("connect:"))
        return connect_unix(where.substr(8));
    if (where.starts_with("listen:"))
        return listen_unix(where.substr(7));
    int number = -1;
    if (!where.starts_with("fd:") || !parse_number(std::string_view(where).substr(3), number) ||
        ::fcntl(number, F_GETFD) < 0)
        return base::invalid("`" + where +
                             "` is no edge: expected fd:N, connect:PATH, listen:PATH or accept");
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    return base::UniqueFd(number);
}

std::vector<std::pair<std::string, base::UniqueFd>> passed_sockets() {
    std::vector<std::pair<std::string, base::UniqueFd>> sockets;
    const char *pid = std::getenv("LISTEN_PID"), *count = std::getenv("LISTEN_FDS"),
               *names = std::getenv("LISTEN_FDNAMES");
    int wanted_pid = 0, number = 0;
    if (pid == nullptr || count == nullptr || !parse_number(pid, wanted_pid) ||
        wanted_pid != ::getpid() || !parse_number(count, number))
        return sockets;
    std::string_view rest = names == nullptr ? "" : names;
    for (int i = 0; i < number; ++i) {
        const std::size_t colon = rest.find(':');
        ::fcntl(first_passed_descriptor + i, F_SETFD, FD_CLOEXEC);
        sockets.emplace_back(rest.substr(0, colon), base::UniqueFd(first_passed_descriptor + i));
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
    for (const char *name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(name); // a child must not take them for its own
    return sockets;
}

base::Result<base::UniqueFd> listen_tcp(const std::string &address, std::uint32_t port) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_in);
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<std::uint16_t>(port));
        std::memcpy(&storage, &v4, sizeof v4);
    } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(static_cast<std::uint16_t>(port));
        std::memcpy(&storage, &v6, sizeof v6);
        size = sizeof v6;
    } else {
        return base::invalid("`" + address + "` is no address");
    }
    base::UniqueFd socket(
        ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    const std::string where = address + " port " + std::to_string(port);
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&storage), size) != 0 ||
        ::listen(socket.get(), backlog) != 0)
        return failed(where);
    return socket;
}

base::Result<base::UniqueFd> listen_unix(const std::string &path) {
    SALLYPORT_TRY(const sockaddr_un address, unix_address(path));
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::unlink(path.c_str());
    const mode_t before = ::umask(0177);
    const bool bound = socket && ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address),
                                        sizeof address) == 0;
    ::umask(before);
    if (!bound || ::listen(socket.get(), backlog) != 0)
        return failed("`" + path + "`");
    return socket;
}

base::Result<base::UniqueFd> connect_unix(const std::string &path) {
    SALLYPORT_TRY(const sockaddr_un address, unix_address(path));
    base::UniqueFd socket = unix_socket();
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return failed("`" + path + "`");
    ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    return socket;
}

void notify_service_manager(const std::string &state) {
    const char *path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr)
        return;
    auto address = unix_address(path);
    if (!address.ok())
        return;
    if (address->sun_path[0] == '@')
        address->sun_path[0] = '\0'; // abstract
    const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    [[maybe_unused]] const ssize_t sent =
        ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr *>(&*address), size);
}

} // namespace sallyport::os
