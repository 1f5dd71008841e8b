// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of facts: the shipped knowledge, judging in one call, showing the result.
#pragma once
#include "sallyport/facts/facts.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

namespace sallyport::facts::testing {

inline std::string file(const std::string &name) {
    std::ifstream in(std::string(SALLYPORT_SOURCE_ROOT) + "/" + name, std::ios::binary);
    if (!in)
        throw std::runtime_error("cannot read " + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

inline const Knowledge &knowledge() {
    static const std::unique_ptr<const Knowledge> loaded = [] {
        auto result = Knowledge::load(file("policies/knowledge/commands.toml"), "commands.toml");
        if (!result)
            throw std::runtime_error(result.error().message);
        return std::move(result).value();
    }();
    return *loaded;
}

inline SessionState session(bool terminal = false) {
    SessionState state;
    state.terminal = terminal;
    state.sh = model::Dialect::Dash;
    return state;
}

inline model::CommandFacts judged(std::string_view text,
                                  model::Dialect dialect = model::Dialect::Bash,
                                  const SessionState &state = session()) {
    return judge_text(text, dialect, model::ActionKind::Exec, knowledge(), state);
}

inline bool is_opaque(const model::CommandFacts &facts) {
    return !facts.opaque.empty() ||
           std::any_of(facts.commands.begin(), facts.commands.end(),
                       [](const auto &command) { return !command.opaque.empty(); });
}

inline bool has_reason(const model::CommandFacts &facts, model::OpaqueReason reason) {
    const auto is = [&](const model::Opaque &opaque) { return opaque.reason == reason; };
    return std::any_of(facts.opaque.begin(), facts.opaque.end(), is) ||
           std::any_of(facts.commands.begin(), facts.commands.end(), [&](const auto &command) {
               return std::any_of(command.opaque.begin(), command.opaque.end(), is);
           });
}

inline bool has_effect(const model::CommandFacts &facts, model::Effect effect) {
    return std::any_of(facts.commands.begin(), facts.commands.end(),
                       [&](const auto &command) { return command.has(effect); });
}

// One line a command: name and words, effects, paths, opaque reasons.
inline std::string shown(const model::CommandFacts &facts) {
    std::string out(model::parse_state_name(facts.state));
    if (facts.error)
        out += " (" + facts.error->message + ")";
    const auto reasons = [&](const std::vector<model::Opaque> &list) {
        for (const auto &opaque : list)
            out += " !" + std::string(model::opaque_reason_name(opaque.reason)) + "(" +
                   opaque.note + ")";
    };
    reasons(facts.opaque);
    for (const auto &command : facts.commands) {
        out += "\n  " + command.name.shown() + ":";
        for (const auto &word : command.argv)
            out += " [" + word.shown() + "]";
        for (const auto effect : command.effects)
            out += " +" + std::string(model::effect_name(effect));
        for (const auto &path : command.reads)
            out += " r:" + path.glob;
        for (const auto &path : command.writes)
            out += " w:" + path.glob;
        for (const auto &path : command.deletes)
            out += " d:" + path.glob;
        reasons(command.opaque);
    }
    return out;
}

// The commands named `name`.
inline std::vector<model::Command> named(const model::CommandFacts &facts, std::string_view name) {
    std::vector<model::Command> found;
    for (const auto &command : facts.commands) {
        if (command.name.shown() == name)
            found.push_back(command);
    }
    return found;
}

} // namespace sallyport::facts::testing
