// SPDX-License-Identifier: Apache-2.0
#include "sallyport/decider/decider.hpp"

#include "sallyport/decider/judge_worker.hpp"

#include <algorithm>

namespace sallyport::decider {
namespace {

model::Decision guard_break(const model::Command &command, const policy::Selection &policy) {
    model::Decision decision;
    decision.verdict = model::Verdict::Deny;
    decision.rules = {"guard-break"};
    decision.message = "`" + command.name.shown() +
                       "` here would take the guard off this shell. Use `ssh "
                       "account@target@bastion 'command'` instead.";
    decision.policy_hash = policy.policy_hash();
    decision.explanation = {"wall      guard-break: built in, no rule can allow it"};
    return decision;
}

} // namespace

bool Decider::has_text(model::ActionKind kind) {
    return kind == model::ActionKind::Exec || kind == model::ActionKind::Line ||
           kind == model::ActionKind::Script;
}

model::Decision decide_facts(const policy::Selection &policy, const model::Action &action,
                             const model::CommandFacts &facts) {
    if (action.kind == model::ActionKind::Line) {
        const auto breaking =
            std::find_if(facts.commands.begin(), facts.commands.end(), [](const auto &command) {
                return command.has(model::Effect::GuardBreak);
            });
        if (breaking != facts.commands.end())
            return guard_break(*breaking, policy);
    }
    return policy.decide(action, &facts);
}

model::Decision Decider::decide_now(const model::Action &action) const {
    return selection(action).decide(action, nullptr);
}

const policy::Selection &Decider::selection(const model::Action &action) const {
    const auto found =
        std::find_if(recent_.begin(), recent_.end(),
                     [&](const policy::Selection &recent) { return recent.fits(action); });
    if (found != recent_.end()) {
        std::rotate(recent_.begin(), found, found + 1);
        return recent_.front();
    }
    if (recent_.size() >= max_recent_selections)
        recent_.pop_back();
    recent_.insert(recent_.begin(), policy_->select(action));
    return recent_.front();
}

void Decider::decide(const model::Action &action, const std::string &definitions, Done done) const {
    pool_.judge(
        judge_ask(action, definitions),
        [selection = selection(action), action, done = std::move(done)](model::CommandFacts facts) {
            Decided decided{decide_facts(selection, action, facts), std::move(facts)};
            done(std::move(decided));
        });
}

} // namespace sallyport::decider
