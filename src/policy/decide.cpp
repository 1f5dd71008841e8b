// SPDX-License-Identifier: Apache-2.0
// The combination of rules. The four steps of docs/POLICY.md, in this order.
#include "decide.hpp"

#include "compiled.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

using model::ActionKind;
using model::Verdict;

bool needs_facts(ActionKind kind) {
    return kind == ActionKind::Exec || kind == ActionKind::Line || kind == ActionKind::Script;
}

OperationKind operation_kind(ActionKind kind) {
    switch (kind) {
    case ActionKind::Exec:
    case ActionKind::Line:
    case ActionKind::Script:
    case ActionKind::Shell:
        return OperationKind::Nothing; // texts become commands below
    case ActionKind::SftpRead:
    case ActionKind::SftpWrite:
    case ActionKind::ScpRead:
    case ActionKind::ScpWrite:
    case ActionKind::RsyncRead:
    case ActionKind::RsyncWrite:
        return OperationKind::File;
    case ActionKind::ForwardLocal:
    case ActionKind::ForwardRemote:
        return OperationKind::Forward;
    case ActionKind::Connect:
    case ActionKind::Git:
    case ActionKind::AgentForward:
    case ActionKind::X11:
    case ActionKind::Subsystem:
    case ActionKind::UnguardedShell:
        break;
    }
    return OperationKind::Plain;
}

class Decider {
  public:
    Decider(const Selection::State &selection, const model::Action &action,
            const model::CommandFacts *facts)
        : selection_(selection), policy_(*selection.policy), action_(action), facts_(facts),
          candidates_(selection.policy->rules.size()) {}
    model::Decision run();

  private:
    bool refuse_before_rules();
    void take_apart();
    void match_rules(std::size_t index);
    bool holds_now(const Rule &rule) const;
    void cover_inner();
    void cover_inner(const Rule &grant);
    void choose(Judged &judged);
    std::optional<Weight> weight_with(const Rule &grant, const Judged &judged) const;
    bool waits_for_lines(const Rule &rule) const;
    void add(Needs &needs, const Rule &rule) const;
    bool deny_by_wall();
    bool deny_by_default();
    void find_nearest();
    int closeness(const Rule &grant, const Operation &operation) const;
    void unite();
    void name_rules(const std::vector<const Rule *> &rules);
    void deny(std::string rule, std::string message);

    const Selection::State &selection_;
    const Policy::State &policy_;
    const model::Action &action_;
    const model::CommandFacts *facts_;
    RuleSet candidates_; // of the operation that is looked at
    Trace trace_;
    model::Decision decision_; // Deny until the end says otherwise
};

void Decider::deny(std::string rule, std::string message) {
    decision_.verdict = Verdict::Deny;
    decision_.rules.push_back(std::move(rule));
    decision_.message = std::move(message);
}

// Step 1, first half: what is no shell text is not judged by rules.
bool Decider::refuse_before_rules() {
    if (!needs_facts(action_.kind))
        return false;
    if (facts_ == nullptr) {
        deny("not-judged", "the command could not be judged");
        return true;
    }
    if (facts_->state != model::ParseState::Ok) {
        std::string message = facts_->state == model::ParseState::OverLimit
                                  ? "this is too large or too deeply nested to be judged"
                              : facts_->state == model::ParseState::Incomplete
                                  ? "the command is not complete"
                                  : "the shell's grammar does not accept this";
        if (facts_->error)
            message += ": line " + std::to_string(facts_->error->line) + ", column " +
                       std::to_string(facts_->error->column) + ": " +
                       base::printable(facts_->error->message, 200);
        deny("not-shell", std::move(message));
        return true;
    }
    if (action_.kind != ActionKind::Line)
        return false;
    for (const model::Command &command : facts_->commands)
        if (command.has(model::Effect::GuardBreak)) {
            deny("guard-break", "this would open the guarded shell; no rule can allow it");
            return true;
        }
    return false;
}

void Decider::take_apart() {
    if (needs_facts(action_.kind))
        for (const model::Command &command : facts_->commands)
            trace_.operations.push_back(command_operation(command));
    if (needs_facts(action_.kind) && !facts_->opaque.empty()) {
        // What the unit itself hides is one more command of which nothing is known.
        model::Command &hidden = trace_.made.emplace_back();
        hidden.name.parts = {{model::WordPartKind::Hole, ""}};
        hidden.argv = {hidden.name};
        hidden.opaque = facts_->opaque;
        // Text that was not taken apart may hold any command with any words.
        const auto unread = [](const model::Opaque &opaque) {
            return opaque.reason == model::OpaqueReason::UnsupportedSyntax ||
                   opaque.reason == model::OpaqueReason::OverLimit;
        };
        hidden.name.may_split = std::any_of(hidden.opaque.begin(), hidden.opaque.end(), unread);
        trace_.operations.push_back(command_operation(hidden));
        trace_.operations.back().shown = "<the unit itself>";
        trace_.operations.back().hidden = !hidden.name.may_split;
    }
    if (trace_.operations.empty()) {
        Operation operation;
        operation.kind = operation_kind(action_.kind);
        operation.shown =
            operation.kind == OperationKind::Nothing || operation.kind == OperationKind::Plain
                ? std::string(model::action_kind_name(action_.kind))
                : base::printable(action_.bytes, 200);
        trace_.operations.push_back(std::move(operation));
    }
    trace_.judged.resize(trace_.operations.size());
    trace_.uncovered = trace_.operations.size();
    trace_.walls = selection_.walls;
}

// Time and size, which differ from action to action.
bool Decider::holds_now(const Rule &rule) const {
    const Match when = match_when(rule.when, action_.at);
    if (rule.kind != RuleKind::Grant)
        return when != Match::No;
    return when == Match::Yes &&
           (!rule.max_commands || facts_ == nullptr ||
            facts_->commands.size() <= static_cast<std::size_t>(*rule.max_commands));
}

void Decider::match_rules(std::size_t index) {
    const Operation &operation = trace_.operations[index];
    Judged &judged = trace_.judged[index];
    const auto match = [&](std::size_t at) {
        const Rule &rule = policy_.rules[at];
        const bool grant = rule.kind == RuleKind::Grant;
        if (!holds_now(rule))
            return;
        const Match found = match_clauses(rule, operation, action_, facts_,
                                          grant ? Reading::Covers : Reading::Meets);
        if (found == Match::No || (grant && found != Match::Yes))
            return;
        (grant                          ? judged.covering
         : rule.kind == RuleKind::Guard ? judged.meeting
                                        : judged.walls)
            .push_back(&rule);
    };
    if (operation.command == nullptr)
        return selection_.possible.each(match);
    candidates_.clear();
    policy_.index.candidates(operation, candidates_);
    candidates_.keep(selection_.possible);
    candidates_.each(match);
}

void Decider::cover_inner() {
    for (const Rule *grant : selection_.grants)
        if (!grant->clause.command.empty() && !grant->clause.command.front().argv.empty() &&
            holds_now(*grant))
            cover_inner(*grant);
}

// A grant that names exact words covers the command that those words start, and no other.
void Decider::cover_inner(const Rule &grant) {
    const auto covered = [&](std::size_t i) {
        const std::vector<const Rule *> &those = trace_.judged[i].covering;
        return trace_.operations[i].command != nullptr &&
               std::find(those.begin(), those.end(), &grant) != those.end();
    };
    std::vector<std::size_t> outer, inner;
    for (std::size_t i = 0; i < trace_.operations.size(); ++i)
        if (covered(i))
            outer.push_back(i);
        else if (trace_.operations[i].command != nullptr)
            inner.push_back(i);
    for (const std::size_t i : inner)
        if (std::any_of(outer.begin(), outer.end(), [&](std::size_t o) {
                return is_inner_of(*trace_.operations[i].command, *trace_.operations[o].command);
            }))
            trace_.judged[i].covering.push_back(&grant);
}

// A shell start is judged by the rules for `line`, whose approvals and factors belong to the lines.
bool Decider::waits_for_lines(const Rule &rule) const {
    return action_.kind == ActionKind::Shell && rule.kinds != 0 &&
           (rule.kinds & bit(ActionKind::Shell)) == 0;
}

void Decider::add(Needs &needs, const Rule &rule) const {
    if (waits_for_lines(rule))
        add_quiet_need(needs, rule.need);
    else
        add_need(needs, rule.need);
}

// What is asked if this grant is used; nothing when a wall does not yield to it.
std::optional<Weight> Decider::weight_with(const Rule &grant, const Judged &judged) const {
    for (const Rule *wall : judged.walls)
        if (!wall->yields_to(grant))
            return std::nullopt;
    if (judged.covering.size() == 1)
        return Weight{};
    Needs needs;
    add(needs, grant);
    for (const Rule *guard : judged.meeting)
        if (!guard->yields_to(grant))
            add(needs, *guard);
    return weight(needs);
}

// Step 3: among the grants to which every matching wall yields, the one that asks least together
// with the guards that do not yield to it. Rules are sorted by id, so a tie has one winner.
void Decider::choose(Judged &judged) {
    std::optional<Weight> least;
    for (const Rule *grant : judged.covering) {
        const std::optional<Weight> asked = weight_with(*grant, judged);
        if (!asked || (least && *asked >= *least))
            continue;
        least = asked;
        judged.grant = grant;
    }
    if (judged.grant == nullptr) {
        judged.blocking = judged.walls;
        return;
    }
    judged.yielded = judged.walls;
    for (const Rule *guard : judged.meeting)
        (guard->yields_to(*judged.grant) ? judged.yielded : judged.guards).push_back(guard);
}

bool Decider::deny_by_wall() {
    for (std::size_t i = 0; i < trace_.judged.size(); ++i)
        for (const Rule *wall : trace_.judged[i].blocking) {
            if (std::find(decision_.rules.begin(), decision_.rules.end(), wall->id) !=
                decision_.rules.end())
                continue;
            const bool first = decision_.rules.empty();
            std::string message = wall->message.empty() ? wall->text : wall->message;
            if (trace_.operations[i].any_program())
                message += " What `" + base::printable(trace_.operations[i].shown, 100) +
                           "` runs is not known before it runs; write the name out.";
            deny(wall->id, first ? std::move(message) : decision_.message);
        }
    return !decision_.rules.empty();
}

// How much of a grant's condition on the command holds: its name tells most.
int Decider::closeness(const Rule &grant, const Operation &operation) const {
    if (operation.command == nullptr || grant.clause.command.empty())
        return 0;
    const CommandClause &clause = grant.clause.command.front();
    if (!clause.name.empty())
        return operation.name && clause.name.matches(*operation.name) ? 2 : 0;
    for (const std::vector<Glob> &list : clause.argv)
        if (!operation.command->argv.empty() &&
            match_word(list.front(), operation.command->argv.front()) == Match::Yes)
            return 2;
    return clause.argv.empty() ? 1 : 0;
}

void Decider::find_nearest() {
    const Operation &operation = trace_.operations[trace_.uncovered];
    int closest = -1;
    for (const Rule *grant : selection_.grants) {
        const bool holds = holds_now(*grant);
        const int close = holds ? 1 + closeness(*grant, operation) : 0;
        if (close <= closest)
            continue;
        closest = close;
        const bool timely = match_when(grant->when, action_.at) == Match::Yes;
        trace_.nearest = {grant, holds ? Stage::Clause : timely ? Stage::Size : Stage::When};
    }
    if (trace_.nearest.grant != nullptr)
        return;
    trace_.nearest = selection_.other;
    // A forward is not near to a grant of commands.
    if (trace_.nearest.grant == nullptr && operation.kind == OperationKind::Plain)
        trace_.nearest = selection_.other_kind;
}

bool Decider::deny_by_default() {
    const auto none = std::find_if(trace_.judged.begin(), trace_.judged.end(),
                                   [](const Judged &judged) { return judged.covering.empty(); });
    trace_.uncovered = static_cast<std::size_t>(none - trace_.judged.begin());
    if (none == trace_.judged.end())
        return false;
    find_nearest();
    const Operation &operation = trace_.operations[trace_.uncovered];
    std::string message =
        "no rule allows you `" + base::printable(operation.shown, 200) + "` on " + action_.target;
    if (trace_.nearest.grant != nullptr)
        message += " (nearest: " + trace_.nearest.grant->id + ", " +
                   stage_reason(trace_.nearest, operation, action_) + ")";
    deny("default", std::move(message));
    return true;
}

// Step 4.
void Decider::unite() {
    std::vector<const Rule *> seen;
    for (const Judged &judged : trace_.judged) {
        seen.insert(seen.end(), judged.guards.begin(), judged.guards.end());
        seen.push_back(judged.grant);
    }
    sort_rules(seen);
    for (const Rule *rule : seen)
        add(trace_.needs, *rule);
    decision_.need = trace_.needs.need;
    decision_.mask_mode = output_mode_name(trace_.needs.output);
    decision_.record_all = trace_.needs.record_all;
    decision_.verdict = !decision_.need.approvals.empty() ? Verdict::Approve
                        : decision_.need.step_up          ? Verdict::StepUp
                                                          : Verdict::Allow;
    name_rules(seen);
}

// The most telling first: who holds it up, of these who asks more; then who adds, then who allows.
void Decider::name_rules(const std::vector<const Rule *> &rules) {
    struct Named {
        int rank;
        std::size_t lightness;
        const Rule *rule;
        auto operator<=>(const Named &) const = default;
    };
    std::vector<Named> named;
    for (const Rule *rule : rules) {
        const RuleNeed &need = rule->need;
        const bool quiet =
            waits_for_lines(*rule) || (need.all.empty() && !need.step_up && !need.reason);
        const int rank = quiet ? rule->kind == RuleKind::Guard ? 3 : 2 : need.all.empty() ? 1 : 0;
        named.push_back({rank, ~need.all.size(), rule});
    }
    std::sort(named.begin(), named.end());
    for (const Named &one : named) {
        decision_.rules.push_back(one.rule->id);
        if (one.rank == 0)
            decision_.held_by.push_back(one.rule->id);
        if (decision_.message.empty() && one.rank < 2)
            decision_.message = one.rule->message.empty() ? one.rule->text : one.rule->message;
    }
}

model::Decision Decider::run() {
    decision_.policy_hash = policy_.hash;
    if (!refuse_before_rules()) {
        take_apart();
        for (std::size_t i = 0; i < trace_.operations.size(); ++i)
            match_rules(i);
        cover_inner();
        for (Judged &judged : trace_.judged)
            choose(judged);
        if (!deny_by_wall() && !deny_by_default())
            unite();
    }
    decision_.explanation = explain(trace_, action_, facts_, decision_);
    return std::move(decision_);
}

} // namespace

model::Decision Selection::decide(const model::Action &action,
                                  const model::CommandFacts *facts) const {
    if (!fits(action))
        return Policy(state_->policy).decide(action, facts);
    return Decider(*state_, action, facts).run();
}

model::Decision Policy::decide(const model::Action &action,
                               const model::CommandFacts *facts) const {
    return select(action).decide(action, facts);
}

} // namespace sallyport::policy
