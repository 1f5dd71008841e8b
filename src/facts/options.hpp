// SPDX-License-Identifier: Apache-2.0
// A command line taken apart by an entry's option grammar.
#pragma once
#include "entry.hpp"

#include "sallyport/model/command_facts.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

struct Parsed {
    std::vector<model::Option> options;
    std::vector<std::size_t> option_at; // index of its value in argv, or of the option itself
    std::vector<model::FactWord> operands;
    std::vector<std::size_t> operand_at; // their indices in argv
    std::optional<std::size_t> dashes;   // number of operands before a literal `--`
    std::string unknown;                 // the first option that the grammar does not know
    std::size_t unknown_before = 0;      // operands seen before it
    bool maybe_option = false;           // a word with an unknown beginning may be an option
    bool shifting = false; // an option's value may become several words: positions are not known
    std::vector<std::string> assignments; // NAME=value words before the inner command

    const model::FactWord *value(std::string_view option) const; // the last one
    bool has(std::string_view option) const;
    bool has_any(const std::vector<std::string> &options) const;
};

// REQUIRES: argv is not empty
Parsed parse_options(const Entry &entry, const std::vector<model::FactWord> &argv);

// The part of a word from byte `from` on. REQUIRES: the first `from` bytes are literal
model::FactWord rest_of(const model::FactWord &word, std::size_t from);

} // namespace sallyport::facts
