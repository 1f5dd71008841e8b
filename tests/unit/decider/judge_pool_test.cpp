// SPDX-License-Identifier: Apache-2.0
// The pool with real processes that crash, hang and lie.
#include "sallyport/decider/decider.hpp"
#include "sallyport/decider/judge_worker.hpp"

#include <algorithm>
#include <memory>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("decider.judge_pool");

namespace {
struct Bench {
    std::unique_ptr<os::Loop> loop = std::move(os::Loop::open().value());
    base::NullLog log;
    std::unique_ptr<decider::JudgePool> pool;
    std::vector<std::string> answers; // `text: state`, in the order in which they came

    explicit Bench(std::size_t workers, std::chrono::milliseconds limit = 20s) {
        os::Program program;
        program.path = TEST_JUDGE_WORKER;
        pool = decider::JudgePool::open(*loop, log, program, workers, limit).value();
    }
    void judge(const std::string &text, const std::string &then = {}) {
        model::Action action;
        action.bytes = text;
        const auto returned = std::make_shared<bool>(false);
        const auto done = [this, returned, text, then](const model::CommandFacts &facts) {
            CHECK(*returned); // never inside the call
            answers.push_back(text + ": " + std::string(model::parse_state_name(facts.state)));
            if (facts.state == model::ParseState::Ok)
                CHECK(facts.programs.at(0) == text);
            else
                CHECK(facts.bytes == text.size());
            if (!then.empty())
                judge(then);
        };
        pool->judge(decider::judge_ask(action, ""), done);
        *returned = true;
    }
    void wait_for(std::size_t count) {
        for (int turns = 0; turns < 3000 && answers.size() < count; ++turns)
            loop->turn(10ms);
        REQUIRE(answers.size() == count);
    }
};
} // namespace

TEST_CASE("texts are judged by several workers") {
    Bench bench(3);
    for (int i = 0; i < 20; ++i)
        bench.judge("t" + std::to_string(i));
    bench.wait_for(20);
    std::sort(bench.answers.begin(), bench.answers.end());
    CHECK(std::unique(bench.answers.begin(), bench.answers.end()) == bench.answers.end());
    for (const std::string &answer : bench.answers)
        CHECK(answer.substr(answer.find(':')) == ": ok");
}

TEST_CASE("a text that kills its worker or gets nonsense is unparsable alone") {
    for (const char *text : {"crash", "garbage", "broken answer"}) {
        CAPTURE(text);
        Bench bench(1);
        const pid_t first = bench.pool->pids().at(0);
        bench.judge("before");
        bench.judge(text);
        bench.judge("after");
        bench.wait_for(3);
        CHECK(bench.answers ==
              std::vector<std::string>{"before: ok", std::string(text) + ": error", "after: ok"});
        CHECK(bench.pool->pids().at(0) != first);
    }
}

TEST_CASE("a decision under way ends on the policy that it began with, the next on the new one") {
    const auto policy = [](const std::string &rule) {
        return std::make_shared<const policy::Policy>(std::move(
            *policy::Policy::load({{"t", "format = 1\nname = \"t\"\n" + rule}}, {}).policy));
    };
    Bench bench(1);
    decider::Decider decider(*bench.pool, policy("[[grant]]\nid = \"old\"\ntext = \"t\"\n"
                                                 "kind = [\"exec\"]\ncmd = { any = true }\n"));
    std::vector<std::string> rules;
    const auto done = [&](const decider::Decided &decided) {
        rules.push_back(decided.decision.rules.at(0));
    };
    model::Action action;
    action.bytes = "t1";
    decider.decide(action, "", done);
    decider.decide(action, "", done); // waits for the only worker
    decider.replace(policy("[[wall]]\nid = \"new\"\ntext = \"t\"\n"));
    CHECK(decider.decide_now(action).verdict == model::Verdict::Deny);
    decider.decide(action, "", done);
    for (int turns = 0; turns < 3000 && rules.size() < 3; ++turns)
        bench.loop->turn(10ms);
    CHECK(rules == std::vector<std::string>{"old", "old", "new"});
}

TEST_CASE("a text that hangs is unparsable alone after the limit") {
    Bench bench(1, 700ms);
    bench.judge("hang");
    bench.judge("after");
    bench.wait_for(2);
    CHECK(bench.answers == std::vector<std::string>{"hang: error", "after: ok"});
}

TEST_CASE("a text asked the moment another one failed does not go to the dying worker") {
    for (const char *text : {"crash", "garbage", "broken answer", "hang"}) {
        CAPTURE(text);
        Bench bench(1, 700ms);
        bench.judge(text, "after");
        bench.wait_for(2);
        CHECK(bench.answers ==
              std::vector<std::string>{std::string(text) + ": error", "after: ok"});
    }
}

TEST_CASE("more texts than may wait are answered, as unparsable") {
    Bench bench(1, 700ms);
    bench.judge("hang");
    for (std::size_t i = 0; i < decider::max_waiting_texts; ++i)
        bench.judge("w");
    bench.judge("too many");
    bench.wait_for(1);
    CHECK(bench.answers == std::vector<std::string>{"too many: error"});
    bench.wait_for(decider::max_waiting_texts + 2);
    CHECK(std::count(bench.answers.begin(), bench.answers.end(), "w: ok") ==
          static_cast<std::ptrdiff_t>(decider::max_waiting_texts));
}

TEST_CASE("a worker that cannot be started is an error") {
    const auto loop = std::move(os::Loop::open().value());
    base::NullLog log;
    os::Program program;
    program.path = "/nonexistent/judge";
    CHECK(!decider::JudgePool::open(*loop, log, program, 1).ok());
}

TEST_CASE("what is known of the shell goes to the worker") {
    model::Action action;
    action.bytes = "ls";
    action.cwd = "/home/deploy";
    action.sh = model::Dialect::Dash;
    Bench bench(1);
    std::vector<std::string> seen;
    bench.pool->judge(decider::judge_ask(action, ""),
                      [&](const model::CommandFacts &facts) { seen = facts.programs; });
    for (int turns = 0; turns < 3000 && seen.empty(); ++turns)
        bench.loop->turn(10ms);
    CHECK(seen == std::vector<std::string>{"ls", "/home/deploy", "dash"});
}
TEST_SUITE_END();
