// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/log.hpp"

#include <array>
#include <cstdio>

namespace sallyport::base {
namespace {

constexpr std::array level_names{"debug", "info", "warning", "error"};

struct CodePoint {
    unsigned value = 0;
    std::size_t bytes = 0; // 0: not valid UTF-8
};

// RFC 3629: shortest form, no surrogates, at most U+10FFFF.
CodePoint decode_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return {first, 1};
    const std::size_t length = first >= 0xf0 && first < 0xf5 ? 4
                               : first >= 0xe0               ? 3
                               : first >= 0xc2               ? 2
                                                             : 0;
    if (length == 0 || first >= 0xf5 || text.size() < length)
        return {};
    unsigned value = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80)
            return {};
        value = value << 6 | (byte(i) & 0x3fU);
    }
    const bool too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool outside = (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff;
    return too_long || outside ? CodePoint{} : CodePoint{value, length};
}

bool deceives(unsigned c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

std::string named(const char *format, unsigned value) {
    std::array<char, 24> name{};
    std::snprintf(name.data(), name.size(), format, value);
    return name.data();
}

} // namespace

void StderrLog::write(LogLevel level, std::string_view what, std::string_view text) {
    std::fprintf(stderr, "%s %.*s: %.*s\n", level_names[static_cast<std::size_t>(level)],
                 static_cast<int>(what.size()), what.data(), static_cast<int>(text.size()),
                 text.data());
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string shown;
    while (!text.empty()) {
        const CodePoint point = decode_utf8(text);
        std::string piece;
        if (point.bytes == 0)
            piece = named("<0x%02x>", static_cast<unsigned char>(text.front()));
        else if (deceives(point.value))
            piece = named("<U+%04X>", point.value);
        else
            piece = text.substr(0, point.bytes);
        if (shown.size() + piece.size() > limit)
            return shown + "…";
        shown += piece;
        text.remove_prefix(point.bytes == 0 ? 1 : point.bytes);
    }
    return shown;
}

} // namespace sallyport::base
