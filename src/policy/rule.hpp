// SPDX-License-Identifier: Apache-2.0
// A rule as it is evaluated: everything resolved and compiled. An empty list means that the key was
// not written; a written empty list is a fault of the file.
#pragma once
#include "cidr.hpp"
#include "glob.hpp"
#include "tree.hpp"
#include "zone.hpp"

#include "sallyport/model/action.hpp"

#include <map>
#include <optional>
#include <unordered_set>

namespace sallyport::policy {

using Mask = std::uint32_t; // one bit an enumerator
template <typename Enum>
constexpr Mask bit(Enum value) {
    return Mask{1} << static_cast<unsigned>(value);
}

enum class RuleKind : std::uint8_t { Grant, Guard, Wall };
std::string_view rule_kind_name(RuleKind kind);

// A list of word globs. Literals are hashed: `@reader` has some hundred members.
struct Globs {
    std::unordered_set<std::string> literals;
    std::vector<Glob> patterns;
    std::vector<std::string> written; // before sets were resolved, for people

    bool empty() const { return literals.empty() && patterns.empty(); }
    void add(std::string_view text);
    Match match(const model::FactWord &word) const;
    Match match(const Glob &value) const; // for a text that may be any of `value`
    bool matches(const std::string &text) const;
};

struct Who {
    std::vector<std::string> groups, users, declared;
    Mask origins = 0;
    std::vector<Who> except; // none or one
};

struct Where {
    std::map<std::string, std::vector<std::string>> labels;
    std::vector<std::string> names, accounts;
    std::vector<Where> except;
    bool empty() const {
        return labels.empty() && names.empty() && accounts.empty() && except.empty();
    }
};

struct From {
    std::vector<Cidr> in, out;
    std::vector<std::string> in_written, out_written;
};

struct When {
    Mask days = 0;                            // bit 0 is Sunday, as std::chrono counts
    std::optional<std::pair<int, int>> hours; // minutes of the day, the end excluded
    std::string zone_name, hours_text;
    std::optional<Zone> zone;
    std::optional<base::WallTime> after, before;
    std::vector<When> except;
    bool empty() const { return days == 0 && !hours && !after && !before && except.empty(); }
};

struct CommandClause {
    bool any = false;
    Globs name, operand, option, via, environment, net;
    std::vector<std::vector<Glob>> argv, sub;
    Mask effects = 0;
    std::optional<Mask> effect_only;
    std::vector<PathGlob> reads, writes, deletes, paths, cwd;
    std::vector<std::string> as;
    std::optional<bool> privilege;
    std::optional<bool> is_opaque;
    Mask opaque = 0;
    std::vector<CommandClause> except;
};

struct Clause {
    std::vector<CommandClause> command; // none or one
    std::vector<PathGlob> paths;
    std::vector<std::string> paths_written;
    Globs to;
    Mask parse_states = 0, notices = 0; // `unit`
    bool empty() const {
        return command.empty() && paths.empty() && to.empty() && parse_states == 0 && notices == 0;
    }
};

enum class OutputMode : std::uint8_t { Text, Always, RefuseBinary };
std::string_view output_mode_name(OutputMode mode);

struct RuleNeed {
    std::vector<model::Quorum> all;
    std::optional<std::uint32_t> ttl_seconds;
    model::Scope scope = model::Scope::Once;
    model::Confirm confirm = model::Confirm::None;
    bool step_up = false, reason = false, record_all = false;
    std::vector<std::string> mask, notify;
    std::optional<OutputMode> output;
};

struct Test {
    Position at;
    std::string as, on, text, path; // text: shell text or `host:port`; path: of a file operation
    model::ActionKind kind = model::ActionKind::Exec;
    std::optional<std::string> account, from;
    std::optional<base::WallTime> time;
    std::vector<std::string> declared;
    model::Verdict expect = model::Verdict::Deny;
    std::optional<std::string> rule;
    std::vector<std::string> by, notify, mask;
    std::optional<std::int64_t> count;
    std::optional<model::Confirm> confirm;
};

struct Rule {
    RuleKind kind = RuleKind::Grant;
    std::string id, text, message, file;
    Position at;
    Who who;
    Where where;
    Mask kinds = 0; // 0: every kind
    From from;
    When when;
    Clause clause;
    std::vector<Clause> any_of;
    RuleNeed need;
    std::optional<std::int64_t> max_commands;
    std::vector<std::string> yields;
    std::vector<Test> tests;
    std::vector<std::string> replaces; // files whose rule of this id this one took the place of

    bool yields_to(const Rule &grant) const;
};

} // namespace sallyport::policy
