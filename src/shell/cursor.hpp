// SPDX-License-Identifier: Apache-2.0
// Reads a text byte by byte as the shell's lexer does: an unquoted backslash-newline does not
// exist. A Source is the unit itself or a text made from it (the inside of backquotes, the body of
// a here-document), then `origin` says where each byte came from.
#pragma once
#include "context.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::shell {

inline constexpr int end_of_text = -1;

inline bool is_blank(int c) {
    return c == ' ' || c == '\t';
}
inline bool is_digit(int c) {
    return c >= '0' && c <= '9';
}
inline bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_name_start(int c) {
    return is_letter(c) || c == '_';
}
inline bool is_name(int c) {
    return is_name_start(c) || is_digit(c);
}
inline bool is_special_parameter(int c) {
    return c == '@' || c == '*' || c == '#' || c == '?' || c == '-' || c == '$' || c == '!';
}
// What ends an unquoted word: POSIX 2.3 rules 6, 7 and 8.
inline bool is_delimiter(int c) {
    return c == end_of_text || is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' ||
           c == '<' || c == '>' || c == '(' || c == ')';
}

struct Source {
    std::string_view text;
    const std::vector<std::uint32_t> *origin = nullptr; // one more entry than bytes
    bool open = true; // what is missing at the end may still be typed

    std::uint32_t at(std::size_t position) const {
        return origin ? (*origin)[position] : static_cast<std::uint32_t>(position);
    }
};

// A text made from a Source, byte by byte.
struct Derived {
    std::string text;
    std::vector<std::uint32_t> origin;

    void add(char byte, std::uint32_t from) {
        text.push_back(byte);
        origin.push_back(from);
    }
    Source source(std::uint32_t end) {
        origin.push_back(end);
        return Source{text, &origin, false};
    }
};

class Cursor {
  public:
    Cursor(Context &context, Source source) : context_(context), source_(source) {}

  protected:
    // The byte at the position, or end_of_text; skips backslash-newline first.
    int peek() {
        if (context_.stopped())
            return end_of_text;
        while (is_continuation(position_))
            position_ += 2;
        return raw();
    }
    // The byte `ahead` bytes after peek(), counted without backslash-newlines.
    int peek(std::size_t ahead) {
        if (peek() == end_of_text)
            return end_of_text;
        std::size_t at = position_;
        for (; ahead > 0; --ahead) {
            if (at < source_.text.size())
                ++at;
            while (is_continuation(at))
                at += 2;
        }
        return byte(at);
    }
    // How many name bytes stand `from` bytes ahead. One scan, where a loop over peek() would
    // begin anew for each byte.
    std::size_t name_length(std::size_t from = 0) {
        if (peek() == end_of_text)
            return 0;
        std::size_t at = position_;
        const auto step = [&] {
            ++at;
            while (is_continuation(at))
                at += 2;
        };
        for (; from > 0; --from)
            step();
        std::size_t length = 0;
        for (; is_name(byte(at)); step())
            ++length;
        return length;
    }
    void bump() {
        if (peek() != end_of_text)
            ++position_;
    }
    void bump(std::size_t count) {
        for (; count > 0; --count)
            bump();
    }
    bool take(char c) {
        if (peek() != static_cast<unsigned char>(c))
            return false;
        ++position_;
        return true;
    }
    bool looking_at(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i)
            if (peek(i) != static_cast<unsigned char>(text[i]))
                return false;
        return true;
    }
    bool take(std::string_view text) {
        if (!looking_at(text))
            return false;
        bump(text.size());
        return true;
    }

    // Without skipping: inside single quotes, comments and here-documents.
    int raw() const { return context_.stopped() ? end_of_text : byte(position_); }
    void bump_raw() {
        if (raw() != end_of_text)
            ++position_;
    }

    // Where the next token begins, in the unit.
    std::uint32_t here() {
        peek();
        return source_.at(position_);
    }
    Span since(std::uint32_t begin) const {
        const std::uint32_t end = source_.at(position_);
        return {begin, end < begin ? begin : end};
    }

    // The bytes between two positions of the unit, as this source has them.
    std::string written(Span where) const;
    std::string written_since(std::uint32_t begin) const { return written(since(begin)); }

    // The text is not what the grammar wants here: an error, or incomplete if it ended.
    void expected(std::string_view what);
    // The same where a newline could not stand either: then the end of the text is an error too.
    void expected_on_line(std::string_view what);
    void error_at(Span where, std::string message) {
        context_.stop(Outcome::Error, where, std::move(message));
    }
    void give_up(std::uint32_t begin, std::string_view reason) {
        context_.stop(Outcome::GaveUp, since(begin), std::string(reason));
    }

    Context &context_;
    Source source_;
    std::size_t position_ = 0;

  private:
    int byte(std::size_t at) const {
        return at < source_.text.size() ? static_cast<unsigned char>(source_.text[at])
                                        : end_of_text;
    }
    bool is_continuation(std::size_t at) const {
        return at + 1 < source_.text.size() && source_.text[at] == '\\' &&
               source_.text[at + 1] == '\n';
    }
    std::string found();
};

} // namespace sallyport::shell
