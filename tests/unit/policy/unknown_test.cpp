// SPDX-License-Identifier: Apache-2.0
// Commands of which the name is not known: they satisfy no grant and meet what they may be.
#include "policy_support.hpp"

using namespace sallyport;
using namespace sallyport::policy::test;
using model::Effect;
using model::OpaqueReason;
using model::WordPartKind;
using policy::Policy;

TEST_SUITE_BEGIN("policy.unknown");

namespace {

const std::string any_grant = "[[grant]]\nid = \"any\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                              "cmd = { any = true }\n";

std::string wall(const std::string &condition) {
    return "[[wall]]\nid = \"w\"\ntext = \"Never.\"\n" + condition + "\n";
}

// `/sbin/mkf?` with these words behind it.
model::Command pattern_command(const std::string &word, const std::string &rest = "") {
    model::Command result =
        command("x" + (rest.empty() ? "" : " " + rest), {}, {OpaqueReason::GlobCommand});
    result.path = word;
    result.argv.front() = {{{WordPartKind::Glob, word}}, true};
    result.name = {{{WordPartKind::Glob, word.substr(word.rfind('/') + 1)}}, true};
    return result;
}

model::Command hole_command(const std::string &line) {
    model::Command result = command(line);
    result.opaque = {{OpaqueReason::HoleCommand, {}, {}}};
    return result;
}

} // namespace

TEST_CASE("a command whose name is a pattern or a hole meets every wall that it may be") {
    struct Row {
        const char *condition;
        model::Command command;
        bool denied;
    };
    model::Command prefix = hole_command("$X");
    prefix.name = {{{WordPartKind::Literal, "r"}, {WordPartKind::Hole, "$X"}}, true};
    const Row rows[] = {
        {"cmd = { name = [\"mkfs\"], effect = [\"destroy\"] }", pattern_command("/sbin/mkf?"),
         true},
        {"cmd = { name = [\"mkfs.*\"], effect = [\"destroy\"] }", pattern_command("/sbin/mk*"),
         true},
        {"cmd = { name = [\"mkfs\"], effect = [\"destroy\"] }", pattern_command("/bin/r?"), false},
        {"cmd = { name = [\"mkfs\"], effect = [\"destroy\"] }", hole_command("$X"), true},
        {"cmd = { name = [\"mkfs\"], effect = [\"destroy\"] }", hole_command("\"$X\" a"), true},
        {"cmd = { name = [\"mkfs\"] }", prefix, false},
        {"cmd = { name = [\"rm\"] }", prefix, true},
        {"cmd = { effect = [\"destroy\"] }", pattern_command("/bin/r?"), true},
        {"cmd = { effect = [\"destroy\"] }", hole_command("$X"), true},
        {"cmd = { effect = [\"destroy\"] }", command("python3 x", {}, {OpaqueReason::ScriptFile}),
         false},
        {"cmd = { privilege = true }", hole_command("$X ls"), true},
        {"cmd = { privilege = true }", command("ls"), false},
        {"cmd = { as = [\"root\"] }", pattern_command("/usr/bin/su?o"), true},
        {"cmd = { sub = [[\"delete\"]] }", hole_command("$X get"), true},
        {"cmd = { net = [\"evil:*\"] }", hole_command("$X"), true},
        {"cmd = { operand = [\"auditd\"] }", hole_command("$X"), true},
        {"cmd = { operand = [\"auditd\"] }", hole_command("\"$X\" stop"), false},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/ca?", "/etc/shadow"), true},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/ca?", "/etc/hosts"), false},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/ca?", "shadow"), true},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/dd*", "if=/etc/shadow"), true},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/x?", "-f/etc/shadow"), true},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/x?", "--f=/etc/shadow"), true},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/x?", "-rf"), false},
        {"path = [\"/etc/shadow\"]", pattern_command("/bin/x?", "$X"), true},
        {"path = [\"/etc/shadow\"]", hole_command("$X"), true},
        {"path = [\"/etc/shadow\"]", hole_command("\"$X\" /etc/hosts"), false},
        {"cmd = { writes = [\"/dev/sd*\"] }", hole_command("\"$X\" /dev/sda"), true},
    };
    for (const Row &row : rows) {
        const model::Decision decision =
            decide(must_load(any_grant + wall(row.condition)), {row.command});
        CHECK_MESSAGE((verdict(decision) == "deny: w") == row.denied,
                      row.condition << " " << row.command.argv.front().shown());
    }
}

TEST_CASE("a grant never covers what an opaque command may do besides") {
    struct Row {
        const char *clause;
        model::Command command;
    };
    const Row rows[] = {
        {"cmd = { path = [\"/srv/**\"] }", command("python3", {}, {OpaqueReason::Interactive})},
        {"cmd = { reads = [\"/srv/**\"] }", hole_command("$X")},
        {"cmd = { net = [\"db:5432\"] }", command("python3", {}, {OpaqueReason::ScriptFile})},
        {"cmd = { sub = [[\"get\"]] }", hole_command("$X get")},
        {"cmd = { privilege = false }", hole_command("$X")},
        {"cmd = { as = [\"deploy\"] }", hole_command("\"$X\"")},
        {"cmd = { operand = [\"a\"] }", hole_command("$X a")},
        {"path = [\"/srv/**\"]", pattern_command("/bin/ca?", "/etc/hosts")},
        {"cmd = { not = { effect = [\"destroy\"] } }", hole_command("$X")},
        {"cmd = { not = { name = [\"rm\"] } }", pattern_command("/bin/r?")},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(verdict(decide(must_load("[[grant]]\nid = \"g\"\ntext = \"t\"\n"
                                               "kind = [\"exec\"]\n" +
                                               std::string(row.clause) + "\n"),
                                     {row.command})) == "deny: default",
                      row.clause);
}

TEST_CASE("who is denied for a name that is not known reads what to do") {
    const Policy policy = must_load(any_grant + wall("cmd = { name = [\"mkfs\"] }"));
    CHECK(decide(policy, {pattern_command("/sbin/mkf?", "/dev/sda")}).message ==
          "Never. What `/sbin/mkf? /dev/sda` runs is not known before it runs; write the name "
          "out.");
    CHECK(decide(policy, {command("mkfs /dev/sda")}).message == "Never.");
}
TEST_SUITE_END();
