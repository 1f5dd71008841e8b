// SPDX-License-Identifier: Apache-2.0
// The small pattern language of leads and bodies.
#pragma once
#include "sallyport/base/result.hpp"

#include <bitset>
#include <string>
#include <vector>

namespace sallyport::mask {

using ClassBits = std::bitset<256>;

struct PatternElement {
    enum class Kind { Literal, Class, Texts };
    Kind kind = Kind::Literal;
    std::string literal;            // Literal: a run of characters
    ClassBits bits;                 // Class
    std::vector<std::string> texts; // Texts
    std::size_t min = 1;
    std::size_t max = 1;
};

// InvalidInput on anything that the language does not have. Cuts are taken out of every class.
base::Result<std::vector<PatternElement>> parse_pattern(std::string_view text);
// A pattern that is one class.
base::Result<ClassBits> parse_class(std::string_view text);
// The longest text that the element can match.
std::size_t longest(const PatternElement &element);

} // namespace sallyport::mask
