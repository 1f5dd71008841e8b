// SPDX-License-Identifier: Apache-2.0
// What only zsh has among the commands: zshmisc(1) "Alternate Forms For Complex Commands". What the
// tree has no form for is read to its end and then stands as one command that may run anything.
#include "grammar.hpp"

#include <iterator>

namespace sallyport::shell {

// Behind a condition or the head of a loop, where `then` or `do` usually stands.
bool Grammar::short_form(Keyword usual) {
    skip_blanks();
    return context_.yes(Feature::ZshCommands) && peek() != end_of_text && keyword() != usual;
}

// { list }, or one command with its `&&` and `|`.
List Grammar::short_body() {
    if (keyword() == Keyword::OpenBrace)
        return brace_list();
    const std::uint32_t outer_conditions = conditions_;
    conditions_ = 0;
    List body;
    body.items.emplace_back();
    body.items.back().command = and_or();
    conditions_ = outer_conditions;
    return body;
}

List Grammar::foreach_body() {
    skip_newlines();
    if (keyword() == Keyword::Do)
        return do_group();
    if (keyword() == Keyword::OpenBrace)
        return brace_list();
    List body = list();
    expect_keyword(Keyword::End, "`end`");
    return body;
}

Node Grammar::repeat_command() {
    const std::uint32_t begin = here();
    Nest nest(context_, since(begin));
    take_keyword(Keyword::Repeat);
    skip_blanks();
    if (!at_word())
        expected_on_line("how often to repeat");
    ArithmeticFor result;
    result.repeat = true;
    const std::uint32_t count_at = here();
    result.initial.parts = word(WordStyle{}).parts;
    result.initial.text = written_since(count_at);
    skip_blanks();
    if (take(';'))
        skip_newlines();
    result.body = loop_body();
    return Node{since(begin), std::move(result), {}};
}

// Behind a group: `always { list }`.
Node Grammar::always(Node node) {
    const std::uint32_t begin = node.where.begin;
    skip_blanks();
    const bool follows = context_.maybe(Feature::ZshCommands) && looking_at("always") &&
                         is_delimiter(peek(6)) && context_.has(Feature::ZshCommands, since(begin));
    if (!follows)
        return node;
    bump(6);
    skip_newlines();
    Group both;
    both.always = true;
    both.body.items.push_back(Item{std::move(node), Separator::Semicolon});
    both.body.items.push_back(Item{group(), Separator::Semicolon});
    return Node{since(begin), std::move(both), {}};
}

// `() { list } words` and `function { list } words` run at once, with the words as arguments.
Node Grammar::nameless_function(std::uint32_t begin) {
    Nest nest(context_, since(begin));
    if (take('('))
        bump();
    skip_newlines();
    if (keyword() == Keyword::OpenBrace)
        brace_list();
    else
        command();
    for (skip_blanks(); at_word() && !context_.stopped(); skip_blanks())
        word(WordStyle{});
    std::vector<Redirect> ignored;
    redirects(ignored);
    return not_taken_apart(begin, "a zsh function without a name");
}

// Redirections may stand before a compound command; a reserved word behind an assignment is an
// error. Nothing: what follows is a simple command.
std::optional<Node> Grammar::zsh_compound(const Simple &before, std::vector<Redirect> &redirects) {
    const bool reserved = keyword() != Keyword::None && keyword() != Keyword::In;
    if (!before.assignments.empty()) {
        if (reserved)
            expected("a command");
        return std::nullopt;
    }
    if (redirects.empty() || (!reserved && peek() != '('))
        return std::nullopt;
    auto node = keyword() == Keyword::Time ? std::optional<Node>(pipeline()) : compound();
    if (node)
        node->redirects.insert(node->redirects.begin(), std::move_iterator(redirects.begin()),
                               std::move_iterator(redirects.end()));
    return node;
}

Node Grammar::not_taken_apart(std::uint32_t begin, std::string_view reason) {
    if (!pending_.empty())
        give_up(begin, reason); // the bodies of its here-documents are not within its span
    ++context_.unit.unsupported;
    context_.count_part(since(begin));
    return Node{since(begin), Unsupported{std::string(reason)}, {}};
}

// `>!` and `>>!` ignore the option noclobber, `>&!` and `>>&!` take both outputs. The position is
// behind `>` or `>>`.
RedirectOperator Grammar::zsh_output_operator(bool appends) {
    const bool both = take('&');
    if (!take('!'))
        take('|');
    if (both)
        return appends ? RedirectOperator::BothAppend : RedirectOperator::Both;
    return appends ? RedirectOperator::Append : RedirectOperator::Clobber;
}

} // namespace sallyport::shell
