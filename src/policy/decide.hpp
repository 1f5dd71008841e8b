// SPDX-License-Identifier: Apache-2.0
// One decision with the steps that led to it; `explain` writes it down.
#pragma once
#include "match.hpp"
#include "needs.hpp"
#include "selection.hpp"

#include <deque>

namespace sallyport::policy {

struct Judged {                         // one operation
    std::vector<const Rule *> covering; // grants
    std::vector<const Rule *> meeting;  // guards that match it
    std::vector<const Rule *> walls;    // that match it
    std::vector<const Rule *> blocking; // of these, the ones that no covering grant makes yield
    const Rule *grant = nullptr;        // chosen
    std::vector<const Rule *> guards;   // that add to the chosen grant
    std::vector<const Rule *> yielded;  // guards and walls that stepped aside for it
};

struct Trace {
    std::deque<model::Command> made; // stands for what a unit hides; operations point to it
    std::vector<Operation> operations;
    std::vector<Judged> judged; // as many as operations
    std::size_t walls = 0;      // that hold for this person and target
    std::size_t uncovered = 0; // index of the first operation without a grant, or operations.size()
    Nearest nearest;           // to the uncovered one
    Needs needs;
};

// By id, each once. REQUIRES: of one policy, which keeps its rules in this order.
void sort_rules(std::vector<const Rule *> &rules);
// Why a grant does not cover an operation: `env is prod`, `it is for group dev`.
std::string stage_reason(const Nearest &nearest, const Operation &operation,
                         const model::Action &action);
std::vector<std::string> explain(const Trace &trace, const model::Action &action,
                                 const model::CommandFacts *facts, const model::Decision &decision);

} // namespace sallyport::policy
