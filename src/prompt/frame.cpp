// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/frame.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/prompt/boot.hpp"

#include <algorithm>

namespace sallyport::prompt {

namespace {

constexpr char end_of_frame = '\x1e';

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
}

// The characters that bash allows in no alias name and in no function name.
bool ends_a_name(char c) {
    return std::string_view(" \t\n|&;()<>'\"`$\\").find(c) != std::string_view::npos;
}

base::Result<std::string> join_words(const std::vector<std::string> &words) {
    std::string line;
    for (const auto &word : words) {
        if (word.empty() || std::any_of(word.begin(), word.end(), ends_a_name))
            continue;
        if (std::any_of(word.begin(), word.end(), [](char c) { return is_control(c); }))
            return base::invalid("a command name holds a control character");
        if (!line.empty())
            line += ' ';
        line += word;
        if (line.size() > max_words_bytes)
            return base::fail(base::ErrorCode::TooLarge, "too many command names in one unit");
    }
    return line;
}

// `\0ooo` for each control byte and each backslash, as printf %b reads it.
std::string escape(std::string_view unit) {
    std::string out;
    out.reserve(unit.size() + unit.size() / 8);
    for (const char c : unit) {
        if (!is_control(c) && c != '\\') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += "\\0";
        for (const int shift : {6, 3, 0})
            out += static_cast<char>('0' + ((byte >> shift) & 7));
    }
    return out;
}

} // namespace

bool is_nonce(std::string_view text) {
    return text.size() == nonce_digits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

base::Result<std::string> frame(FrameKind kind, std::string_view unit,
                                const std::vector<std::string> &words, const FrameNonces &nonces) {
    if (!is_nonce(nonces.challenge) || !is_nonce(nonces.next_mark) ||
        !is_nonce(nonces.next_challenge))
        return base::fail(base::ErrorCode::Internal, "malformed nonce");
    if ((kind == FrameKind::Run) == unit.empty())
        return base::invalid("empty unit");
    if (unit.size() > base::max_unit_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the unit is longer than 64 KiB");
    if (unit.find('\0') != std::string_view::npos)
        return base::invalid("the unit holds a NUL byte");
    SALLYPORT_TRY(const auto word_line, join_words(words));
    const bool escaped =
        std::any_of(unit.begin(), unit.end(), [](char c) { return is_control(c); });
    const std::string body = escaped ? escape(unit) : std::string(unit);
    const char *flags = escaped ? "e" : "-";
    if (kind == FrameKind::Sync)
        flags = "q";
    std::string out = ":sp1 " + nonces.challenge + ' ' + nonces.next_mark + ' ' +
                      nonces.next_challenge + ' ' + std::to_string(body.size()) + ' ' + flags;
    out.append("\n").append(word_line).append("\n").append(body);
    out += end_of_frame;
    return out;
}

} // namespace sallyport::prompt
