// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/endpoint.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/connection_edge.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("ipc.endpoint");

namespace {
struct Ends {
    std::unique_ptr<os::Loop> loop = std::move(os::Loop::open().value());
    std::vector<std::string> got;
    int closed = 0;
    std::unique_ptr<ipc::Endpoint> a, b;

    Ends() {
        auto sockets = os::socket_pair().value();
        const auto ignore = [](const ipc::Frame &) {};
        a = std::move(
            ipc::Endpoint::open(*loop, std::move(sockets.first), ignore, [](const base::Error &) {
            }).value());
        b = std::move(
            ipc::Endpoint::open(
                *loop, std::move(sockets.second),
                [this](const ipc::Frame &frame) { got.push_back(frame.as<wire::Note>()->text); },
                [this](const base::Error &) { ++closed; })
                .value());
    }
    void turns(int count) {
        for (int i = 0; i < count; ++i)
            loop->turn(5ms);
    }
};
} // namespace

TEST_CASE("frames come as callbacks and the end is told once") {
    Ends ends;
    ends.a->send(wire::Note{wire::NoteKind::Log, {}, "one"});
    ends.a->send(wire::Note{wire::NoteKind::Log, {}, "two"});
    ends.turns(2);
    CHECK(ends.got == std::vector<std::string>{"one", "two"});
    ends.a.reset();
    ends.turns(4);
    CHECK(ends.closed == 1);
}

TEST_CASE("an endpoint may be destroyed inside its own callback") {
    auto loop = std::move(os::Loop::open().value());
    auto sockets = os::socket_pair().value();
    std::unique_ptr<ipc::Endpoint> endpoint;
    int frames = 0;
    endpoint = std::move(ipc::Endpoint::open(
                             *loop, std::move(sockets.first),
                             [&](const ipc::Frame &) {
                                 ++frames;
                                 endpoint.reset();
                             },
                             [](const base::Error &) {})
                             .value());
    ipc::Edge peer(std::move(sockets.second));
    REQUIRE(peer.send(wire::Note{}).ok());
    REQUIRE(peer.send(wire::Note{}).ok());
    loop->turn(5ms);
    loop->turn(5ms);
    CHECK(frames == 1);
}

TEST_CASE("what was sent before close() still arrives") {
    Ends ends;
    ends.a->send(wire::Note{wire::NoteKind::Log, {}, "bye"});
    ends.a->close("done");
    ends.turns(3);
    CHECK(ends.got == std::vector<std::string>{"bye"});
}
TEST_SUITE_END();
