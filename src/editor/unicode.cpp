// SPDX-License-Identifier: Apache-2.0
#include "unicode.hpp"

#include <cstdio>

#include <utf8proc.h>

namespace sallyport::editor {

namespace {

struct Character {
    utf8proc_int32_t code = -1;
    std::size_t length = 1;
};

Character character_at(std::string_view text, std::size_t at) {
    Character found;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t *>(text.data()) + at,
                         static_cast<utf8proc_ssize_t>(text.size() - at), &found.code);
    found.length = length > 0 ? static_cast<std::size_t>(length) : 1;
    return found;
}

constexpr utf8proc_int32_t zero_width_joiner = 0x200d;

bool is_invisible(utf8proc_int32_t code) {
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

std::string escape_of(utf8proc_int32_t code) {
    char text[16];
    std::snprintf(text, sizeof text, "<U+%04X>", static_cast<unsigned>(code));
    return text;
}

} // namespace

std::size_t next_cluster(std::string_view text, std::size_t at) {
    auto previous = character_at(text, at);
    at += previous.length;
    utf8proc_int32_t state = 0;
    while (at < text.size()) {
        const auto next = character_at(text, at);
        if (previous.code < 0 || next.code < 0 ||
            utf8proc_grapheme_break_stateful(previous.code, next.code, &state))
            break;
        at += next.length;
        previous = next;
    }
    return at;
}

std::size_t previous_cluster(std::string_view text, std::size_t at) {
    // A line break always separates clusters, so the search may begin behind the last one.
    const auto line = at < 2 ? std::string_view::npos : text.rfind('\n', at - 2);
    std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    for (auto end = next_cluster(text, begin); end < at; end = next_cluster(text, begin))
        begin = end;
    return begin;
}

bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::size_t character_length(std::string_view bytes) {
    if (bytes.empty())
        return 0;
    const auto lead = static_cast<unsigned char>(bytes.front());
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0)
        return std::string_view::npos;
    for (std::size_t i = 1; i < length && i < bytes.size(); ++i)
        if ((static_cast<unsigned char>(bytes[i]) & 0xc0) != 0x80)
            return std::string_view::npos;
    if (bytes.size() < length)
        return 0;
    return character_at(bytes.substr(0, length), 0).code < 0 ? std::string_view::npos : length;
}

std::string clean_text(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const char c = bytes[at];
        const auto length = character_length(bytes.substr(at));
        if (length == 0 || length == std::string_view::npos) {
            ++at;
            continue;
        }
        if (c == '\r') {
            if (at + 1 == bytes.size() || bytes[at + 1] != '\n')
                out += '\n';
        } else if (length > 1 || c == '\n' || c == '\t' ||
                   (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) {
            out.append(bytes.substr(at, length));
        }
        at += length;
    }
    return out;
}

Shown shown(std::string_view cluster) {
    Shown result;
    bool first = true;
    for (std::size_t at = 0; at < cluster.size();) {
        const auto character = character_at(cluster, at);
        const auto bytes = cluster.substr(at, character.length);
        at += character.length;
        const auto width = character.code < 0 ? 0 : utf8proc_charwidth(character.code);
        const bool joins = character.code == zero_width_joiner && !first && at < cluster.size();
        // A mark without a letter would change whatever stands before it on the screen.
        if (character.code < 0 || (is_invisible(character.code) && !joins) ||
            (first && width == 0)) {
            result.bytes += escape_of(character.code < 0 ? 0xfffd : character.code);
            result.columns = result.bytes.size();
            result.splits = true;
        } else {
            result.bytes += bytes;
            result.columns += joins ? 0 : static_cast<std::size_t>(width);
        }
        first = false;
    }
    return result;
}

} // namespace sallyport::editor
