// SPDX-License-Identifier: Apache-2.0
// The steps of a decision as lines for people: `sallyport policy explain`, the approval page and
// the event. All text that came from outside is made printable here.
#include "decide.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

constexpr std::size_t max_shown_operations = 40;
constexpr std::size_t max_shown_rules = 40; // of each kind
constexpr std::size_t shown_width = 34;

std::string join(const std::vector<std::string> &texts, std::string_view between) {
    std::string joined;
    for (const std::string &text : texts)
        joined += (joined.empty() ? "" : std::string(between)) + text;
    return joined;
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width)
        text.append(width - text.size(), ' ');
    return text;
}

void add_line(std::vector<std::string> &lines, std::string_view head, std::string text) {
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    lines.push_back(padded(std::string(head), 10) + text);
}

std::string account_text(const model::Command &command) {
    switch (command.as) {
    case model::AccountKind::Same:
        return {};
    case model::AccountKind::Root:
        return "as root  ";
    case model::AccountKind::Named:
        return "as " + base::printable(command.as_name, 40) + "  ";
    case model::AccountKind::Unknown:
        break;
    }
    return "as <unknown>  ";
}

std::string path_text(std::string_view verb, const std::vector<model::PathPattern> &paths) {
    if (paths.empty())
        return {};
    std::string text(verb);
    for (std::size_t i = 0; i < paths.size() && i < 3; ++i)
        text += " " + base::printable(paths[i].glob, 60);
    return text + (paths.size() > 3 ? " ...  " : "  ");
}

std::string command_text(const model::Command &command) {
    std::string text;
    std::vector<std::string> via, effects, reasons;
    for (const model::Via &wrapper : command.via)
        via.push_back(base::printable(wrapper.name, 40));
    for (const model::Effect effect : command.effects)
        effects.emplace_back(model::effect_name(effect));
    for (const model::Opaque &opaque : command.opaque)
        if (const std::string name(model::opaque_reason_name(opaque.reason));
            std::find(reasons.begin(), reasons.end(), name) == reasons.end())
            reasons.push_back(name);
    if (!via.empty())
        text += "via " + join(via, " > ") + "  ";
    text += account_text(command) + path_text("reads", command.reads) +
            path_text("writes", command.writes) + path_text("deletes", command.deletes);
    if (!effects.empty())
        text += "effect " + join(effects, ", ") + "  ";
    if (!reasons.empty())
        text += "opaque " + join(reasons, ", ");
    return text;
}

std::string need_text(const RuleNeed &need) {
    std::string text;
    std::vector<std::string> quorums;
    for (const model::Quorum &quorum : need.all)
        quorums.push_back(quorum_text(quorum));
    if (!quorums.empty()) {
        text += "approval " + join(quorums, " and ") + "  " +
                std::to_string(need.ttl_seconds.value_or(model::Need{}.ttl_seconds) / 60) +
                " min, " + std::string(model::scope_name(need.scope));
        if (need.confirm != model::Confirm::None)
            text += ", confirm " + std::string(model::confirm_name(need.confirm));
        text += "  ";
    }
    text += need.step_up ? "step-up totp  " : "";
    text += need.reason ? "reason  " : "";
    text += need.mask.empty() ? "" : "mask " + join(need.mask, ", ") + "  ";
    text += need.notify.empty() ? "" : "notify " + join(need.notify, ", ") + "  ";
    text += need.output ? "output " + std::string(output_mode_name(*need.output)) + "  " : "";
    text += need.record_all ? "record all" : "";
    return text;
}

// `1 2 4` of the operations for which `has` holds.
template <typename Has>
std::string numbers(const Trace &trace, Has has) {
    std::string text;
    for (std::size_t i = 0; i < trace.judged.size(); ++i)
        if (has(trace.judged[i]))
            text += (text.empty() ? "" : " ") + std::to_string(i + 1);
    return text;
}

bool holds(const std::vector<const Rule *> &rules, const Rule *rule) {
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// The same for a list in the policy's order.
bool has(const std::vector<const Rule *> &rules, const Rule *rule) {
    return std::binary_search(rules.begin(), rules.end(), rule, std::less<>());
}

void explain_action(std::vector<std::string> &lines, const Trace &trace,
                    const model::Action &action, const model::CommandFacts *facts) {
    const std::string kind(model::action_kind_name(action.kind));
    if (facts == nullptr) {
        add_line(lines, kind, base::printable(action.bytes, 200));
        return;
    }
    add_line(lines, "unit",
             base::printable(action.bytes, 200) + "  " +
                 std::string(model::dialect_name(facts->dialect)) + ", " + kind + ", " +
                 std::string(model::parse_state_name(facts->state)) + ", " +
                 std::to_string(facts->commands.size()) + " command" +
                 (facts->commands.size() == 1 ? "" : "s"));
    for (std::size_t i = 0; i < trace.operations.size() && i < max_shown_operations; ++i) {
        const Operation &operation = trace.operations[i];
        const std::size_t depth = operation.command == nullptr ? 0 : operation.command->via.size();
        std::string line = padded(std::to_string(i + 1), 2) + " " + std::string(depth * 2, ' ') +
                           base::printable(operation.shown, shown_width);
        if (operation.command != nullptr)
            line = padded(line, shown_width + 4) + "  " + command_text(*operation.command);
        while (line.back() == ' ')
            line.pop_back();
        lines.push_back("  " + line);
    }
    if (trace.operations.size() > max_shown_operations)
        lines.push_back("  ... " + std::to_string(trace.operations.size() - max_shown_operations) +
                        " more");
    std::string notices;
    for (const model::Notice notice : facts->notices)
        notices += (notices.empty() ? "" : ", ") + std::string(model::notice_name(notice));
    if (!notices.empty())
        add_line(lines, "notice", notices);
}

// The rules that some operation has in the list that `of` gives, by id. A name that is not known
// may meet every rule of a policy; nobody reads hundreds of lines.
template <typename Of>
std::vector<const Rule *> rules_of(const Trace &trace, Of of) {
    std::vector<const Rule *> rules;
    for (const Judged &judged : trace.judged)
        rules.insert(rules.end(), of(judged).begin(), of(judged).end());
    sort_rules(rules);
    if (rules.size() > max_shown_rules)
        rules.resize(max_shown_rules);
    return rules;
}

void explain_rules(std::vector<std::string> &lines, const Trace &trace,
                   const model::Action &action) {
    for (const Rule *grant : rules_of(
             trace, [](const Judged &j) -> auto & { return j.covering; })) {
        const std::string chosen =
            numbers(trace, [&](const Judged &judged) { return judged.grant == grant; });
        if (!chosen.empty())
            add_line(lines, "grant",
                     padded(grant->id + " covers " + chosen, 28) + "  " + need_text(grant->need));
    }
    if (trace.uncovered < trace.operations.size()) {
        std::string line = "none covers " + numbers(trace, [](const Judged &judged) {
                               return judged.covering.empty();
                           });
        if (trace.nearest.grant != nullptr)
            line += "  (nearest: " + trace.nearest.grant->id + ", " +
                    stage_reason(trace.nearest, trace.operations[trace.uncovered], action) + ")";
        add_line(lines, "grant", line);
    }
    for (const Rule *guard : rules_of(
             trace, [](const Judged &j) -> auto & { return j.meeting; })) {
        const std::string met =
            numbers(trace, [&](const Judged &judged) { return has(judged.guards, guard); });
        if (!met.empty())
            add_line(lines, "guard",
                     padded(guard->id + "  " + met, 28) + "  " + need_text(guard->need));
        const std::string aside =
            numbers(trace, [&](const Judged &judged) { return holds(judged.yielded, guard); });
        if (!aside.empty())
            add_line(lines, "guard", guard->id + "  yields for " + aside);
    }
    const std::vector<const Rule *> walls = rules_of(
        trace, [](const Judged &j) -> auto & { return j.walls; });
    for (const Rule *wall : walls) {
        const std::string met =
            numbers(trace, [&](const Judged &judged) { return has(judged.walls, wall); });
        const std::string aside =
            numbers(trace, [&](const Judged &judged) { return holds(judged.yielded, wall); });
        add_line(lines, "wall",
                 padded(wall->id + "  " + met, 28) + "  " +
                     (aside.empty() ? wall->text : "yields for " + aside));
    }
    if (walls.empty())
        add_line(lines, "wall", "none of " + std::to_string(trace.walls) + " matched");
}

void explain_verdict(std::vector<std::string> &lines, const model::Decision &decision) {
    std::string text(model::verdict_name(decision.verdict));
    if (decision.verdict == model::Verdict::Deny) {
        add_line(lines, "verdict",
                 text + ": " + join(decision.rules, ", ") + ": " + decision.message);
        return;
    }
    std::vector<std::string> parts;
    for (const model::Quorum &quorum : decision.need.approvals)
        parts.push_back(quorum_text(quorum));
    if (!parts.empty())
        text += ": " + join(parts, " and ");
    if (decision.need.step_up)
        text += parts.empty() ? ": totp" : ", step-up totp";
    if (decision.need.reason)
        text += ", reason";
    if (!decision.need.mask.empty())
        text += "; mask " + join(decision.need.mask, ", ");
    if (!decision.need.notify.empty())
        text += "; notify " + join(decision.need.notify, ", ");
    add_line(lines, "verdict", text);
}

std::string kinds_text(Mask kinds) {
    std::string text;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<model::ActionKind>()); ++i)
        if ((kinds >> i & 1) != 0)
            text += (text.empty() ? "" : ", ") +
                    std::string(model::action_kind_name(static_cast<model::ActionKind>(i)));
    return text;
}

std::string who_reason(const Rule &grant) {
    if (!grant.who.groups.empty())
        return "it is for group " + join(grant.who.groups, " or ");
    if (!grant.who.users.empty())
        return "it is for " + join(grant.who.users, " or ");
    return "it is for others";
}

std::string where_reason(const Rule &grant, const model::Action &action) {
    for (const auto &[label, values] : grant.where.labels) {
        const auto own = action.labels.find(label);
        if (own == action.labels.end())
            return "the target has no label " + label;
        if (std::find(values.begin(), values.end(), own->second) == values.end())
            return label + " is " + base::printable(own->second, 40);
    }
    if (!grant.where.accounts.empty())
        return "it is for account " + join(grant.where.accounts, " or ");
    return "it is for other targets";
}

std::string some_of(const std::vector<std::string> &names) {
    constexpr std::size_t shown = 8;
    if (names.size() <= shown)
        return join(names, ", ");
    return join({names.begin(), names.begin() + shown}, ", ") + ", ...";
}

std::string effects_text(Mask effects) {
    std::vector<std::string> names;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<model::Effect>()); ++i)
        if ((effects >> i & 1) != 0)
            names.emplace_back(model::effect_name(static_cast<model::Effect>(i)));
    return join(names, ", ");
}

std::string argv_text(const std::vector<Glob> &words) {
    std::vector<std::string> texts;
    for (const Glob &word : words)
        texts.push_back(word.text());
    return "`" + base::printable(join(texts, " "), 120) + "`";
}

std::string clause_reason(const Rule &grant, const Operation &operation) {
    if (operation.command == nullptr || grant.clause.command.empty())
        return grant.clause.paths.empty() ? "it names others"
                                          : "it names " + join(grant.clause.paths_written, ", ");
    const CommandClause &clause = grant.clause.command.front();
    if (!clause.name.empty() && clause.name.match(operation.command->name) != Match::Yes)
        return "`" + base::printable(operation.command->name.shown(), 40) +
               "` is not in its list: " + some_of(clause.name.written);
    if (clause.is_opaque && !*clause.is_opaque && operation.opaque != 0)
        return "it is opaque";
    if (clause.privilege && *clause.privilege != operation.command->privileged())
        return *clause.privilege ? "it is for privileged commands" : "it is privileged";
    if (clause.effect_only && (operation.effects & ~*clause.effect_only) != 0)
        return "it allows only " + effects_text(*clause.effect_only) + ", this does " +
               effects_text(operation.effects & ~*clause.effect_only);
    if (!clause.argv.empty())
        return "it allows exactly " + argv_text(clause.argv.front());
    return "the command does not fit";
}

} // namespace

void sort_rules(std::vector<const Rule *> &rules) {
    std::sort(rules.begin(), rules.end(), std::less<>());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
}

std::string stage_reason(const Nearest &nearest, const Operation &operation,
                         const model::Action &action) {
    switch (nearest.stage) {
    case Stage::Kind:
        return "it is for " + kinds_text(nearest.grant->kinds);
    case Stage::Who:
        return who_reason(*nearest.grant);
    case Stage::Where:
        return where_reason(*nearest.grant, action);
    case Stage::From:
        return "it is for another network";
    case Stage::When:
        return "it is for another time";
    case Stage::Size:
        return "it is for at most " + std::to_string(*nearest.grant->max_commands) + " commands";
    case Stage::Clause:
    case Stage::None:
        break;
    }
    return clause_reason(*nearest.grant, operation);
}

std::vector<std::string> explain(const Trace &trace, const model::Action &action,
                                 const model::CommandFacts *facts,
                                 const model::Decision &decision) {
    std::vector<std::string> lines;
    explain_action(lines, trace, action, facts);
    if (!trace.operations.empty())
        explain_rules(lines, trace, action);
    explain_verdict(lines, decision);
    return lines;
}

} // namespace sallyport::policy
