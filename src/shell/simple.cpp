// SPDX-License-Identifier: Apache-2.0
// Simple commands, assignments and function definitions: POSIX 2.9.1 and 2.9.5.
#include "grammar.hpp"

#include <algorithm>
#include <array>

namespace sallyport::shell {

namespace {

// The whole word if it is plain bytes, else nothing.
std::string_view plain_text(const Word &word) {
    if (word.parts.size() != 1)
        return {};
    const auto *literal = std::get_if<Literal>(&word.parts[0].value);
    return literal && literal->quoting == Quoting::None ? std::string_view(literal->bytes)
                                                        : std::string_view{};
}

// Builtins whose operands may be `name=(..)`; bash also lets `eval` and `let` have them.
bool takes_arrays(std::string_view name) {
    constexpr std::array builtins{"declare", "typeset", "local", "export",  "readonly",
                                  "alias",   "eval",    "let",   "integer", "float"};
    return std::find(builtins.begin(), builtins.end(), name) != builtins.end();
}

bool is_variable_name(std::string_view text) {
    return !text.empty() && is_name_start(static_cast<unsigned char>(text[0])) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_name(static_cast<unsigned char>(c)); });
}

// `name=~` or `name=..:~`
bool has_value_tilde(const Word &word) {
    const auto *literal = word.parts.empty() ? nullptr : std::get_if<Literal>(&word.parts[0].value);
    if (!literal || literal->quoting != Quoting::None)
        return false;
    const std::string &text = literal->bytes;
    const std::size_t equals = text.find('=');
    return equals != std::string::npos && is_variable_name(text.substr(0, equals)) &&
           (text.find("=~") == equals || text.find(":~", equals) != std::string::npos);
}

WordStyle operand_style() {
    WordStyle style;
    style.braces = true;
    style.globs = true;
    style.tilde = TildeRule::Start;
    return style;
}

WordStyle value_style() {
    WordStyle style;
    style.tilde = TildeRule::Assignment;
    return style;
}

} // namespace

bool Grammar::at_word() {
    const int c = peek();
    if ((c == '<' || c == '>') && peek(1) == '(' && context_.maybe(Feature::ProcessSubstitution))
        return true;
    if (c == '<' && context_.maybe(Feature::NumericGlob))
        return !ends_word(c, WordStyle{}, {});
    if (c == '(' && context_.maybe(Feature::WordParentheses))
        return true;
    return !is_delimiter(c) && !zsh_closing_brace();
}

Node Grammar::simple() {
    const std::uint32_t begin = here();
    Node node;
    Simple simple;
    WordStyle style = operand_style();
    if (context_.yes(Feature::AssignmentWordTilde))
        style.tilde = TildeRule::Operand;
    bool arrays = false;
    std::uint32_t end = begin;
    for (skip_blanks(); !context_.stopped(); skip_blanks()) {
        if (redirect(node.redirects)) {
            end = since(begin).end;
            continue;
        }
        if (simple.words.empty() && context_.yes(Feature::ZshCommands))
            if (auto compound = zsh_compound(simple, node.redirects))
                return std::move(*compound);
        if (peek() == '(' && function_parentheses(simple)) {
            std::string name(plain_text(simple.words[0]));
            const bool opaque =
                context_.yes(Feature::ZshCommands) && (simple.words.size() > 1 || name.empty());
            if (node.redirects.empty() && simple.assignments.empty()) {
                Node function =
                    function_definition(begin, opaque ? "several" : std::move(name), false);
                return opaque ? not_taken_apart(begin, "a zsh function with several names")
                              : function;
            }
            expected("a word");
            break;
        }
        if (!at_word())
            break;
        if (simple.words.empty() && assignment(simple.assignments)) {
            end = since(begin).end;
            continue;
        }
        Word operand;
        if (!arrays || !array_operand(operand))
            operand = word(style);
        if (style.tilde == TildeRule::Start && context_.maybe(Feature::AssignmentWordTilde) &&
            has_value_tilde(operand))
            context_.has(Feature::AssignmentWordTilde, operand.where);
        simple.words.push_back(std::move(operand));
        end = since(begin).end;
        if (simple.words.size() == 1)
            arrays = takes_arrays(plain_text(simple.words[0]));
    }
    if (peek() == '(')
        expected(simple.words.size() == 1 ? "`)` of a function definition"
                                          : "the end of the command");
    node.where = {begin, end};
    context_.count_simple(node.where);
    const bool sets_option = !simple.words.empty() && plain_text(simple.words[0]) == "shopt";
    if (sets_option)
        for (const Word &word : simple.words)
            if (plain_text(word) == "extglob")
                context_.extended_globs_next_line = ExtendedGlobs::Unknown;
    node.value = std::move(simple);
    return node;
}

// A plain `shopt -s extglob` of its own at the top level surely acts; it does so for later lines.
void Grammar::note_option_change(const Simple &simple) {
    const bool plain = simple.words.size() == 3 && simple.assignments.empty() &&
                       plain_text(simple.words[0]) == "shopt" &&
                       plain_text(simple.words[2]) == "extglob";
    if (plain && plain_text(simple.words[1]) == "-s")
        context_.extended_globs_next_line = ExtendedGlobs::On;
    if (plain && plain_text(simple.words[1]) == "-u")
        context_.extended_globs_next_line = ExtendedGlobs::Off;
}

// name=, name+=, name[..]= and their values. False: the position is unchanged, this is a word.
bool Grammar::assignment(std::vector<Assignment> &assignments) {
    if (!is_name_start(peek()))
        return false;
    std::size_t length = name_length();
    const std::uint32_t begin = here();
    const int next = peek(length);
    const bool appends = next == '+' && peek(length + 1) == '=';
    const bool element = next == '[' && context_.maybe(Feature::Arrays);
    if (next != '=' && !element &&
        !(appends && context_.has(Feature::AppendAssignment, since(begin))))
        return false;
    Assignment result;
    const std::size_t name_at = position_;
    for (; length > 0; --length, bump())
        result.name.push_back(static_cast<char>(peek()));
    if (element && !element_subscript(result, name_at))
        return context_.stopped();
    result.append = take('+');
    bump();
    if (peek() == '(' && context_.maybe(Feature::Arrays) &&
        context_.has(Feature::Arrays, since(begin))) {
        result.value = array_value();
    } else {
        result.value = word(value_style());
    }
    result.where = since(begin);
    assignments.push_back(std::move(result));
    return true;
}

// [subscript] before `=` or `+=`. False: no assignment, the position is back before the name.
bool Grammar::element_subscript(Assignment &assignment, std::size_t name_at) {
    const std::uint32_t begin = here();
    const bool is_known = context_.not_element.count(begin) > 0;
    const Context::Mark mark = context_.mark();
    if (!is_known) {
        Nest nest(context_, since(begin));
        bump();
        assignment.subscript = subscript();
        if (peek() == ']' && (peek(1) == '=' || (peek(1) == '+' && peek(2) == '='))) {
            bump();
            return context_.has(Feature::Arrays, since(begin));
        }
        const std::string_view text = source_.text.substr(name_at, position_ - name_at);
        if (peek() == ']' && text.find_first_of(" \t\n;&|<>") != std::string_view::npos)
            give_up(begin, "a word with a subscript that holds blanks");
    }
    if (peek() == end_of_text && context_.yes(Feature::CoprocName))
        expected("`]` after the subscript");
    if (context_.outcome() == Outcome::Incomplete)
        return false;
    context_.rewind(mark);
    position_ = name_at;
    context_.not_element.insert(begin);
    return false;
}

// The position is at `(`.
ArrayValue Grammar::array_value() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    bump();
    ArrayValue result;
    for (skip_newlines(); peek() != ')' && !context_.stopped(); skip_newlines()) {
        if (!at_word()) {
            expected("a word or `)` in the array");
            break;
        }
        result.elements.push_back(array_element());
    }
    if (!take(')'))
        expected("`)` after the array");
    return result;
}

ArrayElement Grammar::array_element() {
    ArrayElement result;
    if (peek() == '[') {
        const std::uint32_t begin = here();
        const std::size_t position = position_;
        const Context::Mark mark = context_.mark();
        if (!context_.not_element.count(begin)) {
            bump();
            result.subscript = subscript();
            if (peek() == ']' && (peek(1) == '=' || (peek(1) == '+' && peek(2) == '='))) {
                bump();
                result.append = take('+');
                bump();
                const bool zero = plain_text(*result.subscript) == "0";
                if (zero && context_.yes(Feature::ZshCommands))
                    error_at(since(begin), "zsh counts array elements from 1");
                result.value = word(value_style());
                return result;
            }
        }
        if (context_.outcome() != Outcome::Incomplete) {
            context_.rewind(mark);
            position_ = position;
            context_.not_element.insert(begin);
            result.subscript.reset();
        }
    }
    result.value = word(operand_style());
    return result;
}

// An operand `name=(..)` of a declaration builtin.
bool Grammar::array_operand(Word &operand) {
    if (!is_name_start(peek()))
        return false;
    std::size_t length = name_length();
    const std::uint32_t begin = here();
    length += peek(length) == '+' ? 1 : 0;
    if (peek(length) != '=' || peek(length + 1) != '(' ||
        !context_.has(Feature::Arrays, since(begin)))
        return false;
    Pieces pieces;
    for (++length; length > 0; --length, bump())
        add_plain(pieces, peek(), since(here()));
    const std::uint32_t value_at = here();
    operand.parts = finish(std::move(pieces), WordStyle{});
    ArrayValue value = array_value();
    operand.parts.push_back(Part{since(value_at), std::move(value)});
    operand.where = since(begin);
    return true;
}

// At `(` behind the first word: is it `()`? In zsh anything else is a pattern.
bool Grammar::function_parentheses(const Simple &simple) {
    if (simple.words.empty()) {
        if (peek(1) == ')' && context_.maybe(Feature::ZshCommands))
            context_.has(Feature::ZshCommands, since(here()));
        return false;
    }
    std::size_t at = 1;
    while (at < 8 && is_blank(peek(at)))
        ++at;
    if (peek(at) != ')')
        return false;
    return simple.words.size() == 1 || context_.yes(Feature::ZshCommands);
}

// Behind the name; the parentheses are still to come unless written with the keyword alone.
Node Grammar::function_definition(std::uint32_t begin, std::string name, bool with_keyword) {
    Nest nest(context_, since(begin));
    const Span name_span = since(begin);
    Node node;
    Function function;
    function.keyword = with_keyword;
    if (name.empty())
        error_at(name_span, "a function name must be plain text");
    if (!is_variable_name(name) && !context_.has(Feature::AnyFunctionName, name_span))
        error_at(name_span, "not a name for a function");
    skip_blanks();
    if (take('(')) {
        skip_blanks();
        if (!take(')'))
            expected("`)` of a function definition");
    }
    function.name = std::move(name);
    skip_newlines();
    auto body = compound();
    if (!body && !context_.stopped()) {
        if (peek() != end_of_text && context_.has(Feature::SimpleFunctionBody, since(here())))
            body = command();
        else
            expected("the body of the function");
    }
    if (body)
        function.body.push_back(std::move(*body));
    node.value = std::move(function);
    node.where = since(begin);
    return node;
}

} // namespace sallyport::shell
