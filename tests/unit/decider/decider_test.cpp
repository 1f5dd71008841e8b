// SPDX-License-Identifier: Apache-2.0
#include "sallyport/decider/decider.hpp"
#include "sallyport/decider/judge_worker.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("decider.decider");

namespace {
// Allows everything that a grant can allow.
policy::Policy permissive() {
    policy::Loaded loaded =
        policy::Policy::load({{"t.toml", "format = 1\nname = \"t\"\n[[grant]]\nid = \"ops\"\n"
                                         "text = \"operators\"\nwho = { groups = [\"ops\"] }\n"
                                         "kind = [\"exec\", \"line\", \"script\"]\n"
                                         "cmd = { any = true }\n"}},
                             {});
    REQUIRE(loaded.policy.has_value());
    return std::move(*loaded.policy);
}

model::Action action(model::ActionKind kind, const std::string &text) {
    model::Action result;
    result.kind = kind;
    result.who.person = "olga";
    result.who.groups = {"ops"};
    result.account = "deploy";
    result.target = "web1";
    result.bytes = text;
    return result;
}

model::Decision decided(const policy::Policy &policy, const model::Action &asked,
                        const model::CommandFacts &facts) {
    return decider::decide_facts(policy.select(asked), asked, facts);
}

const facts::Knowledge &knowledge() {
    static const auto loaded = [] {
        std::ifstream in(SALLYPORT_SOURCE_ROOT "/policies/knowledge/commands.toml");
        std::ostringstream text;
        text << in.rdbuf();
        return facts::Knowledge::load(text.str(), "commands.toml").value();
    }();
    return *loaded;
}
} // namespace

TEST_CASE("what would open the guarded shell is denied as a line whatever policy says") {
    model::Command command;
    command.name = model::literal_word("trap");
    command.argv = {command.name};
    command.known = true;
    command.effects = {model::Effect::GuardBreak};
    model::CommandFacts facts;
    facts.state = model::ParseState::Ok;
    facts.commands = {command};
    const policy::Policy policy = permissive();
    const model::Decision line =
        decided(policy, action(model::ActionKind::Line, "trap - DEBUG"), facts);
    CHECK(line.verdict == model::Verdict::Deny);
    CHECK(line.rules == std::vector<std::string>{"guard-break"});
    CHECK(line.message.find("`trap`") != std::string::npos);
    const model::Decision exec =
        decided(policy, action(model::ActionKind::Exec, "trap - DEBUG"), facts);
    CHECK(exec.verdict == model::Verdict::Allow); // an exec has no guard to take off
    facts.commands[0].effects.clear();
    CHECK(decided(policy, action(model::ActionKind::Line, "trap - DEBUG"), facts).verdict ==
          model::Verdict::Allow);
}

TEST_CASE("a text that could not be judged is denied") {
    const policy::Policy policy = permissive();
    for (const auto kind : {model::ActionKind::Exec, model::ActionKind::Line}) {
        const model::Action asked = action(kind, "ls");
        const model::CommandFacts facts =
            decider::unparsable(decider::judge_ask(asked, ""), "the judge is gone");
        CHECK(facts.state == model::ParseState::Error);
        CHECK(decided(policy, asked, facts).verdict == model::Verdict::Deny);
    }
}

TEST_CASE("exec, line and script have a text; the others are decided at once") {
    using model::ActionKind;
    CHECK(decider::Decider::has_text(ActionKind::Exec));
    CHECK(decider::Decider::has_text(ActionKind::Line));
    CHECK(decider::Decider::has_text(ActionKind::Script));
    CHECK(!decider::Decider::has_text(ActionKind::Connect));
    CHECK(!decider::Decider::has_text(ActionKind::Shell));
}

TEST_CASE("a relative path is judged from the directory of the action, /bin/sh as it is there") {
    model::Action asked = action(model::ActionKind::Exec, "cat notes.txt");
    CHECK(decider::judge(knowledge(), decider::judge_ask(asked, "")).commands.at(0).reads.at(0) ==
          model::PathPattern{"**/notes.txt"});
    asked.cwd = "/home/deploy";
    CHECK(decider::judge(knowledge(), decider::judge_ask(asked, "")).commands.at(0).reads.at(0) ==
          model::PathPattern{"/home/deploy/notes.txt"});
    asked.bytes = "sh -c 'cat <(id)'"; // process substitution: bash only
    asked.sh = model::Dialect::Bash;
    CHECK(decider::judge(knowledge(), decider::judge_ask(asked, "")).opaque.empty());
    asked.sh = model::Dialect::Dash;
    CHECK(!decider::judge(knowledge(), decider::judge_ask(asked, "")).opaque.empty());
}

TEST_CASE("aliases and functions that the shell told are part of the judgement") {
    const model::Action asked = action(model::ActionKind::Line, "ll x; tidy");
    const auto facts = decider::judge(
        knowledge(),
        decider::judge_ask(asked, "alias ll='ls -l'\ntidy () \n{ \n    rm -rf /srv/x\n}"));
    const auto runs = [&](const char *name) {
        return std::any_of(facts.commands.begin(), facts.commands.end(),
                           [&](const auto &command) { return command.name.shown() == name; });
    };
    CHECK(runs("ls"));
    CHECK(runs("rm"));
}
TEST_SUITE_END();
