// SPDX-License-Identifier: Apache-2.0
// The union of what several rules ask for, and its weight.
#pragma once
#include "rule.hpp"

#include <tuple>

namespace sallyport::policy {

struct Needs {
    model::Need need;
    OutputMode output = OutputMode::Text;
    bool record_all = false;
};

// Adds the need of one rule: quorums of different rules are satisfied by the same persons where one
// implies the other, the shortest ttl, the narrowest scope and the strictest confirmation stay.
void add_need(Needs &into, const RuleNeed &more);
// Only what does not hold anything up: masks, notifications, output and record.
void add_quiet_need(Needs &into, const RuleNeed &more);

// Smaller is lighter: persons, quorums, second factor, confirmation, reason, then the rest.
using Weight = std::tuple<std::uint32_t, std::size_t, bool, model::Confirm, bool, std::size_t>;
Weight weight(const Needs &needs);

std::string quorum_text(const model::Quorum &quorum); // `1 of sre or ops-lead`

} // namespace sallyport::policy
