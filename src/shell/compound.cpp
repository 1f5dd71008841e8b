// SPDX-License-Identifier: Apache-2.0
// Compound commands: POSIX 2.9.4, and those of bash. zsh's short forms end the parse as GaveUp.
#include "grammar.hpp"

namespace sallyport::shell {

std::optional<Node> Grammar::compound() {
    skip_blanks();
    if (peek() == '(') {
        if (peek(1) == '(')
            if (auto node = arithmetic_command())
                return finish_compound(std::move(*node));
        if (context_.stopped())
            return Node{};
        if (peek(1) == ')' && context_.has(Feature::ZshCommands, since(here()))) {
            return nameless_function(here());
        }
        return finish_compound(subshell());
    }
    const Keyword word = keyword();
    if (word == Keyword::Function)
        return context_.has(Feature::FunctionKeyword, since(here()))
                   ? std::optional<Node>(function_command())
                   : std::nullopt;
    if (word == Keyword::Coproc)
        return context_.has(Feature::CoprocKeyword, since(here()))
                   ? std::optional<Node>(coproc_command())
                   : std::nullopt;
    auto node = keyword_command(word);
    return node ? std::optional<Node>(finish_compound(std::move(*node))) : std::nullopt;
}

std::optional<Node> Grammar::keyword_command(Keyword word) {
    const std::uint32_t begin = here();
    switch (word) {
    case Keyword::If:
        return if_command();
    case Keyword::While:
    case Keyword::Until:
        return loop_command(word == Keyword::Until);
    case Keyword::For:
        return for_command(word);
    case Keyword::Select:
        if (!context_.has(Feature::SelectKeyword, since(begin)))
            return std::nullopt;
        return for_command(word);
    case Keyword::Case:
        return case_command();
    case Keyword::OpenBrace:
        return group();
    case Keyword::OpenTest:
        if (!context_.has(Feature::TestCommand, since(begin)))
            return std::nullopt;
        return test_command();
    case Keyword::Foreach:
    case Keyword::Repeat:
        if (!context_.has(Feature::ZshCommands, since(begin)))
            return std::nullopt;
        return word == Keyword::Foreach ? for_command(word) : repeat_command();
    case Keyword::End:
        if (!context_.has(Feature::ZshCommands, since(begin)))
            return std::nullopt;
        expected("a command");
        return Node{};
    case Keyword::Then:
    case Keyword::Elif:
    case Keyword::Else:
    case Keyword::Fi:
    case Keyword::Do:
    case Keyword::Done:
    case Keyword::Esac:
    case Keyword::CloseBrace:
    case Keyword::Bang:
        expected("a command");
        return Node{};
    case Keyword::In: // reserved at the start of a command, but not in zsh
        if (context_.yes(Feature::ZshCommands))
            return std::nullopt;
        expected("a command");
        return Node{};
    case Keyword::CloseTest:
        if (!context_.yes(Feature::CoprocName))
            return std::nullopt;
        expected("a command");
        return Node{};
    case Keyword::None:
    case Keyword::Time:
    case Keyword::Function:
    case Keyword::Coproc:
        return std::nullopt;
    }
    return std::nullopt;
}

Node Grammar::finish_compound(Node node) {
    if (std::holds_alternative<Group>(node.value))
        node = always(std::move(node));
    redirects(node.redirects);
    if (context_.stopped())
        return node;
    node.where.end = since(node.where.begin).end;
    skip_blanks();
    const bool goes_on = at_word() && peek() != '(' && !zsh_closing_brace();
    const bool may_be_short = conditions_ > 0 && context_.maybe(Feature::ZshCommands);
    if (goes_on && may_be_short && context_.has(Feature::ZshCommands, since(here())))
        return node; // what follows is the body of the command whose condition this is
    // `if [[ x ]] then` and `{ a; } }` are fine: a reserved word may follow at once
    const Keyword next = keyword();
    const bool reserved = next == Keyword::Then || next == Keyword::Do ||
                          next == Keyword::CloseBrace || next == Keyword::Fi ||
                          next == Keyword::Done || next == Keyword::Esac || next == Keyword::Else ||
                          next == Keyword::Elif;
    if (goes_on && !reserved)
        expected("the end of the command");
    if (peek() == '(')
        expected("the end of the command");
    return node;
}

Node Grammar::if_command() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(Keyword::If);
    If result;
    bool is_short = false, braces = false;
    do {
        Branch branch;
        ++conditions_;
        branch.condition = list_of_some();
        --conditions_;
        is_short = short_form(Keyword::Then);
        braces = is_short && keyword() == Keyword::OpenBrace;
        if (!is_short)
            expect_keyword(Keyword::Then, "`then`");
        branch.body = is_short ? short_body() : list_of_some();
        result.branches.push_back(std::move(branch));
    } while (is_short == braces && take_keyword(Keyword::Elif));
    if (is_short == braces && take_keyword(Keyword::Else)) {
        skip_blanks();
        is_short = braces && keyword() == Keyword::OpenBrace;
        result.otherwise = is_short ? brace_list() : list_of_some();
    }
    if (!is_short)
        expect_keyword(Keyword::Fi, "`fi`");
    return Node{since(begin), std::move(result), {}};
}

Node Grammar::loop_command(bool until) {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(until ? Keyword::Until : Keyword::While);
    Loop result;
    result.until = until;
    ++conditions_;
    result.condition = list_of_some();
    --conditions_;
    result.body = short_form(Keyword::Do) ? short_body() : do_group();
    return Node{since(begin), std::move(result), {}};
}

List Grammar::do_group() {
    expect_keyword(Keyword::Do, "`do`");
    List body = list_of_some();
    expect_keyword(Keyword::Done, "`done`");
    return body;
}

// The body of `for`: do .. done, or { .. } where the dialect has it.
List Grammar::loop_body() {
    skip_newlines();
    if (keyword() == Keyword::OpenBrace && context_.has(Feature::ForGroupBody, since(here())))
        return brace_list();
    return short_form(Keyword::Do) ? short_body() : do_group();
}

Node Grammar::for_command(Keyword keyword) {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(keyword);
    skip_blanks();
    if (keyword == Keyword::For && looking_at("((") &&
        context_.has(Feature::ArithmeticFor, since(begin)))
        return arithmetic_for(begin);
    For result;
    result.select = keyword == Keyword::Select;
    for_name(result);
    bool more_names = false;
    for (; context_.yes(Feature::ZshCommands) && is_name_start(peek()) && !at_in() &&
           this->keyword() != Keyword::Do && !context_.stopped();
         more_names = true) {
        For another;
        for_name(another);
    }
    for_words(result);
    result.body = keyword == Keyword::Foreach ? foreach_body() : loop_body();
    if (more_names)
        return not_taken_apart(begin, "a zsh loop with several names");
    return Node{since(begin), std::move(result), {}};
}

void Grammar::for_name(For &loop) {
    for (; is_name(peek()); bump())
        loop.name.push_back(static_cast<char>(peek()));
    if (loop.name.empty() || is_digit(static_cast<unsigned char>(loop.name[0])) ||
        !is_delimiter(peek()))
        expected_on_line("the name of a variable");
    skip_blanks();
}

// Behind the name: `in words;`, `(words)` in zsh, or nothing.
void Grammar::for_words(For &loop) {
    const std::uint32_t begin = here();
    if (peek() == '(' && context_.has(Feature::ZshCommands, since(begin))) {
        ArrayValue words = array_value();
        loop.has_words = true;
        for (ArrayElement &element : words.elements)
            loop.words.push_back(std::move(element.value));
        skip_blanks();
        if (take(';'))
            skip_newlines();
    } else if (take(';')) {
        skip_newlines();
        const bool is_body = keyword() == Keyword::Do || keyword() == Keyword::OpenBrace;
        if (!is_body && !context_.has(Feature::ZshCommands, since(begin)))
            expected("`do`");
    } else {
        skip_newlines();
        loop_words(loop);
    }
}

bool Grammar::at_in() {
    return looking_at("in") && is_delimiter(peek(2));
}

void Grammar::loop_words(For &loop) {
    if (!at_in())
        return;
    bump(2);
    loop.has_words = true;
    WordStyle style;
    style.braces = true;
    style.globs = true;
    style.tilde = TildeRule::Start;
    for (skip_blanks(); at_word() && !context_.stopped(); skip_blanks())
        loop.words.push_back(word(style));
    if (peek() == '\n') {
        skip_newlines();
        return;
    }
    if (!take(';'))
        expected("`;` or a new line after the words");
    skip_newlines();
}

Node Grammar::arithmetic_for(std::uint32_t begin) {
    bump(2);
    ArithmeticFor result;
    result.initial = arithmetic_text(";)");
    if (!take(';'))
        expected("`;` in the head of the loop");
    result.condition = arithmetic_text(";)");
    if (!take(';'))
        expected("`;` in the head of the loop");
    result.step = arithmetic_text(";)");
    if (!take("))"))
        expected("`))` after the head of the loop");
    skip_blanks();
    take(';');
    result.body = loop_body();
    return Node{since(begin), std::move(result), {}};
}

Node Grammar::case_command() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(Keyword::Case);
    skip_blanks();
    Case result;
    if (!at_word())
        expected_on_line("a word after `case`");
    WordStyle style;
    style.tilde = TildeRule::Start;
    result.subject = word(style);
    skip_blanks();
    if (peek() == ';' && context_.yes(Feature::ZshCommands))
        bump();
    skip_newlines();
    const bool braces = peek() == '{' && context_.has(Feature::ZshCommands, since(begin));
    if (!braces && !at_in())
        expected("`in`");
    bump(braces ? 1 : 2);
    skip_newlines();
    const Keyword end = braces ? Keyword::CloseBrace : Keyword::Esac;
    while (keyword() != end && case_item(result))
        skip_newlines();
    expect_keyword(end, braces ? "`}`" : "`esac`");
    return Node{since(begin), std::move(result), {}};
}

// In zsh a parenthesis before the patterns may belong to the first: `(a|b)*)`. That is tried once.
bool Grammar::case_patterns(CaseItem &item) {
    const std::uint32_t begin = here();
    const std::size_t position = position_;
    const Context::Mark mark = context_.mark();
    const bool zsh = context_.yes(Feature::ZshCommands);
    if (peek() == '(' && !context_.pattern_parentheses.count(begin))
        bump();
    WordStyle style;
    style.globs = true;
    style.tilde = TildeRule::Start;
    do {
        skip_blanks();
        if (!at_word() && !(zsh && (peek() == '|' || peek() == ')'))) {
            expected("a pattern");
            return false;
        }
        item.patterns.push_back(word(style));
        skip_blanks();
    } while (take('|'));
    if (!take(')'))
        expected_on_line("`)` after the pattern");
    const bool goes_on = zsh && position_ != position && source_.text[position] == '(' &&
                         !context_.pattern_parentheses.count(begin) &&
                         (!is_delimiter(peek()) || peek() == '|' || peek() == ')');
    if (!goes_on || context_.stopped())
        return true;
    context_.rewind(mark);
    position_ = position;
    context_.pattern_parentheses.insert(begin);
    item = {};
    return case_patterns(item);
}

// False: the last item, `esac` must follow.
bool Grammar::case_item(Case &node) {
    CaseItem item;
    if (!case_patterns(item))
        return false;
    item.body = list();
    const bool more = peek() == ';';
    item.end = case_end();
    node.items.push_back(std::move(item));
    return more && !context_.stopped();
}

CaseEnd Grammar::case_end() {
    const std::uint32_t begin = here();
    if (peek() != ';')
        return CaseEnd::Break;
    if (looking_at(";;&") && context_.has(Feature::CaseTestNext, since(begin)) && take(";;&"))
        return CaseEnd::TestNext;
    if (take(";;"))
        return CaseEnd::Break;
    if (looking_at(";&") && context_.has(Feature::CaseFallThrough, since(begin)) && take(";&"))
        return CaseEnd::FallThrough;
    if (looking_at(";|") && context_.has(Feature::CaseTestNextZsh, since(begin)) && take(";|"))
        return CaseEnd::TestNext;
    expected("`;;` or `esac`");
    return CaseEnd::Break;
}

Node Grammar::group() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    Group result;
    result.body = brace_list();
    return Node{since(begin), std::move(result), {}};
}

List Grammar::brace_list() {
    const std::uint32_t outer_conditions = conditions_;
    conditions_ = 0;
    expect_keyword(Keyword::OpenBrace, "`{`");
    List body = list_of_some();
    expect_keyword(Keyword::CloseBrace, "`}`");
    conditions_ = outer_conditions;
    return body;
}

Node Grammar::subshell() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    const std::uint32_t outer_conditions = conditions_;
    conditions_ = 0;
    bump();
    Subshell result;
    result.body = list_of_some();
    if (!take(')'))
        expected("`)`");
    conditions_ = outer_conditions;
    return Node{since(begin), std::move(result), {}};
}

// Nothing: two subshells, or a dialect that has no (( )); the position is unchanged.
std::optional<Node> Grammar::arithmetic_command() {
    const std::uint32_t begin = here();
    if (!context_.maybe(Feature::ArithmeticCommand))
        return std::nullopt;
    Nest nest(context_, since(begin));
    auto expression = try_arithmetic();
    if (!expression || !context_.has(Feature::ArithmeticCommand, since(begin)))
        return std::nullopt;
    return Node{since(begin), ArithmeticCommand{std::move(*expression)}, {}};
}

Node Grammar::function_command() {
    const std::uint32_t begin = here();
    take_keyword(Keyword::Function);
    skip_blanks();
    if (context_.yes(Feature::ZshCommands) && (peek() == '{' || peek() == '\n' || peek() == '('))
        return nameless_function(begin);
    std::string name;
    constexpr std::string_view forbidden = "$`'\"\\";
    for (; !is_delimiter(peek()); bump()) {
        if (forbidden.find(static_cast<char>(peek())) != std::string_view::npos) {
            expected("a function name of plain text");
            break;
        }
        name.push_back(static_cast<char>(peek()));
    }
    if (name.empty() || (name == "{" && is_delimiter(peek())))
        expected_on_line("the name of a function");
    skip_blanks();
    bool several = false;
    for (; context_.yes(Feature::ZshCommands) && at_word() && peek() != '(' &&
           keyword() != Keyword::OpenBrace && !context_.stopped();
         skip_blanks()) {
        word(WordStyle{});
        several = true;
    }
    Node node = function_definition(begin, std::move(name), true);
    return several ? not_taken_apart(begin, "a zsh function with several names") : node;
}

Node Grammar::coproc_command() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(Keyword::Coproc);
    skip_blanks();
    Coproc result;
    std::size_t length = 0;
    if (context_.yes(Feature::CoprocName) && is_name_start(peek()) && keyword() == Keyword::None)
        length = name_length();
    if (length > 0 && is_blank(peek(length))) {
        // a name only if a compound command follows; else it is the command
        const std::size_t position = position_;
        for (; length > 0; --length, bump())
            result.name.push_back(static_cast<char>(peek()));
        skip_blanks();
        const Keyword next = keyword();
        const bool is_compound =
            peek() == '(' ||
            (next != Keyword::None && next != Keyword::Bang && next != Keyword::Time &&
             next != Keyword::Coproc && next != Keyword::CloseBrace);
        if (!is_compound) {
            result.name.clear();
            position_ = position;
        }
    }
    skip_blanks();
    if (peek() == end_of_text || peek() == '\n')
        expected_on_line("a command after `coproc`");
    result.body.push_back(command());
    return Node{since(begin), std::move(result), {}};
}

} // namespace sallyport::shell
