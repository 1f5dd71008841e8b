// SPDX-License-Identifier: Apache-2.0
// [[ .. ]] of bash and zsh: the bash manual's "Conditional Constructs".
#include "grammar.hpp"

#include <algorithm>
#include <array>

namespace sallyport::shell {

Node Grammar::test_command() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(Keyword::OpenTest);
    Test result;
    test_space();
    const bool empty = at_test_end() && context_.yes(Feature::RepeatedNot); // bash: `[[ ]]` is true
    if (!empty)
        test_or(result);
    test_space();
    if (!at_test_end())
        expected("`]]`");
    else
        bump(2);
    return Node{since(begin), std::move(result), {}};
}

void Grammar::test_space() {
    skip_newlines();
}

bool Grammar::at_test_end() {
    return looking_at("]]") && is_delimiter(peek(2));
}

void Grammar::test_or(Test &test) {
    test_and(test);
    for (test_space(); looking_at("||"); test_space()) {
        bump(2);
        test.terms.push_back({TestTermKind::Or, {}, {}});
        test_space();
        test_and(test);
    }
}

void Grammar::test_and(Test &test) {
    test_not(test);
    for (test_space(); looking_at("&&"); test_space()) {
        bump(2);
        test.terms.push_back({TestTermKind::And, {}, {}});
        test_space();
        test_not(test);
    }
}

void Grammar::test_not(Test &test) {
    for (test_space(); peek() == '!' && is_delimiter(peek(1)); test_space()) {
        bump();
        test.terms.push_back({TestTermKind::Not, {}, {}});
    }
    if (peek() != '(')
        return test_primary(test);
    Nest nest(context_, since(here()));
    bump();
    test.terms.push_back({TestTermKind::Open, {}, {}});
    test_or(test);
    test_space();
    if (!take(')'))
        expected("`)`");
    test.terms.push_back({TestTermKind::Close, {}, {}});
}

void Grammar::test_primary(Test &test) {
    if (at_test_end() || !at_word())
        return expected("an operand");
    if (zsh_condition(test))
        return;
    constexpr std::string_view unary = "abcdefghknoprstuvwxzGLNORS";
    if (peek() == '-' && is_blank(peek(2)) &&
        unary.find(static_cast<char>(peek(1))) != std::string_view::npos) {
        TestTerm term{TestTermKind::Unary, {'-', static_cast<char>(peek(1))}, {}};
        bump(2);
        skip_blanks();
        if (at_test_end() || !at_word())
            return expected("an operand");
        term.operands.push_back(test_word());
        test.terms.push_back(std::move(term));
        return;
    }
    TestTerm term{TestTermKind::Word, {}, {}};
    term.operands.push_back(test_word());
    skip_blanks();
    term.op = binary_operator();
    if (!term.op.empty()) {
        term.kind = TestTermKind::Binary;
        bump(term.op.size());
        skip_blanks();
        WordStyle style;
        style.tilde = TildeRule::Start;
        style.globs = term.op == "=" || term.op == "==" || term.op == "!=";
        style.extended = style.globs;
        style.regex = term.op == "=~";
        if (!style.regex && !at_word())
            return expected("an operand");
        term.operands.push_back(style.regex ? regex_word() : word(style));
    } else if ((peek() == end_of_text || peek() == '\n') && context_.yes(Feature::CoprocName)) {
        return expected_on_line("an operator or `]]`");
    } else if (!at_test_end() && at_word()) {
        return expected("an operator or `]]`");
    }
    test.terms.push_back(std::move(term));
}

// zsh's modules add conditions: `-prefix word`, `-between word word`. False: this is none, the
// position is unchanged.
bool Grammar::zsh_condition(Test &test) {
    if (!context_.yes(Feature::ZshCommands) || peek() != '-' || !is_letter(peek(1)) ||
        !is_letter(peek(2)))
        return false;
    const std::size_t position = position_;
    TestTerm term;
    term.kind = TestTermKind::Unary;
    for (; peek() == '-' || is_letter(peek()); bump())
        term.op.push_back(static_cast<char>(peek()));
    const bool ends = is_blank(peek());
    skip_blanks();
    if (!ends || at_test_end() || !at_word() || !binary_operator().empty()) {
        position_ = position;
        return false;
    }
    term.operands.push_back(test_word());
    test.terms.push_back(std::move(term));
    for (skip_blanks(); !at_test_end() && at_word() && !context_.stopped(); skip_blanks())
        test.terms.push_back({TestTermKind::Word, {}, {test_word()}});
    return true;
}

Word Grammar::test_word() {
    WordStyle style;
    style.tilde = TildeRule::Start;
    return word(style);
}

// The right side of =~: parentheses and bars belong to it, blanks only inside parentheses.
Word Grammar::regex_word() {
    const std::uint32_t begin = here();
    WordStyle style;
    style.regex = true;
    style.also_ends = "(|<>";
    WordStyle inside = style;
    inside.closer = ')';
    Pieces pieces;
    std::size_t open = 0;
    for (;;) {
        word_pieces(open > 0 ? inside : style, pieces);
        const int c = peek();
        const bool belongs = c == '(' || (c == ')' && open > 0) ||
                             (c == '|' && (open > 0 || peek(1) != '|')) || c == '<' || c == '>';
        if (!belongs || c == end_of_text)
            break;
        open += c == '(' ? 1 : 0;
        open -= c == ')' ? 1 : 0;
        const std::uint32_t at = here();
        bump();
        add_plain(pieces, c, since(at));
    }
    if (open > 0)
        expected("`)` in the regular expression");
    if (pieces.empty())
        expected("a regular expression");
    context_.count_part(since(begin));
    return Word{finish(std::move(pieces), style), since(begin)};
}

// The operator at the position, which is not moved; empty: none.
std::string Grammar::binary_operator() {
    constexpr std::array<std::string_view, 13> named{
        "=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};
    if (peek() == '<' || peek() == '>')
        return std::string(1, static_cast<char>(peek()));
    std::string text;
    for (std::size_t i = 0; i < 4 && !is_delimiter(peek(i)); ++i)
        text.push_back(static_cast<char>(peek(i)));
    return std::find(named.begin(), named.end(), text) != named.end() ? text : std::string();
}

} // namespace sallyport::shell
