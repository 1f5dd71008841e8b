// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/listen.hpp"

#include "sallyport/ipc/endpoint.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

struct Peer {
    std::string address;
    std::uint32_t port = 0;
};

// IPv4-mapped addresses are written as the IPv4 addresses that they are, so that limits and ranges
// see one form.
Peer peer_of(const sockaddr_storage &storage) {
    char text[INET6_ADDRSTRLEN] = {};
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        return {text, ntohs(v4.sin_port)};
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
        ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    else
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return {text, ntohs(v6.sin6_port)};
}

class Listen {
  public:
    Listen(os::Loop &loop, std::vector<base::UniqueFd> sockets, const ListenOptions &options,
           base::Log &log)
        : loop_(loop), sockets_(std::move(sockets)), options_(options), log_(log) {}

    base::Status open(base::UniqueFd edge) {
        SALLYPORT_TRY(edge_,
                      ipc::Endpoint::open(
                          loop_, std::move(edge), [this](const ipc::Frame &frame) { told(frame); },
                          [this](const base::Error &reason) { lost(reason); }));
        edge_->send(wire::Hello{wire::edge_version, "listen"});
        for (const base::UniqueFd &socket : sockets_)
            SALLYPORT_CHECK(
                loop_.watch(socket.get(), [this, fd = socket.get()](os::Ready) { accept(fd); }));
        SALLYPORT_TRY(signals_, os::signal_descriptor({SIGTERM, SIGINT}));
        return loop_.watch(signals_.get(), [this](os::Ready) {
            if (os::read_signal(signals_.get()) != 0)
                drain();
        });
    }

    base::Status run() {
        loop_.run();
        kill_all();
        return failure_ ? base::Status(*failure_) : base::success();
    }

  private:
    struct Connection {
        os::Child child;
        std::string address;
    };

    void accept(int socket) {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        base::UniqueFd client(::accept4(socket, reinterpret_cast<sockaddr *>(&storage), &size,
                                        SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!client)
            return; // the peer was faster, or descriptors ran out: it shows in the next turn
        const Peer peer = peer_of(storage);
        const auto from_there = static_cast<std::size_t>(
            std::count_if(children_.begin(), children_.end(),
                          [&](const auto &entry) { return entry.second.address == peer.address; }));
        if (children_.size() >= options_.max_connections ||
            from_there >= options_.max_connections_per_address)
            return log_.write(base::LogLevel::Warning, "listen",
                              "too many connections: " + peer.address + " refused");
        const base::Status started = start(std::move(client), peer);
        if (!started.ok())
            log_.write(base::LogLevel::Error, "listen", started.error().message);
    }

    base::Status start(base::UniqueFd client, const Peer &peer) {
        const int on = 1;
        ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        SALLYPORT_TRY(auto ends, os::socket_pair());
        os::Program program;
        program.path = options_.connection_program;
        program.passed = {{client.get(), connection_client_descriptor},
                          {ends.second.get(), connection_edge_descriptor}};
        SALLYPORT_TRY(auto child, os::start(program));
        const std::uint64_t number = ++last_number_;
        SALLYPORT_CHECK(loop_.watch(child.pidfd(), [this, number](os::Ready) { exited(number); }));
        children_[number] = {std::move(child), peer.address};
        std::vector<base::UniqueFd> descriptors;
        descriptors.push_back(std::move(ends.first));
        edge_->send(wire::Accepted{number, peer.address, peer.port}, std::move(descriptors));
        return base::success();
    }

    void exited(std::uint64_t number) {
        const auto at = children_.find(number);
        loop_.forget(at->second.child.pidfd());
        const int status = at->second.child.wait();
        children_.erase(at);
        edge_->send(wire::ChildExited{number, static_cast<std::uint32_t>(status)});
        if (draining_ && children_.empty())
            loop_.stop();
    }

    void told(const ipc::Frame &frame) {
        const auto kill = frame.as<wire::KillChild>();
        if (!kill.ok())
            return lost(kill.error());
        const auto at = children_.find(kill->number);
        if (at != children_.end())
            at->second.child.signal(SIGKILL);
    }

    void lost(const base::Error &reason) {
        failure_ = base::within("sallyportd", reason);
        loop_.stop();
    }

    void drain() {
        if (std::exchange(draining_, true) || children_.empty())
            return loop_.stop();
        for (const base::UniqueFd &socket : sockets_)
            loop_.forget(socket.get());
        sockets_.clear();
    }

    void kill_all() {
        for (auto &[number, connection] : children_) {
            loop_.forget(connection.child.pidfd());
            connection.child.signal(SIGKILL);
        }
        for (auto &[number, connection] : children_)
            connection.child.wait();
        children_.clear();
    }

    os::Loop &loop_;
    std::vector<base::UniqueFd> sockets_;
    const ListenOptions &options_;
    base::Log &log_;
    std::unique_ptr<ipc::Endpoint> edge_;
    base::UniqueFd signals_;
    std::map<std::uint64_t, Connection> children_;
    std::uint64_t last_number_ = 0;
    bool draining_ = false;
    std::optional<base::Error> failure_;
};

} // namespace

base::Status run_listen(std::vector<base::UniqueFd> sockets, base::UniqueFd edge,
                        const ListenOptions &options, base::Log &log) {
    SALLYPORT_TRY(const auto loop, os::Loop::open());
    Listen listen(*loop, std::move(sockets), options, log);
    SALLYPORT_CHECK(listen.open(std::move(edge)));
    return listen.run();
}

} // namespace sallyport::supervisor
