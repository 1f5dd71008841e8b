// SPDX-License-Identifier: Apache-2.0
// Quoted parts of words: POSIX 2.2.2 and 2.2.3, and $'..'.
#include "grammar.hpp"

namespace sallyport::shell {

namespace {

int hex_value(int c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void append_utf8(std::string &bytes, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { bytes.push_back(static_cast<char>(byte & 0xffU)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0U | code >> 6);
        add(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        add(0xe0U | code >> 12);
        add(0x80U | (code >> 6 & 0x3fU));
        add(0x80U | (code & 0x3fU));
    } else {
        add(0xf0U | (code >> 18 & 0x7U));
        add(0x80U | (code >> 12 & 0x3fU));
        add(0x80U | (code >> 6 & 0x3fU));
        add(0x80U | (code & 0x3fU));
    }
}

int simple_escape(int c, bool all) {
    constexpr std::string_view from = "abfnrtv\\'eE\"?";
    constexpr std::string_view to = "\a\b\f\n\r\t\v\\'\x1b\x1b\"?";
    constexpr std::size_t in_every_shell = 9; // busybox ash keeps the backslash of the others
    const std::size_t at = from.find(static_cast<char>(c));
    if (at == std::string_view::npos || (!all && at >= in_every_shell))
        return -1;
    return to[at];
}

} // namespace

void Grammar::single_quoted(Pieces &pieces) {
    const std::uint32_t begin = here();
    bump();
    std::string bytes;
    for (; raw() != '\'' && raw() != end_of_text; bump_raw())
        bytes.push_back(static_cast<char>(raw()));
    if (raw() == end_of_text)
        return expected("a closing `'`");
    bump_raw();
    context_.count_part(since(begin));
    add_literal(pieces, std::move(bytes), Quoting::SingleQuoted, since(begin));
}

// The position is behind `$'`.
void Grammar::dollar_single_quoted(Pieces &pieces, std::uint32_t begin) {
    std::string bytes;
    bool known = true;
    while (raw() != '\'' && raw() != end_of_text) {
        if (raw() != '\\') {
            bytes.push_back(static_cast<char>(raw()));
            bump_raw();
            continue;
        }
        bump_raw();
        known = decode_escape(bytes) && known;
    }
    if (raw() == end_of_text)
        return expected("a closing `'`");
    bump_raw();
    const std::size_t nul = bytes.find('\0');
    if (nul != std::string::npos) {
        known = known && context_.yes(Feature::EmptyNullString);
        bytes.resize(nul);
    }
    if (!known || !context_.has(Feature::DollarSingleQuotes, since(begin)))
        return unsupported(pieces, begin, "an escape in `$'..'` that shells read differently");
    context_.count_part(since(begin));
    add_literal(pieces, std::move(bytes), Quoting::DollarSingle, since(begin));
}

// Behind a backslash in $'..'. False: what it means is not known for this dialect.
bool Grammar::decode_escape(std::string &bytes) {
    const int c = raw();
    if (c == end_of_text)
        return true;
    const bool all = context_.yes(Feature::UnicodeEscapes);
    if (c >= '0' && c <= '7')
        return decode_number(bytes, 8, 3);
    bump_raw();
    const int simple = simple_escape(c, all);
    if (simple >= 0) {
        bytes.push_back(static_cast<char>(simple));
        return true;
    }
    if (c == 'x' && raw() != '{')
        return decode_number(bytes, 16, 2);
    if ((c == 'u' || c == 'U') && all)
        return decode_number(bytes, 16, c == 'u' ? 4 : 8);
    bytes.push_back('\\');
    bytes.push_back(static_cast<char>(c));
    return c != 'c' && c != 'C' && c != 'M' && c != 'x';
}

bool Grammar::decode_number(std::string &bytes, unsigned base, unsigned most) {
    std::uint32_t value = 0;
    unsigned digits = 0;
    for (; digits < most && raw() != end_of_text; ++digits, bump_raw()) {
        const int digit = hex_value(raw());
        if (digit < 0 || digit >= static_cast<int>(base))
            break;
        value = value * base + static_cast<unsigned>(digit);
    }
    if (most > 3)
        append_utf8(bytes, value);
    else
        bytes.push_back(static_cast<char>(value & 0xffU));
    return digits > 0 && value <= 0x10ffff;
}

// The position is behind the opening quote.
void Grammar::double_quoted(Pieces &pieces, std::uint32_t begin, bool translated) {
    Nest nest(context_, since(begin));
    Pieces inner;
    quoted_pieces(inner, '"');
    if (!take('"'))
        return expected("a closing `\"`");
    DoubleQuoted result;
    result.translated = translated;
    result.parts = finish(std::move(inner), WordStyle{});
    context_.count_part(since(begin));
    add_part(pieces, std::move(result), since(begin));
}

// The inside of double quotes up to `closer`, or of a here-document up to the end of the text.
void Grammar::quoted_pieces(Pieces &pieces, int closer) {
    const bool in_quotes = closer == '"';
    for (int c = peek(); c != closer && c != end_of_text; c = peek()) {
        const std::uint32_t begin = here();
        if (c == '$') {
            dollar(pieces, true);
        } else if (c == '`') {
            backquoted(pieces, true);
        } else if (c == '\\') {
            bump();
            const int next = raw();
            if (next == end_of_text && in_quotes)
                return expected("a closing `\"`");
            const bool escapes =
                next == '$' || next == '`' || next == '\\' || (next == '"' && in_quotes);
            if (escapes) {
                bump_raw();
                add_literal(pieces, std::string(1, static_cast<char>(next)), Quoting::Escaped,
                            since(begin));
            } else {
                add_plain(pieces, c, since(begin));
            }
        } else {
            bump();
            add_plain(pieces, c, since(begin));
        }
    }
}

std::vector<Part> Grammar::here_doc_body() {
    Pieces pieces;
    quoted_pieces(pieces, end_of_text);
    return finish(std::move(pieces), WordStyle{});
}

} // namespace sallyport::shell
