// SPDX-License-Identifier: Apache-2.0
#include "selection.hpp"

#include "compiled.hpp"

namespace sallyport::policy {
namespace {

// What a selection depends on, without the rest of the action.
model::Action circumstances_of(const model::Action &action) {
    model::Action of;
    of.kind = action.kind;
    of.who = action.who;
    of.declared = action.declared;
    of.account = action.account;
    of.target = action.target;
    of.labels = action.labels;
    of.from = action.from;
    return of;
}

void add_grant(Selection::State &state, const Rule &grant, Match match, Stage failed) {
    if (match == Match::Yes) {
        state.grants.push_back(&grant);
        return;
    }
    Nearest &nearest = failed == Stage::Kind ? state.other_kind : state.other;
    if (nearest.grant == nullptr || failed > nearest.stage)
        nearest = {&grant, failed};
}

} // namespace

Selection::Selection(std::shared_ptr<const State> state) : state_(std::move(state)) {}

const std::string &Selection::policy_hash() const {
    return state_->policy->hash;
}

bool Selection::fits(const model::Action &action) const {
    const model::Action &of = state_->of;
    return of.kind == action.kind && of.who.person == action.who.person &&
           of.target == action.target && of.account == action.account && of.from == action.from &&
           of.who.origin == action.who.origin && of.who.groups == action.who.groups &&
           of.declared == action.declared && of.labels == action.labels;
}

Selection Policy::select(const model::Action &action) const {
    auto selection = std::make_shared<Selection::State>();
    selection->policy = state_;
    selection->of = circumstances_of(action);
    selection->possible = RuleSet(state_->rules.size());
    const std::optional<Address> from = parse_address(action.from);
    for (std::size_t i = 0; i < state_->rules.size(); ++i) {
        const Rule &rule = state_->rules[i];
        Stage failed = Stage::None;
        const Match match = match_circumstances(rule, action, from, &failed);
        if (rule.kind == RuleKind::Grant)
            add_grant(*selection, rule, match, failed);
        // What is not known satisfies no grant.
        if (match == Match::No || (rule.kind == RuleKind::Grant && match != Match::Yes))
            continue;
        selection->possible.insert(i);
        selection->walls += rule.kind == RuleKind::Wall ? 1 : 0;
    }
    return Selection(std::move(selection));
}

} // namespace sallyport::policy
