// SPDX-License-Identifier: Apache-2.0
// The tests that stand beside rules: fixtures make the action, the judge makes the facts.
#include "compiled.hpp"
#include "decide.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

bool needs_facts(model::ActionKind kind) {
    return kind == model::ActionKind::Exec || kind == model::ActionKind::Line ||
           kind == model::ActionKind::Script;
}

model::Action make_action(const Test &test, const Fixtures &fixtures) {
    // The loader has seen to it that all of these are there.
    const FixtureUser &user = fixtures.users.at(test.as);
    const FixtureTarget &target = fixtures.targets.at(test.on);
    model::Action action;
    action.kind = test.kind;
    action.who.person = test.as;
    action.who.groups = user.groups;
    action.who.origin = user.origin.value_or(model::Origin::Agent);
    action.declared = test.declared;
    action.account = test.account.value_or(fixtures.account.value_or(""));
    action.cwd = model::home_of({}, action.account); // where a command begins
    action.target = test.on;
    action.labels = target.labels;
    action.dialect = target.shell;
    action.sh = model::Target{}.sh;
    action.from = test.from.value_or(fixtures.from.value_or(""));
    action.at = test.time.value_or(fixtures.at.value_or(base::WallTime{}));
    action.bytes = test.path.empty() ? test.text : test.path;
    return action;
}

std::string names(const std::vector<std::string> &list) {
    std::string text;
    for (const std::string &name : list)
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

bool all_in(const std::vector<std::string> &wanted, const std::vector<std::string> &have) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string &name) {
        return std::find(have.begin(), have.end(), name) != have.end();
    });
}

// Empty when everything is as expected.
std::string difference(const Test &test, const model::Decision &decision) {
    std::string text;
    const auto differ = [&](std::string_view what, std::string_view wanted, std::string_view came) {
        text += (text.empty() ? "" : "; ") + std::string(what) + " expected " +
                std::string(wanted) + ", came " + std::string(came);
    };
    if (decision.verdict != test.expect)
        differ("verdict", model::verdict_name(test.expect), model::verdict_name(decision.verdict));
    if (test.rule && !all_in({*test.rule}, decision.rules))
        differ("rule", *test.rule, names(decision.rules));
    std::vector<std::string> groups;
    std::int64_t count = 0;
    for (const model::Quorum &quorum : decision.need.approvals) {
        groups.insert(groups.end(), quorum.groups.begin(), quorum.groups.end());
        count += quorum.count;
    }
    if (!all_in(test.by, groups))
        differ("approval by", names(test.by), names(groups));
    if (test.count && *test.count != count)
        differ("persons", std::to_string(*test.count), std::to_string(count));
    if (!all_in(test.notify, decision.need.notify))
        differ("notify", names(test.notify), names(decision.need.notify));
    if (!all_in(test.mask, decision.need.mask))
        differ("mask", names(test.mask), names(decision.need.mask));
    if (test.confirm && *test.confirm != decision.need.confirm)
        differ("confirm", model::confirm_name(*test.confirm),
               model::confirm_name(decision.need.confirm));
    if (!text.empty())
        text += " (" + names(decision.rules) + ": " + decision.message + ")";
    return text;
}

} // namespace

std::vector<TestResult> Policy::run_tests(const Judge &judge) const {
    std::vector<TestResult> results;
    for (const Rule &rule : state_->rules)
        for (const Test &test : rule.tests) {
            const model::Action action = make_action(test, state_->fixtures);
            TestResult result{rule.id, rule.file, test.at.line, {}, false, {}, {}};
            result.name = test.as + "@" + test.on + " " +
                          std::string(model::action_kind_name(test.kind)) + " " +
                          base::printable(action.bytes, 120);
            if (needs_facts(test.kind) && judge) {
                const model::CommandFacts facts = judge(action);
                result.decision = decide(action, &facts);
            } else {
                result.decision = decide(action, nullptr);
            }
            result.message = difference(test, result.decision);
            result.passed = result.message.empty();
            results.push_back(std::move(result));
        }
    return results;
}

} // namespace sallyport::policy
