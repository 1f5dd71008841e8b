// SPDX-License-Identifier: Apache-2.0
// ${..}: POSIX 2.6.2, the bash manual's "Shell Parameter Expansion". What a dialect does not have
// is kept whole and unsupported: at run time such a shell stops with `bad substitution`.
#include "grammar.hpp"

namespace sallyport::shell {

namespace {

WordStyle operand_style(bool quoted, bool pattern) {
    WordStyle style;
    style.closer = '}';
    style.quoted = quoted;
    style.quotes_in_quoted = pattern;
    style.globs = pattern || !quoted;
    style.extended = false;
    style.tilde = quoted || pattern ? TildeRule::None : TildeRule::Start;
    return style;
}

// zsh counts braces in an operand, and within double quotes neither `'` nor `$"` begins a quote.
bool zsh_reads_otherwise(const Word &operand, const WordStyle &style) {
    bool dollar = false;
    for (const Part &part : operand.parts) {
        const auto *literal = std::get_if<Literal>(&part.value);
        if (style.quoted && dollar && std::holds_alternative<DoubleQuoted>(part.value))
            return true;
        if (const auto *inner = std::get_if<Parameter>(&part.value); inner && style.quoted)
            for (const Word &argument : inner->arguments) // depth: Limits::depth
                if (zsh_reads_otherwise(argument, style))
                    return true;
        dollar = literal && !literal->bytes.empty() && literal->bytes.back() == '$';
        if (!literal)
            continue;
        const bool plain = literal->quoting == Quoting::None;
        const bool quotes =
            literal->quoting == Quoting::SingleQuoted || literal->quoting == Quoting::DollarSingle;
        if (style.quoted && quotes)
            return true;
        if (plain && literal->bytes.find_first_of(style.quoted ? "{'" : "{") != std::string::npos)
            return true;
    }
    return false;
}

} // namespace

// The position is behind `${`.
void Grammar::braced_parameter(Pieces &pieces, std::uint32_t begin, bool quoted) {
    Nest nest(context_, since(begin));
    if (is_blank(peek()) || peek() == '\n' || peek() == '|')
        return give_up(begin, "a command substitution in braces");
    Parameter parameter;
    parameter.braced = true;
    if (!parameter_prefix(parameter))
        return bad_parameter(pieces, begin, quoted);
    if (!parameter.subscript && peek() == '[' &&
        is_name_start(static_cast<unsigned char>(parameter.name[0]))) {
        if (!context_.has(Feature::Arrays, since(begin)))
            return bad_parameter(pieces, begin, quoted);
        bump();
        parameter.subscript = subscript();
        if (!take(']'))
            return expected("`]` after the subscript");
    }
    const bool fits = peek() == '}' || (!parameter.length && parameter_operator(parameter, quoted));
    if (context_.stopped())
        return;
    if (!fits)
        return bad_parameter(pieces, begin, quoted);
    const bool is_keys = parameter.indirect && parameter.op == ParameterOperator::None &&
                         parameter.subscript && parameter.subscript->parts.size() == 1;
    if (is_keys) {
        const auto *literal = std::get_if<Literal>(&parameter.subscript->parts[0].value);
        const auto *glob = std::get_if<Glob>(&parameter.subscript->parts[0].value);
        if ((literal && literal->bytes == "@") || (literal && literal->bytes == "*") || glob) {
            parameter.op = ParameterOperator::Keys;
            parameter.indirect = false;
        }
    }
    if (!take('}'))
        return expected("`}` after the parameter");
    context_.count_part(since(begin));
    add_part(pieces, std::move(parameter), since(begin));
}

// `#`, `!` and the name. False: this is no parameter that the dialect has.
bool Grammar::parameter_prefix(Parameter &parameter) {
    const std::uint32_t begin = here();
    if (peek() == '#' && peek(1) != '}') {
        const bool special = is_special_parameter(peek(1));
        if (is_name(peek(1)) || (special && peek(2) == '}')) {
            bump();
            parameter.length = true;
        }
    } else if (peek() == '!' &&
               (is_name(peek(1)) || (is_special_parameter(peek(1)) && peek(2) == '}'))) {
        if (!context_.has(Feature::Indirection, since(begin))) {
            if (context_.yes(Feature::ZshCommands))
                error_at(since(begin), "zsh has no `${!name}`");
            return false;
        }
        bump();
        parameter.indirect = true;
    }
    parameter_name(parameter);
    return !parameter.name.empty() && !context_.stopped();
}

void Grammar::parameter_name(Parameter &parameter) {
    const int c = peek();
    if (is_name_start(c)) {
        for (; is_name(peek()); bump())
            parameter.name.push_back(static_cast<char>(peek()));
    } else if (is_digit(c)) {
        for (; is_digit(peek()); bump())
            parameter.name.push_back(static_cast<char>(peek()));
    } else if (is_special_parameter(c)) {
        parameter.name.push_back(static_cast<char>(c));
        bump();
    }
}

Word Grammar::subscript() {
    WordStyle style;
    style.closer = ']';
    style.also_ends = "[";
    const std::uint32_t begin = here();
    Pieces pieces;
    word_pieces(style, pieces);
    std::size_t open = 0;
    while (peek() == '[' || (peek() == ']' && open > 0)) {
        const std::uint32_t at = here();
        open += peek() == '[' ? 1 : 0;
        open -= peek() == ']' ? 1 : 0;
        add_plain(pieces, peek(), {at, at + 1});
        bump();
        word_pieces(style, pieces);
    }
    context_.count_part(since(begin));
    return Word{finish(std::move(pieces), style), since(begin)};
}

bool Grammar::parameter_operator(Parameter &parameter, bool quoted) {
    if (name_listing(parameter))
        return true;
    switch (peek()) {
    case ':':
        return colon_operator(parameter, quoted);
    case '-':
        parameter.op = ParameterOperator::UseDefault;
        break;
    case '=':
        parameter.op = ParameterOperator::AssignDefault;
        break;
    case '+':
        parameter.op = ParameterOperator::UseAlternative;
        break;
    case '?':
        parameter.op = ParameterOperator::ErrorIfUnset;
        break;
    case '#':
        bump();
        parameter.op =
            take('#') ? ParameterOperator::RemoveLongestPrefix : ParameterOperator::RemovePrefix;
        argument(parameter, operand_style(quoted, true));
        return true;
    case '%':
        bump();
        parameter.op =
            take('%') ? ParameterOperator::RemoveLongestSuffix : ParameterOperator::RemoveSuffix;
        argument(parameter, operand_style(quoted, true));
        return true;
    case '/':
        return replace_operator(parameter, quoted);
    case '^':
    case ',':
    case '~':
        return case_operator(parameter, quoted);
    case '@':
        return transform_operator(parameter);
    default:
        return false;
    }
    bump();
    argument(parameter, operand_style(quoted, false));
    return true;
}

// ${!prefix*} and ${!prefix@}
bool Grammar::name_listing(Parameter &parameter) {
    const bool listing = parameter.indirect && !parameter.subscript &&
                         (peek() == '*' || peek() == '@') && peek(1) == '}';
    if (!listing)
        return false;
    parameter.indirect = false;
    parameter.op = ParameterOperator::NamesWithPrefix;
    parameter.all_names_at = peek() == '@';
    bump();
    return true;
}

bool Grammar::colon_operator(Parameter &parameter, bool quoted) {
    const std::uint32_t begin = here();
    const int c = peek(1);
    if (c == '-' || c == '=' || c == '+' || c == '?') {
        bump();
        parameter.colon = true;
        return parameter_operator(parameter, quoted);
    }
    const bool zsh_modifier =
        is_letter(c) || c == '#' || c == '|' || c == '*' || c == '^' || c == '/';
    if (zsh_modifier && context_.maybe(Feature::ZshExpansion) &&
        context_.has(Feature::ZshExpansion, since(begin)))
        return false;
    if (!context_.has(Feature::Substring, since(begin)))
        return false;
    if (c == '}') { // ash takes the brace for the operator and reads on, bash refuses it later
        give_up(begin, "an empty offset in `${..}`");
        return false;
    }
    bump();
    parameter.op = ParameterOperator::Substring;
    do {
        const std::uint32_t from = here();
        ArithmeticExpansion text = arithmetic_text(":}");
        context_.count_part(since(from));
        parameter.arguments.push_back(Word{std::move(text.parts), since(from)});
    } while (parameter.arguments.size() < 2 && take(':'));
    return true;
}

bool Grammar::replace_operator(Parameter &parameter, bool quoted) {
    if (!context_.has(Feature::PatternReplace, since(here())))
        return false;
    bump();
    parameter.op = ParameterOperator::ReplaceFirst;
    if (take('/'))
        parameter.op = ParameterOperator::ReplaceAll;
    else if (peek() == '#' && take('#'))
        parameter.op = ParameterOperator::ReplacePrefix;
    else if (peek() == '%' && take('%'))
        parameter.op = ParameterOperator::ReplaceSuffix;
    WordStyle style = operand_style(quoted, true);
    style.also_ends = "/";
    argument(parameter, style);
    if (!take('/'))
        return true;
    style.also_ends = {};
    style.globs = false;
    argument(parameter, style);
    return true;
}

bool Grammar::case_operator(Parameter &parameter, bool quoted) {
    const std::uint32_t begin = here();
    if (!context_.has(Feature::CaseModify, since(begin))) {
        if (context_.yes(Feature::ZshCommands))
            error_at(since(begin), "zsh has no such operator in `${..}`");
        return false;
    }
    const int c = peek();
    bump();
    const bool all = take(static_cast<char>(c));
    if (c == '^')
        parameter.op = all ? ParameterOperator::UpperAll : ParameterOperator::UpperFirst;
    else if (c == ',')
        parameter.op = all ? ParameterOperator::LowerAll : ParameterOperator::LowerFirst;
    else
        parameter.op = all ? ParameterOperator::ToggleAll : ParameterOperator::ToggleFirst;
    argument(parameter, operand_style(quoted, true));
    return true;
}

bool Grammar::transform_operator(Parameter &parameter) {
    const std::uint32_t begin = here();
    if (!context_.has(Feature::Transform, since(begin))) {
        if (context_.yes(Feature::ZshCommands))
            error_at(since(begin), "zsh has no `@` operator in `${..}`");
        return false;
    }
    if (!is_letter(peek(1)) || peek(2) != '}')
        return false;
    bump();
    parameter.op = ParameterOperator::Transform;
    parameter.transform = static_cast<char>(peek());
    bump();
    return true;
}

void Grammar::argument(Parameter &parameter, const WordStyle &style) {
    parameter.arguments.push_back(word(style));
    const bool differs = context_.maybe(Feature::ZshExpansion) &&
                         zsh_reads_otherwise(parameter.arguments.back(), style);
    if (differs)
        give_up(parameter.arguments.back().where.begin,
                "a brace or quote in `${..}` that zsh reads differently");
}

// Up to the closing brace; what is inside must still be well formed.
void Grammar::bad_parameter(Pieces &pieces, std::uint32_t begin, bool quoted) {
    if (context_.stopped())
        return;
    const bool zsh = context_.maybe(Feature::ZshExpansion);
    WordStyle style = operand_style(quoted, false);
    if (zsh)
        style.also_ends = "{";
    Pieces ignored;
    word_pieces(style, ignored);
    if (zsh && peek() == '{')
        return give_up(begin, "a zsh expansion with braces");
    if (!take('}'))
        return expected("`}` after the parameter");
    unsupported(pieces, begin, zsh ? "a zsh expansion" : "a bad substitution");
}

} // namespace sallyport::shell
