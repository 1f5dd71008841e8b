// SPDX-License-Identifier: Apache-2.0
// The decider joins facts and policy: an action in, its Decision out. What would break the guard of
// a guarded shell is denied here, before policy, and no rule can allow it. The policy in force is a
// value that reload replaces; a decision under way keeps the one it began with.
#pragma once
#include "sallyport/decider/judge_pool.hpp"
#include "sallyport/model/decision.hpp"
#include "sallyport/policy/policy.hpp"

namespace sallyport::decider {

inline constexpr std::size_t max_recent_selections = 64;

struct Decided {
    model::Decision decision;
    model::CommandFacts facts; // empty for kinds without a text
};

class Decider {
  public:
    using Done = std::function<void(Decided)>;

    Decider(JudgePool &pool, std::shared_ptr<const policy::Policy> policy)
        : pool_(pool), policy_(std::move(policy)) {}

    void replace(std::shared_ptr<const policy::Policy> policy) {
        policy_ = std::move(policy);
        recent_.clear();
    }
    const policy::Policy &policy() const { return *policy_; }

    // Kinds without a text (connect, shell, files, forwards): at once.
    model::Decision decide_now(const model::Action &action) const;
    // Exec, line and script. `definitions` are aliases and functions in force, as the target told
    // them: a claim that can only add to what the unit does. `done` comes later, exactly once.
    void decide(const model::Action &action, const std::string &definitions, Done done) const;

    static bool has_text(model::ActionKind kind);

  private:
    const policy::Selection &selection(const model::Action &action) const;

    JudgePool &pool_;
    std::shared_ptr<const policy::Policy> policy_;
    // What the policy leaves for the sessions of late, the latest first.
    mutable std::vector<policy::Selection> recent_;
};

// The decision on facts that were made already: guard-break first, then policy.
model::Decision decide_facts(const policy::Selection &policy, const model::Action &action,
                             const model::CommandFacts &facts);

} // namespace sallyport::decider
