// SPDX-License-Identifier: Apache-2.0
// Where constant text of operands and of option and assignment values stands in a unit: all that a
// mask may touch when the unit is shown to an approver. When in doubt a word has no span: it is
// then shown. Never covered: what runs (program names, texts that any part of the walk took for
// commands, SQL or another language), option names, expansions, globs, and the bytes
// `$`, backquote, `;`, `&`, `|`, `<`, `>`, `(`, `)` and newline even inside quotes.
#pragma once
#include "sallyport/facts/knowledge.hpp"
#include "sallyport/shell/tree.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

// What the walk found to run, however it was put together.
struct Ran {
    std::set<std::string, std::less<>> names; // first words of commands
    std::set<std::string, std::less<>> texts; // parsed again or read as another language
    std::set<std::string, std::less<>> made;  // words that expansions made, names among them or not
    bool unknown = false;                     // a command or a text whose words are not known runs
};

// Beyond this much comparing of words with texts that run there are no spans at all.
inline constexpr std::size_t max_compared_bytes = 256 * 1024 * 1024;

// Sorted, not overlapping. REQUIRES: `unit` was parsed from `text` and is complete
std::vector<model::Span> constant_spans(const shell::Unit &unit, std::string_view text,
                                        const Knowledge &knowledge, const Ran &ran);

} // namespace sallyport::facts
