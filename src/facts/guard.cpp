// SPDX-License-Identifier: Apache-2.0
// What would open the guarded shell: the mandatory rules of its guard. They look at folded words,
// so spelling does not matter; what cannot be folded is opaque elsewhere. Set for every unit; only
// the guarded shell's decision refuses on it.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
constexpr std::uint32_t first_guard_descriptor = 10; // the guard keeps its pipe at or above it

template <std::size_t N>
bool among(std::string_view name, const std::array<std::string_view, N> &names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}
constexpr std::array<std::string_view, 11> protected_names{"eval",   "builtin", "command", "read",
                                                           "printf", "unset",   "local",   "exit",
                                                           "stty",   "set",     "trap"};

// Option names are compared as shells do: case and `_` do not count in zsh.
std::string plain(std::string_view name) {
    std::string out;
    for (const char byte : name) {
        if (byte != '_')
            out += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    }
    return out;
}

bool breaking_option(std::string_view name) {
    const std::string option = plain(name);
    return option == "zle" || option == "vi" || option == "emacs" || option == "extdebug" ||
           option == "nozle";
}
} // namespace

bool Judge::guard_name(std::string_view name) const {
    return name.substr(0, 3) == "_sp";
}

bool Judge::protected_name(std::string_view name) const {
    return guard_name(name) || among(name, protected_names);
}

void Judge::guard_break(const Scene &scene, model::Span where, std::string name) {
    if (!scene.outer || dry_ != 0)
        return;
    model::Command command;
    command.where = span(scene, where);
    command.context = scene.context;
    command.name = model::literal_word(std::move(name));
    command.known = true;
    command.argv = {command.name};
    command.effects = {model::Effect::GuardBreak};
    emit(reserve(), std::move(command));
}

void Judge::guard_redirect(const shell::Redirect &redirect, const Scene &scene) {
    bool breaks =
        !redirect.fd_variable.empty() || redirect.fd.value_or(0) >= first_guard_descriptor;
    if (redirect.op == shell::RedirectOperator::DuplicateIn ||
        redirect.op == shell::RedirectOperator::DuplicateOut) {
        std::string digits;
        for (const shell::Part &part : redirect.target.parts) {
            const auto *literal = std::get_if<shell::Literal>(&part.value);
            if (literal == nullptr) {
                opaque_unit(scene, model::OpaqueReason::HoleOption, redirect.where,
                            "which descriptor is duplicated is not known");
                return;
            }
            digits += literal->bytes;
        }
        if (!digits.empty() && digits.back() == '-')
            digits.pop_back();
        breaks = breaks || (is_number(digits) &&
                            (digits.size() > 6 || std::stoul(digits) >= first_guard_descriptor));
    }
    if (breaks)
        guard_break(scene, redirect.where, "exec");
}

void Judge::guard_words(const Words &argv, const Scene &scene, model::Command &command) {
    if (!scene.outer || !argv[0].literal())
        return;
    const std::string name = argv[0].text();
    bool breaks = false;
    const bool sets = name == "set" || name == "setopt" || name == "unsetopt" || name == "shopt" ||
                      name == "emulate";
    const bool modules = name == "zmodload";
    const bool disables = name == "enable" || name == "disable";
    const bool aliases = name == "alias" || name == "functions";
    for (std::size_t i = 0; i < argv.size(); ++i) {
        const std::string word = literal_prefix(argv[i]);
        breaks = breaks || guard_name(word);
        if (i == 0)
            continue;
        if (sets && !argv[i].literal() && !(name == "set" && positional_follow(argv, i)))
            opaque(command, model::OpaqueReason::HoleOption, "an unknown option of the shell");
        breaks = breaks || (sets && breaking_option(word)) ||
                 (name == "emulate" && word.size() > 1 && word[0] == '-' &&
                  word.find('R') != std::string::npos) ||
                 (modules && (word.find("zle") != std::string::npos ||
                              word.find("zpty") != std::string::npos)) ||
                 (disables && (word.substr(0, 2) == "-n" || name == "disable")) ||
                 (aliases && protected_name(word.substr(0, word.find('='))));
    }
    if (breaks)
        effect(command, model::Effect::GuardBreak);
}

// After `--` (or an operand) the words of `set` are positional parameters.
bool Judge::positional_follow(const Words &argv, std::size_t at) const {
    for (std::size_t i = 1; i < at; ++i) {
        const std::string word = literal_prefix(argv[i]);
        if (word == "--" || word == "-" || (!word.empty() && word[0] != '-' && word[0] != '+'))
            return true;
    }
    return false;
}

} // namespace sallyport::facts
