// SPDX-License-Identifier: Apache-2.0
// Words: POSIX 2.2 quoting and 2.3 token recognition, plus the patterns of the dialects.
#include "grammar.hpp"

namespace sallyport::shell {

namespace {

bool is_glob_operator(int c) {
    return c == '?' || c == '*' || c == '+' || c == '@' || c == '!';
}

} // namespace

Word Grammar::word(const WordStyle &style) {
    const std::uint32_t begin = here();
    Pieces pieces;
    word_pieces(style, pieces);
    Word result;
    result.where = since(begin);
    context_.count_part(result.where);
    result.parts = finish(std::move(pieces), style);
    return result;
}

std::vector<Part> Grammar::finish(Pieces pieces, const WordStyle &style) {
    BraceRule rule = BraceRule::None;
    if (style.braces && context_.maybe(Feature::BraceExpansion))
        rule = context_.yes(Feature::BraceExpansion) ? BraceRule::Expand : BraceRule::Varies;
    const Span where = pieces.empty() ? Span{} : pieces.front().part.where;
    const std::uint32_t left =
        context_.depth_limit() - std::min(context_.depth, context_.depth_limit());
    Settled settled = settle(std::move(pieces), style, rule, left);
    if (settled.depth > left)
        context_.stop(Outcome::OverLimit, where, "the text nests too deeply");
    context_.unit.unsupported += settled.unsupported;
    if (settled.unsupported > 0)
        for (Part &part : settled.parts)
            if (auto *brace = std::get_if<UnsupportedPart>(&part.value);
                brace && brace->text.empty())
                brace->text = written(part.where);
    return std::move(settled.parts);
}

void Grammar::unsupported(Pieces &pieces, std::uint32_t begin, std::string_view reason) {
    const Span where = since(begin);
    ++context_.unit.unsupported;
    context_.count_part(where);
    add_part(pieces, UnsupportedPart{std::string(reason), written_since(begin)}, where);
}

void Grammar::word_pieces(const WordStyle &style, Pieces &pieces) {
    const bool pairs =
        style.quoted && !style.quotes_in_quoted && context_.maybe(Feature::OperandQuotes);
    std::size_t same_until = 0;
    for (int c = peek(); !ends_word(c, style, pieces); c = peek()) {
        const std::uint32_t begin = here();
        if (pairs && c == '\'' && position_ > same_until && !(same_until = quoted_alike()))
            give_up(begin, "a quote in `${..}` that shells read differently");
        if (special_piece(c, style, pieces))
            continue;
        bump();
        const bool marks = !style.quoted || style.quotes_in_quoted;
        const bool is_mark =
            c == '[' || c == ']' || c == '{' || c == '}' || c == ',' || c == '*' || c == '?';
        if (marks && is_mark)
            add_mark(pieces, c, since(begin));
        else
            add_plain(pieces, c, since(begin));
    }
}

bool Grammar::ends_word(int c, const WordStyle &style, const Pieces &pieces) {
    if (c == end_of_text)
        return true;
    if (style.closer != 0)
        return c == static_cast<unsigned char>(style.closer) ||
               style.also_ends.find(static_cast<char>(c)) != std::string_view::npos;
    if (style.also_ends.find(static_cast<char>(c)) != std::string_view::npos)
        return true;
    if ((c == '<' || c == '>') && peek(1) == '(' && context_.maybe(Feature::ProcessSubstitution))
        return false;
    if (c == '<' && context_.maybe(Feature::NumericGlob) && number_pattern() > 0)
        return false;
    if (c == '(' && context_.maybe(Feature::WordParentheses))
        return pieces.size() == 1 && (peek(1) == ')' || (is_blank(peek(1)) && peek(2) == ')')) &&
               !std::holds_alternative<UnsupportedPart>(pieces[0].part.value);
    if (c == '}' && context_.maybe(Feature::GluedBraces) && is_delimiter(peek(1))) {
        std::int64_t open = 0;
        for (const Piece &piece : pieces)
            open += piece.mark == '{' ? 1 : piece.mark == '}' ? -1 : 0;
        return open <= 0 && context_.has(Feature::GluedBraces, since(here()));
    }
    return is_delimiter(c);
}

// The length of `<1-9>` at the position, 0 if there is none. Numbers may be left out.
std::size_t Grammar::number_pattern() {
    constexpr std::size_t most_digits = 20;
    std::size_t at = 1;
    const auto digits = [&] {
        for (std::size_t count = 0; is_digit(peek(at)) && count < most_digits; ++count)
            ++at;
    };
    digits();
    if (peek(at++) != '-')
        return 0;
    digits();
    return peek(at) == '>' ? at + 1 : 0;
}

bool Grammar::special_piece(int c, const WordStyle &style, Pieces &pieces) {
    const std::uint32_t begin = here();
    const bool quotes = !style.quoted || style.quotes_in_quoted;
    switch (c) {
    case '\\':
        escaped(style, pieces);
        return true;
    case '\'':
        if (!quotes)
            return false;
        single_quoted(pieces);
        return true;
    case '"':
        bump();
        double_quoted(pieces, begin, false);
        return true;
    case '$':
        dollar(pieces, !quotes);
        return true;
    case '`':
        backquoted(pieces, style.quoted);
        return true;
    default:
        break;
    }
    if (!quotes)
        return false;
    if ((c == '<' || c == '>') && peek(1) == '(' && !style.quoted && style.closer != ']')
        return process_substitution(pieces);
    if (is_glob_operator(c) && peek(1) == '(' && !style.quoted && extended_glob(c, style, pieces))
        return true;
    return context_.maybe(Feature::WordParentheses) && zsh_piece(c, style, pieces);
}

void Grammar::escaped(const WordStyle &style, Pieces &pieces) {
    const std::uint32_t begin = here();
    bump();
    const int c = raw();
    if (c == end_of_text)
        return expected("a character after the backslash");
    bump_raw();
    const bool keeps_backslash = style.quoted && !style.quotes_in_quoted && c != '$' && c != '`' &&
                                 c != '"' && c != '\\' && c != style.closer;
    std::string bytes(keeps_backslash ? "\\" : "");
    bytes.push_back(static_cast<char>(c));
    if (keeps_backslash)
        return add_literal(pieces, bytes, Quoting::None, since(begin));
    const bool joins = !pieces.empty() && !pieces.back().mark;
    auto *last = joins ? std::get_if<Literal>(&pieces.back().part.value) : nullptr;
    if (last && last->quoting == Quoting::Escaped) {
        last->bytes += bytes;
        pieces.back().part.where.end = since(begin).end;
        return;
    }
    add_literal(pieces, bytes, Quoting::Escaped, since(begin));
}

// bash decides while it lexes a line whether `!(` begins a pattern. Off: the parenthesis ends the
// word, which is an error nearly everywhere.
bool Grammar::extended_glob(int c, const WordStyle &style, Pieces &pieces) {
    const std::uint32_t begin = here();
    ExtendedGlobs mode = style.extended ? ExtendedGlobs::On : context_.extended_globs;
    if (!context_.maybe(Feature::ExtendedGlobOption) || context_.maybe(Feature::WordParentheses))
        return false;
    if (mode == ExtendedGlobs::Off)
        return false;
    if (mode == ExtendedGlobs::Unknown || !context_.yes(Feature::ExtendedGlobOption)) {
        give_up(begin, "it is not known whether extended patterns are on");
        return true;
    }
    Nest nest(context_, since(begin));
    bump(2);
    ExtendedGlob glob;
    glob.op = static_cast<char>(c);
    WordStyle inner;
    inner.closer = ')';
    inner.also_ends = "|";
    inner.globs = true;
    inner.extended = true;
    do
        glob.alternatives.push_back(word(inner));
    while (take('|'));
    if (!take(')'))
        expected("`)` after the pattern");
    add_part(pieces, std::move(glob), since(begin));
    return true;
}

bool Grammar::process_substitution(Pieces &pieces) {
    const std::uint32_t begin = here();
    const Feature form = peek() == '=' ? Feature::EqualsWord : Feature::ProcessSubstitution;
    if (!context_.has(form, since(begin)))
        return context_.stopped();
    Nest nest(context_, since(begin));
    ProcessSubstitution result;
    result.direction = peek() == '<'   ? ProcessDirection::Read
                       : peek() == '>' ? ProcessDirection::Write
                                       : ProcessDirection::Temporary;
    bump(2);
    result.body = substituted_list();
    if (!take(')'))
        expected("`)` after the process substitution");
    context_.count_part(since(begin));
    add_part(pieces, std::move(result), since(begin));
    return true;
}

// What only zsh has within words. Patterns in parentheses may carry qualifiers that run code, so
// they are never taken apart.
bool Grammar::zsh_piece(int c, const WordStyle &style, Pieces &pieces) {
    const std::uint32_t begin = here();
    if (c == '(' && !style.quoted) {
        if (!context_.has(Feature::WordParentheses, since(begin)))
            return context_.stopped();
        zsh_parentheses(pieces);
        unsupported(pieces, begin, "a zsh pattern in parentheses");
        return true;
    }
    if (c == '<' && style.closer == 0) {
        if (!context_.has(Feature::NumericGlob, since(begin)))
            return context_.stopped();
        bump(number_pattern());
        unsupported(pieces, begin, "a zsh number pattern");
        return true;
    }
    if (c == '=' && pieces.empty() && style.closer == 0 && !style.regex && !is_delimiter(peek(1))) {
        bump();
        unsupported(pieces, begin, "a zsh word that begins with `=`");
        return context_.has(Feature::EqualsWord, since(begin)) || context_.stopped();
    }
    if (c == '=' && pieces.empty() && peek(1) == '(' && style.closer == 0)
        return process_substitution(pieces);
    return context_.stopped();
}

void Grammar::zsh_parentheses(Pieces &pieces) {
    Nest nest(context_, since(here()));
    bump();
    WordStyle inner;
    inner.closer = ')';
    inner.also_ends = "(";
    Pieces ignored;
    word_pieces(inner, ignored);
    while (peek() == '(') {
        zsh_parentheses(pieces);
        word_pieces(inner, ignored);
    }
    if (!take(')'))
        expected("`)` after the pattern");
}

} // namespace sallyport::shell
