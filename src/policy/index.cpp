// SPDX-License-Identifier: Apache-2.0
#include "index.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

void add(const Posting &posting, RuleSet &into) {
    for (const std::uint32_t rule : posting)
        into.insert(rule);
}

std::size_t byte_of(char c) {
    return static_cast<unsigned char>(c);
}

std::string last_part(const std::string &word) {
    return word.substr(word.rfind('/') + 1);
}

} // namespace

void PathIndex::add(const PathGlob &glob, std::uint32_t rule) {
    std::size_t at = 0;
    nodes_[at].below.push_back(rule);
    for (std::size_t i = 0; const std::string *name = glob.fixed(i); ++i) {
        const auto [child, added] = nodes_[at].children.try_emplace(*name, nodes_.size());
        at = child->second; // before the vector grows and the iterator with it is gone
        if (added)
            nodes_.emplace_back();
        nodes_[at].below.push_back(rule);
    }
    nodes_[at].here.push_back(rule);
}

void PathIndex::find(const PathGlob &path, RuleSet &into) const {
    const Node *node = &nodes_.front();
    for (std::size_t i = 0;; ++i) {
        policy::add(node->here, into);
        if (i == path.depth())
            return;
        const std::string *name = path.fixed(i);
        if (name == nullptr)
            return policy::add(node->below, into);
        const auto child = node->children.find(*name);
        if (child == node->children.end())
            return;
        node = &nodes_[child->second];
    }
}

RuleIndex::RuleIndex(const std::vector<Rule> &rules) {
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        const Rule &rule = rules[i];
        if (add_clause(rule.clause, rule.kind, i))
            continue;
        bool every = !rule.any_of.empty();
        for (const Clause &clause : rule.any_of)
            every = every && add_clause(clause, rule.kind, i);
        if (!every)
            always_.push_back(i);
    }
}

// False: nothing of the clause can be looked up.
bool RuleIndex::add_clause(const Clause &clause, RuleKind kind, std::uint32_t rule) {
    if (!clause.command.empty() && add_command(clause.command.front(), kind, rule))
        return true;
    // A grant with paths covers a command without any.
    return kind != RuleKind::Grant && add_paths(clause.paths, rule);
}

bool RuleIndex::add_command(const CommandClause &clause, RuleKind kind, std::uint32_t rule) {
    if (add_names(clause.name, rule) || add_argv(clause.argv, rule))
        return true;
    if (kind == RuleKind::Grant)
        return false;
    if (add_paths(clause.paths, rule) || add_paths(clause.reads, rule) ||
        add_paths(clause.writes, rule) || add_paths(clause.deletes, rule))
        return true;
    for (std::size_t effect = 0; effect < by_effect_.size(); ++effect)
        if ((clause.effects >> effect & 1) != 0)
            by_effect_[effect].push_back(rule);
    if (clause.effects != 0)
        effected_.push_back(rule);
    return clause.effects != 0;
}

bool RuleIndex::add_names(const Globs &names, std::uint32_t rule) {
    const auto fixed = [](const Glob &glob) { return glob.first_byte().has_value(); };
    if (names.empty() || !std::all_of(names.patterns.begin(), names.patterns.end(), fixed))
        return false;
    for (const std::string &name : names.literals)
        by_name_[name].push_back(rule);
    for (const Glob &pattern : names.patterns)
        by_first_byte_[*pattern.first_byte()].push_back(rule);
    named_.push_back(rule);
    return true;
}

bool RuleIndex::add_argv(const std::vector<std::vector<Glob>> &lists, std::uint32_t rule) {
    const auto fixed = [](const std::vector<Glob> &list) { return list.front().is_literal(); };
    if (lists.empty() || !std::all_of(lists.begin(), lists.end(), fixed))
        return false;
    for (const std::vector<Glob> &list : lists)
        by_name_[last_part(list.front().text())].push_back(rule);
    named_.push_back(rule);
    return true;
}

bool RuleIndex::add_paths(const std::vector<PathGlob> &paths, std::uint32_t rule) {
    for (const PathGlob &path : paths)
        paths_.add(path, rule);
    return !paths.empty();
}

void RuleIndex::find_name(const std::string &name, RuleSet &into) const {
    if (const auto found = by_name_.find(name); found != by_name_.end())
        add(found->second, into);
    if (!name.empty())
        add(by_first_byte_[byte_of(name.front())], into);
}

void RuleIndex::candidates(const Operation &operation, RuleSet &into) const {
    add(always_, into);
    const std::vector<model::FactWord> &words = operation.command->argv;
    const bool plain =
        operation.name && (words.empty() || (words.front().literal() && !words.front().may_split));
    if (!plain) {
        add(named_, into);
    } else {
        find_name(*operation.name, into);
        // `argv` of a rule is compared with the word, which an alias or a link may set apart.
        const std::string word = words.empty() ? std::string() : last_part(words.front().text());
        if (word != *operation.name)
            find_name(word, into);
    }
    for (const std::vector<PathGlob> *paths :
         {&operation.reads, &operation.writes, &operation.deletes, &operation.execs,
          &operation.possible_paths})
        for (const PathGlob &path : *paths)
            paths_.find(path, into);
    if (operation.any_program())
        add(effected_, into);
    for (std::size_t effect = 0; effect < by_effect_.size(); ++effect)
        if ((operation.effects >> effect & 1) != 0)
            add(by_effect_[effect], into);
}

} // namespace sallyport::policy
