// SPDX-License-Identifier: Apache-2.0
// Masking rules as data, and their compiler. A rule is a lead that stays visible and a body that is
// starred. The daemon compiles once; sessions map the image read-only (database.hpp). Pure.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sallyport::mask {

inline constexpr std::size_t max_rules = 500;
inline constexpr std::size_t max_leads = 4000;       // all rules together
inline constexpr std::size_t max_lead_bytes = 400;   // the longest text that one lead can match
inline constexpr std::size_t max_value_bytes = 2048; // a longer value is starred unchecked
inline constexpr std::size_t max_rules_file_bytes = 1024 * 1024;

enum class RuleKind : std::uint8_t {
    Token, // the lead is public and unmistakable: starred as it comes once `min` is reached
    Value, // the lead names a value: held until its end is known and the check can judge it
    Block, // the lead opens a block of lines (a private key): starred until its end
};
enum class Check : std::uint8_t {
    None,
    Value,       // not if it reads like a placeholder, a reference, code, a path or a word
    Placeholder, // not if it is a placeholder
};
enum class Tail : std::uint8_t {
    None,
    Word,    // the body ends at a word boundary
    LineEnd, // only blanks follow in the line
    Text,    // `tail_text` follows
};

struct Rule {
    std::string id; // [a-z0-9-]{1,40}
    RuleKind kind = RuleKind::Token;
    // Patterns: literal characters, `\` before a special one, classes `[...]` with `{m,n}` or `?`,
    // groups of literals `(a|b)` with `?`. Everything is matched possessively. Each lead, with
    // `then` after it, has a run of at least 3 literal characters.
    std::vector<std::string> leads;
    std::string then;
    std::string body; // one class; line ends are never in it
    std::size_t min = 1;
    std::size_t max = 255; // equal to min: exactly so many; else a longer run is starred whole
    Tail tail = Tail::None;
    std::string tail_text;
    Check check = Check::None;
    bool word = false;       // the lead begins at a word boundary
    bool any_case = false;   // the literals of the lead match in any case
    bool line_start = false; // only blanks, `export`, `set`, `-` or `+` stand before the lead
    std::vector<std::pair<std::string, std::string>> positive; // text and its masked form
    std::vector<std::string> negative;                         // text that stays as it is
};

// Reads a rules file (TOML, `[[rule]]` tables; policies/mask/rules.toml is the example and the
// documentation). InvalidInput with line and column.
base::Result<std::vector<Rule>> parse_rules(std::string_view toml);

// Makes the image. InvalidInput names the rule that cannot be compiled.
base::Result<base::Bytes> compile(const std::vector<Rule> &rules);

} // namespace sallyport::mask
