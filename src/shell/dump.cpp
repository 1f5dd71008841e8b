// SPDX-License-Identifier: Apache-2.0
// The tree as one line. Spellings that mean the same grammar give the same line: `;` and newline,
// `$x` and `${x}`, `$(..)` and backquotes.
#include "sallyport/shell/parser.hpp"

#include <utility>

namespace sallyport::shell {

namespace {

std::string_view text_of(ParameterOperator op) {
    switch (op) {
    case ParameterOperator::None:
        return "";
    case ParameterOperator::UseDefault:
        return "-";
    case ParameterOperator::AssignDefault:
        return "=";
    case ParameterOperator::UseAlternative:
        return "+";
    case ParameterOperator::ErrorIfUnset:
        return "?";
    case ParameterOperator::RemovePrefix:
        return "#";
    case ParameterOperator::RemoveLongestPrefix:
        return "##";
    case ParameterOperator::RemoveSuffix:
        return "%";
    case ParameterOperator::RemoveLongestSuffix:
        return "%%";
    case ParameterOperator::ReplaceFirst:
        return "/";
    case ParameterOperator::ReplaceAll:
        return "//";
    case ParameterOperator::ReplacePrefix:
        return "/#";
    case ParameterOperator::ReplaceSuffix:
        return "/%";
    case ParameterOperator::Substring:
        return "substring";
    case ParameterOperator::UpperFirst:
        return "^";
    case ParameterOperator::UpperAll:
        return "^^";
    case ParameterOperator::LowerFirst:
        return ",";
    case ParameterOperator::LowerAll:
        return ",,";
    case ParameterOperator::ToggleFirst:
        return "~";
    case ParameterOperator::ToggleAll:
        return "~~";
    case ParameterOperator::Transform:
        return "@";
    case ParameterOperator::NamesWithPrefix:
        return "names";
    case ParameterOperator::Keys:
        return "keys";
    }
    return "";
}

std::string_view text_of(RedirectOperator op) {
    switch (op) {
    case RedirectOperator::Read:
        return "<";
    case RedirectOperator::Write:
        return ">";
    case RedirectOperator::Append:
        return ">>";
    case RedirectOperator::Clobber:
        return ">|";
    case RedirectOperator::ReadWrite:
        return "<>";
    case RedirectOperator::DuplicateIn:
        return "<&";
    case RedirectOperator::DuplicateOut:
        return ">&";
    case RedirectOperator::Both:
        return "&>";
    case RedirectOperator::BothAppend:
        return "&>>";
    case RedirectOperator::HereDocument:
        return "<<";
    case RedirectOperator::HereString:
        return "<<<";
    }
    return "";
}

class Dumper {
  public:
    explicit Dumper(const Unit &unit) : unit_(unit) {}

    std::string run() {
        list(unit_.body);
        return std::move(out_);
    }

  private:
    // ---- text ----------------------------------------------------------------------------------

    void token(std::string_view text) {
        const bool after_open = out_.empty() || out_.back() == '(';
        if (!after_open)
            out_.push_back(' ');
        out_ += text;
    }
    void open(std::string_view name) {
        token("(");
        out_ += name;
    }
    void close() { out_.push_back(')'); }
    void bytes(std::string_view text, std::string_view before, std::string_view after) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string shown(before);
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            const bool plain = byte > 0x20 && byte < 0x7f && c != '(' && c != ')' && c != '\\' &&
                               c != '\'' && c != '"';
            if (plain) {
                shown.push_back(c);
                continue;
            }
            shown += "\\x";
            shown.push_back(digits[byte >> 4]);
            shown.push_back(digits[byte & 15]);
        }
        token(shown += after);
    }

    // ---- words ---------------------------------------------------------------------------------

    void word(const Word &w) {
        if (w.parts.size() == 1)
            return part(w.parts[0]);
        open("word");
        parts(w.parts);
        close();
    }
    void words(const std::vector<Word> &all) {
        for (const Word &w : all)
            word(w);
    }
    void parts(const std::vector<Part> &all) {
        for (const Part &p : all)
            part(p);
    }
    void part(const Part &p) {
        std::visit([&](const auto &value) { show(value); }, p.value);
    }

    void show(const Literal &literal) {
        switch (literal.quoting) {
        case Quoting::None:
            return bytes(literal.bytes, "", "");
        case Quoting::Escaped:
            return bytes(literal.bytes, "\\", "");
        case Quoting::SingleQuoted:
            return bytes(literal.bytes, "'", "'");
        case Quoting::DollarSingle:
            return bytes(literal.bytes, "$'", "'");
        }
    }
    void show(const DoubleQuoted &quoted) {
        open(quoted.translated ? "translated" : "quoted");
        parts(quoted.parts);
        close();
    }
    void show(const Parameter &parameter) {
        open("param");
        token(parameter.name);
        if (parameter.length)
            token("length");
        if (parameter.indirect)
            token("indirect");
        if (parameter.subscript) {
            open("at");
            parts(parameter.subscript->parts);
            close();
        }
        if (parameter.op != ParameterOperator::None) {
            std::string op(parameter.colon ? ":" : "");
            op += text_of(parameter.op);
            if (parameter.transform)
                op.push_back(parameter.transform);
            token(op);
        }
        words(parameter.arguments);
        close();
    }
    void show(const CommandSubstitution &substitution) {
        open("sub");
        list(substitution.body);
        close();
    }
    void show(const ArithmeticExpansion &arithmetic) {
        open("arith");
        parts(arithmetic.parts);
        close();
    }
    void show(const ProcessSubstitution &substitution) {
        open(substitution.direction == ProcessDirection::Read    ? "from"
             : substitution.direction == ProcessDirection::Write ? "into"
                                                                 : "file");
        list(substitution.body);
        close();
    }
    void show(const Glob &glob) {
        open(glob.whole ? "glob" : "glob-open");
        bytes(glob.pattern, "", "");
        close();
    }
    void show(const ExtendedGlob &glob) {
        open("extended");
        token(std::string(1, glob.op));
        words(glob.alternatives);
        close();
    }
    void show(const BraceExpansion &brace) {
        open(brace.is_sequence() ? "sequence" : "brace");
        if (brace.is_sequence()) {
            token(brace.first);
            token(brace.last);
            if (!brace.step.empty())
                token(brace.step);
        }
        words(brace.alternatives);
        close();
    }
    void show(const Tilde &tilde) {
        open("tilde");
        if (!tilde.user.empty())
            bytes(tilde.user, "", "");
        close();
    }
    void show(const ArrayValue &array) {
        open("array");
        for (const ArrayElement &element : array.elements) {
            if (element.subscript) {
                open(element.append ? "append-at" : "at");
                parts(element.subscript->parts);
                close();
            }
            word(element.value);
        }
        close();
    }
    void show(const UnsupportedPart &unsupported) {
        open("unsupported");
        bytes(unsupported.reason, "'", "'");
        close();
    }

    // ---- commands ------------------------------------------------------------------------------

    void list(const List &commands) {
        for (const Item &item : commands.items) {
            node(item.command);
            if (item.separator == Separator::Background)
                token("&");
        }
    }
    void body(std::string_view name, const List &commands) {
        open(name);
        list(commands);
        close();
    }
    void node(const Node &n) {
        std::visit([&](const auto &value) { command(value); }, n.value);
        for (const Redirect &r : n.redirects)
            redirect(r);
        close();
    }
    void nodes(const std::vector<Node> &all) {
        for (const Node &n : all)
            node(n);
    }
    void redirect(const Redirect &r) {
        open("redirect");
        if (r.fd)
            token(std::to_string(*r.fd));
        if (!r.fd_variable.empty())
            token(r.fd_variable);
        token(text_of(r.op));
        if (r.here_doc && *r.here_doc < unit_.here_docs.size())
            parts(unit_.here_docs[*r.here_doc].body);
        else
            word(r.target);
        close();
    }
    void assignment(const Assignment &a) {
        open(a.append ? "append" : "assign");
        token(a.name);
        if (a.subscript) {
            open("at");
            parts(a.subscript->parts);
            close();
        }
        if (const auto *value = std::get_if<Word>(&a.value))
            word(*value);
        else
            show(std::get<ArrayValue>(a.value));
        close();
    }

    // Each leaves its parenthesis open for the redirections.
    void command(const Simple &simple) {
        open("simple");
        for (const Assignment &a : simple.assignments)
            assignment(a);
        words(simple.words);
    }
    void command(const Pipeline &pipeline) {
        open("pipe");
        if (pipeline.timed)
            token(pipeline.timed_posix ? "time-p" : "time");
        for (std::uint32_t i = 0; i < pipeline.negations; ++i)
            token("!");
        for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
            if (i > 0 && pipeline.joins_stderr[i - 1])
                token("|&");
            node(pipeline.commands[i]);
        }
    }
    void command(const AndOr &and_or) {
        open("and-or");
        for (std::size_t i = 0; i < and_or.commands.size(); ++i) {
            if (i > 0)
                token(and_or.operators[i - 1] == AndOrOperator::And ? "&&" : "||");
            node(and_or.commands[i]);
        }
    }
    void command(const Group &group) {
        open(group.always ? "always" : "group");
        list(group.body);
    }
    void command(const Subshell &subshell) {
        open("subshell");
        list(subshell.body);
    }
    void command(const If &node) {
        open("if");
        for (const Branch &branch : node.branches) {
            body("when", branch.condition);
            body("then", branch.body);
        }
        if (node.otherwise)
            body("else", *node.otherwise);
    }
    void command(const Loop &loop) {
        open(loop.until ? "until" : "while");
        body("when", loop.condition);
        body("do", loop.body);
    }
    void command(const For &loop) {
        open(loop.select ? "select" : "for");
        token(loop.name);
        if (loop.has_words) {
            open("in");
            words(loop.words);
            close();
        }
        body("do", loop.body);
    }
    void command(const ArithmeticFor &loop) {
        open(loop.repeat ? "repeat" : "for-arith");
        show(loop.initial);
        if (loop.repeat)
            return body("do", loop.body);
        show(loop.condition);
        show(loop.step);
        body("do", loop.body);
    }
    void command(const Case &node) {
        open("case");
        word(node.subject);
        for (const CaseItem &item : node.items) {
            open("item");
            open("patterns");
            words(item.patterns);
            close();
            list(item.body);
            if (item.end != CaseEnd::Break)
                token(item.end == CaseEnd::FallThrough ? ";&" : ";;&");
            close();
        }
    }
    void command(const Function &function) {
        open("function");
        bytes(function.name, "", "");
        nodes(function.body);
    }
    void command(const ArithmeticCommand &arithmetic) {
        open("arithmetic");
        parts(arithmetic.expression.parts);
    }
    void command(const Test &test) {
        open("test");
        for (const TestTerm &term : test.terms)
            test_term(term);
    }
    void test_term(const TestTerm &term) {
        switch (term.kind) {
        case TestTermKind::Word:
            return word(term.operands[0]);
        case TestTermKind::Unary:
        case TestTermKind::Binary:
            open(term.op);
            words(term.operands);
            return close();
        case TestTermKind::Not:
            return token("!");
        case TestTermKind::And:
            return token("&&");
        case TestTermKind::Or:
            return token("||");
        case TestTermKind::Open:
            return token("[");
        case TestTermKind::Close:
            return token("]");
        }
    }
    void command(const Coproc &coproc) {
        open("coproc");
        if (!coproc.name.empty())
            token(coproc.name);
        nodes(coproc.body);
    }
    void command(const Unsupported &unsupported) {
        open("unsupported");
        bytes(unsupported.reason, "'", "'");
    }

    const Unit &unit_;
    std::string out_;
};

} // namespace

std::string dump(const Unit &unit) {
    if (unit.state == model::ParseState::Ok)
        return Dumper(unit).run();
    std::string out(model::parse_state_name(unit.state));
    if (unit.error)
        out += " " + std::to_string(unit.error->line) + ":" + std::to_string(unit.error->column) +
               " " + unit.error->message;
    return out;
}

} // namespace sallyport::shell
