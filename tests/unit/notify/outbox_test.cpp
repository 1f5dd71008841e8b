// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/outbox.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;
using notify::Outcome;
using notify::Result;

TEST_SUITE_BEGIN("notify.outbox");

namespace {

class FakeClock final : public base::Clock {
  public:
    base::WallTime now() const override { return {}; }
    base::SteadyTime steady() const override { return time; }
    base::SteadyTime time{std::chrono::hours(1)};
};

wire::NoticeAsk ask_of(std::uint64_t call, const std::string &chat, const std::string &message = {},
                       const std::string &text = "t") {
    wire::NoticeAsk ask;
    ask.call = call;
    ask.destination = chat;
    ask.message = message;
    ask.text = text;
    return ask;
}
Outcome done(const std::string &message = "m") {
    return {Result::Done, 0s, message, ""};
}
Outcome later(std::chrono::seconds retry_after = 0s) {
    return {Result::Later, retry_after, "", "status 500"};
}

struct Fixture {
    FakeClock clock;
    notify::Outbox outbox{clock};
    // The call that may go now, after at most `limit` of waiting; 0 for none.
    std::uint64_t next_call(std::chrono::milliseconds limit = 0ms) {
        for (auto waited = 0ms;; waited += 10ms) {
            if (const auto *ask = outbox.next())
                return ask->call;
            if (waited >= limit)
                return 0;
            clock.time += 10ms;
        }
    }
};

} // namespace

TEST_CASE("an ask is sent once and answered once") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10")).ok());
    CHECK(f.outbox.wake() <= f.clock.time);
    CHECK(f.next_call() == 1);
    CHECK(f.next_call(5000ms) == 0);
    CHECK(f.outbox.take_answers().empty());
    f.outbox.answered(1, done("77"));
    f.outbox.answered(1, done("78"));
    const auto answers = f.outbox.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers.at(0).call == 1);
    CHECK(answers.at(0).message == "77");
    CHECK(answers.at(0).error.empty());
    CHECK(f.outbox.waiting() == 0);
    CHECK(f.outbox.wake() == base::SteadyTime::max());
}

TEST_CASE("one message a second in a chat; other chats go on") {
    Fixture f;
    for (const std::uint64_t call : {1U, 2U})
        REQUIRE(f.outbox.put(ask_of(call, "10")).ok());
    REQUIRE(f.outbox.put(ask_of(3, "20")).ok());
    CHECK(f.next_call() == 1);
    CHECK(f.next_call(40ms) == 3);
    f.outbox.answered(1, done());
    CHECK(f.next_call(900ms) == 0);
    CHECK(f.next_call(100ms) == 2);
}

TEST_CASE("what fails for now is tried again with longer and longer pauses") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10", "5")).ok());
    CHECK(f.next_call() == 1);
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        f.outbox.answered(1, later());
        CHECK(f.next_call(pause - 10ms) == 0);
        CHECK(f.next_call(10ms) == 1);
    }
    CHECK(f.outbox.take_answers().empty());
}

TEST_CASE("the platform's retry_after silences the whole bot") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10")).ok());
    CHECK(f.next_call() == 1);
    f.outbox.answered(1, later(17s));
    REQUIRE(f.outbox.put(ask_of(2, "20")).ok());
    CHECK(f.next_call(16990ms) == 0);
    CHECK(f.next_call(20ms) != 0);
}

TEST_CASE("what the platform will not take is answered with its error") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10")).ok());
    CHECK(f.next_call() == 1);
    f.outbox.answered(1, {Result::Never, 0s, "", "status 400: chat not found"});
    CHECK(f.outbox.take_answers().at(0).error == "status 400: chat not found");
}

TEST_CASE("a newer edit replaces one that waits, never one that is under way") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10", "5", "approved")).ok());
    CHECK(f.next_call() == 1);
    REQUIRE(f.outbox.put(ask_of(2, "10", "5", "released")).ok());
    REQUIRE(f.outbox.put(ask_of(3, "10", "5", "ended")).ok());
    REQUIRE(f.outbox.put(ask_of(4, "10", "6", "other")).ok());
    const auto replaced = f.outbox.take_answers();
    REQUIRE(replaced.size() == 1);
    CHECK(replaced.at(0).call == 2);
    CHECK(replaced.at(0).error.empty());
    f.outbox.answered(1, done("5"));
    f.clock.time += 1s;
    const auto *ask = f.outbox.next();
    REQUIRE(ask);
    CHECK(ask->call == 3);
    CHECK(ask->text == "ended");
}

TEST_CASE("a post that nobody could answer any more is given up; an edit is kept for a day") {
    Fixture f;
    REQUIRE(f.outbox.put(ask_of(1, "10")).ok());
    REQUIRE(f.outbox.put(ask_of(2, "20", "5")).ok());
    for (int minutes = 0; minutes < 12; ++minutes) {
        for (auto call = f.next_call(100ms); call != 0; call = f.next_call(100ms))
            f.outbox.answered(call, later());
        f.clock.time += 60s;
    }
    const auto answers = f.outbox.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers.at(0).call == 1);
    CHECK(answers.at(0).error == "the platform did not take it in time");
    CHECK(f.outbox.waiting() == 1);
    f.clock.time += 24h;
    CHECK(f.next_call() == 0);
    CHECK(f.outbox.take_answers().size() == 1);
}

TEST_CASE("the outbox is bounded") {
    Fixture f;
    for (std::uint64_t i = 1; i <= notify::max_outbox; ++i)
        REQUIRE(f.outbox.put(ask_of(i, std::to_string(i))).ok());
    CHECK(f.outbox.put(ask_of(9999, "x")).error().code == base::ErrorCode::Unavailable);
}

namespace {
struct PollFixture {
    FakeClock clock;
    notify::Poller poller{{"telegram", "https://api.telegram.org", "1:x"}, clock};
};
base::Result<http::Response> answer(std::uint32_t status, const std::string &body) {
    return http::Response{status, {}, body};
}
const char *const one_click =
    R"({"ok":true,"result":[{"update_id":5,"callback_query":{"id":"q","from":{"id":42},)"
    R"("message":{"message_id":7,"chat":{"id":1}},"data":"A"}}]})";
} // namespace

TEST_CASE("one poll at a time; the next one confirms what was handed on") {
    PollFixture f;
    const auto first = f.poller.next();
    REQUIRE(first);
    CHECK(first->body.find(R"("offset":0)") != std::string::npos);
    CHECK(!f.poller.next());
    CHECK(f.poller.answered(answer(200, one_click)).size() == 1);
    const auto second = f.poller.next();
    REQUIRE(second);
    CHECK(second->body.find(R"("offset":6)") != std::string::npos);
    CHECK(f.poller.answered(answer(200, R"({"ok":true,"result":[]})")).empty());
    CHECK(f.poller.next()->body.find(R"("offset":6)") != std::string::npos);
}

TEST_CASE("a failed poll waits and forgets nothing; a second poller is said") {
    PollFixture f;
    REQUIRE(f.poller.next());
    CHECK(f.poller.answered(answer(200, one_click)).size() == 1);
    REQUIRE(f.poller.next());
    CHECK(f.poller.answered(answer(502, "")).empty());
    CHECK(!f.poller.trouble().empty());
    CHECK(!f.poller.next());
    f.clock.time += 1s;
    CHECK(f.poller.next()->body.find(R"("offset":6)") != std::string::npos);
    CHECK(f.poller.answered(answer(409, R"({"ok":false})")).empty());
    CHECK(f.poller.trouble() == "another program polls with the same bot token");
    f.clock.time += 9s;
    CHECK(!f.poller.next());
    f.clock.time += 1s;
    REQUIRE(f.poller.next());
    CHECK(f.poller.answered(answer(200, R"({"ok":true,"result":[]})")).empty());
    CHECK(f.poller.trouble().empty());
}
TEST_SUITE_END();
