// SPDX-License-Identifier: Apache-2.0
#include "loader.hpp"

namespace sallyport::facts {
namespace {
constexpr std::array<std::string_view, 42> entry_keys{"kind",
                                                      "style",
                                                      "flags",
                                                      "args",
                                                      "optargs",
                                                      "lflags",
                                                      "largs",
                                                      "loptargs",
                                                      "number",
                                                      "assign",
                                                      "skip",
                                                      "inner",
                                                      "inner_opt",
                                                      "operand_opt",
                                                      "inner_until",
                                                      "reads",
                                                      "writes",
                                                      "deletes",
                                                      "exec",
                                                      "effects",
                                                      "when",
                                                      "note",
                                                      "plus",
                                                      "program",
                                                      "same_as",
                                                      "leading",
                                                      "leading_args",
                                                      "args2",
                                                      "prefix_args",
                                                      "sub",
                                                      "text",
                                                      "recursive",
                                                      "reason",
                                                      "lenient",
                                                      "prints_only",
                                                      "subs",
                                                      "skip_if_first_word_not_option",
                                                      "multi",
                                                      "last",
                                                      "patterns",
                                                      "example",
                                                      "escape"};
constexpr std::array<std::string_view, 27> when_keys{
    "with",    "opt",      "noopt",   "sub",    "subi",   "word",    "word0", "word1", "value",
    "mode",    "noperand", "noinner", "effect", "inner",  "skip",    "sql",   "note",  "alias_of",
    "same_as", "reason",   "rows",    "reads",  "writes", "deletes", "exec",  "most",  "tree"};
constexpr std::array<std::string_view, 13> addable_keys{
    "kind", "reads",  "writes", "deletes",   "exec",    "effects", "when",
    "note", "reason", "text",   "recursive", "example", "escape"};
} // namespace

std::string Loader::place(const toml::node &node) const {
    const auto &at = node.source().begin;
    return std::string(name_) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

base::Error Loader::fault(const toml::node &node, std::string message) const {
    return base::invalid(place(node) + ": " + std::move(message));
}

Status Loader::strings(const toml::node &node, Strings &out) const {
    const auto *list = node.as_array();
    if (list == nullptr)
        return fault(node, "expected a list of strings");
    for (const auto &item : *list) {
        const auto *value = item.as_string();
        if (value == nullptr)
            return fault(item, "expected a string");
        out.push_back(value->get());
    }
    return base::success();
}

Status Loader::text(const toml::node &node, std::string &out) const {
    const auto *value = node.as_string();
    if (value == nullptr)
        return fault(node, "expected a string");
    out = value->get();
    return base::success();
}

Status Loader::flag(const toml::node &node, bool &out) const {
    const auto *value = node.as_boolean();
    if (value == nullptr)
        return fault(node, "expected true or false");
    out = value->get();
    return base::success();
}

Status Loader::number(const toml::node &node, std::size_t &out) const {
    const auto *value = node.as_integer();
    if (value == nullptr || value->get() < 0 || value->get() > 64)
        return fault(node, "expected a number from 0 to 64");
    out = static_cast<std::size_t>(value->get());
    return base::success();
}

Status Loader::selectors(const toml::node &node, std::vector<Selector> &out) const {
    Strings texts;
    SALLYPORT_CHECK(strings(node, texts));
    for (const std::string &item : texts) {
        const auto selector = parse_selector(item);
        if (!selector)
            return fault(node, "unknown selector `" + item + "`");
        out.push_back(*selector);
    }
    return base::success();
}

Status Loader::inner(const toml::node &node, std::optional<Inner> &out) const {
    std::string value;
    SALLYPORT_CHECK(text(node, value));
    out = parse_inner(value);
    if (!out)
        return fault(node, "unknown way to an inner command `" + value + "`");
    return base::success();
}

Status Loader::inners(const toml::node &node,
                      std::map<std::string, Inner, std::less<>> &out) const {
    const auto *table = node.as_table();
    if (table == nullptr)
        return fault(node, "expected a table of options");
    for (const auto &[key, value] : *table) {
        std::optional<Inner> found;
        SALLYPORT_CHECK(inner(value, found));
        out[std::string(key.str())] = *found;
    }
    return base::success();
}

Status Loader::effects(const toml::node &node, Entry &out) const {
    Strings texts;
    SALLYPORT_CHECK(strings(node, texts));
    for (const std::string &item : texts) {
        if (item == "opaque") {
            out.opaque = true;
            continue;
        }
        const auto effect = model::parse_effect(item);
        if (!effect || *effect == model::Effect::GuardBreak)
            return fault(node, "unknown effect `" + item + "`");
        out.effects.push_back(*effect);
    }
    return base::success();
}

Status Loader::reason(const toml::node &node, std::optional<model::OpaqueReason> &out) const {
    std::string value;
    SALLYPORT_CHECK(text(node, value));
    const auto found = model::parse_opaque_reason(value);
    if (!found)
        return fault(node, "unknown opaque reason `" + value + "`");
    out = *found;
    return base::success();
}

Status Loader::row_condition(std::string_view key, const toml::node &node, When &out) const {
    const std::array<std::pair<std::string_view, Strings *>, 10> lists{{{"opt", &out.option},
                                                                        {"with", &out.with},
                                                                        {"noopt", &out.no_option},
                                                                        {"sub", &out.sub},
                                                                        {"subi", &out.sub},
                                                                        {"word", &out.word},
                                                                        {"word0", &out.word0},
                                                                        {"word1", &out.word1},
                                                                        {"value", &out.value},
                                                                        {"mode", &out.mode}}};
    for (const auto &[name, list] : lists) {
        if (name != key)
            continue;
        out.sub_ignores_case = out.sub_ignores_case || key == "subi";
        SALLYPORT_CHECK(strings(node, *list));
        if (list->empty())
            return fault(node, "an empty list matches nothing");
        return base::success();
    }
    if (key == "noperand") {
        SALLYPORT_CHECK(flag(node, out.no_operand));
        if (!out.no_operand)
            return fault(node, "`noperand` can only be true; leave it out otherwise");
        return base::success();
    }
    if (key == "most") {
        std::size_t value = 0;
        SALLYPORT_CHECK(number(node, value));
        out.most = value;
        return base::success();
    }
    return row_consequence(key, node, out);
}

Status Loader::row_consequence(std::string_view key, const toml::node &node, When &out) const {
    if (key == "inner")
        return inner(node, out.inner);
    if (key == "skip") {
        std::size_t value = 0;
        SALLYPORT_CHECK(number(node, value));
        out.skip = value;
        return base::success();
    }
    const std::array<std::pair<std::string_view, std::vector<Selector> *>, 4> paths{
        {{"reads", &out.reads},
         {"writes", &out.writes},
         {"deletes", &out.deletes},
         {"exec", &out.execs}}};
    for (const auto &[name, list] : paths) {
        if (name == key)
            return selectors(node, *list);
    }
    if (key == "tree")
        return flag(node, out.tree);
    if (key == "sql")
        return flag(node, out.sql);
    if (key == "noinner")
        return flag(node, out.suppress_inner);
    if (key == "alias_of")
        return text(node, out.alias_of);
    if (key == "same_as")
        return text(node, out.same_as);
    if (key == "reason")
        return reason(node, out.reason);
    if (key == "note")
        return base::success();
    std::string value; // effect
    SALLYPORT_CHECK(text(node, value));
    if (value == "safe") {
        if (site_)
            return fault(node, "a site file may only add or tighten: `safe` is refused");
        out.verdict = Verdict::Safe;
        return base::success();
    }
    if (value == "opaque") {
        out.verdict = Verdict::Opaque;
        return base::success();
    }
    const auto effect = model::parse_effect(value);
    if (!effect || *effect == model::Effect::GuardBreak)
        return fault(node, "unknown effect `" + value + "`");
    out.verdict = Verdict::Effect;
    out.effect = *effect;
    return base::success();
}

Status Loader::row(const toml::table &table, When &out) const {
    for (const auto &[key, node] : table) {
        if (!one_of(key.str(), when_keys) || key.str() == "rows")
            return fault(node, "unknown key `" + std::string(key.str()) + "` in a `when` row");
        SALLYPORT_CHECK(row_condition(key.str(), node, out));
    }
    if (out.suppress_inner && out.verdict != Verdict::None) { // a condition then, see the manual
        out.suppress_inner = false;
        out.no_inner_condition = true;
    }
    if (!out.value.empty() && out.option.empty())
        return fault(table, "`value` needs `opt`: it is the value of that option");
    if (site_ && (out.suppress_inner || !out.alias_of.empty() || !out.same_as.empty()))
        return fault(table, "a site file may only add or tighten");
    return base::success();
}

Status Loader::rows(const toml::node &node, std::vector<When> &out) const {
    const auto *list = node.as_array();
    if (const auto *table = node.as_table()) { // [c.x.when] rows = [...]
        if (table->size() != 1 || !table->contains("rows"))
            return fault(node, "expected `rows`");
        list = (*table)["rows"].as_array();
    }
    if (list == nullptr)
        return fault(node, "expected a list of rows");
    for (const auto &item : *list) {
        const auto *table = item.as_table();
        if (table == nullptr)
            return fault(item, "expected a row");
        When parsed;
        SALLYPORT_CHECK(row(*table, parsed));
        out.push_back(std::move(parsed));
    }
    return base::success();
}

Status Loader::program(const toml::node &node, std::optional<Program> &out) const {
    const auto *table = node.as_table();
    if (table == nullptr)
        return fault(node, "expected a table");
    Program parsed;
    for (const auto &[key, value] : *table) {
        if (key.str() == "operand") {
            SALLYPORT_CHECK(number(value, parsed.operand));
        } else if (key.str() == "unless") {
            SALLYPORT_CHECK(strings(value, parsed.unless));
        } else if (key.str() == "language") {
            SALLYPORT_CHECK(text(value, parsed.language));
        } else {
            return fault(value, "unknown key `" + std::string(key.str()) + "` in `program`");
        }
    }
    if (parsed.language != "awk" && parsed.language != "sed")
        return fault(node, "`language` is awk or sed");
    out = std::move(parsed);
    return base::success();
}

Status Loader::examples(const toml::node &node, bool escape, std::vector<Example> &out) const {
    Strings texts;
    SALLYPORT_CHECK(strings(node, texts));
    const toml::array &list = *node.as_array();
    for (std::size_t i = 0; i < texts.size(); ++i)
        out.push_back({place(list[i]), std::move(texts[i]), escape});
    return base::success();
}

Status Loader::patterns(const toml::node &node, Patterns &out) const {
    std::string value;
    SALLYPORT_CHECK(text(node, value));
    if (value != "glob" && value != "regex")
        return fault(node, "`patterns` is glob or regex");
    out = value == "glob" ? Patterns::Glob : Patterns::Regex;
    return base::success();
}

Status Loader::until(const toml::node &node, Entry &out) const {
    const auto *table = node.as_table();
    if (table == nullptr)
        return fault(node, "expected a table of options");
    for (const auto &[key, value] : *table)
        SALLYPORT_CHECK(strings(value, out.inner_until[std::string(key.str())]));
    return base::success();
}

// The keys that say how options are read.
Status Loader::grammar_key(std::string_view key, const toml::node &node, Entry &out) const {
    const std::array<std::pair<std::string_view, std::string *>, 4> texts{
        {{"flags", &out.flags},
         {"optargs", &out.optional_args},
         {"leading", &out.leading},
         {"leading_args", &out.leading_args}}};
    for (const auto &[name, value] : texts) {
        if (name == key)
            return text(node, *value);
    }
    const std::array<std::pair<std::string_view, Strings *>, 9> lists{
        {{"lflags", &out.long_flags},
         {"largs", &out.long_args},
         {"loptargs", &out.long_optional_args},
         {"multi", &out.multi},
         {"last", &out.last},
         {"prefix_args", &out.prefix_args},
         {"args2", &out.double_args},
         {"recursive", &out.recursive},
         {"subs", &out.known_subs}}};
    for (const auto &[name, list] : lists) {
        if (name == key)
            return strings(node, *list);
    }
    const std::array<std::pair<std::string_view, bool *>, 6> flags{
        {{"number", &out.number},
         {"assign", &out.assign},
         {"plus", &out.plus},
         {"lenient", &out.lenient},
         {"prints_only", &out.prints_only},
         {"skip_if_first_word_not_option", &out.skip_if_first_word}}};
    for (const auto &[name, value] : flags) {
        if (name != key)
            continue;
        if (name != "skip_if_first_word_not_option")
            return flag(node, *value);
        std::size_t count = 0;
        SALLYPORT_CHECK(number(node, count));
        *value = count != 0;
        return base::success();
    }
    if (key == "args") // letters, or words for style dash
        return node.is_array() ? strings(node, out.word_args) : text(node, out.args);
    return number(node, out.skip); // skip
}

Status Loader::entry_key(std::string_view key, const toml::node &node, Entry &out) const {
    if (key == "kind") {
        Strings kinds;
        SALLYPORT_CHECK(strings(node, kinds));
        for (const std::string &name : kinds) {
            const auto kind = parse_kind(name);
            if (!kind)
                return fault(node, "unknown kind `" + name + "`");
            out.kinds.set(static_cast<std::size_t>(*kind));
        }
        return base::success();
    }
    if (key == "style") {
        std::string value;
        SALLYPORT_CHECK(text(node, value));
        const auto style = parse_style(value);
        if (!style)
            return fault(node, "unknown style `" + value + "`");
        out.style = *style;
        return base::success();
    }
    const std::array<std::pair<std::string_view, std::vector<Selector> *>, 5> selected{
        {{"reads", &out.reads},
         {"writes", &out.writes},
         {"deletes", &out.deletes},
         {"exec", &out.execs},
         {"text", &out.text}}};
    for (const auto &[name, list] : selected) {
        if (name == key)
            return selectors(node, *list);
    }
    if (key == "inner")
        return inner(node, out.inner);
    if (key == "inner_opt")
        return inners(node, out.option_inner);
    if (key == "operand_opt")
        return inners(node, out.operand_inner);
    if (key == "inner_until")
        return until(node, out);
    if (key == "effects")
        return effects(node, out);
    if (key == "reason")
        return reason(node, out.reason);
    if (key == "when")
        return rows(node, out.when);
    if (key == "example" || key == "escape")
        return examples(node, key == "escape", out.examples);
    if (key == "patterns")
        return patterns(node, out.patterns);
    if (key == "program")
        return program(node, out.program);
    if (key == "same_as")
        return text(node, out.same_as);
    if (key == "note")
        return base::success();
    return grammar_key(key, node, out);
}

Status Loader::entry(const toml::table &table, std::string_view name, Entry &out) const {
    const bool known = site_ && base_.entries_.count(name) != 0;
    out.name = name;
    out.place = place(table);
    for (const auto &[key, node] : table) {
        if (!one_of(key.str(), entry_keys))
            return fault(node, "unknown key `" + std::string(key.str()) + "` in command `" +
                                   std::string(name) + "`");
        if (known && !one_of(key.str(), addable_keys))
            return fault(node, "a site file may only add or tighten: `" + std::string(key.str()) +
                                   "` of the known command `" + std::string(name) + "` is refused");
        if (key.str() != "sub") {
            SALLYPORT_CHECK(entry_key(key.str(), node, out));
            continue;
        }
        const auto *subs = node.as_table();
        if (subs == nullptr)
            return fault(node, "expected tables of sub-commands");
        for (const auto &[sub, body] : *subs) {
            const auto *inside = body.as_table();
            if (inside == nullptr || inside->contains("sub"))
                return fault(body, "expected a sub-command without further ones");
            SALLYPORT_CHECK(entry(*inside, name, out.sub[std::string(sub.str())]));
        }
    }
    for (auto &[sub, body] : out.sub)
        body.kinds |= out.kinds;
    return base::success();
}

Status Loader::commands(const toml::table &table) {
    for (const auto &[key, node] : table) {
        const auto *body = node.as_table();
        if (body == nullptr)
            return fault(node, "expected a command table");
        const std::string name(key.str());
        const bool known = base_.entries_.count(name) != 0;
        if (known && !base_.entries_[name].same_as.empty())
            return fault(node, "`" + name + "` is the same as `" + base_.entries_[name].same_as +
                                   "`: tighten that one");
        Entry fresh = known ? base_.entries_[name] : Entry();
        SALLYPORT_CHECK(entry(*body, name, fresh));
        base_.entries_[name] = std::move(fresh);
    }
    return consistent(table);
}

// Selectors, options and rows must speak about what the entry has.
Status Loader::consistent(const toml::table &commands) const {
    for (const auto &[key, node] : commands) {
        const Entry *entry = &base_.entries_.at(std::string(key.str()));
        for (std::size_t steps = 0; !entry->same_as.empty(); ++steps) {
            const auto next = base_.entries_.find(entry->same_as);
            if (next == base_.entries_.end() || steps > 8)
                return fault(node, "`same_as` leads nowhere: `" + entry->same_as + "`");
            entry = &next->second;
        }
        for (const char letter : entry->args) {
            if (entry->optional_args.find(letter) != std::string::npos)
                return fault(node,
                             std::string("option `") + letter + "` both must and may have a value");
        }
        for (const When &row : entry->when) {
            if (!row.same_as.empty() && base_.entries_.count(row.same_as) == 0)
                return fault(node, "`same_as` leads nowhere: `" + row.same_as + "`");
            if (!row.alias_of.empty() && entry->sub.count(row.alias_of) == 0)
                return fault(node, "`alias_of` leads nowhere: `" + row.alias_of + "`");
        }
    }
    return base::success();
}

} // namespace sallyport::facts
