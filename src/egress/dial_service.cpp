// SPDX-License-Identifier: Apache-2.0
#include "sallyport/egress/dial_service.hpp"

#include "sallyport/base/network.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sallyport::egress {

// Shared with the thread that looks up; read by the loop only after the thread has signalled.
struct DialService::Lookup {
    std::uint64_t call = 0;
    std::string name, error;
    std::vector<std::string> addresses;
    base::UniqueFd done;
};

namespace {

std::optional<base::IpAddress> address_of(const sockaddr *socket_address) {
    base::IpAddress address;
    if (socket_address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, socket_address, sizeof v4);
        std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
        return address;
    }
    if (socket_address->sa_family != AF_INET6)
        return std::nullopt;
    sockaddr_in6 v6{};
    std::memcpy(&v6, socket_address, sizeof v6);
    address.family = base::IpFamily::V6;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    // so that a mapped address is said as the address that it is
    const auto plain = base::parse_ip(base::ip_text(address));
    return plain.ok() ? std::optional(*plain) : std::nullopt;
}

struct FreeAddresses {
    void operator()(addrinfo *list) const { freeaddrinfo(list); }
};

void look_up(const std::string &name, std::vector<std::string> &addresses, std::string &error) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) {
        error = "the name does not resolve";
        return;
    }
    const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
    for (const addrinfo *at = list; at && addresses.size() < max_addresses; at = at->ai_next)
        if (const auto address = address_of(at->ai_addr)) {
            const std::string text = base::ip_text(*address);
            if (std::find(addresses.begin(), addresses.end(), text) == addresses.end())
                addresses.push_back(text);
        }
    if (addresses.empty())
        error = "the name has no address";
}

// A lookup cannot be ended from outside, so the thread owns its part and may outlive the service.
template <typename Task>
bool run_detached(Task task) {
    try {
        std::thread(std::move(task)).detach();
        return true;
    } catch (const std::system_error &) {
        return false;
    }
}

struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t length = 0;
};
SocketAddress socket_address(const base::IpAddress &address, std::uint32_t port) {
    SocketAddress result;
    if (address.family == base::IpFamily::V4) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<std::uint16_t>(port));
        std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
        std::memcpy(&result.bytes, &v4, sizeof v4);
        result.length = sizeof v4;
        return result;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&result.bytes, &v6, sizeof v6);
    result.length = sizeof v6;
    return result;
}

std::string local_address(int socket) {
    sockaddr_storage bytes{};
    socklen_t length = sizeof bytes;
    if (getsockname(socket, reinterpret_cast<sockaddr *>(&bytes), &length) != 0)
        return {};
    const auto address = address_of(reinterpret_cast<const sockaddr *>(&bytes));
    return address ? base::ip_text(*address) : std::string();
}

bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace

DialService::DialService(os::Loop &loop, base::Log &log) : loop_(loop), log_(log) {}

DialService::~DialService() {
    for (const auto &[fd, lookup] : lookups_)
        loop_.forget(fd);
    for (const auto &[fd, dialling] : dials_) {
        loop_.cancel(dialling.timer);
        loop_.forget(fd);
    }
}

base::Result<std::unique_ptr<DialService>> DialService::open(os::Loop &loop, base::UniqueFd edge,
                                                             base::Log &log) {
    std::unique_ptr<DialService> service(new DialService(loop, log));
    DialService *const self = service.get();
    SALLYPORT_TRY(service->edge_, ipc::Endpoint::open(
                                      loop, std::move(edge),
                                      [self](const ipc::Frame &frame) { self->receive(frame); },
                                      [self](const base::Error &) { self->loop_.stop(); }));
    service->edge_->send(wire::Hello{wire::edge_version, "dial"});
    return service;
}

void DialService::receive(const ipc::Frame &frame) {
    if (frame.type == wire::ResolveAsk::type) {
        if (const auto ask = frame.as<wire::ResolveAsk>(); ask.ok())
            return resolve(*ask);
    } else if (const auto ask = frame.as<wire::DialAsk>(); ask.ok()) {
        return dial(*ask);
    }
    log_.write(base::LogLevel::Error, "egress", "sallyportd broke the form of the edge");
    edge_->close("the peer broke the form of the edge");
}

void DialService::resolve(const wire::ResolveAsk &ask) {
    const auto refuse = [&](const std::string &why) {
        edge_->send(wire::ResolveAnswer{ask.call, why, {}});
    };
    if (const auto address = base::parse_ip(ask.host); address.ok())
        return edge_->send(wire::ResolveAnswer{ask.call, {}, {base::ip_text(*address)}});
    if (!is_host_name(ask.host))
        return refuse("not a host name");
    if (lookups_.size() >= max_lookups)
        return refuse("too many lookups at a time");
    auto lookup = std::make_shared<Lookup>();
    lookup->call = ask.call;
    lookup->name = ask.host;
    lookup->done.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const int fd = lookup->done.get();
    if (fd < 0 || !loop_.watch(fd, [this, fd](os::Ready) { resolved(fd); }).ok())
        return refuse("no descriptor for a lookup");
    lookups_.emplace(fd, lookup);
    const bool started = run_detached([lookup] {
        look_up(lookup->name, lookup->addresses, lookup->error);
        eventfd_write(lookup->done.get(), 1);
    });
    if (started)
        return;
    loop_.forget(fd);
    lookups_.erase(fd);
    refuse("no thread for a lookup");
}

void DialService::resolved(int fd) {
    eventfd_t count = 0;
    const auto found = lookups_.find(fd);
    if (found == lookups_.end() || eventfd_read(fd, &count) != 0)
        return;
    const auto lookup = found->second;
    loop_.forget(fd);
    lookups_.erase(found);
    edge_->send(wire::ResolveAnswer{lookup->call, lookup->error, lookup->addresses});
}

void DialService::dial(const wire::DialAsk &ask) {
    const auto refuse = [&](const std::string &why) {
        edge_->send(wire::DialAnswer{ask.call, why, {}});
    };
    const auto address = base::parse_ip(ask.address);
    if (!address.ok() || ask.port == 0 || ask.port > 65535)
        return refuse("not an address and a port");
    if (dials_.size() >= max_dials)
        return refuse("too many connections at a time");
    const SocketAddress to = socket_address(*address, ask.port);
    base::UniqueFd socket(
        ::socket(to.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int fd = socket.get();
    const int on = 1;
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return refuse("no socket");
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&to.bytes), to.length) != 0 &&
        errno != EINPROGRESS)
        return refuse("no connection");
    if (!loop_.watch(fd, [this, fd](os::Ready) { connected(fd); }).ok())
        return refuse("no socket");
    loop_.want_write(fd, true);
    const auto timer = loop_.after(std::chrono::milliseconds(ask.timeout_milliseconds),
                                   [this, fd] { finish_dial(fd, "no answer in time"); });
    dials_[fd] = Dialling{ask.call, std::move(socket), timer};
}

void DialService::connected(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    const bool failed = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0;
    finish_dial(fd, failed ? "no connection" : "");
}

void DialService::finish_dial(int fd, const std::string &error) {
    const auto found = dials_.find(fd);
    if (found == dials_.end())
        return;
    Dialling dialling = std::move(found->second);
    dials_.erase(found);
    loop_.forget(fd);
    loop_.cancel(dialling.timer);
    wire::DialAnswer answer{dialling.call, error, {}};
    std::vector<base::UniqueFd> passed;
    if (error.empty()) {
        answer.local_address = local_address(fd);
        passed.push_back(std::move(dialling.socket));
    }
    edge_->send(answer, std::move(passed));
}

} // namespace sallyport::egress
