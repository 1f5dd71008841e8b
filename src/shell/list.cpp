// SPDX-License-Identifier: Apache-2.0
// Lists, pipelines and reserved words: POSIX 2.4, 2.9.2, 2.9.3 and 2.10.
#include "grammar.hpp"

#include <array>

namespace sallyport::shell {

namespace {

struct KeywordRow {
    std::string_view text;
    Keyword keyword;
};

constexpr std::array keywords{
    KeywordRow{"if", Keyword::If},           KeywordRow{"then", Keyword::Then},
    KeywordRow{"elif", Keyword::Elif},       KeywordRow{"else", Keyword::Else},
    KeywordRow{"fi", Keyword::Fi},           KeywordRow{"while", Keyword::While},
    KeywordRow{"until", Keyword::Until},     KeywordRow{"for", Keyword::For},
    KeywordRow{"select", Keyword::Select},   KeywordRow{"case", Keyword::Case},
    KeywordRow{"do", Keyword::Do},           KeywordRow{"done", Keyword::Done},
    KeywordRow{"esac", Keyword::Esac},       KeywordRow{"function", Keyword::Function},
    KeywordRow{"time", Keyword::Time},       KeywordRow{"coproc", Keyword::Coproc},
    KeywordRow{"{", Keyword::OpenBrace},     KeywordRow{"}", Keyword::CloseBrace},
    KeywordRow{"!", Keyword::Bang},          KeywordRow{"[[", Keyword::OpenTest},
    KeywordRow{"]]", Keyword::CloseTest},    KeywordRow{"in", Keyword::In},
    KeywordRow{"foreach", Keyword::Foreach}, KeywordRow{"repeat", Keyword::Repeat},
    KeywordRow{"end", Keyword::End},
};

bool closes_list(Keyword keyword) {
    return keyword == Keyword::Then || keyword == Keyword::Elif || keyword == Keyword::Else ||
           keyword == Keyword::Fi || keyword == Keyword::Do || keyword == Keyword::Done ||
           keyword == Keyword::Esac || keyword == Keyword::CloseBrace;
}

std::string_view text_of(Keyword keyword) {
    for (const KeywordRow &row : keywords)
        if (row.keyword == keyword)
            return row.text;
    return {};
}

bool is_empty_simple(const Node &node) {
    const auto *simple = std::get_if<Simple>(&node.value);
    return simple && simple->words.empty() && simple->assignments.empty() && node.redirects.empty();
}

} // namespace

List Grammar::whole() {
    List result = list();
    if (peek() != end_of_text)
        expected("a command");
    if (!context_.stopped() && !pending_.empty()) {
        if (source_.open)
            expected("the body of the here-document");
        else
            error_at(since(here()), "a here-document without its body");
    }
    return result;
}

// Up to the end, a closing parenthesis or a reserved word that only an outer command can want.
List Grammar::list() {
    List result;
    skip_newlines();
    while (context_.yes(Feature::EmptyLists) && peek() == ';' && peek(1) != ';' && peek(1) != '&' &&
           peek(1) != '|') {
        bump();
        skip_newlines();
    }
    while (!at_list_end()) {
        Item item;
        item.command = and_or();
        if (context_.stopped())
            break;
        skip_blanks();
        const auto *simple = std::get_if<Simple>(&item.command.value);
        if (context_.depth == 0 && simple && peek() != '&')
            note_option_change(*simple);
        const auto ended = separator();
        item.separator = ended.value_or(Separator::End);
        result.items.push_back(std::move(item));
        if (!ended)
            break;
        skip_newlines();
    }
    const bool empty_command = peek() == ';' && peek(1) != ';' && peek(1) != '&' && peek(1) != '|';
    if (empty_command && context_.maybe(Feature::EmptyLists))
        context_.has(Feature::EmptyLists, since(here()));
    return result;
}

List Grammar::list_of_some() {
    List result = list();
    if (!result.items.empty() || context_.stopped())
        return result;
    if (peek() == end_of_text || !context_.has(Feature::EmptyLists, since(here())))
        expected("a command");
    return result;
}

std::optional<Separator> Grammar::separator() {
    skip_blanks();
    const std::uint32_t begin = here();
    if (peek() == '\n') {
        newline();
        return Separator::Newline;
    }
    if (peek() == '&') {
        bump();
        const bool disowns = peek() == '|' || peek() == '!';
        if (disowns && context_.has(Feature::ZshCommands, since(begin)))
            bump();
        skip_blanks();
        while (context_.yes(Feature::EmptyLists) && peek() == ';' && peek(1) != ';' &&
               peek(1) != '&' && peek(1) != '|') {
            bump();
            skip_newlines();
        }
        return Separator::Background;
    }
    if (peek() != ';' || peek(1) == ';' ||
        (peek(1) == '&' && context_.maybe(Feature::CaseFallThrough)) ||
        (peek(1) == '|' && context_.maybe(Feature::CaseTestNextZsh)))
        return std::nullopt;
    bump();
    skip_newlines();
    while (context_.yes(Feature::EmptyLists) && peek() == ';' && peek(1) != ';' && peek(1) != '&' &&
           peek(1) != '|') {
        bump();
        skip_newlines();
    }
    return Separator::Semicolon;
}

bool Grammar::at_list_end() {
    skip_blanks();
    const int c = peek();
    if (c == end_of_text || c == ')')
        return true;
    if (c == ';')
        return true; // `;;` and its like, or a `;` without a command
    const Keyword word = keyword();
    return closes_list(word) || (word == Keyword::End && context_.yes(Feature::ZshCommands));
}

Node Grammar::and_or() {
    const std::uint32_t begin = here();
    Node first = pipeline();
    skip_blanks();
    if (!looking_at("&&") && !looking_at("||"))
        return first;
    AndOr result;
    result.commands.push_back(std::move(first));
    while (looking_at("&&") || looking_at("||")) {
        result.operators.push_back(peek() == '&' ? AndOrOperator::And : AndOrOperator::Or);
        bump(2);
        skip_newlines();
        result.commands.push_back(pipeline());
        skip_blanks();
    }
    Node node;
    node.where = since(begin);
    context_.count_part(node.where);
    node.value = std::move(result);
    return node;
}

void Grammar::pipeline_prefix(Pipeline &pipeline) {
    for (;;) {
        skip_blanks();
        const std::uint32_t begin = here();
        const Keyword word = keyword();
        if (word == Keyword::Bang) {
            take_keyword(word);
            if (++pipeline.negations > 1 && !context_.has(Feature::RepeatedNot, since(begin)))
                return error_at(since(begin), "a second `!`");
        } else if (word == Keyword::Time && context_.has(Feature::TimeKeyword, since(begin))) {
            take_keyword(word);
            pipeline.timed = true;
            skip_blanks();
            if (context_.yes(Feature::RepeatedNot) && looking_at("-p") && is_delimiter(peek(2))) {
                bump(2);
                pipeline.timed_posix = true;
                skip_blanks();
                if (looking_at("--") && is_delimiter(peek(2)))
                    bump(2);
            }
        } else {
            return;
        }
    }
}

Node Grammar::pipeline() {
    const std::uint32_t begin = here();
    Pipeline result;
    pipeline_prefix(result);
    const bool prefixed = result.negations > 0 || result.timed;
    const bool alone = prefixed && (peek() == end_of_text || peek() == '\n' || peek() == ';');
    if (alone) {
        if (!result.timed && !context_.has(Feature::LoneNot, since(begin)))
            expected("a command after `!`");
        result.commands.emplace_back();
        result.commands.back().where = since(here());
    } else {
        result.commands.push_back(command());
    }
    for (skip_blanks(); peek() == '|' && peek(1) != '|'; skip_blanks()) {
        const std::uint32_t at = here();
        bump();
        const bool both = peek() == '&' && context_.has(Feature::PipeBoth, since(at)) && take('&');
        result.joins_stderr.push_back(both);
        skip_newlines();
        if (context_.yes(Feature::ZshCommands) && keyword() == Keyword::Coproc)
            expected("a command"); // zsh has it before a whole pipeline alone
        result.commands.push_back(command());
        if (context_.stopped())
            break;
    }
    if (!prefixed && result.commands.size() == 1)
        return std::move(result.commands.front());
    Node node;
    node.where = since(begin);
    context_.count_part(node.where);
    node.value = std::move(result);
    return node;
}

Node Grammar::command() {
    skip_blanks();
    context_.count_part(since(here()));
    const int c = peek();
    if (c == end_of_text || c == ';' || c == '&' || c == '|' || c == ')' || c == '\n') {
        const bool redirects = c == '&' && peek(1) == '>' && context_.maybe(Feature::BothRedirect);
        if (!redirects) {
            expected("a command");
            return {};
        }
    }
    const bool glued_brace = c == '{' && !is_delimiter(peek(1));
    if (glued_brace)
        context_.has(Feature::GluedBraces, since(here()));
    if (auto node = compound())
        return std::move(*node);
    if (context_.stopped())
        return {};
    Node node = simple();
    if (!context_.stopped() && is_empty_simple(node))
        expected("a command");
    return node;
}

void Grammar::skip_blanks() {
    while (is_blank(peek()))
        bump();
    if (peek() != '#')
        return;
    while (raw() != '\n' && raw() != end_of_text)
        bump_raw();
}

void Grammar::skip_newlines() {
    for (skip_blanks(); peek() == '\n'; skip_blanks())
        newline();
}

void Grammar::newline() {
    bump();
    if (!pending_.empty())
        read_here_docs();
    if (context_.depth == 0 && context_.extended_globs_next_line) {
        context_.extended_globs = *context_.extended_globs_next_line;
        context_.extended_globs_next_line.reset();
    }
}

bool Grammar::zsh_closing_brace() {
    return peek() == '}' && context_.yes(Feature::GluedBraces) && is_delimiter(peek(1));
}

bool Grammar::delimits_keyword(int c) {
    return is_delimiter(c) || (c == '}' && context_.yes(Feature::GluedBraces));
}

// The reserved word at the position. It must stand unquoted and whole.
Keyword Grammar::keyword() {
    if (peek() == '{' && context_.yes(Feature::GluedBraces))
        return Keyword::OpenBrace;
    constexpr std::size_t longest = 9;
    std::array<char, longest> bytes{};
    std::size_t length = 0;
    for (; length < longest && !delimits_keyword(peek(length)); ++length)
        bytes[length] = static_cast<char>(peek(length));
    if (peek() == '}' && length == 0) // zsh: `}x` is a word
        return is_delimiter(peek(1)) ? Keyword::CloseBrace : Keyword::None;
    if (length == longest)
        return Keyword::None;
    const std::string_view text(bytes.data(), length);
    for (const KeywordRow &row : keywords)
        if (row.text == text)
            return row.keyword;
    return Keyword::None;
}

bool Grammar::take_keyword(Keyword wanted) {
    skip_blanks();
    if (keyword() != wanted)
        return false;
    bump(text_of(wanted).size());
    return true;
}

void Grammar::expect_keyword(Keyword wanted, std::string_view shown) {
    if (!take_keyword(wanted))
        expected(shown);
}

} // namespace sallyport::shell
