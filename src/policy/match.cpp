// SPDX-License-Identifier: Apache-2.0
#include "match.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

using model::Command;

bool holds(const std::vector<std::string> &list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// Some value may be anything: `any_of` for a guard, `all_of` for a grant.
template <typename List, typename Test>
Match match_list(const List &values, Reading reading, Test test) {
    Match match = reading == Reading::Covers ? Match::Yes : Match::No;
    for (const auto &value : values)
        match = reading == Reading::Covers ? both(match, test(value)) : either(match, test(value));
    return match;
}

Match match_path(const std::vector<PathGlob> &rule, const PathGlob &path, Reading reading) {
    Match match = Match::No;
    for (const PathGlob &glob : rule) {
        if (glob.contains(path))
            return Match::Yes;
        if (reading == Reading::Meets && match == Match::No && glob.meets(path))
            match = Match::Unknown;
    }
    return match;
}

// What else an opaque command may touch. A grant cannot be satisfied by what is not known; a guard
// or wall meets the words of a program whose name is not known, whatever it does with them.
Match match_possible(const std::vector<PathGlob> &rule, const Operation &operation, Match known,
                     Reading reading) {
    if (reading == Reading::Covers)
        return operation.opaque == 0 ? known : both(known, Match::Unknown);
    for (const PathGlob &path : operation.possible_paths)
        if (known == Match::No && match_path(rule, path, reading) != Match::No)
            known = Match::Unknown;
    return known;
}

Match match_known(const std::vector<PathGlob> &rule, const std::vector<PathGlob> &paths,
                  Reading reading) {
    return match_list(paths, reading,
                      [&](const PathGlob &path) { return match_path(rule, path, reading); });
}

Match match_paths(const std::vector<PathGlob> &rule, const std::vector<PathGlob> &paths,
                  const Operation &operation, Reading reading) {
    return match_possible(rule, operation, match_known(rule, paths, reading), reading);
}

Match match_every_path(const std::vector<PathGlob> &rule, const Operation &operation,
                       Reading reading) {
    const Match known = match_list(
        std::array{&operation.reads, &operation.writes, &operation.deletes, &operation.execs},
        reading,
        [&](const std::vector<PathGlob> *paths) { return match_known(rule, *paths, reading); });
    return match_possible(rule, operation, known, reading);
}

bool trusted_directory(std::string_view path) {
    const std::string_view directory = path.substr(0, path.rfind('/'));
    for (const char *known :
         {"/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
        if (directory == known)
            return true;
    return false;
}

// `./ls` and a redefined `ls` have the name that a wall looks for and are not what a grant means.
bool is_what_it_says(const Operation &operation) {
    const std::optional<std::string> &path = operation.command->path;
    if (path && !trusted_directory(*path))
        return false;
    return (operation.opaque & bit(model::OpaqueReason::ReboundName)) == 0;
}

Match match_name(const Globs &names, const Operation &operation, Reading reading) {
    const Match match = !operation.name                  ? names.match(operation.name_value)
                        : names.matches(*operation.name) ? Match::Yes
                                                         : Match::No;
    if (reading == Reading::Covers && match == Match::Yes && !is_what_it_says(operation))
        return Match::Unknown;
    return match;
}

Match match_words(const std::vector<Glob> &globs, const std::vector<model::FactWord> &words) {
    Match match = globs.size() == words.size() ? Match::Yes : Match::No;
    if (match == Match::No)
        for (const model::FactWord &word : words)
            if (word.may_split) // then the number of words is not known either
                match = Match::Unknown;
    for (std::size_t i = 0; i < globs.size() && i < words.size() && match != Match::No; ++i) {
        match = both(match, match_word(globs[i], words[i]));
        if (words[i].may_split)
            break; // what follows may stand in another place
    }
    return match;
}

Match match_argv(const std::vector<std::vector<Glob>> &lists, const Operation &operation,
                 Reading reading) {
    Match match = Match::No;
    for (const std::vector<Glob> &list : lists)
        match = either(match, match_words(list, operation.command->argv));
    const bool rebound = (operation.opaque & bit(model::OpaqueReason::ReboundName)) != 0;
    return reading == Reading::Covers && rebound ? both(match, Match::Unknown) : match;
}

Match match_sub(const std::vector<std::vector<Glob>> &lists, const Operation &operation) {
    if (operation.any_program())
        return Match::Unknown;
    const Command &command = *operation.command;
    Match match = Match::No;
    for (const std::vector<Glob> &list : lists) {
        Match one = Match::Yes;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i < command.sub.size()) {
                one = list[i].matches(command.sub[i]) ? one : Match::No;
                continue;
            }
            // The path ended before: it is unknown when the next operand is, else it is another.
            const bool hole = i < command.operands.size() && !command.operands[i].literal();
            one = both(one, hole ? Match::Unknown : Match::No);
        }
        match = either(match, one);
    }
    return match;
}

Match match_operands(const Globs &globs, const Command &command, Reading reading) {
    const bool covers = reading == Reading::Covers;
    // An unquoted hole or a pattern in place of the name may bring operands of its own.
    Match match = command.name.may_split ? Match::Unknown : covers ? Match::Yes : Match::No;
    // The sub-command is judged by `sub`.
    for (std::size_t i = covers ? command.sub.size() : 0; i < command.operands.size(); ++i) {
        const Match one = globs.match(command.operands[i]);
        match = covers ? both(match, one) : either(match, one);
    }
    return match;
}

Match match_options(const Globs &globs, const Operation &operation, Reading reading) {
    const Match match =
        match_list(operation.command->options, reading, [&](const model::Option &option) {
            return globs.matches(option.name) ? Match::Yes : Match::No;
        });
    const Mask doubt =
        bit(model::OpaqueReason::HoleOption) | bit(model::OpaqueReason::UnknownOption) |
        bit(model::OpaqueReason::UnknownProgram) | bit(model::OpaqueReason::HoleCommand) |
        bit(model::OpaqueReason::GlobCommand);
    if ((operation.opaque & doubt) == 0)
        return match;
    return reading == Reading::Covers ? both(match, Match::Unknown) : either(match, Match::Unknown);
}

Match match_net(const Globs &globs, const Operation &operation, Reading reading) {
    const Command &command = *operation.command;
    const Match match = match_list(command.net, reading, [&](const model::NetSink &sink) {
        if (sink.host.empty() || sink.port == 0)
            return Match::Unknown;
        return globs.matches(sink.host + ":" + std::to_string(sink.port)) ? Match::Yes : Match::No;
    });
    const bool more = reading == Reading::Covers ? operation.opaque != 0 : operation.any_program();
    if (more || (command.net.empty() && command.has(model::Effect::Network)))
        return reading == Reading::Covers ? both(match, Match::Unknown)
                                          : either(match, Match::Unknown); // it talks to somebody
    return match;
}

Match match_account(const std::vector<std::string> &accounts, const Operation &operation,
                    const model::Action &action) {
    if (operation.any_program()) // it may be `su`
        return Match::Unknown;
    const Command &command = *operation.command;
    switch (command.as) {
    case model::AccountKind::Same:
        return holds(accounts, action.account) ? Match::Yes : Match::No;
    case model::AccountKind::Named:
        return holds(accounts, command.as_name) ? Match::Yes : Match::No;
    case model::AccountKind::Root:
        return holds(accounts, "root") ? Match::Yes : Match::No;
    case model::AccountKind::Unknown:
        break;
    }
    return Match::Unknown;
}

Match match_effects(const CommandClause &clause, const Operation &operation) {
    Match match = Match::Yes;
    const Mask effects = operation.effects;
    if (clause.effects != 0 && (effects & clause.effects) == 0)
        match = operation.any_program() ? Match::Unknown : Match::No;
    if (!clause.effect_only)
        return match;
    if ((effects & ~*clause.effect_only) != 0)
        return Match::No;
    // An opaque command may do more than is known of it.
    return both(match, operation.opaque == 0 ? Match::Yes : Match::Unknown);
}

Match match_opaque(const CommandClause &clause, const Operation &operation) {
    const Mask reasons = operation.opaque;
    if (clause.is_opaque && *clause.is_opaque != (reasons != 0))
        return Match::No;
    return clause.opaque != 0 && (clause.opaque & reasons) == 0 ? Match::No : Match::Yes;
}

Match match_privilege(bool wanted, const Operation &operation) {
    if (operation.command->privileged())
        return wanted ? Match::Yes : Match::No;
    if (operation.any_program()) // it may be `sudo`
        return Match::Unknown;
    return wanted ? Match::No : Match::Yes;
}

Match match_cwd(const std::vector<PathGlob> &rule, const model::Action &action) {
    if (!action.cwd)
        return Match::Unknown;
    return match_path(rule, PathGlob::literal(*action.cwd), Reading::Meets);
}

Match match_command(const CommandClause &clause, const Operation &operation,
                    const model::Action &action, Reading reading) {
    if (clause.any)
        return Match::Yes;
    const Command &command = *operation.command;
    // The cheap and telling conditions first: most rules end here.
    Match match = both(match_effects(clause, operation), match_opaque(clause, operation));
    if (clause.privilege)
        match = both(match, match_privilege(*clause.privilege, operation));
    const auto also = [&](bool written, auto test) {
        if (written && match != Match::No)
            match = both(match, test());
    };
    also(!clause.name.empty(), [&] { return match_name(clause.name, operation, reading); });
    also(!clause.argv.empty(), [&] { return match_argv(clause.argv, operation, reading); });
    also(!clause.sub.empty(), [&] { return match_sub(clause.sub, operation); });
    also(!clause.option.empty(), [&] { return match_options(clause.option, operation, reading); });
    also(!clause.operand.empty(), [&] { return match_operands(clause.operand, command, reading); });
    also(!clause.as.empty(), [&] { return match_account(clause.as, operation, action); });
    also(!clause.via.empty(), [&] {
        return match_list(command.via, reading, [&](const model::Via &via) {
            return clause.via.matches(via.name) ? Match::Yes : Match::No;
        });
    });
    also(!clause.environment.empty(), [&] {
        return match_list(command.environment, reading, [&](const model::EnvironmentEntry &entry) {
            return clause.environment.matches(entry.name) ? Match::Yes : Match::No;
        });
    });
    also(!clause.net.empty(), [&] { return match_net(clause.net, operation, reading); });
    also(!clause.reads.empty(),
         [&] { return match_paths(clause.reads, operation.reads, operation, reading); });
    also(!clause.writes.empty(),
         [&] { return match_paths(clause.writes, operation.writes, operation, reading); });
    also(!clause.deletes.empty(),
         [&] { return match_paths(clause.deletes, operation.deletes, operation, reading); });
    also(!clause.paths.empty(), [&] { return match_every_path(clause.paths, operation, reading); });
    also(!clause.cwd.empty(), [&] { return match_cwd(clause.cwd, action); });
    const Reading other = reading == Reading::Covers ? Reading::Meets : Reading::Covers;
    also(!clause.except.empty(),
         [&] { return negate(match_command(clause.except.front(), operation, action, other)); });
    return match;
}

Match match_unit(const Clause &clause, const model::CommandFacts *facts) {
    if (facts == nullptr)
        return Match::No;
    if (clause.parse_states != 0 && (clause.parse_states & bit(facts->state)) == 0)
        return Match::No;
    if (clause.notices == 0)
        return Match::Yes;
    for (const model::Notice notice : facts->notices)
        if ((clause.notices & bit(notice)) != 0)
            return Match::Yes;
    return Match::No;
}

Match match_clause(const Clause &clause, const Operation &operation, const model::Action &action,
                   const model::CommandFacts *facts, Reading reading) {
    // A grant for what comes later covers the start of it; a guard waits for it.
    const Match later = reading == Reading::Covers ? Match::Yes : Match::No;
    const bool nothing = operation.kind == OperationKind::Nothing;
    Match match = Match::Yes;
    if (!clause.command.empty()) {
        const CommandClause &command = clause.command.front();
        if (operation.command != nullptr)
            match = match_command(command, operation, action, reading);
        else if (nothing)
            match = later;
        else if (!command.any || operation.kind != OperationKind::File)
            match = Match::No;
    }
    if (!clause.paths.empty() && match != Match::No) {
        if (operation.command != nullptr)
            match = both(match, match_every_path(clause.paths, operation, reading));
        else if (operation.kind == OperationKind::File)
            match = both(match, match_path(clause.paths, PathGlob::literal(action.bytes), reading));
        else
            match = both(match, nothing ? later : Match::No);
    }
    if (!clause.to.empty() && match != Match::No)
        match =
            both(match, operation.kind == OperationKind::Forward && clause.to.matches(action.bytes)
                            ? Match::Yes
                            : Match::No);
    if (clause.parse_states != 0 || clause.notices != 0)
        match = both(match, match_unit(clause, facts));
    return match;
}

bool in_hours(const std::pair<int, int> &hours, int minute) {
    if (hours.first < hours.second)
        return minute >= hours.first && minute < hours.second;
    return minute >= hours.first || minute < hours.second; // over midnight
}

} // namespace

void Globs::add(std::string_view text) {
    Glob glob = Glob::pattern(text);
    if (glob.is_literal())
        literals.emplace(text);
    else
        patterns.push_back(std::move(glob));
}

bool Globs::matches(const std::string &text) const {
    return (!literals.empty() && literals.count(text) != 0) ||
           std::any_of(patterns.begin(), patterns.end(),
                       [&](const Glob &glob) { return glob.matches(text); });
}

Match Globs::match(const model::FactWord &word) const {
    if (word.may_split)
        return empty() ? Match::No : Match::Unknown;
    if (word.literal())
        return matches(word.text()) ? Match::Yes : Match::No;
    return match(Glob::word(word));
}

Match Globs::match(const Glob &value) const {
    Match match = value.is_any() && !empty() ? Match::Unknown : Match::No;
    for (const Glob &glob : patterns) {
        if (glob.is_any())
            return Match::Yes;
        if (match == Match::No && glob.meets(value))
            match = Match::Unknown;
    }
    if (match != Match::No)
        return match;
    const auto may_be = [&](const std::string &literal) { return value.matches(literal); };
    return std::any_of(literals.begin(), literals.end(), may_be) ? Match::Unknown : Match::No;
}

Match match_who(const Who &who, const model::Action &action) {
    const model::Principal &principal = action.who;
    const auto shares = [](const std::vector<std::string> &list,
                           const std::vector<std::string> &own) {
        return list.empty() || std::any_of(own.begin(), own.end(), [&](const std::string &one) {
                   return holds(list, one);
               });
    };
    if (!shares(who.groups, principal.groups) || !shares(who.declared, action.declared) ||
        (!who.users.empty() && !holds(who.users, principal.person)) ||
        (who.origins != 0 && (who.origins & bit(principal.origin)) == 0))
        return Match::No;
    return who.except.empty() ? Match::Yes : negate(match_who(who.except.front(), action));
}

Match match_where(const Where &where, const model::Action &action) {
    Match match = Match::Yes;
    for (const auto &[label, values] : where.labels) {
        // A target that says nothing about `env` may be production.
        const auto own = action.labels.find(label);
        match = both(match, own == action.labels.end()   ? Match::Unknown
                            : holds(values, own->second) ? Match::Yes
                                                         : Match::No);
    }
    if ((!where.names.empty() && !holds(where.names, action.target)) ||
        (!where.accounts.empty() && !holds(where.accounts, action.account)))
        return Match::No;
    return where.except.empty() ? match
                                : both(match, negate(match_where(where.except.front(), action)));
}

Match match_from(const From &from, const std::optional<Address> &address) {
    if (from.in.empty() && from.out.empty())
        return Match::Yes;
    if (!address)
        return Match::Unknown;
    const auto within = [&](const std::vector<Cidr> &networks) {
        return std::any_of(networks.begin(), networks.end(),
                           [&](const Cidr &network) { return contains(network, *address); });
    };
    return (from.in.empty() || within(from.in)) && !within(from.out) ? Match::Yes : Match::No;
}

Match match_when(const When &when, base::WallTime at) {
    Match match = Match::Yes;
    if ((when.after && at < *when.after) || (when.before && at >= *when.before))
        return Match::No;
    if (when.days != 0 || when.hours) {
        const std::optional<std::chrono::seconds> offset =
            when.zone ? when.zone->offset_at(at) : std::nullopt;
        if (!offset) {
            match = Match::Unknown;
        } else {
            const auto local = at + *offset;
            const auto day = std::chrono::floor<std::chrono::days>(local);
            const std::chrono::weekday weekday{day};
            const auto minute =
                std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
            if ((when.days != 0 && (when.days >> weekday.c_encoding() & 1) == 0) ||
                (when.hours && !in_hours(*when.hours, static_cast<int>(minute))))
                return Match::No;
        }
    }
    return when.except.empty() ? match : both(match, negate(match_when(when.except.front(), at)));
}

bool kind_matches(const Rule &rule, model::ActionKind kind) {
    if (rule.kinds == 0 || (rule.kinds & bit(kind)) != 0)
        return true;
    return kind == model::ActionKind::Shell && (rule.kinds & bit(model::ActionKind::Line)) != 0;
}

Match match_circumstances(const Rule &rule, const model::Action &action,
                          const std::optional<Address> &from, Stage *failed) {
    Match match = Match::Yes;
    const auto stage = [&](Stage name, Match found) {
        if (found != Match::Yes && match == Match::Yes)
            *failed = name;
        match = both(match, found);
        return match != Match::No;
    };
    if (stage(Stage::Kind, kind_matches(rule, action.kind) ? Match::Yes : Match::No) &&
        stage(Stage::Who, match_who(rule.who, action)) &&
        stage(Stage::Where, match_where(rule.where, action)))
        stage(Stage::From, match_from(rule.from, from));
    return match;
}

Match match_clauses(const Rule &rule, const Operation &operation, const model::Action &action,
                    const model::CommandFacts *facts, Reading reading) {
    const Match match = match_clause(rule.clause, operation, action, facts, reading);
    if (rule.any_of.empty() || match == Match::No)
        return match;
    Match any = Match::No;
    for (const Clause &clause : rule.any_of)
        any = either(any, match_clause(clause, operation, action, facts, reading));
    return both(match, any);
}

bool is_inner_of(const Command &inner, const Command &outer) {
    if (inner.via.size() <= outer.via.size() || inner.argv.empty() ||
        inner.argv.size() >= outer.argv.size() || inner.where.begin < outer.where.begin ||
        inner.where.end > outer.where.end)
        return false;
    return std::equal(inner.argv.rbegin(), inner.argv.rend(), outer.argv.rbegin());
}

} // namespace sallyport::policy
