// SPDX-License-Identifier: Apache-2.0
// What begins with `$`, and backquotes: POSIX 2.6.2 to 2.6.4.
#include "grammar.hpp"

namespace sallyport::shell {

void Grammar::dollar(Pieces &pieces, bool quoted) {
    const std::uint32_t begin = here();
    bump();
    const int c = peek();
    if (c == '(' && peek(1) == '(')
        return dollar_parentheses(pieces, begin);
    if (c == '(')
        return command_substitution(pieces, begin);
    if (c == '{') {
        bump();
        return braced_parameter(pieces, begin, quoted);
    }
    if (c == '[' && context_.has(Feature::BracketArithmetic, since(begin)))
        return bracket_arithmetic(pieces, begin);
    if (c == '\'' && !quoted && context_.maybe(Feature::DollarSingleQuotes)) {
        bump();
        return dollar_single_quoted(pieces, begin);
    }
    if (c == '"' && !quoted && context_.has(Feature::DollarDoubleQuotes, since(begin))) {
        bump();
        return double_quoted(pieces, begin, true);
    }
    if (context_.stopped() || named_parameter(pieces, begin))
        return;
    add_plain(pieces, '$', since(begin));
}

// $name, $1, $@: the position is behind the dollar.
bool Grammar::named_parameter(Pieces &pieces, std::uint32_t begin) {
    if (context_.maybe(Feature::ZshExpansion) && zsh_dollar(pieces, begin))
        return true;
    Parameter parameter;
    const int c = peek();
    if (is_name_start(c)) {
        for (; is_name(peek()); bump())
            parameter.name.push_back(static_cast<char>(peek()));
    } else if (is_digit(c) || is_special_parameter(c)) {
        parameter.name.push_back(static_cast<char>(c));
        bump();
    } else {
        return false;
    }
    context_.count_part(since(begin));
    add_part(pieces, std::move(parameter), since(begin));
    if (context_.maybe(Feature::ZshExpansion))
        zsh_after_name(pieces, begin);
    return true;
}

// $=a $~a $^a $+a $#a $:a are expansions in zsh alone; elsewhere `$#` ends there and `$=` is text.
bool Grammar::zsh_dollar(Pieces &pieces, std::uint32_t begin) {
    constexpr std::string_view operators = "=~^+#";
    std::size_t ahead = 0;
    while (ahead < 4 && peek(ahead) > 0 &&
           operators.find(static_cast<char>(peek(ahead))) != std::string_view::npos)
        ++ahead;
    if (ahead == 0 || !(is_name_start(peek(ahead)) || peek(ahead) == '{' || peek(ahead) == '@' ||
                        peek(ahead) == '*'))
        return false;
    if (!context_.has(Feature::ZshExpansion, since(begin)))
        return context_.stopped();
    bump(ahead);
    if (take('{')) {
        bad_parameter(pieces, begin, false);
        return true;
    }
    do
        bump();
    while (is_name(peek()));
    unsupported(pieces, begin, "a zsh expansion");
    return true;
}

// $a[1] and $a:h go on in zsh.
void Grammar::zsh_after_name(Pieces &pieces, std::uint32_t begin) {
    const bool modifies = peek() == ':' && is_letter(peek(1));
    if (peek() != '[' && !modifies)
        return;
    if (!context_.has(Feature::ZshExpansion, since(begin)))
        return;
    pieces.pop_back();
    if (take('[')) {
        subscript();
        if (!take(']'))
            return expected("`]` after the subscript");
    }
    while (peek() == ':' && is_letter(peek(1)))
        bump(2);
    unsupported(pieces, begin, "a zsh subscript or modifier");
}

// The position is at the `(` of `$(`.
void Grammar::command_substitution(Pieces &pieces, std::uint32_t begin) {
    Nest nest(context_, since(begin));
    bump();
    CommandSubstitution result;
    result.body = substituted_list();
    if (!take(')'))
        return expected("`)` after the command substitution");
    context_.count_part(since(begin));
    add_part(pieces, std::move(result), since(begin));
}

// Here-documents that begin inside a substitution must have their bodies inside it.
List Grammar::substituted_list() {
    std::vector<std::uint32_t> outer;
    outer.swap(pending_);
    const bool outer_in_substitution = in_substitution_;
    const std::uint32_t outer_conditions = conditions_;
    in_substitution_ = true;
    conditions_ = 0;
    List result = list();
    if (!pending_.empty() && peek() == ')')
        give_up(here(), "a here-document whose body is outside its substitution");
    in_substitution_ = outer_in_substitution;
    conditions_ = outer_conditions;
    pending_.swap(outer);
    return result;
}

// POSIX 2.6.3: in backquotes a backslash keeps its meaning except before `$`, a backquote and
// itself; inside double quotes also before a double quote.
void Grammar::backquoted(Pieces &pieces, bool quoted) {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    bump();
    Derived inside;
    while (raw() != '`' && raw() != end_of_text) {
        std::uint32_t from = source_.at(position_);
        int c = raw();
        bump_raw();
        const int next = raw();
        const bool unescapes =
            next == '$' || next == '`' || next == '\\' || (quoted && next == '"');
        if (c == '\\' && unescapes) {
            from = source_.at(position_);
            c = next;
            bump_raw();
        } else if (c == '\\' && next == '\n') {
            bump_raw();
            continue;
        }
        inside.add(static_cast<char>(c), from);
    }
    if (raw() == end_of_text)
        return expected("a closing backquote");
    const std::uint32_t end = source_.at(position_);
    bump_raw();
    CommandSubstitution result;
    result.form = SubstitutionForm::Backquote;
    result.body = Grammar(context_, inside.source(end)).whole();
    context_.count_part(since(begin));
    add_part(pieces, std::move(result), since(begin));
}

} // namespace sallyport::shell
