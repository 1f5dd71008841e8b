// SPDX-License-Identifier: Apache-2.0
// $(( )), $[ ] and the text of (( )). `((` may also open two subshells: the text is read as
// arithmetic first, and if it does not end in `))` once more as commands. A memo of the positions
// that failed keeps nested second tries linear.
#include "grammar.hpp"

namespace sallyport::shell {

// At the first `(` of `((`, read as arithmetic. Nothing: it is none, the position is unchanged.
std::optional<ArithmeticExpansion> Grammar::try_arithmetic() {
    const std::uint32_t begin = here();
    if (context_.not_arithmetic.count(begin))
        return std::nullopt;
    const Context::Mark mark = context_.mark();
    const std::size_t position = position_;
    bump(2);
    ArithmeticExpansion result = arithmetic_text(")");
    if (take("))"))
        return result;
    if (peek() == ')' && peek(1) == end_of_text)
        bump();
    if (!context_.stopped() && peek() == end_of_text)
        expected("`))` after the arithmetic expression");
    const bool retry = context_.outcome() == Outcome::Going || context_.outcome() == Outcome::Error;
    if (!retry)
        return std::nullopt;
    context_.rewind(mark);
    position_ = position;
    context_.not_arithmetic.insert(begin);
    return std::nullopt;
}

// The position is at `((` of `$((`.
void Grammar::dollar_parentheses(Pieces &pieces, std::uint32_t begin) {
    Nest nest(context_, since(begin));
    if (auto arithmetic = try_arithmetic()) {
        context_.count_part(since(begin));
        return add_part(pieces, std::move(*arithmetic), since(begin));
    }
    if (context_.stopped())
        return;
    if (context_.has(Feature::SubstitutionRetry, since(begin)))
        return command_substitution(pieces, begin);
    bump(2);
    arithmetic_text(")");
    expected("`))` after the arithmetic expression");
}

// At a quote where it quotes nothing, but where bash (outside its POSIX mode) and others pair
// quotes to find the end of the expansion, and dash does not. Where its closing quote stands, if
// both readings end alike: nothing between can close, open or quote. Else 0.
std::size_t Grammar::quoted_alike() const {
    const std::string_view text = source_.text;
    const char quote = text[position_];
    constexpr std::string_view open = "([{", close = ")]}", never = "'\"\\`\n";
    if (position_ > 0 && text[position_ - 1] == '$')
        return 0; // $'..' is decoded here in bash
    std::string nested;
    for (std::size_t at = position_ + 1; at < text.size(); ++at) {
        const char c = text[at];
        if (c == quote)
            return nested.empty() ? at : 0;
        const std::size_t opens = open.find(c), closes = close.find(c);
        const bool ends = nested.empty() && (c == ';' || c == ':' || c == '/');
        if (never.find(c) != std::string_view::npos || ends ||
            nested.size() > context_.depth_limit())
            return 0;
        if (opens != std::string_view::npos)
            nested.push_back(close[opens]);
        if (closes == std::string_view::npos)
            continue;
        if (nested.empty() || nested.back() != c)
            return 0;
        nested.pop_back();
    }
    return 0;
}

void Grammar::bracket_arithmetic(Pieces &pieces, std::uint32_t begin) {
    Nest nest(context_, since(begin));
    bump();
    ArithmeticExpansion result = arithmetic_text("]");
    result.brackets = true;
    if (!take(']'))
        return expected("`]` after the arithmetic expression");
    context_.count_part(since(begin));
    add_part(pieces, std::move(result), since(begin));
}

// Up to the first of `stops` that is not inside parentheses, brackets or a `?:`.
ArithmeticExpansion Grammar::arithmetic_text(std::string_view stops) {
    peek();
    const std::size_t from = position_;
    Pieces pieces;
    std::size_t parentheses = 0, brackets = 0, questions = 0, same_until = 0;
    for (int c = peek(); c != end_of_text; c = peek()) {
        const std::uint32_t begin = here();
        const bool outside = parentheses == 0 && brackets == 0 && (c != ':' || questions == 0);
        if (outside && stops.find(static_cast<char>(c)) != std::string_view::npos)
            break;
        if ((c == '\'' || c == '"') && position_ > same_until && !(same_until = quoted_alike()))
            give_up(begin, "a quote in arithmetic that shells read differently");
        if (c == '$') {
            dollar(pieces, true);
            continue;
        }
        if (c == '`') {
            backquoted(pieces, true);
            continue;
        }
        if (c == '\\') {
            escaped(WordStyle{}, pieces);
            continue;
        }
        parentheses += c == '(' && stops != "]" ? 1 : 0; // bash does not count them in `$[`
        parentheses -= c == ')' && parentheses > 0 ? 1 : 0;
        brackets += c == '[' ? 1 : 0;
        brackets -= c == ']' && brackets > 0 ? 1 : 0;
        questions += c == '?' ? 1 : 0;
        questions -= c == ':' && questions > 0 ? 1 : 0;
        bump();
        add_plain(pieces, c, since(begin));
    }
    ArithmeticExpansion result;
    if (!context_.stopped())
        result.text = source_.text.substr(from, position_ - from);
    result.parts = finish(std::move(pieces), WordStyle{});
    return result;
}

} // namespace sallyport::shell
