// SPDX-License-Identifier: Apache-2.0
#include "cursor.hpp"

#include <algorithm>

namespace sallyport::shell {

namespace {

void append_printable(std::string &out, int c) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c >= 0x20 && c < 0x7f) {
        out.push_back(static_cast<char>(c));
        return;
    }
    out += "\\x";
    out.push_back(digits[static_cast<std::size_t>(c) >> 4]);
    out.push_back(digits[static_cast<std::size_t>(c) & 15]);
}

} // namespace

std::string Cursor::found() {
    constexpr std::size_t longest = 16;
    if (peek() == end_of_text)
        return "the end";
    if (peek() == '\n')
        return "the end of the line";
    std::string token;
    append_printable(token, peek());
    const bool is_operator = is_delimiter(peek());
    for (std::size_t i = 1; i < longest && is_delimiter(peek(i)) == is_operator; ++i) {
        if (peek(i) == end_of_text || is_blank(peek(i)) || peek(i) == '\n')
            break;
        append_printable(token, peek(i));
    }
    return "`" + token + "`";
}

std::string Cursor::written(Span where) const {
    const auto index = [&](std::uint32_t at) -> std::size_t {
        if (!source_.origin)
            return at;
        return static_cast<std::size_t>(
            std::lower_bound(source_.origin->begin(), source_.origin->end(), at) -
            source_.origin->begin());
    };
    const std::size_t from = index(where.begin), to = index(where.end);
    return from < to ? std::string(source_.text.substr(from, to - from)) : std::string();
}

void Cursor::expected(std::string_view what) {
    if (context_.stopped())
        return;
    const std::uint32_t begin = here();
    if (peek() == end_of_text && source_.open)
        return context_.stop(Outcome::Incomplete, {begin, begin},
                             "the text ended, expected " + std::string(what));
    expected_on_line(what);
}

void Cursor::expected_on_line(std::string_view what) {
    if (context_.stopped())
        return;
    const std::uint32_t begin = here();
    const std::uint32_t end = peek() == end_of_text ? begin : begin + 1;
    error_at({begin, end}, "found " + found() + ", expected " + std::string(what));
}

} // namespace sallyport::shell
