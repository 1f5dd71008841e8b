// SPDX-License-Identifier: Apache-2.0
#include "notices.hpp"

#include <array>
#include <cstdint>

namespace sallyport::shell {

namespace {

struct Decoded {
    char32_t code = 0;
    std::size_t length = 1;
    bool valid = false;
};

// RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF.
Decoded decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80)
        return {first, 1, true};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length > text.size())
        return {};
    char32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80)
            return {};
        code = (code << 6) | (byte(at + i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
        return {};
    return {code, length, true};
}

bool is_deceptive_mark(char32_t c) {
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0x061c || c == 0xfeff || c == 0x00ad ||
           c == 0x2028 || c == 0x2029 || (c >= 0xe0000 && c <= 0xe007f);
}

bool is_control(char32_t c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0) || c == 0x7f ||
           (c >= 0x80 && c <= 0x9f);
}

bool is_latin(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_lookalike_letter(char32_t c) {
    return (c >= 0x370 && c <= 0x58f) || (c >= 0xff01 && c <= 0xff5e) ||
           (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0x13a0 && c <= 0x13ff);
}

} // namespace

std::vector<model::Notice> find_notices(std::string_view text) {
    std::array<bool, static_cast<std::size_t>(model::enum_last<model::Notice>()) + 1> found{};
    const auto mark = [&](model::Notice notice) { found[static_cast<std::size_t>(notice)] = true; };
    bool latin = false, lookalike = false;
    for (std::size_t at = 0; at < text.size();) {
        const Decoded next = decode(text, at);
        at += next.length;
        if (!next.valid) {
            mark(model::Notice::InvalidUtf8);
            latin = lookalike = false;
            continue;
        }
        if (next.code == 0)
            mark(model::Notice::Nul);
        if (next.code == '\r')
            mark(model::Notice::CarriageReturn);
        if (is_control(next.code))
            mark(model::Notice::Control);
        if (is_deceptive_mark(next.code))
            mark(model::Notice::Bidi);
        const bool letter = is_latin(next.code) || next.code >= 0x80;
        latin = letter && (latin || is_latin(next.code));
        lookalike = letter && (lookalike || is_lookalike_letter(next.code));
        if (latin && lookalike)
            mark(model::Notice::MixedScript);
    }
    std::vector<model::Notice> notices;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i])
            notices.push_back(static_cast<model::Notice>(i));
    return notices;
}

} // namespace sallyport::shell
