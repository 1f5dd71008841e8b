// SPDX-License-Identifier: Apache-2.0
// What runs between any two commands: traps on signals, DEBUG and ERR, functions that the shell
// calls by name. What they assign has no value that the walk could know.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
// The shell itself assigns these, whatever the text put there.
bool belongs_to_shell(std::string_view name) {
    static constexpr std::array<std::string_view, 22> names{
        "_",          "BASH_REMATCH", "BASH_ARGV0", "BASH_COMMAND", "BASH_ARGV", "BASH_LINENO",
        "DIRSTACK",   "PIPESTATUS",   "FUNCNAME",   "OPTARG",       "OPTIND",    "RANDOM",
        "SECONDS",    "COLUMNS",      "LINES",      "MATCH",        "match",     "MBEGIN",
        "pipestatus", "status",       "reply",      "REPLY"};
    return std::find(names.begin(), names.end(), name) != names.end();
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
