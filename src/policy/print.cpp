// SPDX-License-Identifier: Apache-2.0
// The policy as sentences, one line a rule, for an auditor. Nothing reads this back.
#include "compiled.hpp"
#include "needs.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

using Texts = std::vector<std::string>;

std::string join(const Texts &texts, std::string_view between = ",") {
    std::string joined;
    for (const std::string &text : texts)
        joined += (joined.empty() ? "" : std::string(between)) + text;
    return joined;
}

template <typename Enum>
std::string mask_names(Mask mask, std::string_view (*name)(Enum)) {
    Texts names;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<Enum>()); ++i)
        if ((mask >> i & 1) != 0)
            names.emplace_back(name(static_cast<Enum>(i)));
    return join(names);
}

// `head value` when there is a value.
void put(Texts &parts, std::string_view head, const std::string &value) {
    if (!value.empty())
        parts.push_back(std::string(head) + " " + value);
}

std::string who_text(const Who &who) {
    Texts parts;
    put(parts, "group", join(who.groups));
    put(parts, "user", join(who.users));
    put(parts, "origin", mask_names<model::Origin>(who.origins, &model::origin_name));
    put(parts, "declared", join(who.declared));
    if (!who.except.empty())
        put(parts, "but not", who_text(who.except.front()));
    return join(parts, " ");
}

std::string where_text(const Where &where) {
    Texts parts;
    for (const auto &[label, values] : where.labels)
        put(parts, "on " + label, join(values));
    put(parts, "on target", join(where.names));
    put(parts, "as", join(where.accounts));
    if (!where.except.empty())
        put(parts, "but not", where_text(where.except.front()));
    return join(parts, " ");
}

std::string when_text(const When &when) {
    static constexpr std::string_view names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    Texts parts, days;
    for (unsigned day = 0; day < 7; ++day)
        if ((when.days >> day & 1) != 0)
            days.emplace_back(names[day]);
    if (!days.empty())
        parts.push_back(join(days));
    if (when.hours)
        parts.push_back(when.hours_text);
    if (!when.zone_name.empty())
        parts.push_back(when.zone_name);
    put(parts, "after", when.after ? base::rfc3339(*when.after) : "");
    put(parts, "before", when.before ? base::rfc3339(*when.before) : "");
    if (!when.except.empty())
        put(parts, "outside", when_text(when.except.front()));
    return join(parts, " ");
}

std::string paths_text(const std::vector<PathGlob> &paths) {
    Texts texts;
    for (const PathGlob &path : paths)
        texts.push_back(path.text());
    return join(texts, " ");
}

std::string word_lists(const std::vector<std::vector<Glob>> &lists) {
    Texts texts;
    for (const std::vector<Glob> &list : lists) {
        Texts words;
        for (const Glob &word : list)
            words.push_back(word.text().empty() ? "''" : word.text());
        texts.push_back("`" + join(words, " ") + "`");
    }
    return join(texts, " or ");
}

std::string command_text(const CommandClause &clause) {
    if (clause.any)
        return "any";
    Texts parts;
    put(parts, "name", join(clause.name.written));
    put(parts, "words", word_lists(clause.argv));
    put(parts, "sub-command", word_lists(clause.sub));
    put(parts, "option", join(clause.option.written));
    put(parts, "operand", join(clause.operand.written));
    put(parts, "effect", mask_names<model::Effect>(clause.effects, &model::effect_name));
    if (clause.effect_only)
        put(parts, "effects only",
            mask_names<model::Effect>(*clause.effect_only, &model::effect_name));
    put(parts, "reads", paths_text(clause.reads));
    put(parts, "writes", paths_text(clause.writes));
    put(parts, "deletes", paths_text(clause.deletes));
    put(parts, "path", paths_text(clause.paths));
    put(parts, "directory", paths_text(clause.cwd));
    put(parts, "to", join(clause.net.written));
    put(parts, "running as", join(clause.as));
    put(parts, "through", join(clause.via.written));
    put(parts, "variable", join(clause.environment.written));
    if (clause.privilege)
        parts.emplace_back(*clause.privilege ? "privilege" : "no privilege");
    if (clause.is_opaque)
        parts.emplace_back(*clause.is_opaque ? "opaque" : "not opaque");
    put(parts, "opaque",
        mask_names<model::OpaqueReason>(clause.opaque, &model::opaque_reason_name));
    if (!clause.except.empty())
        put(parts, "but not", command_text(clause.except.front()));
    return join(parts, ", ");
}

std::string clause_text(const Clause &clause) {
    Texts parts;
    if (!clause.command.empty())
        parts.push_back(command_text(clause.command.front()));
    put(parts, "path", join(clause.paths_written, " "));
    put(parts, "to", join(clause.to.written, " "));
    put(parts, "parse",
        mask_names<model::ParseState>(clause.parse_states, &model::parse_state_name));
    put(parts, "notice", mask_names<model::Notice>(clause.notices, &model::notice_name));
    return join(parts, ", ");
}

std::string duration_text(std::uint32_t seconds) {
    if (seconds % 3600 == 0)
        return std::to_string(seconds / 3600) + "h";
    if (seconds % 60 == 0)
        return std::to_string(seconds / 60) + "m";
    return std::to_string(seconds) + "s";
}

std::string need_text(const RuleNeed &need) {
    Texts parts, quorums;
    for (const model::Quorum &quorum : need.all)
        quorums.push_back(quorum_text(quorum));
    put(parts, "approval", join(quorums, " and "));
    if (!quorums.empty()) {
        parts.push_back("ttl " +
                        duration_text(need.ttl_seconds.value_or(model::Need{}.ttl_seconds)));
        parts.emplace_back(model::scope_name(need.scope));
        if (need.confirm != model::Confirm::None)
            put(parts, "confirmed by", std::string(model::confirm_name(need.confirm)));
    }
    if (need.step_up)
        parts.emplace_back("step-up totp");
    if (need.reason)
        parts.emplace_back("reason");
    put(parts, "mask", join(need.mask));
    put(parts, "notify", join(need.notify));
    if (need.output)
        put(parts, "output", std::string(output_mode_name(*need.output)));
    if (need.record_all)
        parts.emplace_back("record all");
    return join(parts, ", ");
}

std::string conditions_text(const Rule &rule) {
    Texts parts;
    for (std::string text : {who_text(rule.who), where_text(rule.where)})
        if (!text.empty())
            parts.push_back(std::move(text));
    put(parts, "from", join(rule.from.in_written));
    put(parts, "not from", join(rule.from.out_written));
    if (!rule.when.empty())
        put(parts, "at", when_text(rule.when));
    const std::string kinds = mask_names<model::ActionKind>(rule.kinds, &model::action_kind_name);
    put(parts, rule.kind == RuleKind::Grant ? "may" : "for", kinds);
    return join(parts, " ");
}

std::string rule_text(const Rule &rule) {
    std::string text = std::string(rule_kind_name(rule.kind)) + " " + rule.id;
    text.append(text.size() < 23 ? 23 - text.size() : 1, ' ');
    text += conditions_text(rule);
    Texts clauses;
    for (const Clause &clause : rule.any_of)
        clauses.push_back("(" + clause_text(clause) + ")");
    std::string clause = clause_text(rule.clause);
    if (!clauses.empty())
        clause += (clause.empty() ? "" : " and ") + join(clauses, " or ");
    if (!clause.empty())
        text += (rule.kind == RuleKind::Grant ? ": " : " when ") + clause;
    if (rule.max_commands)
        text += "; at most " + std::to_string(*rule.max_commands) + " commands";
    if (const std::string need = need_text(rule.need); !need.empty())
        text += (rule.kind == RuleKind::Grant ? "; need " : ": need ") + need;
    if (!rule.yields.empty())
        text += "; yields to " + join(rule.yields);
    return text + "\n";
}

std::string test_text(const Test &test) {
    std::string text = "  test " + test.as + "@" + test.on;
    if (!test.declared.empty())
        text += " declared " + join(test.declared);
    text.append(text.size() < 26 ? 26 - text.size() : 1, ' ');
    text += std::string(model::action_kind_name(test.kind)) + " `" +
            base::printable(test.path.empty() ? test.text : test.path, 200) + "`";
    text += " -> " + std::string(model::verdict_name(test.expect));
    return text + (test.rule ? " (" + *test.rule + ")" : "") + "\n";
}

} // namespace

std::string Policy::print() const {
    std::string text = "# of " + join(state_->names, ", ") + "\n";
    for (const std::string &sentence : state_->replaced)
        text += "# " + sentence + "\n";
    for (const RuleKind kind : {RuleKind::Grant, RuleKind::Guard, RuleKind::Wall}) {
        text += "\n";
        for (const Rule &rule : state_->rules) {
            if (rule.kind != kind)
                continue;
            text += rule_text(rule) + "  # " + rule.text + "\n";
            if (!rule.message.empty())
                text += "  say \"" + rule.message + "\"\n";
            for (const std::string &file : rule.replaces)
                text += "  # takes the place of the rule of " + file + "\n";
            for (const Test &test : rule.tests)
                text += test_text(test);
        }
    }
    return text;
}

} // namespace sallyport::policy
