// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/caller.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("ipc.caller");

namespace {
struct Bench {
    std::unique_ptr<os::Loop> loop = std::move(os::Loop::open().value());
    int others = 0, lost = 0;
    std::unique_ptr<ipc::Edge> service;
    std::unique_ptr<ipc::Caller> caller;
    std::vector<std::string> answers;

    Bench() {
        auto ends = os::socket_pair().value();
        service = std::make_unique<ipc::Edge>(std::move(ends.second));
        caller = std::move(ipc::Caller::open(
                               *loop, std::move(ends.first), "dial",
                               [this](const ipc::Frame &) { ++others; },
                               [this](const base::Error &) { ++lost; })
                               .value());
    }
    void ask(std::chrono::milliseconds limit = 1s) {
        caller->ask<wire::ResolveAnswer>(
            wire::ResolveAsk{0, "web1"}, limit,
            [this](base::Result<ipc::Caller::Reply<wire::ResolveAnswer>> answer) {
                answers.push_back(answer.ok() ? answer->message.addresses.at(0)
                                              : answer.error().message);
            });
    }
    std::vector<std::uint64_t> calls() {
        std::vector<std::uint64_t> numbers;
        auto frames = service->receive();
        for (const ipc::Frame &frame : *frames)
            numbers.push_back(frame.as<wire::ResolveAsk>()->call);
        return numbers;
    }
    void answer(std::uint64_t call, const std::string &error, const std::string &address) {
        REQUIRE(service->send(wire::ResolveAnswer{call, error, {address}}).ok());
        loop->turn(5ms);
    }
};
} // namespace

TEST_CASE("answers find their question in any order") {
    Bench bench;
    bench.ask();
    bench.ask();
    const auto calls = bench.calls();
    REQUIRE(calls.size() == 2);
    bench.answer(calls[1], "", "192.0.2.2");
    bench.answer(calls[0], "no such host", "");
    CHECK(bench.answers == std::vector<std::string>{"192.0.2.2", "no such host"});
}

TEST_CASE("a question without an answer times out and a late answer reaches nobody") {
    Bench bench;
    bench.ask(10ms);
    const auto calls = bench.calls();
    for (int i = 0; i < 3; ++i)
        bench.loop->turn(20ms);
    CHECK(bench.answers == std::vector<std::string>{"dial did not answer in time"});
    bench.answer(calls.at(0), "", "192.0.2.1");
    CHECK(bench.answers.size() == 1);
    CHECK(bench.lost == 0);
}

TEST_CASE("when the service is lost every question fails, also the next one") {
    Bench bench;
    bench.ask();
    bench.service.reset();
    bench.loop->turn(5ms);
    CHECK(bench.lost == 1);
    bench.ask();
    CHECK(bench.answers.size() == 1); // not inside ask()
    bench.loop->turn(5ms);
    CHECK(bench.answers == std::vector<std::string>{"dial is gone", "dial is not there"});
}

TEST_CASE("what is no answer goes to the other callback, a wrong answer ends the edge") {
    Bench bench;
    REQUIRE(bench.service->send(wire::Hello{}).ok());
    bench.loop->turn(5ms);
    CHECK(bench.others == 1);
    bench.ask();
    bench.caller->ask<wire::DialAnswer>(wire::DialAsk{}, 1s, [](const auto &) {});
    bench.loop->turn(1ms);
    REQUIRE(bench.service->send(wire::DialAnswer{1, "", ""}).ok()); // call 1 was a ResolveAsk
    for (int i = 0; i < 4; ++i)
        bench.loop->turn(5ms);
    CHECK(bench.lost == 1);
}
TEST_SUITE_END();
