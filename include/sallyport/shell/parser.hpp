// SPDX-License-Identifier: Apache-2.0
// The parser of shell texts for judge workers, the editor of the guarded shell and `sallyport
// policy judge`. Pure: no descriptor, no clock, no process, no global state; any thread. It only
// ever says what the grammar of the dialect says. Sources: POSIX.1-2017 XCU chapter 2, the bash
// 5.2, dash 0.5.12, busybox 1.35 and zsh 5.9 manuals, and what those shells were seen to do.
#pragma once
#include "sallyport/base/limits.hpp"
#include "sallyport/shell/tree.hpp"

#include <string>
#include <string_view>

namespace sallyport::shell {

// bash reads `!(x)` and its like only while the option extglob is on. A text may switch it on for
// its later lines; this is what holds before its first line.
enum class ExtendedGlobs : std::uint8_t { Off, On, Unknown };

struct Limits {
    std::size_t bytes = base::max_unit_bytes;
    std::uint32_t depth = 64;             // nesting of all kinds together
    std::uint32_t simple_commands = 1000; // substitutions included
    std::uint32_t parts = 65536;          // words, parts and nodes: bounds the size of the tree
    ExtendedGlobs extended_globs = ExtendedGlobs::Off;
};

// The limits for one script on stdin.
inline Limits script_limits() {
    return Limits{base::max_script_bytes, 64, 20000, 1048576, ExtendedGlobs::Off};
}

// parse reads the whole text. Total: every text gives a Unit, in time linear in its length.
//   Ok          the dialect's shell accepts the text (as far as grammar goes); the tree is complete
//   Incomplete  more text could complete it: an open quote, group, here-document, a final backslash
//   Error       no continuation can make it valid; one error anywhere refuses the whole unit
//   OverLimit   a limit was met; nothing is said about validity
// A NUL byte is an Error: shells disagree on what it does. Dialect Sh stands for any of bash, dash
// and ash, Unknown for zsh too: where those disagree the tree holds an unsupported node. The unit
// owns its bytes; `text` may die after the call.
Unit parse(std::string_view text, model::Dialect dialect, const Limits &limits = {});

// dump writes a unit as one line, an s-expression for tests and for people. Not parsed back.
std::string dump(const Unit &unit);

} // namespace sallyport::shell
