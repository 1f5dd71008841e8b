// SPDX-License-Identifier: Apache-2.0
#include "read_rule.hpp"

namespace sallyport::policy {
namespace {

std::vector<std::vector<Glob>> read_word_lists(Fields &fields, std::string_view key) {
    std::vector<std::vector<Glob>> lists;
    const Value *value = fields.find(key, ValueKind::List);
    if (value == nullptr)
        return lists;
    if (value->items.empty())
        fields.sink().add(value->at, "the list is empty: leave the key out, or say what it holds");
    for (const Value &words : value->items) {
        if (words.kind != ValueKind::List || words.items.empty()) {
            fields.sink().add(words.at, quoted(key) + " is a list of lists of words");
            continue;
        }
        std::vector<Glob> list;
        for (const Value &word : words.items) {
            // an empty word is a word here: `--message ''`
            const std::string fault =
                word.kind != ValueKind::Text
                    ? "a word is a string, not " + std::string(value_kind_name(word.kind))
                : word.text.empty() ? ""
                                    : word_glob_fault(word.text);
            if (!fault.empty())
                fields.sink().add(word.at, fault);
            list.push_back(Glob::pattern(word.text));
        }
        lists.push_back(std::move(list));
    }
    return lists;
}

void read_opaque(Fields &fields, CommandClause &clause) {
    const Value *value = fields.find("opaque");
    if (value == nullptr)
        return;
    if (value->kind == ValueKind::Truth) {
        clause.is_opaque = value->truth;
        return;
    }
    if (value->kind != ValueKind::List) {
        fields.sink().add(value->at, "`opaque` is true, false or a list of reasons");
        return;
    }
    clause.opaque =
        enum_mask<model::OpaqueReason>(fields.texts("opaque"), fields.sink(),
                                       &model::parse_opaque_reason, &model::opaque_reason_name);
}

void read_paths(Fields &fields, CommandClause &clause, RuleKind kind, ReadContext context) {
    const auto read = [&](std::string_view key) {
        return path_globs(fields.names(key, context.sets), context.sink);
    };
    clause.reads = read("reads");
    clause.writes = read("writes");
    clause.deletes = read("deletes");
    clause.paths = read("path");
    if (kind == RuleKind::Grant)
        fields.refuse("cwd", "is a claim of the target and never a reason to allow");
    else
        clause.cwd = read("cwd");
}

CommandClause read_command(const Value &table, RuleKind kind, ReadContext context,
                           bool inner = false) {
    Fields fields(table, context.sink, "cmd");
    const auto globs = [&](std::string_view key) {
        std::vector<std::string> written;
        std::vector<Item> items = fields.names(key, context.sets, &written);
        return word_globs(items, std::move(written), context.sink);
    };
    CommandClause clause;
    const std::optional<bool> any = fields.truth("any");
    clause.any = any.value_or(false);
    if (any && (!*any || table.entries.size() > 1))
        context.sink.add(table.at, "`any = true` stands alone");
    clause.name = globs("name");
    clause.operand = globs("operand");
    clause.option = globs("opt");
    clause.via = globs("via");
    clause.environment = globs("env");
    clause.net = globs("net");
    clause.argv = read_word_lists(fields, "argv");
    clause.sub = read_word_lists(fields, "sub");
    const auto effects = [&](std::string_view key) {
        return enum_mask<model::Effect>(fields.texts(key), context.sink, &model::parse_effect,
                                        &model::effect_name);
    };
    if (kind == RuleKind::Grant && !inner)
        fields.refuse("effect", "in a grant would let a command with further effects through; "
                                "say `effect_only`");
    else
        clause.effects = effects("effect");
    if (fields.has("effect_only"))
        clause.effect_only = effects("effect_only");
    read_paths(fields, clause, kind, context);
    clause.as = plain(fields.names("as", context.sets), context.sink);
    clause.privilege = fields.truth("privilege");
    read_opaque(fields, clause);
    if (const Value *except = inner ? nullptr : fields.find("not"))
        clause.except.push_back(read_command(*except, kind, context, true));
    if (table.kind == ValueKind::Table && table.entries.empty())
        context.sink.add(table.at, "`cmd` is empty; say `any = true` for every command");
    fields.finish();
    return clause;
}

} // namespace

std::vector<std::string> plain(const std::vector<Item> &items, FaultSink &sink) {
    std::vector<std::string> texts;
    for (const Item &item : items) {
        if (item.text.find_first_of("*?") != std::string::npos)
            sink.add(item.at, quoted(item.text) + ": a glob has no meaning here");
        else if (item.text.empty())
            sink.add(item.at, "an empty text matches nothing");
        else
            texts.push_back(item.text);
    }
    return texts;
}

Globs word_globs(const std::vector<Item> &items, std::vector<std::string> written,
                 FaultSink &sink) {
    Globs globs;
    globs.written = std::move(written);
    for (const Item &item : items) {
        if (const std::string fault = word_glob_fault(item.text); !fault.empty())
            sink.add(item.at, quoted(item.text) + ": " + fault);
        else
            globs.add(item.text);
    }
    return globs;
}

std::vector<PathGlob> path_globs(const std::vector<Item> &items, FaultSink &sink) {
    std::vector<PathGlob> globs;
    for (const Item &item : items) {
        if (const std::string fault = path_glob_fault(item.text); !fault.empty())
            sink.add(item.at, quoted(item.text) + ": " + fault);
        else
            globs.push_back(PathGlob::pattern(item.text));
    }
    return globs;
}

Clause read_clause(Fields &table, RuleKind kind, ReadContext context) {
    Clause clause;
    if (const Value *command = table.find("cmd"))
        clause.command.push_back(read_command(*command, kind, context));
    clause.paths =
        path_globs(table.names("path", context.sets, &clause.paths_written), context.sink);
    std::vector<std::string> written;
    const std::vector<Item> to = table.names("to", context.sets, &written);
    clause.to = word_globs(to, std::move(written), context.sink);
    const Value *unit = table.find("unit");
    if (unit == nullptr)
        return clause;
    Fields fields(*unit, context.sink, "unit");
    if (kind == RuleKind::Grant)
        context.sink.add(unit->at, "`unit` is for guards and walls");
    clause.parse_states = enum_mask<model::ParseState>(
        fields.texts("parse"), context.sink, [](std::string_view text) {
            return parse_named<model::ParseState>(text, &model::parse_state_name);
        });
    clause.notices =
        enum_mask<model::Notice>(fields.texts("notice"), context.sink, [](std::string_view text) {
            return parse_named<model::Notice>(text, &model::notice_name);
        });
    if (unit->entries.empty())
        context.sink.add(unit->at, "`unit` is empty");
    fields.finish();
    return clause;
}

} // namespace sallyport::policy
