// SPDX-License-Identifier: Apache-2.0
// Static checks: a policy that loads and probably does not say what was meant.
#include "compiled.hpp"
#include "fields.hpp"
#include "needs.hpp"

#include <algorithm>
#include <set>

namespace sallyport::policy {
namespace {

using model::ActionKind;

constexpr Mask text_kinds = bit(ActionKind::Exec) | bit(ActionKind::Line) | bit(ActionKind::Script);
constexpr Mask file_kinds = bit(ActionKind::SftpRead) | bit(ActionKind::SftpWrite) |
                            bit(ActionKind::ScpRead) | bit(ActionKind::ScpWrite) |
                            bit(ActionKind::RsyncRead) | bit(ActionKind::RsyncWrite);
constexpr Mask forward_kinds = bit(ActionKind::ForwardLocal) | bit(ActionKind::ForwardRemote);

// An absent list means everything.
template <typename T>
bool overlap(const std::vector<T> &a, const std::vector<T> &b) {
    return a.empty() || b.empty() || std::any_of(a.begin(), a.end(), [&](const T &one) {
               return std::find(b.begin(), b.end(), one) != b.end();
           });
}
template <typename T>
bool within(const std::vector<T> &narrow, const std::vector<T> &wide) {
    return wide.empty() ||
           (!narrow.empty() && std::all_of(narrow.begin(), narrow.end(), [&](const T &one) {
               return std::find(wide.begin(), wide.end(), one) != wide.end();
           }));
}
bool overlap(Mask a, Mask b) {
    return a == 0 || b == 0 || (a & b) != 0;
}
bool within(Mask narrow, Mask wide) {
    return wide == 0 || (narrow != 0 && (narrow & ~wide) == 0);
}

// Can some action meet both. Groups never exclude each other: a person may be in two.
bool may_meet(const Rule &a, const Rule &b) {
    if (!overlap(a.kinds, b.kinds) || !overlap(a.who.origins, b.who.origins) ||
        !overlap(a.who.users, b.who.users) || !overlap(a.where.names, b.where.names) ||
        !overlap(a.where.accounts, b.where.accounts))
        return false;
    for (const auto &[label, values] : a.where.labels) {
        const auto other = b.where.labels.find(label);
        if (other != b.where.labels.end() && !overlap(values, other->second))
            return false;
    }
    return true;
}

bool within(const Globs &narrow, const Globs &wide) {
    if (wide.empty())
        return true;
    return !narrow.empty() &&
           std::all_of(narrow.literals.begin(), narrow.literals.end(),
                       [&](const std::string &text) { return wide.matches(text); }) &&
           within(narrow.patterns, wide.patterns);
}

bool within(const CommandClause &narrow, const CommandClause &wide) {
    if (wide.any)
        return true;
    const bool rare = !wide.except.empty() || !narrow.except.empty() || !wide.sub.empty() ||
                      !wide.via.empty() || !wide.environment.empty() || !wide.net.empty() ||
                      !wide.option.empty() || !wide.operand.empty();
    if (narrow.any || rare)
        return false; // said to be no, to stay silent rather than wrong
    return within(narrow.name, wide.name) && within(narrow.argv, wide.argv) &&
           within(narrow.as, wide.as) && within(narrow.reads, wide.reads) &&
           within(narrow.writes, wide.writes) && within(narrow.deletes, wide.deletes) &&
           within(narrow.paths, wide.paths) &&
           (!wide.effect_only ||
            (narrow.effect_only && within(*narrow.effect_only, *wide.effect_only))) &&
           (!wide.privilege || wide.privilege == narrow.privilege) &&
           (!wide.is_opaque || wide.is_opaque == narrow.is_opaque);
}

// Whatever `narrow` covers, `wide` covers too.
bool covers(const Rule &wide, const Rule &narrow) {
    if (!wide.any_of.empty() || !narrow.any_of.empty() || !wide.when.empty() ||
        !wide.from.in.empty() || !wide.from.out.empty() || !wide.who.except.empty() ||
        !wide.where.except.empty() || wide.max_commands)
        return false;
    if (!within(narrow.kinds, wide.kinds) || !within(narrow.who.groups, wide.who.groups) ||
        !within(narrow.who.users, wide.who.users) ||
        !within(narrow.who.declared, wide.who.declared) ||
        !within(narrow.who.origins, wide.who.origins) ||
        !within(narrow.where.names, wide.where.names) ||
        !within(narrow.where.accounts, wide.where.accounts))
        return false;
    for (const auto &[label, values] : wide.where.labels) {
        const auto other = narrow.where.labels.find(label);
        if (other == narrow.where.labels.end() || !within(other->second, values))
            return false;
    }
    if (!wide.clause.command.empty() &&
        (narrow.clause.command.empty() ||
         !within(narrow.clause.command.front(), wide.clause.command.front())))
        return false;
    return within(narrow.clause.paths, wide.clause.paths) &&
           within(narrow.clause.to, wide.clause.to);
}

Weight own_weight(const Rule &rule) {
    Needs needs;
    add_need(needs, rule.need);
    return weight(needs);
}

class Checker {
  public:
    Checker(const Policy::State &state, const Judge &judge) : state_(state), judge_(judge) {}
    std::vector<Fault> run();

  private:
    void add(const Rule &rule, std::string message) {
        found_.push_back(
            {rule.file, rule.at.line, rule.at.column,
             std::string(rule_kind_name(rule.kind)) + " " + rule.id + ": " + std::move(message)});
    }
    bool any_of_kind(RuleKind kind, const Rule &met) const;
    void check_kinds(const Rule &rule);
    void check_shadow(const Rule &grant);
    void check_wide(const Rule &grant);
    void check_names(const Rule &grant);
    void check_reach(const Rule &rule);
    void check_approvers(const Rule &rule);

    const Policy::State &state_;
    const Judge &judge_;
    std::vector<Fault> found_;
};

bool Checker::any_of_kind(RuleKind kind, const Rule &met) const {
    return std::any_of(state_.rules.begin(), state_.rules.end(),
                       [&](const Rule &rule) { return rule.kind == kind && may_meet(rule, met); });
}

void Checker::check_kinds(const Rule &rule) {
    const auto meets = [&](Mask kinds) { return rule.kinds == 0 || (rule.kinds & kinds) != 0; };
    if (!rule.clause.command.empty() &&
        !meets(rule.clause.command.front().any ? text_kinds | file_kinds : text_kinds))
        add(rule, "never matches: `cmd` looks at commands and `kind` names none");
    if (!rule.clause.paths.empty() && !meets(text_kinds | file_kinds))
        add(rule, "never matches: `path` looks at files and `kind` names none");
    if (!rule.clause.to.empty() && !meets(forward_kinds))
        add(rule, "never matches: `to` looks at forwards and `kind` names none");
}

void Checker::check_shadow(const Rule &grant) {
    for (const Rule &other : state_.rules)
        if (other.kind == RuleKind::Grant && &other != &grant && covers(other, grant) &&
            own_weight(other) <= own_weight(grant) &&
            (other.id < grant.id || !covers(grant, other)))
            add(grant, "never decides: " + other.id + " covers the same and asks no more");
}

void Checker::check_wide(const Rule &grant) {
    if (grant.clause.command.empty() || !grant.clause.command.front().any)
        return;
    if (grant.where.empty())
        add(grant, "allows every command on every target; say `where`");
    if (!any_of_kind(RuleKind::Guard, grant))
        add(grant, "allows every command and no guard narrows it");
}

// A granted interpreter or wrapper is a grant for everything unless opaque commands are left out.
void Checker::check_names(const Rule &grant) {
    if (!judge_ || grant.clause.command.empty())
        return;
    const CommandClause &clause = grant.clause.command.front();
    if (clause.is_opaque == false || clause.name.empty() || !clause.argv.empty())
        return;
    const Mask runs_others = bit(model::OpaqueReason::Interpreter) |
                             bit(model::OpaqueReason::Editor) | bit(model::OpaqueReason::Pager) |
                             bit(model::OpaqueReason::StdinScript) |
                             bit(model::OpaqueReason::Interactive);
    std::set<std::string> names(clause.name.literals.begin(), clause.name.literals.end());
    for (const std::string &name : names) {
        const auto judged = [this](std::string text) {
            model::Action action;
            action.bytes = std::move(text);
            return judge_(action);
        };
        const model::CommandFacts facts = judged(name);
        bool opens = false;
        for (const model::Command &command : facts.commands)
            for (const model::Opaque &opaque : command.opaque)
                opens = opens || (runs_others & bit(opaque.reason)) != 0;
        opens = opens || judged(name + " true").commands.size() > 1;
        if (opens)
            add(grant, "allows `" + name + "`, which runs other commands; say `opaque = false`");
    }
}

void Checker::check_reach(const Rule &rule) {
    if (!any_of_kind(RuleKind::Grant, rule))
        add(rule, "no grant reaches it");
    for (const std::string &name : rule.yields)
        for (const Rule &grant : state_.rules)
            if (grant.id == name && !may_meet(grant, rule))
                add(rule, "yields to " + name + ", which never meets it");
}

void Checker::check_approvers(const Rule &rule) {
    if (state_.fixtures.users.empty())
        return;
    for (const model::Quorum &quorum : rule.need.all) {
        std::uint32_t members = 0;
        for (const auto &[name, user] : state_.fixtures.users)
            if (overlap(user.groups, quorum.groups) && !user.groups.empty())
                ++members;
        if (members < quorum.count)
            add(rule, "needs " + quorum_text(quorum) + ", and the fixtures know " +
                          std::to_string(members));
    }
}

std::vector<Fault> Checker::run() {
    for (const Rule &rule : state_.rules) {
        if (rule.tests.empty())
            add(rule, "has no test");
        check_kinds(rule);
        check_approvers(rule);
        if (rule.kind != RuleKind::Grant) {
            check_reach(rule);
            continue;
        }
        check_shadow(rule);
        check_wide(rule);
        check_names(rule);
    }
    std::sort(found_.begin(), found_.end(), [](const Fault &a, const Fault &b) {
        return std::tie(a.file, a.line, a.column, a.message) <
               std::tie(b.file, b.line, b.column, b.message);
    });
    return std::move(found_);
}

} // namespace

std::vector<Fault> Policy::check(const Judge &judge) const {
    return Checker(*state_, judge).run();
}

} // namespace sallyport::policy
