// SPDX-License-Identifier: Apache-2.0
// Here-documents: POSIX 2.7.4. The bodies follow the next newline token, in order; the end word is
// never expanded, any quoting in it makes the body literal, and its line must match exactly.
#include "grammar.hpp"

namespace sallyport::shell {

// The position is at the end word.
void Grammar::here_doc_start(Redirect &redirect, bool strips_tabs) {
    const std::uint32_t begin = here();
    HereDoc doc;
    doc.strips_tabs = strips_tabs;
    if (!here_doc_delimiter(doc))
        return give_up(begin, "an end word with an expansion");
    if (context_.stopped())
        return;
    context_.count_part(since(begin));
    Pieces pieces;
    add_literal(pieces, doc.delimiter, doc.quoted ? Quoting::SingleQuoted : Quoting::None,
                since(begin));
    redirect.target = Word{finish(std::move(pieces), WordStyle{}), since(begin)};
    redirect.here_doc = static_cast<std::uint32_t>(context_.unit.here_docs.size());
    pending_.push_back(*redirect.here_doc);
    context_.unit.here_docs.push_back(std::move(doc));
}

// Shells disagree on substitutions in an end word: false.
bool Grammar::here_doc_delimiter(HereDoc &doc) {
    while (!is_delimiter(peek())) {
        const int c = peek();
        if (c == '`')
            return false;
        if (c == '$') {
            const int next = peek(1);
            if (next == '(' || next == '{' || next == '[' || next == '\'' || next == '"')
                return false;
        }
        if (c == '\'' || c == '"') {
            delimiter_quotes(doc);
            continue;
        }
        bump();
        if (c != '\\') {
            doc.delimiter.push_back(static_cast<char>(c));
            continue;
        }
        doc.quoted = true;
        if (raw() == end_of_text) {
            expected("a character after the backslash");
            return true;
        }
        doc.delimiter.push_back(static_cast<char>(raw()));
        bump_raw();
    }
    if (peek() == '(' && context_.maybe(Feature::WordParentheses))
        return false;
    return true;
}

void Grammar::delimiter_quotes(HereDoc &doc) {
    const int quote = peek();
    doc.quoted = true;
    bump();
    while (raw() != quote && raw() != end_of_text) {
        if (quote == '"' && raw() == '\\') {
            bump_raw();
            const bool escapes = raw() == '"' || raw() == '\\' || raw() == '$' || raw() == '`';
            if (raw() == '\n') {
                bump_raw();
                continue;
            }
            if (!escapes)
                doc.delimiter.push_back('\\');
            if (raw() == end_of_text)
                break;
        }
        doc.delimiter.push_back(static_cast<char>(raw()));
        bump_raw();
    }
    if (raw() == end_of_text)
        return expected("a closing quote");
    bump_raw();
}

void Grammar::read_here_docs() {
    std::vector<std::uint32_t> pending;
    pending.swap(pending_);
    for (const std::uint32_t index : pending)
        if (!context_.stopped())
            read_here_doc(index);
}

void Grammar::read_here_doc(std::uint32_t index) {
    HereDoc doc = std::move(context_.unit.here_docs[index]);
    const std::uint32_t begin = source_.at(position_);
    std::uint32_t end = begin;
    Derived body;
    for (;;) {
        Derived line;
        end = source_.at(position_);
        const bool has_newline = here_doc_line(doc, line);
        if (line.text == doc.delimiter &&
            (has_newline || !line.text.empty() || doc.delimiter.empty()))
            break;
        // bash ends the body at a line like `EOF)` inside `$(..)`, the others do not
        if (in_substitution_ && line.text.compare(0, doc.delimiter.size(), doc.delimiter) == 0 &&
            line.text.find(')', doc.delimiter.size()) != std::string::npos)
            return give_up(begin, "a here-document that ends before a `)` on its line");
        if (!has_newline) {
            doc.terminated = false;
            break;
        }
        body.text += line.text;
        body.origin.insert(body.origin.end(), line.origin.begin(), line.origin.end());
        body.add('\n', source_.at(position_ - 1));
    }
    doc.where = {begin, end};
    if (!doc.terminated) {
        if (source_.open && raw() == end_of_text)
            return expected("the end word of the here-document");
        return error_at(doc.where, "the here-document does not end");
    }
    if (doc.quoted) {
        if (!body.text.empty())
            doc.body.push_back(
                Part{doc.where, Literal{std::move(body.text), Quoting::SingleQuoted}});
    } else {
        Nest nest(context_, doc.where);
        doc.body = Grammar(context_, body.source(end)).here_doc_body();
    }
    context_.unit.here_docs[index] = std::move(doc);
}

// One line without its newline, joined over backslash-newline unless the body is literal. False:
// the text ended instead.
bool Grammar::here_doc_line(const HereDoc &doc, Derived &line) {
    while (doc.strips_tabs && raw() == '\t')
        bump_raw();
    for (int c = raw(); c != '\n' && c != end_of_text; c = raw()) {
        const std::uint32_t at = source_.at(position_);
        bump_raw();
        if (c == '\\' && !doc.quoted) {
            const int next = raw();
            if (next == '\n') {
                bump_raw();
                continue;
            }
            if (next == '\\') {
                line.add('\\', at);
                bump_raw();
            }
        }
        line.add(static_cast<char>(c), at);
    }
    const bool has_newline = raw() == '\n';
    bump_raw();
    return has_newline;
}

} // namespace sallyport::shell
