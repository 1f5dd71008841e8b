// SPDX-License-Identifier: Apache-2.0
#include "shell_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace sallyport::shell {

namespace {

// In the order of the enums.
constexpr std::array<std::string_view, 23> parameter_operators{
    "",   "-", "=", "+",  "?", "#",  "##", "%",  "%%", "/", "//", "/#",
    "/%", ":", "^", "^^", ",", ",,", "~",  "~~", "@",  "",  ""};
constexpr std::array<std::string_view, 11> redirect_operators{"<",  ">",  ">>",  ">|", "<>", "<&",
                                                              ">&", "&>", "&>>", "<<", "<<<"};

std::string_view operator_of(ParameterOperator op) {
    return parameter_operators[static_cast<std::size_t>(op)];
}

class Rebuilder {
  public:
    Rebuilder(const Unit &unit, std::string_view text, Spelling spelling)
        : unit_(unit), text_(text), spelling_(spelling) {}

    std::string run() {
        list(unit_.body);
        return std::move(out_);
    }

  private:
    // ---- words ---------------------------------------------------------------------------------

    void word(const Word &w) { parts(w.parts); }
    void parts(const std::vector<Part> &all) {
        for (const Part &part : all) {
            span_ = part.where;
            std::visit([&](const auto &value) { show(value); }, part.value);
        }
    }
    void words(const std::vector<Word> &all, std::string_view between) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            out_ += i > 0 ? between : std::string_view();
            word(all[i]);
        }
    }
    void single_quoted(std::string_view bytes) {
        out_.push_back('\'');
        for (const char c : bytes)
            out_ += c == '\'' ? std::string("'\\''") : std::string(1, c);
        out_.push_back('\'');
    }

    void dollar_quoted(std::string_view bytes) {
        out_ += "$'";
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
            out_ += '\\';
            for (const unsigned shift : {6U, 3U, 0U})
                out_ += static_cast<char>('0' + (byte >> shift & 7U));
        }
        out_ += '\'';
    }

    void show(const Literal &literal) {
        switch (literal.quoting) {
        case Quoting::None:
            out_ += literal.bytes;
            return;
        case Quoting::Escaped:
            for (const char c : literal.bytes)
                (out_ += '\\') += c;
            return;
        case Quoting::SingleQuoted:
            return single_quoted(literal.bytes);
        case Quoting::DollarSingle: // bash prints it decoded
            return spelling_ == Spelling::Tree   ? dollar_quoted(literal.bytes)
                   : spelling_ == Spelling::Bash ? single_quoted(literal.bytes)
                                                 : written(span_);
        }
    }
    void show(const DoubleQuoted &quoted) {
        out_ += quoted.translated ? "$\"" : "\"";
        parts(quoted.parts);
        out_ += '"';
    }
    void show(const Parameter &parameter) {
        out_ += '$';
        if (!parameter.braced) {
            out_ += parameter.name;
            return;
        }
        const bool listing = parameter.op == ParameterOperator::NamesWithPrefix;
        const bool keys = parameter.op == ParameterOperator::Keys;
        out_ += parameter.length ? "{#" : parameter.indirect || listing || keys ? "{!" : "{";
        out_ += parameter.name;
        if (parameter.subscript)
            subscript(*parameter.subscript);
        if (listing)
            out_ += parameter.all_names_at ? "@" : "*";
        out_ += parameter.colon ? ":" : "";
        out_ += operator_of(parameter.op);
        if (parameter.transform)
            out_ += parameter.transform;
        words(parameter.arguments, parameter.op == ParameterOperator::Substring ? ":" : "/");
        out_ += '}';
    }
    void subscript(const Word &inside) {
        out_ += '[';
        word(inside);
        out_ += ']';
    }
    void show(const CommandSubstitution &substitution) {
        const Span where = span_;
        const bool dollar = substitution.form == SubstitutionForm::Dollar;
        if (spelling_ == Spelling::Zsh || (spelling_ == Spelling::Bash && !dollar))
            return written(where);
        if (dollar)
            return inner_list("$(", substitution.body);
        std::string outside = std::exchange(out_, {});
        inner_list("", substitution.body);
        const std::string inside = std::exchange(out_, std::move(outside));
        out_ += '`';
        for (std::size_t i = 0; i + 1 < inside.size(); ++i) { // without the `)` of inner_list
            if (inside[i] == '\\' || inside[i] == '`')
                out_ += '\\';
            out_ += inside[i];
        }
        out_ += '`';
    }
    void written(Span where) { out_ += text_.substr(where.begin, where.end - where.begin); }
    void show(const ProcessSubstitution &substitution) {
        if (spelling_ != Spelling::Tree)
            return written(span_);
        inner_list(substitution.direction == ProcessDirection::Read    ? "<("
                   : substitution.direction == ProcessDirection::Write ? ">("
                                                                       : "=(",
                   substitution.body);
    }
    // A list in parentheses within a word. Its here-documents have their bodies inside.
    void inner_list(std::string_view open, const List &body) {
        std::vector<std::uint32_t> outer;
        outer.swap(pending_);
        ++substitutions_;
        out_ += open;
        const std::size_t begin = out_.size();
        list(body);
        if (begin < out_.size() && out_[begin] == '(')
            out_.insert(begin, " "); // `$( (a))` is no arithmetic
        out_ += ')';
        --substitutions_;
        pending_.swap(outer);
    }
    void show(const ArithmeticExpansion &arithmetic) {
        out_ += arithmetic.brackets ? "$[" : "$((";
        parts(arithmetic.parts);
        out_ += arithmetic.brackets ? "]" : "))";
    }
    void show(const Glob &glob) {
        for (std::size_t i = 0; i < glob.pattern.size(); ++i) {
            const bool quoted_newline = glob.pattern[i] == '\\' && i + 1 < glob.pattern.size() &&
                                        glob.pattern[i + 1] == '\n';
            if (quoted_newline)
                ++i;
            out_ += quoted_newline ? "'\n'" : std::string(1, glob.pattern[i]);
        }
    }
    void show(const ExtendedGlob &glob) {
        (out_ += glob.op) += '(';
        words(glob.alternatives, "|");
        out_ += ')';
    }
    void show(const BraceExpansion &brace) {
        out_ += '{';
        if (brace.is_sequence())
            out_ += brace.first + ".." + brace.last +
                    (brace.step.empty() ? std::string() : ".." + brace.step);
        words(brace.alternatives, ",");
        out_ += '}';
    }
    void show(const Tilde &tilde) { (out_ += '~') += tilde.user; }
    void show(const ArrayValue &array) {
        out_ += '(';
        for (const ArrayElement &element : array.elements) {
            out_ += &element == &array.elements.front() ? "" : " ";
            if (element.subscript) {
                subscript(*element.subscript);
                out_ += element.append ? "+=" : "=";
            }
            word(element.value);
        }
        out_ += ')';
    }
    void show(const UnsupportedPart &part) { out_ += part.text; }

    // ---- redirections and assignments ----------------------------------------------------------

    void redirects(const Node &node) {
        for (const Redirect &redirect : node.redirects)
            show(redirect);
    }
    void show(const Redirect &redirect) {
        out_ += out_.empty() || out_.back() == '\n' ? "" : " ";
        if (redirect.fd)
            out_ += std::to_string(*redirect.fd);
        if (!redirect.fd_variable.empty())
            out_ += "{" + redirect.fd_variable + "}";
        out_ += redirect_operators[static_cast<std::size_t>(redirect.op)];
        if (redirect.here_doc)
            return here_doc(redirect);
        const bool duplicates = redirect.op == RedirectOperator::DuplicateIn ||
                                redirect.op == RedirectOperator::DuplicateOut;
        out_ += duplicates ? "" : " ";
        word(redirect.target);
    }
    void here_doc(const Redirect &redirect) {
        const HereDoc &doc = unit_.here_docs[*redirect.here_doc];
        pending_.push_back(*redirect.here_doc);
        out_ += doc.strips_tabs ? "-" : doc.delimiter[0] == '-' ? " " : "";
        if (spelling_ == Spelling::Zsh)
            written(redirect.target.where);
        else if (doc.quoted)
            single_quoted(doc.delimiter);
        else
            out_ += doc.delimiter;
    }
    void assignment(const Assignment &a) {
        out_ += a.name;
        if (a.subscript)
            subscript(*a.subscript);
        out_ += a.append ? "+=" : "=";
        if (const auto *value = std::get_if<Word>(&a.value))
            word(*value);
        else
            show(std::get<ArrayValue>(a.value));
    }

    // ---- commands ------------------------------------------------------------------------------

    void newline() {
        out_ += '\n';
        std::vector<std::uint32_t> pending;
        pending.swap(pending_);
        for (const std::uint32_t index : pending) {
            const HereDoc &doc = unit_.here_docs[index];
            if (doc.quoted && !doc.body.empty())
                out_ += std::get<Literal>(doc.body[0].value).bytes;
            else if (spelling_ == Spelling::Tree || doc.strips_tabs)
                parts(doc.body);
            else
                written(doc.where);
            out_ += doc.delimiter + "\n";
        }
    }
    void list(const List &commands) {
        for (const Item &item : commands.items) {
            node(item.command);
            out_ += item.separator == Separator::Background ? " &" : "";
            const bool last = &item == &commands.items.back();
            const bool same_line = spelling_ == Spelling::Bash && substitutions_ > 0 && !last &&
                                   item.separator == Separator::Semicolon && pending_.empty();
            if (same_line)
                out_ += "; "; // bash prints a substitution with its own newlines
            else
                newline();
        }
    }
    void body(std::string_view before, const List &commands) {
        out_ += before;
        newline();
        list(commands);
    }
    void do_body(const List &commands) {
        body("do", commands);
        out_ += "done";
    }
    // `>f if` runs a command named `if`: the redirections must stay before it.
    static bool begins_reserved(const Node &n) {
        constexpr std::array<std::string_view, 22> reserved{
            "if", "then", "elif", "else", "fi",       "while", "until",  "for",
            "do", "done", "case", "esac", "function", "time",  "coproc", "select",
            "in", "{",    "}",    "!",    "[[",       "]]"};
        const auto *simple = std::get_if<Simple>(&n.value);
        if (!simple || simple->words.empty() || simple->words[0].parts.size() != 1)
            return false;
        const auto *literal = std::get_if<Literal>(&simple->words[0].parts[0].value);
        return literal && literal->quoting == Quoting::None &&
               std::find(reserved.begin(), reserved.end(), literal->bytes) != reserved.end();
    }
    void node(const Node &n) {
        const bool first = begins_reserved(n);
        if (first) {
            redirects(n);
            out_ += ' ';
        }
        span_ = n.where;
        std::visit([&](const auto &value) { command(value); }, n.value);
        if (!first)
            redirects(n);
    }
    void command(const Simple &simple) {
        std::string_view between;
        for (const Assignment &a : simple.assignments) {
            out_ += std::exchange(between, " ");
            assignment(a);
        }
        for (const Word &w : simple.words) {
            out_ += std::exchange(between, " ");
            word(w);
        }
    }
    void command(const Pipeline &pipeline) {
        if (pipeline.timed)
            out_ += pipeline.timed_posix ? "time -p " : "time ";
        for (std::uint32_t i = 0; i < pipeline.negations; ++i)
            out_ += "! ";
        for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
            if (i > 0)
                out_ += pipeline.joins_stderr[i - 1] ? " |& " : " | ";
            node(pipeline.commands[i]);
        }
    }
    void command(const AndOr &and_or) {
        for (std::size_t i = 0; i < and_or.commands.size(); ++i) {
            if (i > 0)
                out_ += and_or.operators[i - 1] == AndOrOperator::And ? " && " : " || ";
            node(and_or.commands[i]);
        }
    }
    void command(const Group &group) {
        if (group.always) {
            node(group.body.items[0].command);
            out_ += " always ";
            return node(group.body.items[1].command);
        }
        body("{", group.body);
        out_ += '}';
    }
    void command(const Subshell &subshell) {
        body("(", subshell.body);
        out_ += ')';
    }
    void command(const If &node) {
        std::string_view keyword = "if";
        for (const Branch &branch : node.branches) {
            body(std::exchange(keyword, "elif"), branch.condition);
            body("then", branch.body);
        }
        if (node.otherwise)
            body("else", *node.otherwise);
        out_ += "fi";
    }
    void command(const Loop &loop) {
        body(loop.until ? "until" : "while", loop.condition);
        do_body(loop.body);
    }
    void command(const For &loop) {
        (out_ += loop.select ? "select " : "for ") += loop.name;
        if (loop.has_words) {
            out_ += " in ";
            words(loop.words, " ");
            newline();
        }
        out_ += loop.has_words ? "" : " ";
        do_body(loop.body);
    }
    void command(const ArithmeticFor &loop) {
        if (loop.repeat) {
            out_ += "repeat ";
            parts(loop.initial.parts);
            out_ += ' ';
            return do_body(loop.body);
        }
        out_ += "for ((";
        parts(loop.initial.parts);
        out_ += ';';
        parts(loop.condition.parts);
        out_ += ';';
        parts(loop.step.parts);
        out_ += "))";
        newline();
        do_body(loop.body);
    }
    void command(const Case &node) {
        out_ += "case ";
        word(node.subject);
        out_ += " in";
        newline();
        for (const CaseItem &item : node.items) {
            out_ += '(';
            words(item.patterns, "|");
            body(")", item.body);
            const bool tests = item.end == CaseEnd::TestNext;
            out_ += item.end == CaseEnd::FallThrough       ? ";&"
                    : !tests                               ? ";;"
                    : unit_.dialect == model::Dialect::Zsh ? ";|"
                                                           : ";;&";
            newline();
        }
        out_ += "esac";
    }
    void command(const Function &function) {
        out_ += (function.keyword ? "function " : "") + function.name;
        out_ += " () ";
        for (const Node &each : function.body)
            node(each);
    }
    void command(const ArithmeticCommand &arithmetic) {
        out_ += "((";
        parts(arithmetic.expression.parts);
        out_ += "))";
    }
    void command(const Test &test) {
        out_ += "[[";
        for (const TestTerm &term : test.terms) {
            out_ += ' ';
            this->term(term);
        }
        out_ += " ]]";
    }
    void term(const TestTerm &term) {
        switch (term.kind) {
        case TestTermKind::Word:
            return word(term.operands[0]);
        case TestTermKind::Unary:
            out_ += term.op + " ";
            return word(term.operands[0]);
        case TestTermKind::Binary:
            return words(term.operands, " " + term.op + " ");
        case TestTermKind::Not:
            out_ += '!';
            return;
        case TestTermKind::And:
            out_ += "&&";
            return;
        case TestTermKind::Or:
            out_ += "||";
            return;
        case TestTermKind::Open:
            out_ += '(';
            return;
        case TestTermKind::Close:
            out_ += ')';
            return;
        }
    }
    void command(const Coproc &coproc) {
        out_ += "coproc ";
        if (!coproc.name.empty())
            out_ += coproc.name + " ";
        for (const Node &each : coproc.body)
            node(each);
    }
    void command(const Unsupported &) {
        out_ += text_.substr(span_.begin, span_.end - span_.begin);
    }

    const Unit &unit_;
    std::string_view text_;
    Spelling spelling_;
    std::string out_;
    std::vector<std::uint32_t> pending_; // here-documents whose bodies come after the next newline
    std::uint32_t substitutions_ = 0;    // around what is being written
    Span span_;                          // of the part or command that is being written
};

} // namespace

std::string rebuild(const Unit &unit, std::string_view text, Spelling spelling) {
    return Rebuilder(unit, text, spelling).run();
}

} // namespace sallyport::shell
