// SPDX-License-Identifier: Apache-2.0
#include "checks.hpp"

#include "characters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sallyport::mask {
namespace {

constexpr std::string_view placeholders[] = {
    "null",        "none",      "true",    "false",    "string",   "bearer",    "basic",
    "required",    "xxxx",      "****",    "password", "token",    "....",      "redacted",
    "example",     "your-",     "your_",   "http://",  "https://", "sensitive", "function",
    "process.env", "undefined", "getenv",  "config.",  "await",    "self.",     "this.",
    "module.",     "invalid",   "expired", "missing",  "os.",      "<hidden",   "changeme-please"};

struct Shape {
    bool digit = false;
    bool upper = false;
    bool lower = false;
    bool symbol = false;
    bool code = true; // only what identifiers are made of
    int hyphens = 0;
};

Shape shape_of(std::string_view value) {
    Shape shape;
    for (const char c : value) {
        shape.digit |= is_digit(c);
        shape.upper |= is_upper(c);
        shape.lower |= is_lower(c);
        shape.hyphens += c == '-' ? 1 : 0;
        shape.code &= is_word(c) || c == '.';
        shape.symbol |= c > ' ' && c < 0x7f && !is_word(c) && c != '.' && c != '-' && c != '/';
    }
    return shape;
}

double entropy(std::string_view text) {
    std::array<unsigned, 256> counts{};
    for (const char c : text)
        ++counts[static_cast<unsigned char>(c)];
    double bits = 0;
    for (const unsigned count : counts)
        if (count != 0) {
            const double part = static_cast<double>(count) / static_cast<double>(text.size());
            bits -= part * std::log2(part);
        }
    return bits;
}

bool is_path(std::string_view value) {
    return value[0] == '/' && value.size() < 80 &&
           std::count(value.begin(), value.end(), '/') >= 2 && entropy(value) < 4.2;
}

bool is_placeholder(std::string_view value) {
    for (const std::string_view word : placeholders)
        if (value.size() >= word.size() &&
            std::equal(word.begin(), word.end(), value.begin(),
                       [](char a, char b) { return a == to_lower(b); }))
            return true;
    return value.find("{{") != std::string_view::npos ||
           value.find_first_not_of(value[0]) == std::string_view::npos;
}

// f(x), a[i]
bool is_call(std::string_view value) {
    std::size_t at = 0;
    while (at < value.size() && (is_word(value[at]) || value[at] == '.'))
        ++at;
    return at > 0 && at < value.size() && (value[at] == '(' || value[at] == '[') &&
           value.find_first_of(")]", at) != std::string_view::npos;
}

bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

} // namespace

bool looks_secret(std::string_view value, bool quoted, char next) {
    if (value.size() < 4 || is_one_of(value[0], "$<{[*%") || value.substr(0, 5) == "-----" ||
        value.substr(0, 2) == "//" || is_one_of(value.back(), "([{") || is_path(value) ||
        is_placeholder(value) || is_one_of(next, "([{") || is_call(value))
        return false;
    const Shape shape = shape_of(value);
    const bool dotted = value.find_first_of("._") != std::string_view::npos;
    if (!quoted && shape.code && !shape.digit && (value.size() < 16 || dotted))
        return false; // an identifier
    if (quoted && next == ' ' && !shape.digit && !shape.symbol)
        return false; // the first word of a sentence
    if (shape.digit && !shape.upper && !shape.lower)
        return value.size() >= 8 && shape.symbol; // numbers alone: sizes, times
    return shape.digit || shape.symbol || shape.hyphens >= 2 || (quoted && value.size() >= 6) ||
           (shape.upper && shape.lower && value.size() >= 12) || value.size() >= 16;
}

bool is_stand_in(std::string_view value) {
    return value.empty() || is_one_of(value[0], "$<{[*%") || value.substr(0, 3) == "xxx";
}

} // namespace sallyport::mask
