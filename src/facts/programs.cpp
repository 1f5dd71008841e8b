// SPDX-License-Identifier: Apache-2.0
// Programs whose way to an inner command is their own: shells, find, xargs, parallel, su, git,
// cron tables, socat.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::OpaqueReason;

Words from(const Words &words, std::size_t index) {
    if (index >= words.size())
        return {};
    return Words(words.begin() + static_cast<std::ptrdiff_t>(index), words.end());
}

ShellName shell_named(std::string_view name) {
    if (name == "bash" || name == "rbash")
        return ShellName::Bash;
    if (name == "zsh")
        return ShellName::Zsh;
    if (name == "dash")
        return ShellName::Dash;
    if (name == "ash")
        return ShellName::Ash;
    if (name == "ksh" || name == "mksh")
        return ShellName::Posix;
    return ShellName::Sh;
}

// A word with every place of `mark` as a hole.
FactWord with_holes(const FactWord &word, const std::string &mark, const FactWord &filling) {
    FactWord out;
    out.may_split = word.may_split;
    for (const model::WordPart &part : word.parts) {
        std::size_t at = 0;
        while (part.kind == model::WordPartKind::Literal && !mark.empty()) {
            const std::size_t found = part.text.find(mark, at);
            if (found == std::string::npos)
                break;
            if (found > at)
                out.parts.push_back({part.kind, part.text.substr(at, found - at)});
            out.parts.insert(out.parts.end(), filling.parts.begin(), filling.parts.end());
            at = found + mark.size();
        }
        if (at == 0 || at < part.text.size())
            out.parts.push_back({part.kind, part.text.substr(at)});
    }
    return out;
}
} // namespace

// sh [OPTIONS] -c TEXT [NAME ARGS], sh FILE, sh -s, sh.
bool Judge::shell_program(const Entry &entry, const Parsed &parsed, Environment &env, Scene &scene,
                          model::Command &command) {
    const bool busybox = std::any_of(scene.via.begin(), scene.via.end(),
                                     [](const model::Via &via) { return via.name == "busybox"; });
    const ShellName named = shell_named(entry.name);
    const ShellName shell = busybox && named == ShellName::Sh ? ShellName::Ash : named;
    Words words = parsed.operands;
    if (!words.empty() && words[0].literal() && words[0].text() == "-")
        words.erase(words.begin());
    if (parsed.has("c")) {
        if (words.empty())
            return true;
        const FactWord text = words[0];
        Environment inside = env;
        if (words.size() > 1 && words[1].literal())
            inside.variables["0"] = known(constant(words[1].text()));
        inside.variables["0"].exported = true;
        run_text(text, shell, inside, scene, command.where, from(words, 2));
        return true;
    }
    if (words.empty() || parsed.has("s")) {
        if (parsed.has("i") && !scene.input.whole()) {
            opaque(command, OpaqueReason::Interactive, "a shell: what is typed there is not seen");
            return true;
        }
        standard_input(shell, env, scene, command, words);
        return true;
    }
    const bool literal = words[0].literal();
    if (literal && (words[0].text() == "/dev/stdin" || words[0].text() == "/dev/fd/0") &&
        scene.input.whole()) {
        standard_input(shell, env, scene, command, from(words, 1));
        return true;
    }
    command.execs.push_back(path_of(words[0], env.cwd));
    command.reads.push_back(path_of(words[0], env.cwd));
    opaque(command, OpaqueReason::ScriptFile, "what the script holds is not known");
    return true;
}

bool Judge::su_program(const Parsed &parsed, Environment &env, const Scene &scene,
                       model::Command &command) {
    bool found = false;
    for (const char *option : {"c", "command", "C", "session-command"}) {
        if (const FactWord *text = parsed.value(option)) {
            run_text(*text, ShellName::Login, env, scene, command.where);
            found = true;
        }
    }
    Words words = parsed.operands;
    if (!words.empty() && words[0].literal() && words[0].text() == "-")
        words.erase(words.begin());
    // The first word is the account, the others are arguments of its shell. A later version may
    // take them for a command: both are judged.
    if (words.size() > 1) {
        Words argv = from(words, 1);
        const bool option = literal_prefix(argv[0]).compare(0, 1, "-") == 0;
        if (option || parsed.dashes)
            argv.insert(argv.begin(), model::literal_word("sh"));
        run_argv(std::move(argv), env, scene, command);
        return true;
    }
    return found || interactive(env, scene, command);
}

// -exec WORDS ; and its like, at any place of the expression.
bool Judge::find_program(const Entry &entry, const Words &argv, Environment &env,
                         const Scene &scene, model::Command &command) {
    FactWord below = hole_word("{}", false);
    std::vector<FactWord> roots = starting_points(argv);
    if (roots.size() == 1 && !roots[0].has_hole())
        below = FactWord{{{model::WordPartKind::Glob, tree_of(path_of(roots[0], env.cwd)).glob}},
                         false};
    bool found = false;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string word = literal_prefix(argv[i]);
        if (word.size() < 2 || word[0] != '-' || !argv[i].literal())
            continue;
        const auto until = entry.inner_until.find(word.substr(1));
        if (until == entry.inner_until.end())
            continue;
        Words inner;
        const bool in_directory = word == "-execdir" || word == "-okdir";
        for (++i; i < argv.size(); ++i) {
            const std::string text = argv[i].literal() ? argv[i].text() : "";
            const bool plus = text == "+" && !inner.empty() && argv[i - 1].literal() &&
                              argv[i - 1].text() == "{}";
            if (argv[i].literal() && (text == ";" || plus))
                break;
            inner.push_back(argv[i]);
        }
        for (FactWord &part : inner)
            part = with_holes(part, "{}", below);
        Environment inside = env;
        if (in_directory)
            inside.cwd.reset();
        found = true;
        run_argv(std::move(inner), inside, scene, command);
    }
    return found;
}

// The words before the expression of find; without one the current directory.
std::vector<FactWord> Judge::starting_points(const Words &argv) const {
    std::vector<FactWord> roots;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string word = literal_prefix(argv[i]);
        const bool leading = word == "-H" || word == "-L" || word == "-P" || word == "-O" ||
                             word.compare(0, 2, "-O") == 0;
        if (roots.empty() && leading)
            continue;
        if (roots.empty() && word == "-D") {
            ++i;
            continue;
        }
        if (!word.empty() && (word[0] == '-' || word == "(" || word == "!"))
            break;
        roots.push_back(argv[i]);
    }
    if (roots.empty())
        roots.push_back(model::literal_word("."));
    return roots;
}

bool Judge::xargs_program(const Parsed &parsed, Environment &env, const Scene &scene,
                          model::Command &command) {
    Words words = parsed.operands;
    if (words.empty())
        words.push_back(model::literal_word("echo"));
    std::string mark;
    for (const char *option : {"I", "i", "replace"}) {
        if (!parsed.has(option))
            continue;
        const FactWord *value = parsed.value(option);
        if (value != nullptr && !value->literal())
            opaque(command, OpaqueReason::HoleOption, "which word is replaced is not known");
        mark =
            value != nullptr && value->literal() && !value->text().empty() ? value->text() : "{}";
    }
    for (FactWord &word : words)
        word = with_holes(word, mark, hole_word("<input>", false));
    if (mark.empty())
        words.push_back(hole_word("<input>", true));
    Scene inside = scene;
    inside.input = Input::unknown();
    run_argv(std::move(words), env, inside, command);
    return true;
}

bool Judge::parallel_program(const Parsed &parsed, Environment &env, const Scene &scene,
                             model::Command &command) {
    Words words;
    for (const FactWord &word : parsed.operands) {
        if (word.literal() && word.text().compare(0, 3, ":::") == 0)
            break;
        words.push_back(word);
    }
    if (words.empty()) {
        opaque(command, OpaqueReason::EvalHole, "every input line is a command");
        return true;
    }
    // The inserted words are protected: a variable that nobody knows stands for them.
    const FactWord input = model::literal_word("\"$parallel_input\"");
    bool inserted = false;
    for (FactWord &word : words) {
        const FactWord filled = with_holes(word, "{}", input);
        inserted = inserted || !(filled == word);
        word = filled.literal() ? model::literal_word(filled.text()) : filled;
    }
    if (!inserted)
        words.push_back(input);
    Scene inside = scene;
    inside.input = Input::unknown();
    Environment without = env;
    without.variables.erase("parallel_input");
    run_words(words, ShellName::Login, false, without, inside, command.where);
    return true;
}

bool Judge::option_program(const Parsed &parsed, Environment &env, const Scene &scene,
                           model::Command &command) {
    const FactWord *program = nullptr;
    for (const char *option : {"x", "exec", "a", "startas"}) {
        if (parsed.value(option) != nullptr)
            program = parsed.value(option);
    }
    if (program == nullptr)
        return false;
    Words words{*program};
    words.insert(words.end(), parsed.operands.begin(), parsed.operands.end());
    run_argv(std::move(words), env, scene, command);
    return true;
}

// What git starts besides its settings: transports and pack programs.
bool Judge::git_program(const Parsed &parsed, Environment &env, const Scene &scene,
                        model::Command &command) {
    bool found = false;
    for (const FactWord &word : parsed.operands) {
        const std::string prefix = literal_prefix(word);
        if (prefix.compare(0, 5, "ext::") != 0)
            continue;
        run_text(rest_of(word, 5), ShellName::Sh, env, scene, command.where);
        found = true;
    }
    for (const char *option : {"upload-pack", "receive-pack", "exec"}) {
        if (const FactWord *text = parsed.value(option)) {
            run_text(*text, ShellName::Sh, env, scene, command.where);
            found = true;
        }
    }
    const auto sub_is = [&](std::string_view name) {
        return !parsed.operands.empty() && parsed.operands[0].literal() &&
               parsed.operands[0].text() == name;
    };
    if (sub_is("config") && parsed.operands.size() > 2) { // KEY VALUE: runs at a later command
        const Inner config{Inner::How::GitConfig, ShellName::Sh};
        model::FactWord pair = parsed.operands[1];
        pair.parts.push_back({model::WordPartKind::Literal, "="});
        pair.parts.insert(pair.parts.end(), parsed.operands[2].parts.begin(),
                          parsed.operands[2].parts.end());
        found = option_text(config, pair, parsed, env, scene, command) || found;
    }
    // Options with a separate value: the value stands among the operands.
    for (std::size_t i = 1; i + 1 < command.argv.size(); ++i) {
        if (!command.argv[i].literal())
            continue;
        const std::string text = command.argv[i].text();
        const bool clone = !parsed.operands.empty() && parsed.operands[0].literal() &&
                           parsed.operands[0].text() == "clone";
        const bool command_text = text == "--upload-pack" || text == "--receive-pack" ||
                                  text == "--exec" || text == "-x" || (text == "-u" && clone) ||
                                  text == "--extcmd";
        if (!command_text)
            continue;
        run_text(command.argv[i + 1], ShellName::Sh, env, scene, command.where);
        found = true;
    }
    const bool grep = !parsed.operands.empty() && parsed.operands[0].literal() &&
                      parsed.operands[0].text() == "grep";
    for (const FactWord &word : command.argv) {
        const std::string prefix = literal_prefix(word);
        if (grep && prefix.size() > 2 && prefix.compare(0, 2, "-O") == 0) {
            run_text(rest_of(word, 2), ShellName::Sh, env, scene, command.where);
            found = true;
        }
    }
    return found;
}

// Lines of a table are commands for sh; `-` or no operand: the table is on standard input.
bool Judge::cron_table(const Parsed &parsed, Environment &env, const Scene &scene,
                       model::Command &command) {
    if (parsed.has("e")) {
        opaque(command, OpaqueReason::Editor, "the table is edited by hand");
        return true;
    }
    const bool from_stdin = parsed.operands.empty() ||
                            (parsed.operands[0].literal() && parsed.operands[0].text() == "-");
    if (!from_stdin || !scene.input.whole()) {
        opaque(command, from_stdin ? OpaqueReason::StdinScript : OpaqueReason::ScriptFile,
               "the table is not known");
        return true;
    }
    const std::string &table = scene.input.text;
    std::size_t at = 0;
    while (at < table.size()) {
        const std::size_t end = std::min(table.find('\n', at), table.size());
        std::string line = table.substr(at, end - at);
        at = end + 1;
        std::size_t field = line.find_first_not_of(" \t");
        if (field == std::string::npos || line[field] == '#')
            continue;
        const std::size_t fields = line[field] == '@' ? 1 : 5;
        for (std::size_t i = 0; i < fields && field != std::string::npos; ++i) {
            const std::size_t blank = line.find_first_of(" \t", field);
            field = blank == std::string::npos ? blank : line.find_first_not_of(" \t", blank);
        }
        if (field == std::string::npos)
            continue;
        run_text(model::literal_word(line.substr(field)), ShellName::Sh, env, scene, command.where);
    }
    return true;
}

void Judge::socat_addresses(const Parsed &parsed, Environment &env, const Scene &scene,
                            model::Command &command) {
    std::vector<model::PathPattern> both; // opened for reading and writing
    for (const FactWord &word : parsed.operands) {
        if (!word.literal()) {
            opaque(command, OpaqueReason::HoleOption, "an unknown address may run a command");
            continue;
        }
        const std::string text = word.text();
        const std::size_t colon = text.find(':');
        std::string kind = text.substr(0, colon);
        for (char &byte : kind)
            byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
        const std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
        const std::string plain = value.substr(0, value.find(','));
        if (kind == "EXEC" || kind == "SYSTEM" || kind == "SHELL")
            run_text(model::literal_word(plain), ShellName::Sh, env, scene, command.where);
        else if (kind == "OPEN" || kind == "CREATE" || kind == "FILE" || kind == "GOPEN")
            both.push_back(path_of(plain, env.cwd));
        else if (value.find(':') != std::string::npos)
            command.net.push_back({plain.substr(0, plain.find(':')), 0});
    }
    for (const model::PathPattern &path : both) {
        command.reads.push_back(path);
        effect(command, model::Effect::Read);
        add_write(path, command.writes, command.effects);
    }
}

} // namespace sallyport::facts
