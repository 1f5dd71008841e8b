// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

// Whoever satisfies `strong` satisfies `weak`.
bool implies(const model::Quorum &strong, const model::Quorum &weak) {
    return strong.count >= weak.count &&
           std::all_of(strong.groups.begin(), strong.groups.end(), [&](const std::string &group) {
               return std::find(weak.groups.begin(), weak.groups.end(), group) != weak.groups.end();
           });
}

// Within one rule each quorum needs its own persons, so each may use up one existing quorum only.
void add_quorums(std::vector<model::Quorum> &into, const std::vector<model::Quorum> &more) {
    std::vector<bool> used(into.size(), false);
    for (const model::Quorum &quorum : more) {
        bool placed = false;
        for (std::size_t i = 0; i < used.size() && !placed; ++i) {
            if (used[i])
                continue;
            if (implies(into[i], quorum))
                placed = used[i] = true;
            else if (implies(quorum, into[i])) {
                into[i] = quorum;
                placed = used[i] = true;
            }
        }
        if (!placed)
            into.push_back(quorum);
    }
}

void add_names(std::vector<std::string> &into, const std::vector<std::string> &more) {
    for (const std::string &name : more)
        if (std::find(into.begin(), into.end(), name) == into.end())
            into.push_back(name);
}

} // namespace

void add_quiet_need(Needs &into, const RuleNeed &more) {
    add_names(into.need.mask, more.mask);
    add_names(into.need.notify, more.notify);
    into.output = std::max(into.output, more.output.value_or(OutputMode::Text));
    into.record_all = into.record_all || more.record_all;
}

void add_need(Needs &into, const RuleNeed &more) {
    add_quiet_need(into, more);
    into.need.step_up = into.need.step_up || more.step_up;
    into.need.reason = into.need.reason || more.reason;
    if (more.all.empty())
        return;
    into.need.scope =
        into.need.approvals.empty() ? more.scope : std::min(into.need.scope, more.scope);
    into.need.confirm = std::max(into.need.confirm, more.confirm);
    const std::uint32_t ttl = more.ttl_seconds.value_or(model::Need{}.ttl_seconds);
    into.need.ttl_seconds =
        into.need.approvals.empty() ? ttl : std::min(into.need.ttl_seconds, ttl);
    add_quorums(into.need.approvals, more.all);
}

Weight weight(const Needs &needs) {
    std::uint32_t persons = 0;
    for (const model::Quorum &quorum : needs.need.approvals)
        persons += quorum.count;
    return {persons,
            needs.need.approvals.size(),
            needs.need.step_up,
            needs.need.confirm,
            needs.need.reason,
            needs.need.mask.size() + needs.need.notify.size()};
}

std::string quorum_text(const model::Quorum &quorum) {
    std::string text = std::to_string(quorum.count) + " of ";
    for (std::size_t i = 0; i < quorum.groups.size(); ++i)
        text += (i == 0 ? "" : " or ") + quorum.groups[i];
    return text;
}

} // namespace sallyport::policy
