// SPDX-License-Identifier: Apache-2.0
// What is left of a policy for one person, target, address and kind.
#pragma once
#include "match.hpp"
#include "rule_set.hpp"

namespace sallyport::policy {

// The grant that would have come closest, and what of it failed first.
struct Nearest {
    const Rule *grant = nullptr;
    Stage stage = Stage::None;
};

struct Selection::State {
    std::shared_ptr<const Policy::State> policy;
    model::Action of; // who, where, from and kind; nothing else of it is set
    RuleSet possible; // grants whose circumstances hold; guards and walls that they do not rule out
    std::size_t walls = 0;            // in `possible`
    std::vector<const Rule *> grants; // in `possible`, by id
    // Of the grants that are not possible, for those who ask why.
    Nearest other, other_kind; // other_kind: all but the kind of action is looked at first
};

} // namespace sallyport::policy
