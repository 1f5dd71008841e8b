// SPDX-License-Identifier: Apache-2.0
#include "edge_peer.hpp"

#include "sallyport/egress/dial_service.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;
using edge_peer::Peer;

TEST_SUITE_BEGIN("egress.dial_service");

namespace {

struct Fixture {
    Peer peer;
    base::NullLog log;
    std::unique_ptr<egress::DialService> service =
        egress::DialService::open(*peer.loop, std::move(peer.theirs), log).value();
};

std::pair<base::UniqueFd, std::uint32_t> listener() {
    base::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    REQUIRE(listen(fd.get(), 4) == 0);
    socklen_t length = sizeof address;
    getsockname(fd.get(), reinterpret_cast<sockaddr *>(&address), &length);
    return {std::move(fd), ntohs(address.sin_port)};
}

} // namespace

TEST_CASE("it says hello, resolves names and leaves addresses as they are") {
    Fixture f;
    CHECK(f.peer.await<wire::Hello>().service == "dial");
    f.peer.send(wire::ResolveAsk{1, "localhost"});
    const auto local = f.peer.await<wire::ResolveAnswer>();
    CHECK(local.call == 1);
    CHECK(local.error.empty());
    CHECK(std::count(local.addresses.begin(), local.addresses.end(), "127.0.0.1") <= 1);
    CHECK(!local.addresses.empty());
    f.peer.send(wire::ResolveAsk{2, "::ffff:192.0.2.1"});
    CHECK(f.peer.await<wire::ResolveAnswer>().addresses == std::vector<std::string>{"192.0.2.1"});
    for (const char *name : {"", "a b", "no-such-name.invalid"}) {
        f.peer.send(wire::ResolveAsk{3, name});
        CHECK_MESSAGE(!f.peer.await<wire::ResolveAnswer>(20s).error.empty(), name);
    }
}

TEST_CASE("a connected socket comes with its local address, non-blocking and without delay") {
    Fixture f;
    auto [server, port] = listener();
    f.peer.send(wire::DialAsk{7, "127.0.0.1", port, 1000});
    ipc::Frame frame = f.peer.next(wire::DialAnswer::type);
    const auto answer = frame.as<wire::DialAnswer>().value();
    CHECK(answer.call == 7);
    CHECK(answer.error.empty());
    CHECK(answer.local_address == "127.0.0.1");
    REQUIRE(frame.descriptors.size() == 1);
    const int fd = frame.descriptors[0].get();
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    int delay = 0;
    socklen_t length = sizeof delay;
    getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &delay, &length);
    CHECK(delay != 0);
    const base::UniqueFd accepted(accept(server.get(), nullptr, nullptr));
    CHECK(write(fd, "x", 1) == 1);
    char c = 0;
    CHECK(read(accepted.get(), &c, 1) == 1);
}

TEST_CASE("what cannot be dialled is said without a descriptor") {
    Fixture f;
    std::uint32_t gone = 0;
    {
        auto [server, port] = listener();
        gone = port;
    }
    for (const auto &ask :
         {wire::DialAsk{1, "127.0.0.1", gone, 1000}, wire::DialAsk{2, "localhost", 22, 1000},
          wire::DialAsk{3, "", 22, 1000}, wire::DialAsk{4, "127.0.0.1", 0, 1000},
          wire::DialAsk{5, "127.0.0.1", 65536, 1000}}) {
        f.peer.send(ask);
        ipc::Frame frame = f.peer.next(wire::DialAnswer::type);
        const auto answer = frame.as<wire::DialAnswer>().value();
        CHECK(answer.call == ask.call);
        CHECK(!answer.error.empty());
        CHECK(frame.descriptors.empty());
    }
}

TEST_CASE("a peer that breaks the form is dropped") {
    Fixture f;
    f.peer.send_raw(wire::DialAsk::type, "short");
    f.peer.loop->run(); // comes back because the service stops it
    f.peer.send(wire::ResolveAsk{1, "127.0.0.1"});
    CHECK(f.peer.next(wire::ResolveAnswer::type, 100ms).type == 0);
}
TEST_SUITE_END();
