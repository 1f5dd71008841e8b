// SPDX-License-Identifier: Apache-2.0
// Simple commands: words, assignments, redirections.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::Effect;
using model::OpaqueReason;
using shell::RedirectOperator;

bool any_matches(const std::vector<std::string> &patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string &pattern) { return matches(pattern, text); });
}

std::string shown(const Variable &value) {
    return value.hole || value.values.size() != 1 || value.values[0].items.size() != 1
               ? "<hole>"
               : value.values[0].items[0].second;
}

// A PATH of the system's own directories finds what the names say.
bool is_trusted_path(const Variable &value, const Tables &tables) {
    if (value.hole || value.values.empty())
        return false;
    return std::all_of(value.values.begin(), value.values.end(), [&](const Constant &constant) {
        if (constant.array || constant.items.size() != 1)
            return false;
        const std::string &path = constant.items[0].second;
        std::size_t at = 0;
        while (at <= path.size()) {
            const std::size_t end = std::min(path.find(':', at), path.size());
            if (std::find(tables.trusted.begin(), tables.trusted.end(),
                          path.substr(at, end - at)) == tables.trusted.end())
                return false;
            at = end + 1;
        }
        return true;
    });
}

// A shell expands its prompts. `$` before a blank or the end, as in `\u@\h:\w\$ `, is only itself;
// `\044` would be another spelling of it.
bool expands_nothing(std::string_view prompt) {
    for (std::size_t i = 0; i < prompt.size(); ++i) {
        const char next = i + 1 < prompt.size() ? prompt[i + 1] : ' ';
        if (prompt[i] == '`' || (prompt[i] == '$' && next != ' ') ||
            (prompt[i] == '\\' && next >= '0' && next <= '9'))
            return false;
    }
    return true;
}

bool is_inert_prompt(std::string_view name, const Variable &value) {
    static constexpr std::array<std::string_view, 4> prompts{"PS0", "PS1", "PS2", "PS4"};
    if (std::find(prompts.begin(), prompts.end(), name) == prompts.end() || value.hole)
        return false;
    return std::all_of(value.values.begin(), value.values.end(), [](const Constant &constant) {
        return std::all_of(constant.items.begin(), constant.items.end(),
                           [](const auto &item) { return expands_nothing(item.second); });
    });
}

// Special builtins of POSIX: assignments before them may last.
bool is_special(std::string_view name) {
    static constexpr std::array<std::string_view, 14> names{
        ".",   "eval",  "exec", "exit",  "export", "readonly", "return",
        "set", "shift", "trap", "unset", "times",  "source",   ":"};
    return std::find(names.begin(), names.end(), name) != names.end();
}
} // namespace

void Judge::set(Environment &env, std::string_view name, Variable variable) {
    if (const std::size_t open = name.find('['); open != std::string_view::npos) {
        name = name.substr(0, open); // one element of it: the others are not known
        variable = Variable{};
    }
    const auto found = env.variables.find(name);
    std::string goal(name);
    if (found != env.variables.end()) {
        if (!found->second.refers_to.empty())
            goal = found->second.refers_to;
        variable.exported = variable.exported || found->second.exported;
        variable.integer = variable.integer || found->second.integer;
        variable.associative = variable.associative || found->second.associative;
        variable.converts = variable.converts || found->second.converts;
    }
    if (variable.converts || !keeps_value(goal)) {
        variable.hole = true;
        variable.number = false;
        variable.values.clear();
    }
    if (goal == "IFS")
        env.splitting_changed = true;
    assigned(goal, numeric(variable));
    env.variables[goal] = std::move(variable);
}

// A watched name was given a value: programs that run with it may run code.
void Judge::watch(std::string_view name, const Variable &value, Environment &env,
                  const Scene &scene, model::Span where, model::Command *command) {
    name = name.substr(0, name.find('['));
    if (command == nullptr)
        assigning(name, value, env, scene, where);
    if (guard_name(name))
        guard_break(scene, where, std::string(name));
    if (!any_matches(knowledge_.tables().watched, name) ||
        (name == "PATH" && is_trusted_path(value, knowledge_.tables())))
        return;
    if (command != nullptr) {
        command->environment.push_back({std::string(name), shown(value)});
        opaque(*command, OpaqueReason::EnvCode,
               "`" + std::string(name) + "` in its environment makes it run other code");
        return;
    }
    if (is_inert_prompt(name, value))
        return;
    env.code = std::string(name);
    opaque_unit(scene, OpaqueReason::EnvCode, where,
                "`" + std::string(name) + "` changes what later commands run");
    if (name == "PS4" || name == "PROMPT_COMMAND" || name == "PS0" || name == "PS1") {
        for (const Constant &constant : value.values) {
            for (const auto &[key, item] : constant.items)
                prompt_text(item, env, scene, where);
        }
    }
}

Constant Judge::array_value(const shell::ArrayValue &array, Environment &env, const Scene &scene,
                            bool &hole) {
    Constant out{true, {}};
    std::size_t index = 0;
    for (const shell::ArrayElement &element : array.elements) {
        if (element.subscript) {
            const Variable key = value_of(*element.subscript, env, scene);
            const Variable value = value_of(element.value, env, scene);
            const std::string text = shown(key);
            hole = hole || key.hole || value.hole || value.values.size() != 1 || element.append ||
                   key.values.size() != 1;
            if (!hole && !is_name(text) && !is_number(text))
                evaluated(model::literal_word(text), env, scene, {});
            if (key.hole && !key.number)
                evaluated(hole_word("", false), env, scene, {});
            out.items.emplace_back(text, shown(value));
            index = is_number(text) && text.size() < 7 ? std::stoul(text) + 1 : index + 1;
            continue;
        }
        const auto found = fields(element.value, env, scene);
        hole = hole || found.size() != 1;
        for (const model::FactWord &word : found.empty() ? Words{} : found[0]) {
            hole = hole || !word.literal();
            out.items.emplace_back(std::to_string(index++), word.literal() ? word.text() : "");
        }
    }
    return out;
}

Variable Judge::assigned_value(const shell::Assignment &assignment, Environment &env,
                               const Scene &scene) {
    if (const auto *array = std::get_if<shell::ArrayValue>(&assignment.value)) {
        bool hole = assignment.append;
        Constant value = array_value(*array, env, scene, hole);
        return hole ? Variable{} : known(std::move(value));
    }
    Variable value = value_of(std::get<shell::Word>(assignment.value), env, scene);
    const Variable old = env.find(assignment.name);
    if (assignment.subscript) {
        const Variable key = value_of(*assignment.subscript, env, scene);
        const std::string text = shown(key);
        if (!numeric(key) && !old.associative)
            evaluated(key.hole ? hole_word("", false) : model::literal_word(text), env, scene,
                      assignment.where);
        return Variable{};
    }
    if (assignment.append) {
        if (old.hole || value.hole || old.values.size() * value.values.size() > max_alternatives)
            return old.integer && numeric(value) ? number_hole() : Variable{};
        Variable both = known({});
        both.values.clear();
        for (const Constant &left : old.values) {
            for (const Constant &right : value.values) {
                if (left.array)
                    return Variable{};
                both.values.push_back(
                    constant((left.unset() ? "" : left.items[0].second) + right.items[0].second));
            }
        }
        if (old.integer)
            return numeric(old) && numeric(value) ? number_hole() : Variable{};
        return both;
    }
    return value;
}

void Judge::assign(const shell::Assignment &assignment, Environment &env, const Scene &scene,
                   model::Command *command) {
    Variable value = assigned_value(assignment, env, scene);
    assigning(assignment.name, value, env, scene, assignment.where);
    if (env.find(assignment.name).integer) {
        value = number_hole();
        value.integer = true;
    } else if (evaluates(assignment.name, env, scene)) {
        value = number_hole();
    }
    if (scene.dialect == model::Dialect::Zsh &&
        (assignment.name == "argv" || is_number(assignment.name))) {
        env.positional.reset();
        assigned("@");
    }
    watch(assignment.name, value, env, scene, assignment.where, command);
    if (command != nullptr)
        value.exported = true;
    set(env, assignment.name, std::move(value));
}

std::vector<Words> Judge::alternatives(const std::vector<shell::Word> &words, Environment &env,
                                       const Scene &scene) {
    std::vector<Words> all{{}};
    for (const shell::Word &word : words) {
        const auto choices = fields(word, env, scene);
        if (all.size() * choices.size() > max_alternatives) {
            for (Words &one : all)
                one.push_back(hole_word("", true));
            continue;
        }
        std::vector<Words> both;
        for (const Words &left : all) {
            for (const Words &right : choices) {
                both.push_back(left);
                both.back().insert(both.back().end(), right.begin(), right.end());
            }
        }
        all = std::move(both);
    }
    return all;
}

// Words that do not stand in the text as they are: one of them may become the name of a command.
void Judge::note_made(const std::vector<shell::Word> &words, const std::vector<Words> &choices) {
    const auto written = [](const std::vector<shell::Part> &parts, auto &&self) -> bool {
        return std::all_of(parts.begin(), parts.end(), [&](const shell::Part &part) {
            const auto *quoted = std::get_if<shell::DoubleQuoted>(&part.value);
            return std::holds_alternative<shell::Literal>(part.value) ||
                   (quoted != nullptr && self(quoted->parts, self));
        });
    };
    if (std::all_of(words.begin(), words.end(),
                    [&](const shell::Word &word) { return written(word.parts, written); }))
        return;
    for (const Words &argv : choices) {
        for (const model::FactWord &word : argv) {
            if (word.literal())
                ran_.made.insert(word.text());
        }
    }
}

namespace {
// `> f`, `: > f`, `cat /dev/null > f`: all that it does is to empty the file.
bool prints_nothing(const Words &argv) {
    if (argv.empty())
        return true;
    std::string text;
    for (const model::FactWord &word : argv)
        text += (word.literal() ? word.text() : "?") + " ";
    return text == ": " || text == "true " || text == "cat /dev/null " || text == "echo -n " ||
           text == "printf  ";
}
} // namespace

void Judge::simple(const shell::Simple &simple, const shell::Node &node, Environment &env,
                   const Scene &scene) {
    const auto choices = alternatives(simple.words, env, scene);
    note_made(simple.words, choices);
    Redirected redirected = redirects(node.redirects, env, scene);
    if (redirected.empties && std::all_of(choices.begin(), choices.end(), prints_nothing))
        redirected.effects.push_back(Effect::Destroy); // as `truncate -s 0` does
    if (simple.words.empty()) {
        for (const shell::Assignment &assignment : simple.assignments)
            assign(assignment, env, scene, nullptr);
        const bool null_command = scene.dialect == model::Dialect::Zsh && !node.redirects.empty();
        if (null_command) { // zsh starts cat or the pager; NULLCMD and READNULLCMD say which
            Environment inside = env;
            const bool reads =
                std::all_of(node.redirects.begin(), node.redirects.end(), [](const auto &redirect) {
                    return redirect.op == RedirectOperator::Read;
                });
            command({model::literal_word(reads ? "less" : "cat")}, inside, scene, node.where,
                    redirected, {});
            return;
        }
        redirection_only(redirected, scene, node.where);
        return;
    }
    std::optional<Environment> result;
    for (const Words &argv : choices) {
        Environment inside = env;
        if (argv.empty()) {
            for (const shell::Assignment &assignment : simple.assignments)
                assign(assignment, inside, scene, nullptr);
            redirection_only(redirected, scene, node.where);
        } else {
            command(argv, inside, scene, node.where, redirected, simple.assignments);
            const bool lasts = argv[0].literal() && is_special(argv[0].text()) &&
                               scene.dialect != model::Dialect::Bash;
            restore(simple.assignments, env, lasts, inside);
        }
        result = result ? join(*result, inside) : std::move(inside);
    }
    if (result)
        env = std::move(*result);
}

// Assignments before a command end with it, unless it is a special builtin.
void Judge::restore(const std::vector<shell::Assignment> &assignments, const Environment &before,
                    bool lasts, Environment &after) const {
    for (const shell::Assignment &assignment : assignments) {
        const auto old = before.variables.find(assignment.name);
        if (lasts)
            after.variables[assignment.name] = Variable{};
        else if (old == before.variables.end())
            after.variables.erase(assignment.name);
        else
            after.variables[assignment.name] = old->second;
    }
    if (!assignments.empty())
        after.splitting_changed = after.splitting_changed && (before.splitting_changed || lasts);
}

// ---- redirections -------------------------------------------------------------------------------

void Judge::here_document(const shell::Redirect &redirect, Environment &env, const Scene &scene,
                          Redirected &out) {
    const std::uint32_t fd = redirect.fd.value_or(0);
    Variable text;
    if (redirect.op == RedirectOperator::HereString) {
        text = value_of(redirect.target, env, scene);
    } else if (redirect.here_doc && scene.unit != nullptr &&
               *redirect.here_doc < scene.unit->here_docs.size()) {
        Scene inside = scene;
        inside.in(model::ContextFlag::HereDocument);
        text = value_of(expand(scene.unit->here_docs[*redirect.here_doc].body, true, env, inside));
    }
    const bool constant = !text.hole && text.values.size() == 1 && text.values[0].items.size() == 1;
    std::string value = constant ? text.values[0].items[0].second : "";
    if (constant && redirect.op == RedirectOperator::HereString)
        value += '\n';
    if (fd == 0) {
        out.has_input = true;
        out.input = constant ? Input::of(value) : Input::unknown();
    } else if (constant) {
        out.texts.emplace_back(fd, value);
    }
}

Judge::Redirected Judge::redirects(const std::vector<shell::Redirect> &list, Environment &env,
                                   const Scene &scene) {
    Redirected out;
    for (const shell::Redirect &redirect : list) {
        guard_redirect(redirect, scene);
        if (!redirect.fd_variable.empty())
            watch(redirect.fd_variable, number_hole(), env, scene, redirect.where, nullptr);
        set(env, redirect.fd_variable, number_hole());
        if (redirect.op == RedirectOperator::HereDocument ||
            redirect.op == RedirectOperator::HereString) {
            here_document(redirect, env, scene, out);
            continue;
        }
        const auto found = fields(redirect.target, env, scene);
        const model::FactWord target =
            found.size() == 1 && found[0].size() == 1 ? found[0][0] : hole_word("", true);
        redirect_to(redirect, target, env, out);
    }
    return out;
}

void Judge::redirect_to(const shell::Redirect &redirect, const model::FactWord &target,
                        const Environment &env, Redirected &out) {
    using Op = RedirectOperator;
    const bool duplicates = redirect.op == Op::DuplicateIn || redirect.op == Op::DuplicateOut;
    const bool input =
        redirect.op == Op::Read || redirect.op == Op::ReadWrite || redirect.op == Op::DuplicateIn;
    if (input && redirect.fd.value_or(0) == 0) {
        out.has_input = true;
        out.input = Input::unknown();
    }
    if (!input && redirect.fd.value_or(1) == 1)
        out.output = true;
    if (duplicates && target.literal()) {
        const std::string text = target.text();
        if (text == "-" || is_number(text) ||
            (text.size() > 1 && text.back() == '-' &&
             is_number(std::string_view(text).substr(0, text.size() - 1))))
            return;
    }
    if (redirect_to_network(redirect, target, out))
        return;
    const model::PathPattern path = reached(target, env.cwd);
    if (is_process(target))
        return;
    if (redirect.op == Op::Read || redirect.op == Op::DuplicateIn) {
        out.reads.push_back(path);
        out.effects.push_back(Effect::Read);
        return;
    }
    if (redirect.op == Op::ReadWrite)
        out.reads.push_back(path);
    const std::size_t writes = out.writes.size();
    add_write(path, out.writes, out.effects);
    const bool keeps =
        redirect.op == Op::Append || redirect.op == Op::BothAppend || redirect.op == Op::ReadWrite;
    out.empties = out.empties || (!keeps && out.writes.size() > writes);
}

// bash connects when a redirection names /dev/tcp/HOST/PORT or /dev/udp/HOST/PORT.
bool Judge::redirect_to_network(const shell::Redirect &redirect, const model::FactWord &target,
                                Redirected &out) const {
    const std::string prefix = literal_prefix(target);
    if (prefix.compare(0, 9, "/dev/tcp/") != 0 && prefix.compare(0, 9, "/dev/udp/") != 0)
        return false;
    model::NetSink sink;
    if (target.literal()) {
        const std::size_t slash = prefix.find('/', 9);
        const std::string port =
            slash == std::string::npos ? std::string() : prefix.substr(slash + 1);
        sink.host = prefix.substr(9, slash == std::string::npos ? slash : slash - 9);
        if (is_number(port) && port.size() < 6)
            sink.port = static_cast<std::uint32_t>(std::stoul(port));
    }
    out.net.push_back(std::move(sink));
    out.effects.push_back(Effect::Network);
    if (redirect.op != RedirectOperator::Read && redirect.op != RedirectOperator::DuplicateIn)
        out.effects.push_back(Effect::Exfil);
    return true;
}

// A written path with what writing there means.
void Judge::add_write(const model::PathPattern &path, std::vector<model::PathPattern> &writes,
                      std::vector<Effect> &effects) const {
    const Tables &tables = knowledge_.tables();
    if (any_matches(tables.harmless_sinks, path.glob))
        return;
    writes.push_back(path);
    effects.push_back(Effect::Write);
    const auto meets = [&](const std::vector<std::string> &patterns) {
        return std::any_of(patterns.begin(), patterns.end(), [&](const std::string &pattern) {
            return may_meet(pattern, path, tables.homes);
        });
    };
    if (meets(tables.devices))
        effects.push_back(Effect::Destroy);
    if (meets(tables.persistence))
        effects.push_back(Effect::Persistence);
    if (meets(tables.kernel))
        effects.push_back(Effect::Privilege);
}

void Judge::apply(const Redirected &redirected, model::Command &command) {
    command.reads.insert(command.reads.end(), redirected.reads.begin(), redirected.reads.end());
    command.writes.insert(command.writes.end(), redirected.writes.begin(), redirected.writes.end());
    command.effects.insert(command.effects.end(), redirected.effects.begin(),
                           redirected.effects.end());
    command.net.insert(command.net.end(), redirected.net.begin(), redirected.net.end());
}

// ---- output that is known -----------------------------------------------------------------------

namespace {
// printf with literal text, %s and \n only.
std::optional<std::string> printed(const std::string &format, std::vector<std::string> values) {
    std::string out;
    std::size_t used = 0;
    do {
        for (std::size_t i = 0; i < format.size(); ++i) {
            const char byte = format[i];
            const char next = i + 1 < format.size() ? format[i + 1] : '\0';
            if (byte == '\\' && next == 'n') {
                out += '\n';
                ++i;
            } else if (byte == '%' && next == 's') {
                out += used < values.size() ? values[used] : "";
                ++used;
                ++i;
            } else if (byte == '\\' || byte == '%') {
                return std::nullopt;
            } else {
                out += byte;
            }
        }
        if (out.size() > max_folded_bytes)
            return std::nullopt;
    } while (used != 0 && used < values.size());
    return out;
}
} // namespace

std::optional<std::string> Judge::constant_output(const shell::List &list, Environment &env,
                                                  const Scene &scene) {
    if (list.items.empty())
        return std::string();
    if (list.items.size() != 1)
        return std::nullopt;
    return constant_output(list.items[0].command, env, scene);
}

// What echo, printf, cat and `:` print if it is known. The commands are walked elsewhere; here
// nothing is recorded.
std::optional<std::string> Judge::constant_output(const shell::Node &node, Environment &env,
                                                  const Scene &scene) {
    const auto *simple = std::get_if<shell::Simple>(&node.value);
    if (simple == nullptr || simple->words.empty() || !simple->assignments.empty())
        return std::nullopt;
    ++dry_;
    Environment copy = env;
    const auto choices = alternatives(simple->words, copy, scene);
    const Redirected redirected = redirects(node.redirects, copy, scene);
    --dry_;
    if (choices.size() != 1 || choices[0].empty() || redirected.output)
        return std::nullopt;
    std::vector<std::string> words;
    for (const model::FactWord &word : choices[0]) {
        if (!word.literal())
            return std::nullopt;
        words.push_back(word.text());
    }
    const std::string name = words[0];
    words.erase(words.begin());
    if (env.functions.count(name) != 0 || env.fresh_aliases.count(name) != 0 ||
        env.aliases.count(name) != 0 || env.rebound.count(name) != 0)
        return std::nullopt;
    return known_output(name, words, redirected);
}

std::optional<std::string> Judge::known_output(const std::string &name,
                                               std::vector<std::string> words,
                                               const Redirected &redirected) const {
    if (name == ":" || name == "true")
        return std::string();
    if (name == "cat" && words.empty() && redirected.input.whole())
        return redirected.input.text;
    if (name == "printf" && !words.empty() && words[0].compare(0, 1, "-") != 0) {
        const std::string format = words[0];
        words.erase(words.begin());
        return printed(format, std::move(words));
    }
    if (name != "echo")
        return std::nullopt;
    std::string out;
    for (const std::string &word : words) {
        if (word.find('\\') != std::string::npos || (&word == &words[0] && word[0] == '-'))
            return std::nullopt;
        out += (out.empty() ? "" : " ") + word;
    }
    return out + "\n";
}

} // namespace sallyport::facts
