// SPDX-License-Identifier: Apache-2.0
// The index names every rule that matches, whatever the rule and the command look like.
#include "compiled.hpp"
#include "match.hpp"
#include "policy_support.hpp"

#include <random>

using namespace sallyport;
using namespace sallyport::policy::test;
using policy::Policy;
using policy::Reading;
using policy::Rule;
using policy::RuleKind;

TEST_SUITE_BEGIN("policy.index");

namespace {

class Maker {
  public:
    explicit Maker(unsigned seed) : random_(seed) {}

    std::string policy(int rules) {
        std::string text;
        for (int i = 0; i < rules; ++i) {
            const std::string id = "r" + std::to_string(i);
            static const char *const heads[] = {"grant", "guard", "wall"};
            const std::string head = one(heads);
            text += "[[" + head + "]]\nid = \"" + id + "\"\ntext = \"t\"\nkind = [\"exec\"]\n" +
                    (head == "guard" ? "need = { reason = true }\n" : "") + clause(head) + "\n";
            if (chance(4))
                text += "any_of = [{ " + clause(head) + " }, { " + clause(head) + " }]\n";
        }
        return text;
    }

    model::Command command() {
        static const char *const names[] = {"rm",      "mkfs.ext4", "/usr/sbin/mkfs", "./rm",
                                            "kubectl", "$X",        "\"$X\"",         "dd"};
        model::Command made = policy::test::command(one(names) + std::string(" ") + one(names));
        static const char *const paths[] = {"/etc/shadow", "/etc/*", "/srv/app/**", "/srv",
                                            "**",          "**/x",   "/etc",        "/s*/app/x"};
        for (auto *list : {&made.reads, &made.writes, &made.deletes})
            if (chance(2))
                list->push_back({one(paths)});
        for (const model::Effect effect : {model::Effect::Delete, model::Effect::Network})
            if (chance(3))
                made.effects.push_back(effect);
        if (chance(6)) {
            made.name = {{{model::WordPartKind::Glob, "mk*"}}, chance(2)};
            made.argv.front() = made.name;
            made.opaque.push_back({model::OpaqueReason::GlobCommand, {}, {}});
        }
        return made;
    }

    bool chance(unsigned of) { return random_() % of == 0; }

  private:
    template <std::size_t N>
    std::string one(const char *const (&list)[N]) {
        return list[random_() % N];
    }
    std::string clause(const std::string &head) {
        static const char *const any[] = {"cmd = { name = [\"rm\", \"dd\"] }",
                                          "cmd = { name = [\"mkfs.*\"] }",
                                          "cmd = { name = [\"*\"] }",
                                          "cmd = { argv = [[\"rm\", \"*\"], [\"./rm\", \"rm\"]] }",
                                          "cmd = { argv = [[\"k*\", \"*\"]] }",
                                          "cmd = { any = true }",
                                          "cmd = { privilege = false }",
                                          "path = [\"/etc/shadow*\"]",
                                          "path = [\"/srv/**\", \"**/x\"]",
                                          "cmd = { reads = [\"/srv/app/x\"] }",
                                          "cmd = { writes = [\"/etc/**\"], name = [\"dd\"] }",
                                          "cmd = { opaque = true }"};
        static const char *const meeting[] = {
            "cmd = { effect = [\"delete\"] }", "cmd = { effect = [\"network\", \"destroy\"] }",
            "cmd = { deletes = [\"/srv\"] }", "cmd = { name = [\"rm\"], effect = [\"delete\"] }"};
        return head != "grant" && chance(3) ? one(meeting) : one(any);
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("no rule that matches a command is hidden by the index") {
    std::size_t matched = 0, left_out = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        Maker maker(seed);
        const Policy policy = must_load(maker.policy(40));
        for (int i = 0; i < 40; ++i) {
            const model::Command command = maker.command();
            const policy::Operation operation = policy::command_operation(command);
            const std::vector<Rule> &rules = policy.state().rules;
            policy::RuleSet found(rules.size());
            policy.state().index.candidates(operation, found);
            const model::CommandFacts all = facts({command});
            for (std::size_t at = 0; at < rules.size(); ++at) {
                const Reading reading =
                    rules[at].kind == RuleKind::Grant ? Reading::Covers : Reading::Meets;
                const bool matches = policy::match_clauses(rules[at], operation, action(), &all,
                                                           reading) != policy::Match::No;
                matched += matches ? 1 : 0;
                left_out += found.contains(at) ? 0 : 1;
                CHECK_MESSAGE((found.contains(at) || !matches),
                              rules[at].id << " of seed " << seed << " and " << operation.shown);
            }
        }
    }
    CHECK(matched > 10'000);
    CHECK(left_out > 10'000); // else nothing was saved and nothing was tried
}

TEST_CASE("a session's rules decide as the whole policy does, and another session's do not apply") {
    const Policy policy = must_load("[[grant]]\nid = \"ops\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "who = { groups = [\"ops\"] }\ncmd = { any = true }\n");
    const policy::Selection selection = policy.select(action());
    const model::CommandFacts all = facts({command("ls")});
    CHECK(selection.fits(action()));
    CHECK(verdict(selection.decide(action(), &all)) == "allow: ops");
    const auto changed = [&](auto change) {
        model::Action other = action();
        change(other);
        CHECK_FALSE(selection.fits(other));
        return verdict(selection.decide(other, &all));
    };
    CHECK(changed([](model::Action &a) { a.who.groups = {"dev"}; }) == "deny: default");
    CHECK(changed([](model::Action &a) { a.kind = model::ActionKind::Line; }) == "deny: default");
    CHECK(changed([](model::Action &a) { a.who.person = "x"; }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.labels.clear(); }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.from = "::1"; }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.declared = {"break-glass"}; }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.account = "root"; }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.target = "web2"; }) == "allow: ops");
    CHECK(changed([](model::Action &a) { a.who.origin = model::Origin::Agent; }) == "allow: ops");
}

TEST_CASE("a selection keeps the policy that it was made of") {
    std::optional<Policy> policy = must_load("[[wall]]\nid = \"w\"\ntext = \"no\"\n");
    const policy::Selection selection = policy->select(action());
    policy = must_load("[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                       "cmd = { any = true }\n");
    const model::CommandFacts all = facts({command("ls")});
    CHECK(verdict(selection.decide(action(), &all)) == "deny: w");
    CHECK(verdict(policy->decide(action(), &all)) == "allow: g");
}
TEST_SUITE_END();
