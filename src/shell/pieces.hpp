// SPDX-License-Identifier: Apache-2.0
// A word while it is read. Braces, brackets and tildes can only be told from plain bytes when the
// whole word is known, so they are marked while reading and settled at the end, each in one pass.
#pragma once
#include "sallyport/shell/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::shell {

enum class TildeRule : std::uint8_t {
    None,
    Start,      // at the start of the word
    Operand,    // also after `name=` and then after each `:`
    Assignment, // at the start and after each `:`
};

// How a word is read, and what its unquoted bytes may mean.
struct WordStyle {
    char closer = 0;               // 0: ends at a delimiter; else at this byte, blanks belong to it
    std::string_view also_ends;    // further bytes that end it
    bool quoted = false;           // inside double quotes: `"${x:-word}"`
    bool quotes_in_quoted = false; // there, single quotes and backslashes quote (pattern operators)
    bool braces = false;
    bool globs = false;
    bool extended = false; // extended patterns whatever the option says
    bool regex = false;    // right side of =~
    TildeRule tilde = TildeRule::None;
};

struct Piece {
    Part part;
    char mark = 0; // `{` `,` `}` `[` `]` `*` `?` that stood unquoted; the part is that literal byte
};

using Pieces = std::vector<Piece>;

void add_plain(Pieces &pieces, int byte, Span where);
void add_mark(Pieces &pieces, int byte, Span where);
void add_literal(Pieces &pieces, std::string bytes, Quoting quoting, Span where);
template <typename T>
void add_part(Pieces &pieces, T value, Span where) {
    pieces.push_back(Piece{Part{where, std::move(value)}, 0});
}

enum class BraceRule : std::uint8_t {
    None,
    Expand,
    Varies // shells disagree: an UnsupportedPart, its text is left empty
};

struct Settled {
    std::vector<Part> parts;
    std::uint32_t depth = 0;       // of nested brace expansions
    std::uint32_t unsupported = 0; // how many UnsupportedParts were made
};
// Settles marks and tildes. At most `depth_limit` brace expansions nest; deeper ones: depth says so
// and parts are empty.
Settled settle(Pieces pieces, const WordStyle &style, BraceRule braces, std::uint32_t depth_limit);

} // namespace sallyport::shell
