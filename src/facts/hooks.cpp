// SPDX-License-Identifier: Apache-2.0
// What the shell does by itself. What runs between any two commands: traps on signals, DEBUG and
// ERR, functions that the shell calls by name. What they assign has no value that the walk could
// know. What an assignment evaluates or renames.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
constexpr std::size_t max_references = 8; // a longer chain of `declare -n` is taken to evaluate

// The shell itself assigns these, whatever the text put there.
bool belongs_to_shell(std::string_view name) {
    static constexpr std::array<std::string_view, 22> names{
        "_",          "BASH_REMATCH", "BASH_ARGV0", "BASH_COMMAND", "BASH_ARGV", "BASH_LINENO",
        "DIRSTACK",   "PIPESTATUS",   "FUNCNAME",   "OPTARG",       "OPTIND",    "RANDOM",
        "SECONDS",    "COLUMNS",      "LINES",      "MATCH",        "match",     "MBEGIN",
        "pipestatus", "status",       "reply",      "REPLY"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool renames_commands(std::string_view name) {
    return name == "aliases" || name == "functions" || name == "commands" || name == "galiases" ||
           name == "saliases" || name == "BASH_ALIASES" || name == "BASH_CMDS";
}
} // namespace

bool is_hook(std::string_view function) {
    static constexpr std::array<std::string_view, 7> names{"chpwd",
                                                           "precmd",
                                                           "preexec",
                                                           "periodic",
                                                           "command_not_found_handle",
                                                           "zshexit",
                                                           "command_not_found_handler"};
    return function.substr(0, 4) == "TRAP" ||
           std::find(names.begin(), names.end(), function) != names.end();
}

bool keeps_value(std::string_view variable) {
    return !belongs_to_shell(variable);
}

bool is_shell_integer(std::string_view variable, model::Dialect dialect) {
    static constexpr std::array<std::string_view, 14> names{
        "RANDOM",  "SRANDOM",       "SECONDS",      "LINENO",          "HISTCMD",
        "BASHPID", "BASH_SUBSHELL", "EPOCHSECONDS", "EPOCHREALTIME",   "OPTIND",
        "PPID",    "UID",           "EUID",         "BASH_MONOSECONDS"};
    static constexpr std::array<std::string_view, 20> of_zsh{
        "COLUMNS",   "LINES", "HISTSIZE", "SAVEHIST", "KEYTIMEOUT", "LISTMAX", "LOGCHECK",
        "MAILCHECK", "SHLVL", "FUNCNEST", "TMOUT",    "ERRNO",      "TTYIDLE", "DIRSTACKSIZE",
        "GID",       "EGID",  "BAUD",     "CURSOR",   "MARK",       "HISTNO"};
    const bool maybe_zsh = dialect == model::Dialect::Zsh || dialect == model::Dialect::Unknown;
    return std::find(names.begin(), names.end(), variable) != names.end() ||
           (maybe_zsh && std::find(of_zsh.begin(), of_zsh.end(), variable) != of_zsh.end());
}

// An assignment to the name is evaluated as arithmetic.
bool evaluates(std::string_view name, const Environment &env, const Scene &scene) {
    std::string at(name);
    for (std::size_t step = 0; step < max_references; ++step) {
        if (is_shell_integer(at, scene.dialect))
            return true;
        const auto found = env.variables.find(at);
        if (found == env.variables.end())
            return false;
        if (found->second.integer)
            return true;
        if (found->second.refers_to.empty())
            return false;
        at = found->second.refers_to;
    }
    return true;
}

// A name is given a value, by whatever way: an integer evaluates it, and the tables of command
// names give them another meaning.
void Judge::assigning(std::string_view name, const Variable &value, Environment &env,
                      const Scene &scene, model::Span where) {
    if (renames_commands(name)) {
        opaque_unit(scene, model::OpaqueReason::ReboundName, where,
                    "`" + std::string(name) + "` gives command names another meaning");
        env.rebound.insert("*");
    }
    if (!evaluates(name, env, scene))
        return;
    for (const Constant &item : value.values) {
        for (const auto &[key, text] : item.items)
            evaluated(model::literal_word(text), env, scene, where);
    }
    if (value.hole && !value.number)
        evaluated(hole_word("", false), env, scene, where);
}

void Judge::may_run_any_time(Environment &env, const std::function<void(Environment &)> &body) {
    Assigned names;
    trackers_.push_back(&names);
    Environment later = env; // it runs whatever the variables hold then
    later.forget_all();
    body(later);
    trackers_.pop_back();
    for (const auto &[name, number] : names)
        env.changing.insert(name);
    if (names.count("/cwd") != 0 || names.count("*") != 0)
        env.cwd.reset();
    if (names.count("@") != 0 || names.count("*") != 0)
        env.positional.reset();
    env.any_case = env.any_case || names.count("/case") != 0;
    env.splitting_changed = env.splitting_changed || names.count("IFS") != 0;
    env.fresh_aliases.insert(later.fresh_aliases.begin(), later.fresh_aliases.end());
    env.rebound.insert(later.rebound.begin(), later.rebound.end());
    if (!env.code)
        env.code = later.code;
    for (const auto &[name, functions] : later.functions) {
        if (env.functions.count(name) == 0)
            env.functions[name] = FunctionSet{functions.bodies, true};
    }
}

} // namespace sallyport::facts
