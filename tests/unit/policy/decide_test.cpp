// SPDX-License-Identifier: Apache-2.0
// The combination of rules, step by step.
#include "policy_support.hpp"

#include <algorithm>

using namespace sallyport;
using namespace sallyport::policy::test;
using model::ActionKind;
using model::Effect;
using model::OpaqueReason;
using model::Verdict;
using policy::Policy;

TEST_SUITE_BEGIN("policy.decide");

namespace {

const std::string any_grant = R"(
[[grant]]
id = "ops"
text = "operators"
who = { groups = ["ops"] }
kind = ["exec", "line", "script"]
cmd = { any = true }
)";

const std::string reader_grant = R"(
[[grant]]
id = "reader"
text = "readers"
kind = ["exec"]
cmd = { name = ["ls", "cat"], effect_only = ["read"], privilege = false, opaque = false }
)";

std::string guard(const std::string &id, const std::string &condition, const std::string &need,
                  const std::string &more = "") {
    return "[[guard]]\nid = \"" + id + "\"\ntext = \"t\"\n" + condition + "\nneed = { " + need +
           " }\n" + more + "\n";
}
std::string wall(const std::string &id, const std::string &condition,
                 const std::string &more = "") {
    return "[[wall]]\nid = \"" + id + "\"\ntext = \"t\"\n" + condition + "\n" + more + "\n";
}
std::string approval(const std::string &group, int count = 1) {
    return "approval = { all = [{ group = \"" + group + "\", count = " + std::to_string(count) +
           " }] }";
}

} // namespace

TEST_CASE("step 1: a text that is no shell is not judged by rules") {
    const Policy policy = must_load(any_grant);
    for (const model::ParseState state :
         {model::ParseState::Error, model::ParseState::Incomplete, model::ParseState::OverLimit}) {
        model::CommandFacts bad = facts({command("ls", {Effect::Read})});
        bad.state = state;
        bad.error = model::ParseError{{}, 2, 7, "found `)`"};
        const model::Decision decision = policy.decide(action(), &bad);
        CHECK(verdict(decision) == "deny: not-shell");
        CHECK(decision.message.find("line 2, column 7: found `)`") != std::string::npos);
    }
    CHECK(verdict(policy.decide(action(), nullptr)) == "deny: not-judged");
}

TEST_CASE("step 1: what would open the guarded shell is denied at a prompt, whatever rules say") {
    const Policy policy = must_load(any_grant);
    const model::CommandFacts all = facts({command("ls"), command("exec", {Effect::GuardBreak})});
    CHECK(verdict(policy.decide(action(ActionKind::Line), &all)) == "deny: guard-break");
    CHECK(verdict(policy.decide(action(ActionKind::Exec), &all)) == "allow: ops");
}

TEST_CASE("step 1: any wall on any command denies, and all of them are named") {
    const Policy policy =
        must_load(any_grant + wall("w1", "cmd = { name = [\"dd\"] }", "message = \"ask #sre\"") +
                  wall("w2", "cmd = { effect = [\"destroy\"] }"));
    CHECK(verdict(decide(policy, {command("ls"), command("dd")})) == "deny: w1");
    CHECK(verdict(decide(policy, {command("x", {Effect::Destroy}), command("dd")})) ==
          "deny: w2 w1");
    CHECK(decide(policy, {command("dd")}).message == "ask #sre");
    // a wall comes before the missing grant
    const Policy none = must_load(reader_grant + wall("w", "cmd = { name = [\"dd\"] }"));
    CHECK(verdict(decide(none, {command("rm"), command("dd")})) == "deny: w");
}

TEST_CASE("step 2: every command needs a grant, and the message names the one without") {
    const Policy policy = must_load(reader_grant);
    CHECK(verdict(decide(policy, {command("ls", {Effect::Read})})) == "allow: reader");
    const model::Decision decision =
        decide(policy, {command("ls", {Effect::Read}), command("rm -rf /srv/x", {Effect::Delete})});
    CHECK(verdict(decision) == "deny: default");
    CHECK(decision.message == "no rule allows you `rm -rf /srv/x` on web1 (nearest: reader, `rm` "
                              "is not in its list: ls, cat)");
    model::Action stranger = action();
    stranger.labels.clear();
    const Policy dev = must_load("[[grant]]\nid = \"dev\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                 "where = { env = [\"dev\"] }\ncmd = { any = true }\n");
    const model::CommandFacts all = facts({command("ls")});
    CHECK(dev.decide(action(), &all).message.find("nearest: dev, env is prod") !=
          std::string::npos);
    CHECK(dev.decide(stranger, &all).message.find("the target has no label env") !=
          std::string::npos);
}

TEST_CASE("step 2: of the grants that hold here the nearest says what it would allow") {
    const Policy policy = must_load("[[grant]]\nid = \"a-exact\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "cmd = { argv = [[\"systemctl\", \"restart\", \"app\"]] }\n" +
                                    reader_grant +
                                    "[[grant]]\nid = \"z-few\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "cmd = { name = [\"df\"] }\nlimit = { commands = 1 }\n");
    const auto message = [&](std::vector<model::Command> commands) {
        return decide(policy, std::move(commands)).message;
    };
    CHECK(message({command("systemctl restart db", {Effect::Service})})
              .ends_with("(nearest: a-exact, it allows exactly `systemctl restart app`)"));
    CHECK(message({command("cat x", {Effect::Read, Effect::Write})})
              .ends_with("(nearest: reader, it allows only read, this does write)"));
    CHECK(message({command("cat x", {}, {OpaqueReason::Pager})})
              .ends_with("(nearest: reader, it is opaque)"));
    const Policy few = must_load("[[grant]]\nid = \"z-few\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                 "cmd = { name = [\"df\"] }\nlimit = { commands = 1 }\n");
    CHECK(decide(few, {command("df"), command("df")})
              .message.ends_with("(nearest: z-few, it is for at most 1 commands)"));
}

TEST_CASE("step 3: of several grants the one that asks least together with its guards is used") {
    const std::string asking = "[[grant]]\nid = \"asking\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                               "cmd = { any = true }\nneed = { " +
                               approval("sre") + " }\n";
    CHECK(verdict(decide(must_load(any_grant + asking), {command("x")})) == "allow: ops");
    // the guard yields to the asking grant: then that one is lighter than guard and ops together
    const std::string two =
        guard("g", "cmd = { any = true }", approval("sre", 2), "yields = [\"asking\"]");
    CHECK(verdict(decide(must_load(any_grant + asking + two), {command("x")})) ==
          "approve: asking");
    // a second factor is lighter than a person
    const std::string factor = "[[grant]]\nid = \"z\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                               "cmd = { any = true }\nneed = { step_up = \"totp\" }\n";
    CHECK(verdict(decide(must_load(asking + factor), {command("x")})) == "step-up: z");
    // equal weight: the smaller id, whatever the order in the file
    const std::string twin = "[[grant]]\nid = \"a\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                             "cmd = { any = true }\n";
    CHECK(verdict(decide(must_load(any_grant + twin), {command("x")})) == "allow: a");
    CHECK(verdict(decide(must_load(twin + any_grant), {command("x")})) == "allow: a");
}

TEST_CASE("step 3: break-glass has to be declared; it is never chosen for being lighter") {
    const std::string glass = "[[grant]]\nid = \"glass\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                              "who = { declared = [\"break-glass\"] }\ncmd = { any = true }\n"
                              "need = { step_up = \"totp\", reason = true }\n";
    const Policy policy = must_load(
        any_grant + glass +
        guard("g", "cmd = { effect = [\"delete\"] }", approval("sre"), "yields = [\"glass\"]"));
    const model::CommandFacts all = facts({command("rm x", {Effect::Delete})});
    model::Action calm = action(), emergency = action();
    emergency.declared = {"break-glass"};
    CHECK(verdict(policy.decide(calm, &all)) == "approve: g ops");
    CHECK(verdict(policy.decide(emergency, &all)) == "step-up: glass");
    CHECK(policy.decide(emergency, &all).need.reason);
}

TEST_CASE("step 3: a wall yields only to a grant that covers the very command") {
    const std::string ci = "[[grant]]\nid = \"ci\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                           "cmd = { argv = [[\"restart\", \"app\"]] }\n";
    const Policy policy = must_load(
        any_grant + ci + wall("w", "cmd = { name = [\"restart\"] }", "yields = [\"ci\"]"));
    CHECK(verdict(decide(policy, {command("restart app")})) == "allow: ci");
    CHECK(verdict(decide(policy, {command("restart db")})) == "deny: w");
    CHECK(verdict(decide(policy, {command("restart app"), command("restart db")})) == "deny: w");
    // two walls that yield to different grants leave none
    const std::string other = "[[grant]]\nid = \"other\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                              "cmd = { any = true }\n";
    const Policy both =
        must_load(ci + other + wall("w1", "cmd = { any = true }", "yields = [\"ci\"]") +
                  wall("w2", "cmd = { any = true }", "yields = [\"other\"]"));
    CHECK(verdict(decide(both, {command("restart app")})) == "deny: w1 w2");
}

TEST_CASE("step 4: needs add up over commands and rules") {
    const Policy policy = must_load(
        any_grant +
        guard("a", "cmd = { name = [\"a\"] }",
              "approval = { all = [{ group = \"sre\" }], ttl = \"30m\", scope = \"rule\" }, "
              "mask = [\"pii\"], output = \"always\"") +
        guard("b", "cmd = { name = [\"b\"] }",
              "approval = { all = [{ group = [\"sre\", \"lead\"] }], ttl = \"15m\", "
              "scope = \"exact\", confirm = \"ssh\" }, notify = [\"sec\"], record = \"all\"") +
        guard("c", "cmd = { name = [\"c\"] }",
              "approval = { all = [{ group = \"dba\" }, { group = \"sre\" }] }, "
              "step_up = \"totp\", mask = [\"secrets\", \"pii\"], output = \"refuse-binary\""));
    const model::Decision one = decide(policy, {command("a"), command("b")});
    CHECK(one.verdict == Verdict::Approve);
    // one SRE satisfies both
    CHECK(one.need.approvals == std::vector<model::Quorum>{{{"sre"}, 1}});
    CHECK(one.need.ttl_seconds == 900);
    CHECK(one.need.scope == model::Scope::Exact);
    CHECK(one.need.confirm == model::Confirm::Ssh);
    CHECK(one.need.notify == std::vector<std::string>{"sec"});
    CHECK(one.record_all);
    CHECK(one.mask_mode == "always");
    CHECK(verdict(one) == "approve: a b ops");
    CHECK(one.held_by == std::vector<std::string>{"a", "b"}); // what only allows holds nothing
    const model::Decision all = decide(policy, {command("a"), command("b"), command("c")});
    CHECK(all.need.approvals == std::vector<model::Quorum>{{{"sre"}, 1}, {{"dba"}, 1}});
    CHECK(all.need.scope == model::Scope::Once);
    CHECK(all.need.ttl_seconds == 600);
    CHECK(all.need.step_up);
    CHECK(all.need.mask == std::vector<std::string>{"pii", "secrets"});
    CHECK(all.mask_mode == "refuse-binary");
    // nothing of this without a matching command
    const model::Decision plain = decide(policy, {command("d")});
    CHECK(plain.need == model::Need{});
    CHECK(plain.mask_mode == "text");
    CHECK_FALSE(plain.record_all);
}

TEST_CASE("two persons of one rule stay two, whatever else asks") {
    const Policy policy =
        must_load(any_grant + guard("a", "cmd = { any = true }", approval("sre")) +
                  guard("b", "cmd = { any = true }",
                        "approval = { all = [{ group = \"sre\" }, { group = \"sre\" }] }"));
    std::uint32_t persons = 0;
    for (const model::Quorum &quorum : decide(policy, {command("x")}).need.approvals)
        persons += quorum.count;
    CHECK(persons == 2);
}

TEST_CASE("what is not known satisfies no grant and meets every guard and wall") {
    const Policy policy = must_load(reader_grant + any_grant +
                                    guard("rm", "cmd = { name = [\"rm\"] }", approval("sre")) +
                                    wall("shadow", "path = [\"/etc/shadow\"]"));
    // the name is a hole: reader does not cover it, the guard meets it
    CHECK(verdict(decide(policy, {command("\"$X\" a")})) == "approve: rm ops");
    CHECK(verdict(decide(policy, {command("ls a")})).substr(0, 5) == "allow");
    // a path that may be anything
    model::Command cat = command("cat $X", {Effect::Read});
    cat.reads = {{"**"}};
    CHECK(verdict(decide(policy, {cat})) == "deny: shadow");
    cat.reads = {{"/etc/shad*"}};
    CHECK(verdict(decide(policy, {cat})) == "deny: shadow");
    cat.reads = {{"/etc/host*"}};
    CHECK(verdict(decide(policy, {cat})).substr(0, 5) == "allow");
}

TEST_CASE("a grant covers only when all that it names holds for all of the command") {
    const std::string grant = "[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\ncmd = ";
    struct Row {
        const char *clause;
        model::Command command;
        bool covered;
    };
    const auto with = [](model::Command base, auto change) {
        change(base);
        return base;
    };
    const auto sub = [&](const char *line, std::vector<std::string> path) {
        return with(command(line), [&](model::Command &c) { c.sub = std::move(path); });
    };
    const Row rows[] = {
        {"{ name = [\"ls\"] }", command("ls"), true},
        {"{ name = [\"ls\"] }", command("/bin/ls"), true},
        {"{ name = [\"ls\"] }", command("./ls"), false},
        {"{ name = [\"ls\"] }", command("/tmp/bin/ls"), false},
        {"{ name = [\"ls\"] }", command("ls", {}, {OpaqueReason::ReboundName}), false},
        {"{ name = [\"*\"] }", command("\"$X\""), true},
        {"{ name = [\"l*\"] }", command("\"$X\""), false},
        {"{ effect_only = [\"read\"] }", command("x", {Effect::Read}), true},
        {"{ effect_only = [\"read\"] }", command("x", {Effect::Read, Effect::Write}), false},
        {"{ effect_only = [\"read\"] }", command("x", {Effect::Read}, {OpaqueReason::Pager}),
         false},
        {"{ privilege = false }",
         with(command("x"), [](model::Command &c) { c.as = model::AccountKind::Unknown; }), false},
        {"{ as = [\"deploy\"] }", command("x"), true},
        {"{ as = [\"root\"] }",
         with(command("x"), [](model::Command &c) { c.as = model::AccountKind::Root; }), true},
        {"{ as = [\"deploy\"] }",
         with(command("x"), [](model::Command &c) { c.as = model::AccountKind::Unknown; }), false},
        {"{ argv = [[\"a\", \"[0-9]*\"]] }", command("a 42"), true},
        {"{ argv = [[\"a\", \"[0-9]*\"]] }", command("a 42 b"), false},
        {"{ argv = [[\"a\", \"*\"]] }", command("a \"$X\""), true},
        {"{ argv = [[\"a\", \"*\"]] }", command("a $X"), false},
        {"{ name = [\"kubectl\"], sub = [[\"get\"]] }", sub("kubectl get pods", {"get"}), true},
        {"{ name = [\"kubectl\"], sub = [[\"get\"]] }", sub("kubectl delete x", {"delete"}), false},
        {"{ name = [\"kubectl\"], sub = [[\"get\"]] }", command("kubectl $X"), false},
        {"{ name = [\"s\"], sub = [[\"restart\"]], operand = [\"app\"] }",
         sub("s restart app", {"restart"}), true},
        {"{ name = [\"s\"], sub = [[\"restart\"]], operand = [\"app\"] }",
         sub("s restart app db", {"restart"}), false},
        {"{ reads = [\"/srv/**\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.reads = {{"/srv/a"}, {"/etc/b"}};
              }),
         false},
        {"{ reads = [\"/srv/**\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.reads = {{"/srv/a"}, {"/srv/*"}};
              }),
         true},
        {"{ opt = [\"a\", \"l\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.options = {{"a", {}}, {"l", {}}};
              }),
         true},
        {"{ opt = [\"a\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.options = {{"a", {}}, {"l", {}}};
              }),
         false},
        {"{ opt = [\"a\"] }", command("x", {}, {OpaqueReason::HoleOption}), false},
        {"{ via = [\"timeout\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.via = {{"timeout", {}}, {"sudo", {}}};
              }),
         false},
        {"{ net = [\"*.internal:443\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.net = {{"a.internal", 443}};
              }),
         true},
        {"{ net = [\"*.internal:443\"] }",
         with(command("x"),
              [](model::Command &c) {
                  c.net = {{"", 443}};
              }),
         false},
        {"{ net = [\"*.internal:443\"] }", command("x", {Effect::Network}), false},
        {"{ name = [\"*\"], not = { effect = [\"write\"] } }", command("x", {Effect::Write}),
         false},
        {"{ name = [\"*\"], not = { name = [\"rm\"] } }", command("\"$X\""), false},
        {"{ name = [\"*\"], not = { name = [\"rm\"] } }", command("ls"), true},
    };
    for (const Row &row : rows) {
        const Policy policy = must_load(grant + row.clause + "\n");
        const bool covered = decide(policy, {row.command}).verdict == Verdict::Allow;
        CHECK_MESSAGE(covered == row.covered,
                      row.clause << " / " << row.command.argv.front().shown());
    }
}

TEST_CASE("exact words cover the command that they start, and no other") {
    const Policy policy = must_load("[[grant]]\nid = \"ci\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "cmd = { argv = [[\"sudo\", \"restart\", \"app\"]] }\n");
    model::Command outer = command("sudo restart app"), inner = command("restart app");
    outer.where = {0, 16};
    inner.where = {5, 16};
    inner.via = {{"sudo", {}}};
    CHECK(decide(policy, {outer, inner}).verdict == Verdict::Allow);
    CHECK(decide(policy, {inner, outer}).verdict == Verdict::Allow); // order means nothing
    CHECK(decide(policy, {inner}).verdict == Verdict::Deny);         // alone it was not granted
    model::Command other = command("restart db");
    other.where = {5, 16};
    other.via = {{"sudo", {}}};
    CHECK(decide(policy, {outer, other}).verdict == Verdict::Deny);
    inner.where = {20, 31}; // the same words elsewhere in the line
    CHECK(decide(policy, {outer, inner}).verdict == Verdict::Deny);
}

TEST_CASE("what a unit itself hides counts as one more command") {
    const Policy policy =
        must_load(reader_grant + any_grant +
                  guard("o", "cmd = { opaque = [\"unsupported-syntax\"] }", approval("sre")));
    model::CommandFacts unit = facts({command("ls", {Effect::Read})});
    CHECK(policy.decide(action(), &unit).verdict == Verdict::Allow);
    unit.opaque = {{OpaqueReason::UnsupportedSyntax, {}, {}}};
    CHECK(verdict(policy.decide(action(), &unit)).substr(0, 10) == "approve: o");
    const Policy readers = must_load(reader_grant);
    CHECK(verdict(readers.decide(action(), &unit)) == "deny: default");
}

TEST_CASE("circumstances: who, where, from and when") {
    struct Row {
        const char *condition;
        void (*change)(model::Action &);
        bool met; // by a wall
    };
    const Row rows[] = {
        {"who = { groups = [\"ops\"] }", [](model::Action &) {}, true},
        {"who = { groups = [\"sre\"] }", [](model::Action &) {}, false},
        {"who = { users = [\"olga\"], not = { groups = [\"ops\"] } }", [](model::Action &) {},
         false},
        {"who = { origin = [\"machine\", \"agent\"] }",
         [](model::Action &a) { a.who.origin = model::Origin::Agent; }, true},
        {"where = { env = [\"prod\"] }", [](model::Action &) {}, true},
        {"where = { env = [\"dev\"] }", [](model::Action &) {}, false},
        {"where = { env = [\"dev\"] }", [](model::Action &a) { a.labels.clear(); }, true},
        {"where = { name = [\"web1\"], account = [\"root\"] }", [](model::Action &) {}, false},
        {"where = { not = { env = [\"dev\"] } }", [](model::Action &) {}, true},
        {"where = { not = { env = [\"dev\"] } }", [](model::Action &a) { a.labels.clear(); }, true},
        {"from = [\"10.20.0.0/16\"]", [](model::Action &) {}, true},
        {"from = { not = [\"10.20.0.0/16\"] }", [](model::Action &) {}, false},
        {"from = { not = [\"10.20.0.0/16\"] }", [](model::Action &a) { a.from = "::1"; }, true},
        {"from = { not = [\"10.20.0.0/16\"] }", [](model::Action &a) { a.from = "junk"; }, true},
        {"from = [\"10.20.0.0/16\"]", [](model::Action &a) { a.from = ""; }, true},
        {"when = { days = [\"wed\"], zone = \"UTC\" }", [](model::Action &) {}, true},
        {"when = { days = [\"thu\"], zone = \"UTC\" }", [](model::Action &) {}, false},
        {"when = { hours = \"10:00-10:01\", zone = \"UTC\" }", [](model::Action &) {}, true},
        {"when = { hours = \"10:01-11:00\", zone = \"UTC\" }", [](model::Action &) {}, false},
        {"when = { hours = \"22:00-10:30\", zone = \"UTC\" }", [](model::Action &) {}, true},
        {"when = { hours = \"11:00-12:00\", zone = \"+01:00\" }", [](model::Action &) {}, true},
        {"when = { after = \"2026-03-05T00:00:00Z\" }", [](model::Action &) {}, false},
        {"when = { before = \"2026-03-05T00:00:00Z\" }", [](model::Action &) {}, true},
        {"when = { not = { days = [\"wed\"], zone = \"UTC\" } }", [](model::Action &) {}, false},
    };
    for (const Row &row : rows) {
        const Policy policy = must_load(any_grant + wall("w", row.condition));
        model::Action changed = action();
        row.change(changed);
        const model::CommandFacts all = facts({command("ls")});
        CHECK_MESSAGE((policy.decide(changed, &all).verdict == Verdict::Deny) == row.met,
                      row.condition);
    }
}

TEST_CASE("files, forwards and connects are judged by the same rules") {
    const Policy policy = must_load(R"(
[[grant]]
id = "files"
text = "t"
kind = ["sftp.*", "scp.read"]
path = ["/srv/**"]
[[grant]]
id = "to"
text = "t"
kind = ["forward.local"]
to = ["db:5432", "*.internal:443"]
[[grant]]
id = "connect"
text = "t"
kind = ["connect"]
[[wall]]
id = "env"
text = "t"
path = ["**/.env"]
)");
    struct Row {
        ActionKind kind;
        const char *bytes, *expected;
    };
    const Row rows[] = {
        {ActionKind::SftpRead, "/srv/a", "allow: files"},
        {ActionKind::SftpWrite, "/srv/x/../a", "allow: files"},
        {ActionKind::ScpRead, "/srv/a", "allow: files"},
        {ActionKind::ScpWrite, "/srv/a", "deny: default"},
        {ActionKind::SftpRead, "/srv/../etc/passwd", "deny: default"},
        {ActionKind::SftpRead, "srv/a", "deny: default"}, // relative: below an unknown directory
        {ActionKind::SftpRead, "/srv/app/.env", "deny: env"},
        {ActionKind::SftpRead, "/srv/app//./.env", "deny: env"},
        {ActionKind::SftpRead, "/srv/*", "allow: files"}, // a name, not a glob
        {ActionKind::ForwardLocal, "db:5432", "allow: to"},
        {ActionKind::ForwardLocal, "a.internal:443", "allow: to"},
        {ActionKind::ForwardLocal, "127.0.0.1:22", "deny: default"},
        {ActionKind::ForwardRemote, "db:5432", "deny: default"},
        {ActionKind::Connect, "", "allow: connect"},
        {ActionKind::X11, "", "deny: default"},
        {ActionKind::UnguardedShell, "", "deny: default"},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(verdict(policy.decide(action(row.kind, row.bytes), nullptr)) == row.expected,
                      row.bytes);
}

TEST_CASE("a shell start follows the rules for line, whose needs wait for the lines") {
    const std::string lines = "[[grant]]\nid = \"lines\"\ntext = \"t\"\nkind = [\"line\"]\n"
                              "cmd = { name = [\"ls\"] }\nneed = { " +
                              approval("sre") + ", mask = [\"pii\"] }\n";
    const auto start = [](const Policy &policy) {
        return policy.decide(action(ActionKind::Shell), nullptr);
    };
    CHECK(verdict(start(must_load(lines))) == "allow: lines");
    CHECK(start(must_load(lines)).need.mask == std::vector<std::string>{"pii"});
    CHECK(verdict(start(must_load(reader_grant))) == "deny: default"); // exec alone opens no shell
    // walls without a command hold at the start, those with one hold for the lines
    CHECK(verdict(start(must_load(lines + wall("w", "kind = [\"line\"]")))) == "deny: w");
    CHECK(verdict(start(must_load(lines + wall("w", "cmd = { any = true }")))) == "allow: lines");
    // who names `shell` is asked for the start itself
    CHECK(verdict(start(must_load(lines + guard("g", "kind = [\"shell\"]", approval("sre"))))) ==
          "approve: g lines");
    CHECK(verdict(start(must_load(lines + guard("g", "kind = [\"line\"]", approval("sre"))))) ==
          "allow: lines g");
}

TEST_CASE("a text without commands needs a grant of its kind and no more") {
    CHECK(verdict(decide(must_load(reader_grant), {})) == "allow: reader");
    CHECK(verdict(decide(must_load("[[grant]]\nid = \"c\"\ntext = \"t\"\nkind = [\"connect\"]\n"),
                         {})) == "deny: default");
}

TEST_CASE("a grant with a limit covers no longer units") {
    const Policy policy = must_load("[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "cmd = { any = true }\nlimit = { commands = 2 }\n");
    CHECK(decide(policy, {command("a"), command("b")}).verdict == Verdict::Allow);
    CHECK(decide(policy, {command("a"), command("b"), command("c")}).verdict == Verdict::Deny);
}

TEST_CASE("the explanation shows commands, rules and the verdict") {
    const Policy policy =
        must_load(any_grant + guard("del", "cmd = { effect = [\"delete\"] }", approval("sre")) +
                  wall("w", "path = [\"/etc/shadow\"]"));
    model::Command rm = command("rm -f /srv/x", {Effect::Delete});
    rm.deletes = {{"/srv/x"}};
    rm.via = {{"sudo", {}}};
    rm.as = model::AccountKind::Root;
    model::Action asked = action(ActionKind::Exec, "sudo rm -f /srv/x\x1b[2J");
    const model::CommandFacts all = facts({command("sudo rm -f /srv/x", {Effect::Privilege}), rm});
    const model::Decision decision = policy.decide(asked, &all);
    std::string text;
    for (const std::string &line : decision.explanation)
        text += line + "\n";
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text == R"(unit      sudo rm -f /srv/x<U+001B>[2J  bash, exec, ok, 2 commands
  1  sudo rm -f /srv/x                    effect privilege
  2    rm -f /srv/x                       via sudo  as root  deletes /srv/x  effect delete
grant     ops covers 1 2
guard     del  2                        approval 1 of sre  10 min, once
wall      none of 1 matched
verdict   approve: 1 of sre
)");
}
TEST_SUITE_END();
