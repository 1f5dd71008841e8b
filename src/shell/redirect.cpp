// SPDX-License-Identifier: Apache-2.0
// Redirections: POSIX 2.7. Digits name a descriptor only when they touch the operator.
#include "grammar.hpp"

namespace sallyport::shell {

void Grammar::redirects(std::vector<Redirect> &redirects) {
    for (skip_blanks(); !context_.stopped() && redirect(redirects); skip_blanks()) {
    }
}

// False: none stands here, the position is unchanged.
bool Grammar::redirect(std::vector<Redirect> &redirects) {
    const std::uint32_t begin = here();
    Redirect result;
    const std::size_t position = position_;
    if (!redirect_prefix(result)) {
        position_ = position;
        return context_.stopped();
    }
    bool strips_tabs = false;
    const auto op = redirect_operator(result, strips_tabs);
    if (!op) {
        position_ = position;
        return context_.stopped();
    }
    result.op = *op;
    skip_blanks();
    Redirect next;
    const std::size_t target_at = position_;
    const bool duplicates =
        result.op == RedirectOperator::DuplicateIn || result.op == RedirectOperator::DuplicateOut;
    const bool is_redirect = !duplicates && is_digit(peek()) && redirect_prefix(next);
    position_ = target_at;
    if ((is_redirect || !at_word()) &&
        !(result.op == RedirectOperator::HereDocument && peek() == '`')) {
        expected_on_line(result.op == RedirectOperator::HereDocument
                             ? "the end word of the here-document"
                             : "a file name");
        return true;
    }
    if (result.op == RedirectOperator::HereDocument) {
        here_doc_start(result, strips_tabs);
    } else {
        WordStyle style;
        style.globs = result.op != RedirectOperator::HereString;
        style.braces = style.globs;
        style.tilde = TildeRule::Start;
        result.target = word(style);
    }
    result.where = since(begin);
    redirects.push_back(std::move(result));
    return true;
}

// Digits or {name} before the operator; true also if there is nothing before a bare operator.
bool Grammar::redirect_prefix(Redirect &redirect) {
    const std::uint32_t begin = here();
    constexpr std::size_t most_digits = 9;
    std::size_t length = 0;
    while (length <= most_digits && is_digit(peek(length)))
        ++length;
    const auto is_operator = [&](std::size_t at) {
        const int c = peek(at);
        if (c != '<' && c != '>')
            return false;
        return peek(at + 1) != '(' || !context_.maybe(Feature::ProcessSubstitution);
    };
    if (length > 0) {
        if (!is_operator(length))
            return false;
        if (length > most_digits ||
            (length > 1 && !context_.has(Feature::LongDescriptor, since(begin))))
            return false;
        std::uint32_t fd = 0;
        for (; length > 0; --length, bump())
            fd = fd * 10 + static_cast<std::uint32_t>(peek() - '0');
        redirect.fd = fd;
        return true;
    }
    if (peek() == '{' && is_name_start(peek(1)) && context_.maybe(Feature::DescriptorVariable)) {
        const std::size_t at = 1 + name_length(1);
        if (peek(at) != '}' || !is_operator(at + 1) ||
            !context_.has(Feature::DescriptorVariable, since(begin)))
            return false;
        bump();
        for (; peek() != '}'; bump())
            redirect.fd_variable.push_back(static_cast<char>(peek()));
        bump();
        return true;
    }
    return is_operator(0) || (peek() == '&' && peek(1) == '>');
}

std::optional<RedirectOperator> Grammar::redirect_operator(Redirect &redirect, bool &strips_tabs) {
    const std::uint32_t begin = here();
    const bool bare = !redirect.fd && redirect.fd_variable.empty();
    if (peek() == '&') {
        if (!bare || !context_.has(Feature::BothRedirect, since(begin)))
            return std::nullopt;
        bump(2);
        const bool appends =
            peek() == '>' && context_.has(Feature::BothAppend, since(begin)) && take('>');
        if ((peek() == '!' || peek() == '|') && context_.has(Feature::ZshCommands, since(begin)))
            bump();
        return appends ? RedirectOperator::BothAppend : RedirectOperator::Both;
    }
    if (peek() == '<')
        return input_operator(strips_tabs);
    return output_operator();
}

std::optional<RedirectOperator> Grammar::input_operator(bool &strips_tabs) {
    const std::uint32_t begin = here();
    if (context_.maybe(Feature::NumericGlob) && !ends_word('<', WordStyle{}, {}))
        return std::nullopt;
    bump();
    if (take('&'))
        return RedirectOperator::DuplicateIn;
    if (take('>'))
        return RedirectOperator::ReadWrite;
    if (!take('<'))
        return RedirectOperator::Read;
    if (peek() == '<' && context_.has(Feature::HereString, since(begin)) && take('<'))
        return RedirectOperator::HereString;
    strips_tabs = take('-');
    return RedirectOperator::HereDocument;
}

std::optional<RedirectOperator> Grammar::output_operator() {
    const std::uint32_t begin = here();
    bump();
    const bool appends = take('>');
    const bool zsh_only = peek() == '!' || (appends && (peek() == '|' || peek() == '&')) ||
                          (peek() == '&' && (peek(1) == '|' || peek(1) == '!' || peek(1) == '>'));
    if (zsh_only && context_.maybe(Feature::ZshCommands) &&
        context_.has(Feature::ZshCommands, since(begin)))
        return zsh_output_operator(appends);
    if (appends)
        return RedirectOperator::Append;
    if (take('&'))
        return RedirectOperator::DuplicateOut;
    if (take('|'))
        return RedirectOperator::Clobber;
    return RedirectOperator::Write;
}

} // namespace sallyport::shell
