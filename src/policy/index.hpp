// SPDX-License-Identifier: Apache-2.0
// Which rules may match a command: by its name, its paths or its effects. Each rule stands under
// one condition that has to hold for it, or among those that are always looked at, so the index may
// name a rule that does not match and never hides one that does.
#pragma once
#include "operation.hpp"
#include "rule_set.hpp"

#include <array>
#include <unordered_map>

namespace sallyport::policy {

using Posting = std::vector<std::uint32_t>; // places in the policy

// Path globs by the literal segments that they begin with.
class PathIndex {
  public:
    void add(const PathGlob &glob, std::uint32_t rule);
    void find(const PathGlob &path, RuleSet &into) const;

  private:
    struct Node {
        std::unordered_map<std::string, std::size_t> children;
        Posting here, below; // globs whose literal start ends here; here or deeper
    };
    std::vector<Node> nodes_{1};
};

class RuleIndex {
  public:
    RuleIndex() = default;
    explicit RuleIndex(const std::vector<Rule> &rules);
    // Adds to `into` the rules that may match a command; for other operations it has no say.
    void candidates(const Operation &operation, RuleSet &into) const;

  private:
    bool add_clause(const Clause &clause, RuleKind kind, std::uint32_t rule);
    bool add_command(const CommandClause &clause, RuleKind kind, std::uint32_t rule);
    bool add_names(const Globs &names, std::uint32_t rule);
    bool add_argv(const std::vector<std::vector<Glob>> &lists, std::uint32_t rule);
    bool add_paths(const std::vector<PathGlob> &paths, std::uint32_t rule);
    void find_name(const std::string &name, RuleSet &into) const;

    Posting always_;
    Posting named_; // all that stand under a name or its first byte
    std::unordered_map<std::string, Posting> by_name_;
    std::array<Posting, 256> by_first_byte_; // of patterns such as `mkfs.*`
    PathIndex paths_;
    Posting effected_; // all that stand under an effect
    std::array<Posting, static_cast<std::size_t>(model::enum_last<model::Effect>()) + 1> by_effect_;
};

} // namespace sallyport::policy
