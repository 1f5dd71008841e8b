// SPDX-License-Identifier: Apache-2.0
// What people read: static checks, sentences, the schema, failing tests.
#include "policy_support.hpp"

using namespace sallyport;
using namespace sallyport::policy::test;
using policy::Policy;

TEST_SUITE_BEGIN("policy.review");

namespace {

const std::string fixtures = R"(
[fixture.users]
u = { groups = ["ops", "sre"], origin = "human" }
[fixture.targets]
t = { env = "prod" }
[fixture.default]
account = "a"
from = "10.1.1.1"
at = "2026-01-01T00:00:00Z"
)";

std::string tested(const std::string &rule) {
    return rule + "test = [{ as = \"u\", on = \"t\", exec = \"ls\", expect = \"deny\" }]\n";
}
std::string grant(const std::string &id, const std::string &conditions) {
    return tested("[[grant]]\nid = \"" + id + "\"\ntext = \"t\"\nkind = [\"exec\"]\n" + conditions +
                  "\n");
}
std::string guard(const std::string &id, const std::string &conditions,
                  const std::string &need = "reason = true") {
    return tested("[[guard]]\nid = \"" + id + "\"\ntext = \"t\"\nneed = { " + need + " }\n" +
                  conditions + "\n");
}

std::string remarks(const std::string &rules, const policy::Judge &judge = {}) {
    std::string text;
    for (const policy::Fault &fault : must_load(rules + fixtures).check(judge))
        text += fault.message + "\n";
    return text;
}

} // namespace

TEST_CASE("static checks find what loads and is probably not meant") {
    const std::string base = grant("g", "where = { env = [\"prod\"] }\ncmd = { name = [\"ls\"] }");
    struct Row {
        std::string rules, remark;
    };
    const Row rows[] = {
        {base, ""},
        {"[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\ncmd = { name = [\"ls\"] }\n",
         "grant g: has no test\n"},
        {base + guard("x", "kind = [\"connect\"]\ncmd = { name = [\"ls\"] }"),
         "guard x: never matches: `cmd` looks at commands and `kind` names none\n"
         "guard x: no grant reaches it\n"},
        {base + guard("x", "kind = [\"connect\", \"exec\"]\nto = [\"a:1\"]"),
         "guard x: never matches: `to` looks at forwards and `kind` names none\n"},
        {base + grant("h", "where = { env = [\"prod\"] }\ncmd = { name = [\"ls\", \"cat\"] }"),
         "grant g: never decides: h covers the same and asks no more\n"},
        {base + grant("h", "where = { env = [\"prod\"] }\ncmd = { name = [\"ls\", \"cat\"] }\n"
                           "need = { reason = true }"),
         ""},
        {base + grant("h", "where = { env = [\"prod\"] }\ncmd = { name = [\"ls\"] }"),
         "grant h: never decides: g covers the same and asks no more\n"},
        {base + guard("x", "where = { env = [\"dev\"] }"), "guard x: no grant reaches it\n"},
        {base + grant("h", "where = { env = [\"dev\"] }\ncmd = { name = [\"ls\"] }") +
             guard("x", "where = { env = [\"prod\"] }\nyields = [\"h\"]"),
         "guard x: yields to h, which never meets it\n"},
        {grant("h", "cmd = { any = true }"),
         "grant h: allows every command and no guard narrows it\n"
         "grant h: allows every command on every target; say `where`\n"},
        {base + guard("x", "", "approval = { all = [{ group = \"nobody\" }] }"),
         "guard x: needs 1 of nobody, and the fixtures know 0\n"},
        {base + guard("x", "", "approval = { all = [{ group = \"sre\", count = 2 }] }"),
         "guard x: needs 2 of sre, and the fixtures know 1\n"},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(remarks(row.rules) == row.remark, row.rules << "\n" << remarks(row.rules));
}

TEST_CASE("a granted name that runs other commands is found with the judge's help") {
    const policy::Judge judge = [](const model::Action &action) {
        const std::string &text = action.bytes;
        if (text.substr(0, 6) == "python")
            return facts({command("python3", {}, {model::OpaqueReason::Interactive})});
        if (text == "sudo true")
            return facts({command("sudo true"), command("true")});
        return facts({command(std::string(text))});
    };
    const auto with = [](const std::string &clause) {
        return grant("g", "where = { env = [\"prod\"] }\ncmd = { " + clause + " }");
    };
    CHECK(remarks(with("name = [\"ls\", \"python3\", \"sudo\"]"), judge) ==
          "grant g: allows `python3`, which runs other commands; say `opaque = false`\n"
          "grant g: allows `sudo`, which runs other commands; say `opaque = false`\n");
    CHECK(remarks(with("name = [\"ls\", \"python3\"], opaque = false"), judge) == "");
}

TEST_CASE("a test that fails says what came") {
    const Policy policy = must_load(grant("g", "cmd = { any = true }") + fixtures);
    const auto judge = [](const model::Action &action) {
        const std::string &text = action.bytes;
        return facts({command(std::string(text))});
    };
    const std::vector<policy::TestResult> results = policy.run_tests(judge);
    REQUIRE(results.size() == 1);
    CHECK_FALSE(results[0].passed);
    CHECK(results[0].name == "u@t exec ls");
    CHECK(results[0].line == 8);
    CHECK(results[0].message == "verdict expected deny, came allow (g: )");
    // without a judge a command is denied, so nothing passes by accident that expects more
    CHECK(policy.run_tests({}).at(0).decision.rules == std::vector<std::string>{"not-judged"});
}

TEST_CASE("a policy reads as sentences") {
    const Policy policy = must_load(R"(
[set]
r = ["ls", "cat"]
[[grant]]
id = "staff-read"
text = "Staff may look."
who = { groups = ["staff", "ops"] }
where = { env = ["prod"], account = ["deploy"] }
kind = ["exec", "line"]
cmd = { name = ["@r"], effect_only = ["read"], privilege = false, opaque = false }
limit = { commands = 10 }
[[guard]]
id = "drop"
text = "Two persons."
cmd = { effect = ["destroy", "delete"] }
when = { not = { days = ["mon"], hours = "08:00-20:00", zone = "UTC" } }
need = { approval = { all = [{ group = ["dba", "lead"], count = 2 }, { group = "sre" }], ttl = "15m", confirm = "ssh" }, mask = ["pii"] }
yields = ["staff-read"]
message = "Ask a DBA."
[[wall]]
id = "net"
text = "Not from outside."
from = { not = ["10.0.0.0/8"] }
any_of = [{ path = ["/etc/shadow*"] }, { cmd = { name = ["dd"] } }]
)");
    CHECK(policy.print() == R"(# of t.toml

grant staff-read       group staff,ops on env prod as deploy may exec,line: name @r, effects only read, no privilege, not opaque; at most 10 commands
  # Staff may look.

guard drop             at outside mon 08:00-20:00 UTC when effect delete,destroy: need approval 2 of dba or lead and 1 of sre, ttl 15m, once, confirmed by ssh, mask pii; yields to staff-read
  # Two persons.
  say "Ask a DBA."

wall net               not from 10.0.0.0/8 when (path /etc/shadow*) or (name dd)
  # Not from outside.
)");
}

TEST_CASE("the schema knows every key that the loader knows") {
    const std::string_view schema = policy::schema();
    for (const char *key : {"format",
                            "include",
                            "drop",
                            "declared",
                            "not",
                            "hours",
                            "argv",
                            "sub",
                            "opt",
                            "operand",
                            "effect_only",
                            "deletes",
                            "net",
                            "privilege",
                            "via",
                            "env",
                            "cwd",
                            "notice",
                            "any_of",
                            "confirm",
                            "scope",
                            "step_up",
                            "reason",
                            "output",
                            "record",
                            "yields",
                            "forward_remote",
                            "limit",
                            "unguarded-shell",
                            "unsupported-syntax",
                            "guard-break"})
        CHECK_MESSAGE(schema.find("\"" + std::string(key) + "\"") != std::string_view::npos, key);
}
TEST_SUITE_END();
