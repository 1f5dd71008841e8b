// SPDX-License-Identifier: Apache-2.0
// Commands of the shell itself that change what the walk knows.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::OpaqueReason;

// Operands after the options of a builtin; options with a value are named in `valued`.
Words operands(const Words &argv, std::string_view valued) {
    Words out;
    bool options = true;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string text = literal_prefix(argv[i]);
        if (options && argv[i].literal() && text == "--") {
            options = false;
            continue;
        }
        if (options && text.size() > 1 && (text[0] == '-' || text[0] == '+')) {
            if (argv[i].literal() && valued.find(text.back()) != std::string_view::npos)
                ++i;
            continue;
        }
        options = false;
        out.push_back(argv[i]);
    }
    return out;
}

bool has_flag(const Words &argv, char flag, char sign = '-') {
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string text = literal_prefix(argv[i]);
        if (text.size() < 2 || (text[0] != '-' && text[0] != '+') || text == "--")
            return false;
        if (text[0] == sign && text.find(flag) != std::string::npos)
            return true;
    }
    return false;
}

// zsh takes an option's name in any case, with underscores anywhere.
bool names_option(std::string_view text, std::string_view part) {
    std::string plain;
    for (const char byte : text) {
        if (byte != '_')
            plain += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    }
    return plain.find(part) != std::string::npos;
}

bool has_subscripts(const Scene &scene) {
    return scene.dialect != model::Dialect::Dash && scene.dialect != model::Dialect::Ash;
}
} // namespace

bool Judge::is_builtin(std::string_view name, const Scene &scene) const {
    const auto &sets = knowledge_.tables().builtins;
    const auto in = [&](std::string_view set) {
        const auto found = sets.find(set);
        return found != sets.end() && found->second.count(name) != 0;
    };
    switch (scene.dialect) {
    case model::Dialect::Bash:
        return in("posix") || in("bash");
    case model::Dialect::Zsh:
        return in("posix") || in("zsh");
    case model::Dialect::Ash:
        return in("posix") || in("ash");
    case model::Dialect::Dash:
    case model::Dialect::Sh:
    case model::Dialect::Unknown:
        return in("posix");
    }
    return false;
}

// A function that the text or the session defines. True if nothing else can run.
bool Judge::call(const Words &argv, Environment &env, const Scene &scene, model::Span where) {
    const auto found = env.functions.find(argv[0].text());
    if (found == env.functions.end())
        return false;
    const FunctionSet functions = found->second;
    if (scene.calls >= max_call_depth)
        return !functions.maybe; // its body is judged where it is defined
    Scene inside = scene;
    ++inside.calls;
    inside.in(model::ContextFlag::Function);
    const auto positional = env.positional;
    Environment result = env;
    bool first = true;
    for (const FunctionBody &body : functions.bodies) {
        Environment called = env;
        called.positional = Words(argv.begin() + 1, argv.end());
        inside.unit = body.unit;
        inside.where = span(scene, where);
        node(*body.body, called, inside);
        result = first ? called : join(result, called);
        first = false;
    }
    result.positional = positional;
    env = functions.maybe ? join(env, result) : std::move(result);
    return !functions.maybe;
}

void Judge::change_directory(const Words &argv, Environment &env) {
    assigned("/cwd");
    if (env.changes("/cwd")) {
        env.cwd.reset();
        return;
    }
    set(env, "OLDPWD", Variable{});
    set(env, "PWD", Variable{});
    const Words to = operands(argv, "");
    if (to.size() != 1 || !to[0].literal() || argv[0].text() == "popd") {
        env.cwd.reset();
        return;
    }
    const std::string text = to[0].text();
    const bool physical = has_flag(argv, 'P') && text.find("..") != std::string::npos;
    if (text.empty() || physical || text == "-" || text[0] == '~' || text[0] == '+') {
        env.cwd.reset();
    } else if (text[0] == '/') {
        env.cwd = normalised(text);
    } else if (env.cwd) { // CDPATH is one of the watched names
        env.cwd = normalised(*env.cwd + "/" + text);
    }
}

// export, readonly, declare, typeset, local: NAME and NAME=VALUE operands, already folded.
void Judge::declare(const Words &argv, Environment &env, const Scene &scene,
                    model::Command &command) {
    const bool zsh = scene.dialect == model::Dialect::Zsh;
    const std::string called = argv[0].text();
    const bool integer = has_flag(argv, 'i') || called == "integer" || called == "float" ||
                         (zsh && (has_flag(argv, 'E') || has_flag(argv, 'F')));
    const bool reference = has_flag(argv, 'n');
    if (has_flag(argv, 'n', '+')) // no longer a reference: later assignments stay with the name
        env.changing.insert("*");
    const bool functions = has_flag(argv, 'f');
    const bool exports = argv[0].text() == "export" || has_flag(argv, 'x');
    const bool array = has_flag(argv, 'a') || has_flag(argv, 'A');
    const bool converts =
        !functions && (has_flag(argv, 'l') || has_flag(argv, 'u') || has_flag(argv, 'c') ||
                       has_flag(argv, 'L') || has_flag(argv, 'R') || has_flag(argv, 'Z') ||
                       has_flag(argv, 'T') || has_flag(argv, 'E') || has_flag(argv, 'F'));
    for (const FactWord &word : operands(argv, "")) {
        const std::string prefix = literal_prefix(word);
        const std::size_t equals = prefix.find('=');
        std::string name = prefix.substr(0, equals);
        if (!name.empty() && name.back() == '+' && equals != std::string::npos)
            name.pop_back();
        if (equals == std::string::npos && !word.literal()) {
            subscript_text(word, env, scene, command.where);
            env.forget_all();
            assigned("*");
            opaque(command, OpaqueReason::EnvCode, "an unknown variable is set");
            continue;
        }
        if (name.find('[') != std::string::npos) {
            subscript_text(model::literal_word(name), env, scene, command.where);
            name.resize(name.find('['));
            watch(name, Variable{}, env, scene, command.where, nullptr);
            set(env, name, Variable{});
            continue;
        }
        if (functions && exports)
            opaque(command, OpaqueReason::EnvCode, "child shells get this function");
        Variable value = env.find(name);
        if (equals != std::string::npos) {
            const FactWord rest = rest_of(word, equals + 1);
            value = rest.literal() && !array ? known(constant(rest.text())) : Variable{};
            value.number = rest.parts.size() == 1 && rest.parts[0].text == "<number>";
            if (prefix[equals == 0 ? 0 : equals - 1] == '+')
                value = Variable{};
            if (integer)
                evaluated(rest, env, scene, command.where);
            if (reference) {
                reference_to(name, rest, env, scene, command);
                continue;
            }
            watch(name, value, env, scene, command.where, nullptr);
        } else if (exports) {
            watch(name, number_hole(), env, scene, command.where, nullptr);
        }
        if (integer) {
            if (called != "local") // a fresh one
                becomes_integer(name, env, scene, command.where);
            value = number_hole();
        }
        if (reference && equals == std::string::npos) { // refers to what is assigned to it later
            env.changing.insert("*");
            refers_anywhere(name, env, scene, command.where);
        }
        value.integer = integer;
        value.converts = converts;
        value.associative = has_flag(argv, 'A');
        value.exported = value.exported || exports;
        set(env, name, std::move(value));
    }
}

// What the name holds is evaluated from now on. The shell gives some names text of its own.
void Judge::becomes_integer(const std::string &name, Environment &env, const Scene &scene,
                            model::Span where) {
    const auto old = env.variables.find(name);
    const bool by_shell = !keeps_value(name) || name == "PWD" || name == "OLDPWD";
    if (by_shell && !is_shell_integer(name, scene.dialect))
        evaluated(hole_word("", false), env, scene, where);
    else if (old != env.variables.end())
        evaluated(name, env, scene, where);
}

// A reference whose goal the walk does not know may be one of the watched names.
void Judge::refers_anywhere(const std::string &name, Environment &env, const Scene &scene,
                            model::Span where) {
    env.code = name;
    opaque_unit(scene, OpaqueReason::EnvCode, where,
                "`" + name + "` refers to a name that is given later");
}

void Judge::reference_to(const std::string &name, const FactWord &goal, Environment &env,
                         const Scene &scene, model::Command &command) {
    subscript_text(goal, env, scene, command.where);
    if (goal.literal()) // each assignment through the name is one to its goal
        watch(goal.text(), Variable{}, env, scene, command.where, nullptr);
    Variable reference;
    const bool has_references = scene.dialect == model::Dialect::Bash; // zsh 5.9: an error
    if (has_references && goal.literal() && is_name(goal.text()) && goal.text() != name) {
        reference = known({});
        reference.refers_to = goal.text();
        const auto further = env.variables.find(goal.text());
        if (further != env.variables.end() && !further->second.refers_to.empty())
            env.changing.insert("*"); // a chain of references is not followed
    }
    assigned(name);
    env.variables[name] = reference;
}

// read, mapfile, getopts: names become what stands on standard input, or holes.
void Judge::read_into(const Words &argv, Environment &env, const Scene &scene,
                      model::Command &command) {
    const std::string name = argv[0].text();
    const bool lines = name == "mapfile" || name == "readarray";
    Words names = operands(argv, lines ? "dnOsuCc" : "adinNptu");
    if (name == "getopts" && !names.empty())
        names.erase(names.begin());
    if (lines && has_flag(argv, 'C'))
        opaque(command, OpaqueReason::EvalHole, "the callback is run for every line");
    for (std::size_t i = 1; i + 1 < argv.size(); ++i) {
        if (name == "read" && literal_prefix(argv[i]) == "-a")
            names.push_back(argv[i + 1]);
    }
    if (names.empty())
        names.push_back(model::literal_word(lines ? "MAPFILE" : "REPLY"));
    if (name == "getopts")
        names.push_back(model::literal_word("OPTARG"));
    std::vector<std::string> values;
    const bool simple = name == "read" && scene.input.whole() && !env.splitting_changed &&
                        scene.input.text.find('\\') == std::string::npos &&
                        operands(argv, "").size() == names.size() && !has_flag(argv, 'a');
    if (simple) {
        const std::string line = scene.input.text.substr(0, scene.input.text.find('\n'));
        std::size_t at = line.find_first_not_of(" \t");
        while (at != std::string::npos && values.size() < names.size()) {
            const bool last = values.size() + 1 == names.size();
            const std::size_t end = last ? line.find_last_not_of(" \t") + 1
                                         : std::min(line.find_first_of(" \t", at), line.size());
            values.push_back(line.substr(at, end - at));
            at = last ? std::string::npos : line.find_first_not_of(" \t", end);
        }
        values.resize(names.size());
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        subscript_text(names[i], env, scene, command.where);
        if (!names[i].literal()) {
            env.forget_all();
            assigned("*");
            continue;
        }
        const Variable value = simple ? known(constant(values[i])) : Variable{};
        watch(names[i].text(), value, env, scene, command.where, nullptr);
        set(env, names[i].text(), value);
    }
}

void Judge::print_into(const Words &argv, Environment &env, const Scene &scene,
                       model::Command &command) {
    if (argv.size() < 3 || literal_prefix(argv[1]).compare(0, 2, "-v") != 0 ||
        scene.dialect == model::Dialect::Dash || scene.dialect == model::Dialect::Ash)
        return; // dash and ash have no -v
    const bool joined = literal_prefix(argv[1]).size() > 2;
    const FactWord name = joined ? rest_of(argv[1], 2) : argv[2];
    subscript_text(name, env, scene, command.where);
    if (!name.literal()) {
        env.forget_all();
        assigned("*");
        return;
    }
    std::vector<std::string> words;
    bool literal = true;
    for (std::size_t i = joined ? 2 : 3; i < argv.size(); ++i) {
        literal = literal && argv[i].literal();
        words.push_back(argv[i].literal() ? argv[i].text() : "");
    }
    const auto text = literal ? known_output("printf", words, {}) : std::nullopt;
    const Variable value = text ? known(constant(*text)) : Variable{};
    watch(name.text(), value, env, scene, command.where, nullptr);
    set(env, name.text(), value);
}

void Judge::set_options(const Words &argv, Environment &env, const Scene &scene,
                        model::Command &command) {
    const std::string name = argv[0].text();
    if (name == "shift") {
        const bool plain = argv.size() == 1 || (argv[1].literal() && is_number(argv[1].text()) &&
                                                argv[1].text().size() < 5);
        const std::size_t count = argv.size() > 1 && plain ? std::stoul(argv[1].text()) : 1;
        assigned("@");
        if (!plain || !env.positional || env.positional->size() < count)
            env.positional.reset();
        else
            env.positional->erase(env.positional->begin(),
                                  env.positional->begin() + static_cast<std::ptrdiff_t>(count));
        return;
    }
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string text = literal_prefix(argv[i]);
        if (text.find("wordsplit") != std::string::npos || text.find("posix") != std::string::npos)
            env.splitting_changed = true;
        if (!argv[i].literal() || names_option(text, "caseglob")) {
            env.any_case = true;
            assigned("/case");
        }
        const bool keyword = name == "set" && text.size() > 1 && text[0] == '-' && text[1] != '-' &&
                             text.find('k') != std::string::npos;
        if (keyword || text == "keyword" || text == "lastpipe" || text == "expand_aliases" ||
            text == "globsubst" || text == "sourcepath" || text == "nobareglobqual")
            opaque(command, OpaqueReason::ReboundName,
                   "the option `" + text + "` changes how later lines are read");
    }
    if (name != "set")
        return;
    bool options = true, given = false;
    Words positional;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string text = literal_prefix(argv[i]);
        if (options && (text == "--" || text == "-") && argv[i].literal()) {
            given = given || text == "--";
            options = false;
            continue;
        }
        if (options && text.size() > 1 && (text[0] == '-' || text[0] == '+')) {
            if (argv[i].literal() && text.back() == 'o')
                ++i;
            continue;
        }
        options = false;
        given = true;
        positional.push_back(argv[i]);
    }
    (void)scene;
    if (!given)
        return;
    assigned("@");
    if (env.changes("@"))
        env.positional.reset();
    else
        env.positional = std::move(positional);
}

void Judge::source(const Words &argv, Environment &env, const Scene &scene,
                   model::Command &command) {
    const Words files = operands(argv, "");
    if (!files.empty() && files[0].literal() &&
        (files[0].text() == "/dev/stdin" || files[0].text() == "/dev/fd/0") &&
        scene.input.whole()) {
        const auto positional = env.positional;
        if (files.size() > 1)
            env.positional = Words(files.begin() + 1, files.end());
        standard_input(ShellName::Self, env, scene, command);
        if (files.size() > 1)
            env.positional = positional;
        return;
    }
    opaque(command, OpaqueReason::ScriptFile, "what the file holds is not known");
    env.forget_all();
    assigned("*");
}

void Judge::forget(const Words &argv, Environment &env, const Scene &scene,
                   model::Command &command) {
    const bool functions = has_flag(argv, 'f');
    for (const FactWord &word : operands(argv, "")) {
        subscript_text(word, env, scene, command.where);
        if (!word.literal()) {
            env.forget_all();
            assigned("*");
            continue;
        }
        const std::string name = word.text();
        if (functions || env.variables.count(name) == 0)
            env.functions.erase(name);
        if (functions)
            continue;
        if (name == "IFS")
            env.splitting_changed = true;
        if (has_flag(argv, 'n')) // the reference itself; its old goal keeps its value
            env.changing.insert("*");
        Variable gone = known({});
        if (name.find('[') != std::string::npos)
            gone = Variable{};
        const std::string base = name.substr(0, name.find('['));
        if (base == "PATH" && scene.dialect != model::Dialect::Zsh) // it looks in `.` then
            watch(base, Variable{}, env, scene, command.where, nullptr);
        set(env, base, std::move(gone));
    }
}

void Judge::rebind(const Words &argv, Environment &env, const Scene &scene,
                   model::Command &command) {
    const std::string name = argv[0].text();
    if (name == "alias" || name == "unalias") {
        for (const FactWord &word : operands(argv, "")) {
            const std::string prefix = literal_prefix(word);
            const std::size_t equals = prefix.find('=');
            if (equals == std::string::npos && name == "alias" && word.literal())
                continue; // shows it
            if (equals == std::string::npos && !word.literal()) {
                env.rebound.insert("*");
                continue;
            }
            env.fresh_aliases.insert(prefix.substr(0, equals));
            if (has_flag(argv, 'g') || has_flag(argv, 's') || has_flag(argv, 'a')) {
                env.rebound.insert("*");
                opaque(command, OpaqueReason::ReboundName, "replaces words anywhere");
            }
            if (equals == std::string::npos)
                continue;
            const FactWord value = rest_of(word, equals + 1);
            Environment later = env;
            later.forget_all();
            Scene inside = scene;
            inside.in(model::ContextFlag::Function);
            inside.keeps_shell = false;
            run_text(value, ShellName::Self, later, inside, command.where);
        }
        return;
    }
    const bool rebinds = name != "hash" || has_flag(argv, 'p');
    for (const FactWord &word : operands(argv, "pf")) {
        const std::string prefix = literal_prefix(word);
        if (!rebinds && prefix.find('=') == std::string::npos && word.literal())
            continue;
        env.rebound.insert(word.literal() ? prefix.substr(0, prefix.find('=')) : "*");
    }
}

void Judge::trap(const Words &argv, Environment &env, const Scene &scene, model::Command &command) {
    Words words(argv.begin() + 1, argv.end()); // an action may begin with `-`, as in zsh
    const std::string first = words.empty() || !words[0].literal() ? "" : words[0].text();
    if (first == "-l" || first == "-p" || first == "-lp")
        return;
    if (first == "--")
        words.erase(words.begin());
    if (words.size() < 2 ||
        (words[0].literal() &&
         (words[0].text() == "-" || words[0].text().empty() || is_number(words[0].text()))))
        return;
    Scene inside = scene;
    inside.in(model::ContextFlag::Trap);
    may_run_any_time(env, [&](Environment &later) {
        run_text(words[0], ShellName::Self, later, inside, command.where);
    });
}

// True if the builtin did all there is; the caller still looks at the knowledge for effects.
bool Judge::builtin(const Words &argv, Environment &env, Scene &scene, model::Command &command) {
    const std::string name = argv[0].text();
    if (name == "cd" || name == "pushd" || name == "popd" || name == "chdir") {
        change_directory(argv, env);
    } else if (name == "export" || name == "readonly" || name == "declare" || name == "typeset" ||
               name == "local" || name == "integer" || name == "float") {
        declare(argv, env, scene, command);
    } else if (name == "read" || name == "mapfile" || name == "readarray" || name == "getopts") {
        read_into(argv, env, scene, command);
    } else if (name == "printf") {
        print_into(argv, env, scene, command);
    } else if (name == "set" || name == "shift" || name == "shopt" || name == "setopt" ||
               name == "unsetopt") {
        set_options(argv, env, scene, command);
    } else if (name == "." || name == "source") {
        source(argv, env, scene, command);
    } else if (name == "unset") {
        forget(argv, env, scene, command);
    } else if (name == "alias" || name == "unalias" || name == "hash" || name == "enable" ||
               name == "disable") {
        rebind(argv, env, scene, command);
    } else if (name == "trap") {
        trap(argv, env, scene, command);
    } else if (name == "let") {
        for (std::size_t i = 1; i < argv.size(); ++i)
            evaluated(argv[i], env, scene, command.where);
    } else if (name == "eval") {
        Words words(argv.begin() + 1, argv.end());
        if (!words.empty() && words[0].literal() && words[0].text() == "--")
            words.erase(words.begin());
        if (!words.empty())
            run_words(words, ShellName::Self, false, env, scene, command.where);
    } else if (name == "wait") {
        wait(argv, env, scene, command.where);
    } else if (name == "test" || name == "[") {
        test_operands(argv, env, scene, command.where);
    } else {
        return false;
    }
    return true;
}

// wait -n -p NAME: the name may have a subscript. An unknown word may be that option.
void Judge::wait(const Words &argv, Environment &env, const Scene &scene, model::Span where) {
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const FactWord &word = argv[i];
        if (begins_unknown(word) && word.parts[0].text == "<number>")
            continue;
        const std::string text = literal_prefix(word);
        const std::size_t p = text.empty() || text[0] != '-' ? std::string::npos : text.find('p');
        if (begins_unknown(word)) {
            subscript_text(word, env, scene, where);
        } else if (p != std::string::npos) {
            const bool apart = word.literal() && p + 1 == text.size();
            const FactWord name = !apart                ? rest_of(word, p + 1)
                                  : i + 1 < argv.size() ? argv[i + 1]
                                                        : model::literal_word("");
            subscript_text(name, env, scene, where);
            if (!name.literal())
                continue;
            watch(name.text(), number_hole(), env, scene, where, nullptr);
            set(env, name.text(), Variable{});
        }
    }
}

void Judge::test_operands(const Words &argv, Environment &env, const Scene &scene,
                          model::Span where) {
    static constexpr std::array<std::string_view, 6> numeric_tests{"-eq", "-ne", "-lt",
                                                                   "-le", "-gt", "-ge"};
    if (!has_subscripts(scene))
        return;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        if (!argv[i].literal())
            continue;
        const std::string op = argv[i].text();
        if (op == "-v" && i + 1 < argv.size())
            subscript_text(argv[i + 1], env, scene, where);
        const bool number =
            std::find(numeric_tests.begin(), numeric_tests.end(), op) != numeric_tests.end();
        if (!number || i == 1 || i + 1 >= argv.size())
            continue;
        for (const std::size_t side : {i - 1, i + 1}) { // a number or an error, except -v names
            if (argv[side].literal() && argv[side].text().find('[') != std::string::npos)
                evaluated(argv[side], env, scene, where);
        }
    }
}

} // namespace sallyport::facts
