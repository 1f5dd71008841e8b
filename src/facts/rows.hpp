// SPDX-License-Identifier: Apache-2.0
// The conditional rows of an entry against a command line, with three answers: a hole may match.
#pragma once
#include "entry.hpp"
#include "options.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::facts {

enum class Certainty : std::uint8_t { No, Maybe, Yes };

struct MatchedRow {
    const When *row = nullptr;
    Certainty certainty = Certainty::No;
};

// The rows that hold or may hold.
std::vector<MatchedRow> matching_rows(const Entry &entry, const Parsed &parsed);

// Operands that the program itself reads as patterns of names, as the patterns they are.
std::vector<model::FactWord> as_patterns(Patterns how, std::vector<model::FactWord> operands);

// A row surely says that nothing happens (dry run, help, list).
bool is_safe(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows);

// Commands with sub-commands stop at the first operand; the options behind it are read here, by
// name only.
void after_sub_command(const Entry &entry, Parsed &parsed);

// The entry of a sub-command and the index of its word in argv.
std::optional<std::pair<const Entry *, std::size_t>>
sub_entry(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows);

} // namespace sallyport::facts
