// SPDX-License-Identifier: Apache-2.0
// The way back from a tree to a text, for tests alone: what the parser understood is written down
// again, so that a real shell, or the parser itself, can say whether it means the same.
#pragma once
#include "sallyport/shell/parser.hpp"

#include <string>
#include <string_view>

namespace sallyport::shell {

// What comes from the tree. To compare with what a shell prints of a text, the parts that this
// shell prints as they were written must be copied: bash's backquotes and bodies of here-documents,
// all substitutions of zsh.
enum class Spelling : std::uint8_t { Tree, Bash, Zsh };

// rebuild writes a unit in state Ok as text of its dialect: one command a line, bodies of
// here-documents behind their line, everything else from the tree. `text` is what the unit was
// parsed from; only what was not taken apart is copied from it. Spellings that mean the same (order
// of words and redirections, `;` and newline, `\` before a newline, the quotes of an end word) are
// not kept; the tree of the result has the same dump.
std::string rebuild(const Unit &unit, std::string_view text, Spelling spelling = Spelling::Tree);

} // namespace sallyport::shell
