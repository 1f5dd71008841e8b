// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/asciicast.hpp"

#include "codec.hpp"

#include "sallyport/base/json_text.hpp"

#include <cctype>
#include <optional>

namespace sallyport::record {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string &to, std::uint32_t code) {
    if (code < 0x80) {
        to += static_cast<char>(code);
        return;
    }
    if (code >= 0x10000) {
        to += static_cast<char>(0xF0 | code >> 18);
        to += static_cast<char>(0x80 | (code >> 12 & 63));
    } else if (code >= 0x800) {
        to += static_cast<char>(0xE0 | code >> 12);
    } else {
        to += static_cast<char>(0xC0 | code >> 6);
    }
    if (code >= 0x800)
        to += static_cast<char>(0x80 | (code >> 6 & 63));
    to += static_cast<char>(0x80 | (code & 63));
}

// One event line, read from left to right.
class LineReader {
  public:
    explicit LineReader(std::string_view line) : line_(line) {}
    bool take(char expected) {
        if (at_ >= line_.size() || line_[at_] != expected)
            return false;
        ++at_;
        return true;
    }
    void blanks() {
        while (at_ < line_.size() && line_[at_] == ' ')
            ++at_;
    }
    bool at_end() const { return at_ == line_.size(); }
    std::optional<Offset> time();
    std::optional<std::string> string();

  private:
    std::optional<std::uint32_t> unicode();
    bool escape(std::string &to);
    std::string_view line_;
    std::size_t at_ = 0;
};

std::optional<Offset> LineReader::time() {
    std::uint64_t us = 0;
    int digits = 0;
    for (; at_ < line_.size() && is_digit(line_[at_]); ++at_, ++digits)
        us = us * 10 + static_cast<unsigned>(line_[at_] - '0');
    if (digits == 0 || digits > 10)
        return std::nullopt;
    int fraction = 0;
    if (take('.')) {
        for (; at_ < line_.size() && is_digit(line_[at_]) && fraction < 6; ++at_, ++fraction)
            us = us * 10 + static_cast<unsigned>(line_[at_] - '0');
        if (fraction == 0)
            return std::nullopt;
    }
    for (; fraction < 6; ++fraction)
        us *= 10;
    return Offset{static_cast<std::int64_t>(us)};
}

std::optional<std::uint32_t> LineReader::unicode() {
    if (line_.size() - at_ < 4)
        return std::nullopt;
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(line_[at_++])));
        const std::size_t digit = hex_digits.find(c);
        if (digit == std::string_view::npos)
            return std::nullopt;
        code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return code;
}

bool LineReader::escape(std::string &to) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (at_ >= line_.size())
        return false;
    const char name = line_[at_++];
    if (const std::size_t i = names.find(name); i != std::string_view::npos) {
        to += values[i];
        return true;
    }
    if (name != 'u')
        return false;
    auto code = unicode();
    if (code && *code >= 0xD800 && *code < 0xDC00) {
        if (!take('\\') || !take('u'))
            return false;
        const auto low = unicode();
        if (!low || *low < 0xDC00 || *low > 0xDFFF)
            return false;
        code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    } else if (!code || (*code >= 0xDC00 && *code <= 0xDFFF)) {
        return false;
    }
    append_utf8(to, *code);
    return true;
}

std::optional<std::string> LineReader::string() {
    if (!take('"'))
        return std::nullopt;
    std::string text;
    text.reserve(line_.size() - at_);
    while (at_ < line_.size()) {
        const std::size_t plain = base::json_plain_run(line_.substr(at_));
        text += line_.substr(at_, plain);
        at_ += plain;
        if (at_ == line_.size())
            break;
        const char c = line_[at_++];
        if (c == '"')
            return text;
        if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape(text)))
            return std::nullopt;
        if (c != '\\')
            text += c;
    }
    return std::nullopt;
}

} // namespace

std::string header_line(const CastHeader &header) {
    std::string line = "{\"version\":2,\"width\":" + std::to_string(header.width) +
                       ",\"height\":" + std::to_string(header.height) +
                       ",\"timestamp\":" + std::to_string(microseconds(header.start) / 1000000) +
                       ",\"env\":{";
    if (!header.term.empty())
        line += "\"TERM\":" + base::json_string(header.term);
    line += "}";
    if (!header.command.empty())
        line += ",\"command\":" + base::json_string(header.command);
    line += ",\"sallyport\":{\"session\":" + base::json_string(header.session) +
            ",\"connection\":" + base::json_string(header.connection) +
            ",\"person\":" + base::json_string(header.person) +
            ",\"account\":" + base::json_string(header.account) +
            ",\"target\":" + base::json_string(header.target) + "}}\n";
    return line;
}

void append_event_line(std::string &to, Offset time, std::string_view code, std::string_view data) {
    const auto us = static_cast<std::uint64_t>(time.count());
    const std::string fraction = std::to_string(us % 1000000);
    to += '[';
    to += std::to_string(us / 1000000);
    to += '.';
    to.append(6 - fraction.size(), '0');
    to += fraction;
    to += ", \"";
    to += code;
    to += "\", ";
    base::append_json(to, data);
    to += "]\n";
}

std::string event_line(Offset time, std::string_view code, std::string_view data) {
    std::string line;
    line.reserve(data.size() + 32);
    append_event_line(line, time, code, data);
    return line;
}

base::Result<CastEvent> parse_event_line(std::string_view line) {
    const base::Error wrong = base::invalid("not an asciicast event line");
    if (line.size() > max_line_bytes)
        return base::fail(base::ErrorCode::TooLarge, "an asciicast line is too long");
    LineReader in(line);
    if (!in.take('['))
        return wrong;
    in.blanks();
    const auto time = in.time();
    in.blanks();
    if (!time || !in.take(','))
        return wrong;
    in.blanks();
    auto code = in.string();
    in.blanks();
    if (!code || code->empty() || code->size() > 8 || !in.take(','))
        return wrong;
    in.blanks();
    auto data = in.string();
    in.blanks();
    if (!data || !in.take(']') || !in.at_end())
        return wrong;
    return CastEvent{*time, std::move(*code), std::move(*data)};
}

} // namespace sallyport::record
