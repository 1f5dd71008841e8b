// SPDX-License-Identifier: Apache-2.0
#include "service_world.hpp"

#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/process.hpp"

#include <thread>

#include <fcntl.h>

using namespace sallyport;
using namespace sallyport::signer;
using namespace sallyport::signer::testing;

namespace {

struct Running {
    World world;
    base::Status outcome = base::success();
    std::optional<ipc::Edge> peer;
    std::thread thread;

    Running() {
        auto pair = os::socket_pair();
        REQUIRE(pair.ok());
        peer.emplace(std::move(pair->first));
        thread = std::thread([this, socket = pair->second.release()] {
            outcome = serve(world.service, base::UniqueFd(socket));
        });
    }
    void end() {
        peer.reset();
        if (thread.joinable())
            thread.join();
    }
    ~Running() { end(); }
    base::Result<ipc::Frame> await(std::uint16_t type) {
        return peer->await(type, std::chrono::seconds(10));
    }
};

} // namespace

TEST_SUITE("signer.serve") {
    TEST_CASE("it says Hello, answers in order, and ends well when the peer leaves") {
        Running running;
        const auto hello = running.await(wire::Hello::type);
        REQUIRE(hello.ok());
        CHECK(hello->as<wire::Hello>()->service == "signer");
        for (std::uint64_t call = 1; call <= 50; ++call)
            REQUIRE(running.peer->send(wire::KeysAsk{call}).ok());
        for (std::uint64_t call = 1; call <= 50; ++call) {
            const auto answer = running.await(wire::KeysAnswer::type);
            REQUIRE(answer.ok());
            CHECK(answer->as<wire::KeysAnswer>()->call == call);
        }
        running.end();
        CHECK(running.outcome.ok());
    }

    TEST_CASE("a peer that breaks the form is left") {
        Running running;
        REQUIRE(running.peer->send(wire::Hello{}).ok());
        running.thread.join();
        CHECK_FALSE(running.outcome.ok());
    }

    TEST_CASE("a question with a descriptor is none") {
        Running running;
        std::vector<base::UniqueFd> descriptors;
        descriptors.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        REQUIRE(running.peer->send(wire::KeysAsk{1}, std::move(descriptors)).ok());
        running.thread.join();
        CHECK_FALSE(running.outcome.ok());
    }
}
