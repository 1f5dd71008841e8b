// SPDX-License-Identifier: Apache-2.0
// From a shell text to what it would run: an abstract walk over the parser's tree with the command
// knowledge. Runs in judge workers and in `sallyport policy judge`. Pure: no descriptor, no clock,
// no process; any thread. It never prunes ("this will not run") and never guesses: what it cannot
// know is a hole or an opaque reason. What each field of the result means: docs/JUDGING.md.
#pragma once
#include "sallyport/facts/knowledge.hpp"
#include "sallyport/model/action.hpp"
#include "sallyport/model/command_facts.hpp"
#include "sallyport/shell/parser.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::facts {

// Limits of one unit, everything that it makes the walk parse again included. Beyond one of them
// the state is over-limit, which is refused.
inline constexpr std::size_t max_commands = 1000;              // of a line or exec
inline constexpr std::size_t max_script_commands = 20000;      // of a script
inline constexpr std::size_t max_alternatives = 8;             // values of one variable or word
inline constexpr std::size_t max_wrapper_depth = 16;           // sudo sudo sudo ...
inline constexpr std::size_t max_call_depth = 16;              // functions that call functions
inline constexpr std::size_t max_words = 8192;                 // brace expansions of one unit
inline constexpr std::size_t max_brace_words = 1024;           // of one brace expansion
inline constexpr std::size_t max_folded_bytes = 64 * 1024;     // one folded value; beyond it a hole
inline constexpr std::size_t max_reparsed_bytes = 1024 * 1024; // all texts of eval, -c, stdin, ...

// What is known of the shell that will read the unit. Everything not said here is unknown, which
// is the safe reading.
struct SessionState {
    std::optional<std::string> cwd;                        // absolute
    std::map<std::string, std::string> aliases, functions; // functions: the whole definition
    std::map<std::string, std::string> variables;          // surely these values
    bool terminal = false;                                 // pagers and editors can be typed into
    std::optional<std::string> input;                      // all of standard input, to its end
    model::Dialect sh = model::Dialect::Sh;                // what /bin/sh of the target is
    model::Dialect login = model::Dialect::Unknown; // the account's shell; Unknown: the unit's
};

// derive walks a parsed unit. `text` is what the unit was parsed from.
model::CommandFacts derive(const shell::Unit &unit, std::string_view text,
                           const Knowledge &knowledge, const SessionState &session,
                           std::size_t command_limit = max_commands);

// judge_text parses and derives. A kind of Script has the limits of a script.
model::CommandFacts judge_text(std::string_view text, model::Dialect dialect,
                               model::ActionKind kind, const Knowledge &knowledge,
                               const SessionState &session);

} // namespace sallyport::facts
