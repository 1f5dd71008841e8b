// SPDX-License-Identifier: Apache-2.0
// The combination of rules. The four steps of docs/POLICY.md, in this order.
#include "decide.hpp"

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
    Decider(const Policy::State &state, const model::Action &action,
            const model::CommandFacts *facts)
        : state_(state), action_(action), facts_(facts) {}
    model::Decision run();

  private:
    bool refuse_before_rules();
    void take_apart();
    void filter_rules();
    void judge(std::size_t index);
    void find_covering();
    void cover_inner(const Rule &grant);
    void choose(Judged &judged, const Operation &operation);
    std::vector<const Rule *> guards_for(const Operation &operation) const;
    bool waits_for_lines(const Rule &rule) const;
    void add(Needs &needs, const Rule &rule) const;
    bool deny_by_wall();
    bool deny_by_default();
    void find_nearest();
    void unite();
    void name_rules();
    void deny(std::string rule, std::string message);

    const Policy::State &state_;
    const model::Action &action_;
    const model::CommandFacts *facts_;
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
        trace_.operations.push_back(command_operation(hidden));
        trace_.operations.back().shown = "<the unit itself>";
        trace_.operations.back().hidden = true;
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
}

void Decider::filter_rules() {
    const Circumstances now{action_, parse_address(action_.from)};
    for (const Rule &rule : state_.rules) {
        const Match match = match_circumstances(rule, now);
        if (match == Match::No)
            continue;
        if (rule.kind == RuleKind::Guard)
            trace_.guards.push_back(&rule);
        else if (rule.kind == RuleKind::Wall)
            trace_.walls.push_back(&rule);
        else if (match == Match::Yes &&
                 (!rule.max_commands || facts_ == nullptr ||
                  facts_->commands.size() <= static_cast<std::size_t>(*rule.max_commands)))
            trace_.grants.push_back(&rule);
    }
}

void Decider::find_covering() {
    for (std::size_t i = 0; i < trace_.operations.size(); ++i)
        for (const Rule *grant : trace_.grants)
            if (match_clauses(*grant, trace_.operations[i], action_, facts_, Reading::Covers) ==
                Match::Yes)
                trace_.judged[i].covering.push_back(grant);
    for (const Rule *grant : trace_.grants)
        if (!grant->clause.command.empty() && !grant->clause.command.front().argv.empty())
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

void Decider::judge(std::size_t index) {
    const Operation &operation = trace_.operations[index];
    Judged &judged = trace_.judged[index];
    for (const Rule *wall : trace_.walls)
        if (match_clauses(*wall, operation, action_, facts_, Reading::Meets) != Match::No)
            judged.walls.push_back(wall);
    choose(judged, operation);
}

std::vector<const Rule *> Decider::guards_for(const Operation &operation) const {
    std::vector<const Rule *> found;
    for (const Rule *guard : trace_.guards)
        if (match_clauses(*guard, operation, action_, facts_, Reading::Meets) != Match::No)
            found.push_back(guard);
    return found;
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

// Step 3: among the grants to which every matching wall yields, the one that asks least together
// with the guards that do not yield to it. Rules are sorted by id, so a tie has one winner.
void Decider::choose(Judged &judged, const Operation &operation) {
    const std::vector<const Rule *> guards = guards_for(operation);
    std::optional<Weight> least;
    for (const Rule *grant : judged.covering) {
        if (!std::all_of(judged.walls.begin(), judged.walls.end(),
                         [&](const Rule *wall) { return wall->yields_to(*grant); }))
            continue;
        Needs needs;
        add(needs, *grant);
        std::vector<const Rule *> adding, yielded = judged.walls;
        for (const Rule *guard : guards) {
            (guard->yields_to(*grant) ? yielded : adding).push_back(guard);
            if (!guard->yields_to(*grant))
                add(needs, *guard);
        }
        if (least && weight(needs) >= *least)
            continue;
        least = weight(needs);
        judged.grant = grant;
        judged.guards = std::move(adding);
        judged.yielded = std::move(yielded);
    }
    if (judged.grant == nullptr)
        judged.blocking = judged.walls;
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

void Decider::find_nearest() {
    const Operation &operation = trace_.operations[trace_.uncovered];
    const Circumstances now{action_, parse_address(action_.from)};
    for (const Rule &rule : state_.rules) {
        if (rule.kind != RuleKind::Grant)
            continue;
        Stage stage = Stage::Clause;
        match_circumstances(rule, now, &stage);
        if (trace_.nearest.grant != nullptr && stage <= trace_.nearest.stage)
            continue;
        // A forward is not near to a grant of commands.
        if (stage == Stage::Kind && operation.kind != OperationKind::Plain)
            continue;
        trace_.nearest = {&rule, stage};
    }
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
        std::vector<const Rule *> rules = judged.guards;
        rules.push_back(judged.grant);
        for (const Rule *rule : rules)
            if (std::find(seen.begin(), seen.end(), rule) == seen.end())
                seen.push_back(rule);
    }
    std::sort(seen.begin(), seen.end(), [](const Rule *a, const Rule *b) { return a->id < b->id; });
    for (const Rule *rule : seen)
        add(trace_.needs, *rule);
    decision_.need = trace_.needs.need;
    decision_.mask_mode = output_mode_name(trace_.needs.output);
    decision_.record_all = trace_.needs.record_all;
    decision_.verdict = !decision_.need.approvals.empty() ? Verdict::Approve
                        : decision_.need.step_up          ? Verdict::StepUp
                                                          : Verdict::Allow;
    // The most telling first: who holds it up, then who adds, then who allows.
    const auto rank = [&](const Rule *rule) {
        const bool quiet = waits_for_lines(*rule) ||
                           (rule->need.all.empty() && !rule->need.step_up && !rule->need.reason);
        return (quiet                    ? 2
                : rule->need.all.empty() ? 1
                                         : 0) +
               (quiet && rule->kind == RuleKind::Guard ? 1 : 0);
    };
    std::stable_sort(seen.begin(), seen.end(), [&](const Rule *a, const Rule *b) {
        return std::pair(rank(a), b->need.all.size()) < std::pair(rank(b), a->need.all.size());
    });
    for (const Rule *rule : seen) {
        decision_.rules.push_back(rule->id);
        if (decision_.message.empty() && rank(rule) < 2)
            decision_.message = rule->message.empty() ? rule->text : rule->message;
    }
}

model::Decision Decider::run() {
    decision_.policy_hash = state_.hash;
    if (!refuse_before_rules()) {
        take_apart();
        filter_rules();
        find_covering();
        for (std::size_t i = 0; i < trace_.operations.size(); ++i)
            judge(i);
        if (!deny_by_wall() && !deny_by_default())
            unite();
    }
    decision_.explanation = explain(trace_, action_, facts_, decision_);
    return std::move(decision_);
}

} // namespace

model::Decision Policy::decide(const model::Action &action,
                               const model::CommandFacts *facts) const {
    return Decider(*state_, action, facts).run();
}

} // namespace sallyport::policy
