// SPDX-License-Identifier: Apache-2.0
// What a command reads, writes and deletes, and the program texts among its words.
#include "judge.hpp"
#include "scan.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::Effect;
using model::FactWord;
using model::OpaqueReason;
using Which = Selector::Which;

Words slice(const Words &words, std::size_t begin, std::size_t end) {
    begin = std::min(begin, words.size());
    end = std::max(begin, std::min(end, words.size()));
    return Words(words.begin() + static_cast<std::ptrdiff_t>(begin),
                 words.begin() + static_cast<std::ptrdiff_t>(end));
}

// The file of `file:PATH`, of `file://HOST/PATH`; an unknown beginning may be such a word.
std::optional<FactWord> file_of_url(const FactWord &word) {
    const FactWord any{{{model::WordPartKind::Hole, word.shown()}}, false};
    const std::string prefix = literal_prefix(word);
    std::string scheme = prefix.substr(0, 5);
    for (char &byte : scheme)
        byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    if (!word.literal() && scheme.size() < 5)
        return std::string_view("file:").substr(0, scheme.size()) == scheme
                   ? std::optional<FactWord>(any)
                   : std::nullopt;
    if (scheme != "file:")
        return std::nullopt;
    if (prefix.find_first_of("%{[") != std::string::npos) // decoded and expanded by the program
        return any;
    std::size_t at = 5;
    if (prefix.compare(at, 2, "//") == 0)
        at = std::min(prefix.find('/', at + 2), prefix.size());
    return rest_of(word, at);
}

// host:path of scp and rsync: not a path of this host.
bool is_remote(const FactWord &word) {
    const std::string prefix = literal_prefix(word);
    const std::size_t colon = prefix.find(':');
    return colon != std::string::npos && colon > 0 && prefix.find('/') > colon;
}
} // namespace

namespace {
// DIR/NAME for what is copied to DIR. An unknown name is any one there.
Words into_directory(const Parsed &parsed) {
    const FactWord *option = parsed.value("t");
    option = option == nullptr ? parsed.value("target-directory") : option;
    if (option == nullptr && parsed.operands.size() < 2)
        return {};
    const FactWord directory = option == nullptr ? parsed.operands.back() : *option;
    Words found;
    for (std::size_t i = 0; i + (option == nullptr ? 1 : 0) < parsed.operands.size(); ++i) {
        const FactWord &from = parsed.operands[i];
        FactWord goal = directory;
        if (from.literal())
            goal.parts.push_back(
                {model::WordPartKind::Literal, "/" + std::string(base_name(from.text()))});
        else
            goal.parts.push_back({model::WordPartKind::Glob, "/*"});
        found.push_back(std::move(goal));
    }
    return found;
}

Words file_urls(const Parsed &parsed) {
    Words found;
    for (const FactWord &word : parsed.operands) {
        if (const auto file = file_of_url(word))
            found.push_back(*file);
    }
    for (const model::Option &option : parsed.options) {
        if (option.name != "url" || !option.value)
            continue;
        if (const auto file = file_of_url(*option.value))
            found.push_back(*file);
    }
    return found;
}
} // namespace

Words Judge::selected(const Selector &selector, const Parsed &parsed, const Words &argv) const {
    const Words &operands = parsed.operands;
    const bool unsure = std::any_of(operands.begin(), operands.end(),
                                    [](const FactWord &word) { return word.may_split; });
    switch (selector.which) {
    case Which::All:
        return operands;
    case Which::Index: // a word that may be several moves the positions
        return unsure ? operands : slice(operands, selector.index, selector.index + 1);
    case Which::From:
        return unsure ? operands : slice(operands, selector.index, operands.size());
    case Which::Last:
        return unsure || operands.empty() ? operands
                                          : slice(operands, operands.size() - 1, operands.size());
    case Which::ButLast:
        return unsure || operands.empty() ? operands : slice(operands, 0, operands.size() - 1);
    case Which::ButFirst:
        return unsure ? operands : slice(operands, 1, operands.size());
    case Which::StartingPoints:
        return starting_points(argv);
    case Which::Stdin:
        return {};
    case Which::Any:
        return {hole_word("<input>", false)};
    case Which::Directory:
        return {model::literal_word(".")};
    case Which::Literal:
        return {model::literal_word(selector.name)};
    case Which::FileUrl:
        return file_urls(parsed);
    case Which::Into:
        return into_directory(parsed);
    case Which::Option:
    case Which::OptionFile:
    case Which::Key:
        break;
    }
    Words found;
    if (selector.which == Which::Key) {
        for (const FactWord &word : operands) {
            const std::string prefix = literal_prefix(word);
            if (prefix.compare(0, selector.name.size() + 1, selector.name + "=") == 0)
                found.push_back(rest_of(word, selector.name.size() + 1));
            else if (!word.literal() && prefix.find('=') == std::string::npos)
                found.push_back(word);
        }
        return found;
    }
    for (const model::Option &option : parsed.options) {
        if (option.name != selector.name || !option.value)
            continue;
        const std::string prefix = literal_prefix(*option.value);
        const std::size_t at = prefix.find('@');
        if (selector.which == Which::Option)
            found.push_back(*option.value);
        else if (at != std::string::npos && (at == 0 || prefix[at - 1] == '='))
            found.push_back(rest_of(*option.value, at + 1));
        else if (!option.value->literal())
            found.push_back(*option.value);
    }
    return found;
}

void Judge::paths(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
                  const Words &argv, bool safe, const Environment &env, model::Command &command) {
    const bool trees = parsed.has_any(entry.recursive) ||
                       (parsed.maybe_option && !entry.recursive.empty()) ||
                       (entry.recursive.size() == 1 && entry.recursive[0] == "*");
    const auto cwd = command.place == model::PlaceKind::Here ? env.cwd : std::nullopt;
    const auto each = [&](const std::vector<Selector> &selectors, bool tree, auto &&add) {
        for (const Selector &selector : selectors) {
            for (const FactWord &word : selected(selector, parsed, argv)) {
                if ((entry.is(Kind::Remote) || entry.is(Kind::Exfil)) && is_remote(word))
                    continue;
                if (word.literal() && (word.text() == "-" || word.text().empty()))
                    continue;
                if (is_process(word)) // its command is judged; no file has that name
                    continue;
                const model::PathPattern path =
                    entry.name == "ln" ? path_of(word, cwd) : reached(word, cwd);
                add(path);
                if (tree && path.glob != "**")
                    add(tree_of(path));
            }
        }
    };
    const auto read = [&](const auto &from, bool tree) { // an entry or a row
        each(from.reads, tree,
             [&](const model::PathPattern &path) { command.reads.push_back(path); });
        each(from.execs, tree,
             [&](const model::PathPattern &path) { command.execs.push_back(path); });
    };
    const auto changed = [&](const auto &from, bool tree) {
        each(from.writes, tree, [&](const model::PathPattern &path) {
            add_write(path, command.writes, command.effects);
        });
        each(from.deletes, tree,
             [&](const model::PathPattern &path) { command.deletes.push_back(path); });
    };
    read(entry, trees);
    if (!safe)
        changed(entry, trees);
    for (const MatchedRow &row : rows) {
        read(*row.row, trees || row.row->tree);
        if (!safe || !row.row->option.empty()) // a log file is written by a dry run too
            changed(*row.row, trees || row.row->tree);
    }
    note_links(entry, parsed, env);
    if (!command.reads.empty() || (entry.is(Kind::Reader) && !entry.prints_only))
        effect(command, Effect::Read);
    if (!command.deletes.empty())
        effect(command, Effect::Delete);
}

void Judge::texts(const Entry &entry, const Parsed &parsed, const Words &argv,
                  const std::vector<MatchedRow> &rows, Environment &env, const Scene &scene,
                  model::Command &command) {
    if (entry.program)
        program_text(entry, parsed, env.cwd, command);
    const bool sql =
        std::any_of(rows.begin(), rows.end(), [](const MatchedRow &row) { return row.row->sql; });
    if (!sql)
        return;
    bool given = parsed.has_any({"f", "file"});
    for (const Selector &selector : entry.text) {
        if (selector.which == Which::Stdin)
            continue;
        for (const FactWord &word : selected(selector, parsed, argv)) {
            given = true;
            ran(word, false);
            if (word.literal())
                sql_text(word.text(), env, scene, command);
            else
                opaque(command, OpaqueReason::DbScript, "a statement with an unknown part");
        }
    }
    if (given)
        return;
    if (scene.input.whole())
        sql_text(scene.input.text, env, scene, command);
    else
        opaque(command,
               scene.input.from == Input::From::Session && session_.terminal
                   ? OpaqueReason::Interactive
                   : OpaqueReason::DbScript,
               "the statements are not known");
}

void Judge::sql_text(std::string_view text, Environment &env, const Scene &scene,
                     model::Command &command) {
    const SqlFindings found = scan_sql(text, knowledge_.tables().sql);
    for (const Effect one : found.effects)
        effect(command, one);
    const bool runs = std::find(found.effects.begin(), found.effects.end(), Effect::Interpreter) !=
                      found.effects.end();
    if (found.unsure || runs)
        opaque(command, OpaqueReason::DbScript,
               "a statement that runs code or is not known to be harmless");
    Environment inside = env;
    for (const std::string &line : found.shell_texts)
        run_text(model::literal_word(line), ShellName::Sh, inside, scene, command.where);
}

// awk and sed programs: the operand, or the values of the options that replace it.
void Judge::program_text(const Entry &entry, const Parsed &parsed,
                         const std::optional<std::string> &cwd, model::Command &command) {
    const bool sed = entry.program->language == "sed";
    Words programs;
    bool file = false, by_option = false;
    for (const model::Option &option : parsed.options) {
        if (std::find(entry.program->unless.begin(), entry.program->unless.end(), option.name) ==
            entry.program->unless.end())
            continue;
        by_option = true;
        const bool text =
            option.name == "e" || option.name == "expression" || option.name == "source";
        file = file || !text;
        if (text && option.value)
            programs.push_back(*option.value);
    }
    if (!by_option && entry.program->operand < parsed.operands.size())
        programs.push_back(parsed.operands[entry.program->operand]);
    if (file)
        opaque(command, OpaqueReason::ScriptFile, "the program is in a file");
    if (sed && parsed.has("sandbox"))
        return;
    for (const FactWord &program : programs) {
        ran(program, false);
        if (!program.literal()) {
            opaque(command, OpaqueReason::Interpreter, "a program with an unknown part");
            continue;
        }
        const ScriptFindings found =
            sed ? scan_sed(program.text()) : ScriptFindings{scan_awk(program.text()), {}, {}};
        if (found.risk == ScriptRisk::Runs) {
            effect(command, Effect::Interpreter);
            opaque(command, OpaqueReason::Interpreter,
                   "the program runs commands or is not known not to");
        }
        if (found.risk == ScriptRisk::Writes && !sed) { // awk: the name may be computed
            effect(command, Effect::Write);
            command.writes.push_back({"**"});
        }
        for (const std::string &name : found.reads)
            command.reads.push_back(reached(model::literal_word(name), cwd));
        for (const std::string &name : found.writes)
            add_write(reached(model::literal_word(name), cwd), command.writes, command.effects);
    }
}

} // namespace sallyport::facts
