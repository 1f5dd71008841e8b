// SPDX-License-Identifier: Apache-2.0
// A loaded policy: its rules and what was made of them once, for all decisions.
#pragma once
#include "index.hpp"

namespace sallyport::policy {

struct Policy::State {
    std::vector<Rule> rules; // sorted by id
    RuleIndex index;         // over `rules`
    Fixtures fixtures;
    std::vector<std::string> names;    // of the files, in order
    std::vector<std::string> replaced; // sentences for `print`
    std::string hash;
};

} // namespace sallyport::policy
