// SPDX-License-Identifier: Apache-2.0
#include "constants.hpp"

#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::Span;
using model::WordPartKind;

constexpr std::string_view always_shown = "$`;&|<>()\n";
constexpr std::string_view blanks = " \t\n";

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N> &list) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

// Their words are names or texts that run later.
bool gives_code(std::string_view name) {
    static constexpr std::array<std::string_view, 14> names{
        "alias",     "bind", "complete", "compgen", "enable", "eval",     "fc",
        "functions", "hash", "source",   ".",       "trap",   "zmodload", "autoload"};
    return one_of(name, names);
}

bool declares(std::string_view name) {
    static constexpr std::array<std::string_view, 6> names{"declare", "export",   "float",
                                                           "local",   "readonly", "typeset"};
    return one_of(name, names);
}

// Where the command or the program text of this one stands is not known.
bool unsure(const Entry &entry, const Parsed &parsed) {
    const bool opens = entry.inner || entry.is(Kind::Wrapper) || entry.is(Kind::Shell) ||
                       !entry.sub.empty() ||
                       std::any_of(entry.when.begin(), entry.when.end(),
                                   [](const When &row) { return row.inner.has_value(); });
    if (opens && !parsed.unknown.empty())
        return true;
    const bool reads_text = entry.has_inner() || !entry.text.empty() || entry.program;
    return (opens || reads_text) && (parsed.shifting || parsed.maybe_option);
}

// A word of the source with the place of each of its parts.
struct SourceWord {
    FactWord word;
    std::vector<std::uint32_t> at; // first byte in the text; `nowhere` if not written as it reads
    static constexpr std::uint32_t nowhere = 0xFFFFFFFF;

    void add(WordPartKind kind, std::string text, std::uint32_t place = nowhere) {
        word.parts.push_back({kind, std::move(text)});
        at.push_back(place);
    }
};

std::size_t length(const FactWord &word) {
    std::size_t bytes = 0;
    for (const model::WordPart &part : word.parts)
        bytes += part.text.size();
    return bytes;
}

class Finder {
  public:
    Finder(std::string_view text, const Knowledge &knowledge, const Ran &ran)
        : text_(text), knowledge_(knowledge), ran_(ran) {
        for (const std::string &one : ran.texts) {
            texts_ += one;
            texts_ += '\0';
        }
        for (const std::string &name : ran.names) {
            texts_ += name;
            texts_ += '\0';
            if (!name.empty() && ran.made.count(name) != 0)
                made_.push_back(name);
        }
    }
    std::vector<Span> run(const shell::List &body);

  private:
    void list(const shell::List &list);
    void node(const shell::Node &node);
    void simple(const shell::Simple &simple);
    void assignment(const shell::Assignment &assignment);
    void inside(const shell::Word &word);
    void inside(const std::vector<shell::Part> &parts);
    void inside(const shell::Part &part);
    SourceWord read(const shell::Word &word) const;
    void read(const shell::Part &part, bool quoted, SourceWord &out) const;
    std::uint32_t place(const shell::Part &part, const shell::Literal &literal) const;

    void command(const std::vector<SourceWord> &argv, std::size_t depth);
    void options(const Entry &entry, const Parsed &parsed, const std::vector<SourceWord> &argv);
    void operand(const SourceWord &word);
    void after_equals(const SourceWord &word);
    void kept(const SourceWord &word, std::size_t from);
    void value(const SourceWord &word, std::size_t from);
    void piece(std::string_view bytes, std::uint32_t place);
    bool runs(std::string_view bytes);

    std::string_view text_;
    const Knowledge &knowledge_;
    const Ran &ran_;
    std::string texts_;
    std::vector<std::string> made_; // names of commands that expansions made
    std::size_t compared_ = 0;
    std::vector<Span> spans_;
};

std::vector<Span> Finder::run(const shell::List &body) {
    list(body);
    if (compared_ > max_compared_bytes)
        return {};
    const auto before = [](const Span &a, const Span &b) { return a.begin < b.begin; };
    std::sort(spans_.begin(), spans_.end(), before);
    std::vector<Span> apart;
    for (const Span &span : spans_) {
        if (!apart.empty() && span.begin < apart.back().end)
            apart.back().end = std::max(apart.back().end, span.end);
        else
            apart.push_back(span);
    }
    return apart;
}

// ---- the tree -----------------------------------------------------------------------------------

void Finder::list(const shell::List &list) {
    for (const shell::Item &item : list.items)
        node(item.command);
}

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

void Finder::node(const shell::Node &node) {
    const auto all = [this](const std::vector<shell::Node> &nodes) {
        for (const shell::Node &one : nodes)
            this->node(one);
    };
    const auto words = [this](const std::vector<shell::Word> &list) {
        for (const shell::Word &word : list)
            inside(word);
    };
    std::visit(Overloaded{[&](const shell::Simple &value) { simple(value); },
                          [&](const shell::Pipeline &value) { all(value.commands); },
                          [&](const shell::AndOr &value) { all(value.commands); },
                          [&](const shell::Group &value) { list(value.body); },
                          [&](const shell::Subshell &value) { list(value.body); },
                          [&](const shell::If &value) {
                              for (const shell::Branch &branch : value.branches) {
                                  list(branch.condition);
                                  list(branch.body);
                              }
                              if (value.otherwise)
                                  list(*value.otherwise);
                          },
                          [&](const shell::Loop &value) {
                              list(value.condition);
                              list(value.body);
                          },
                          [&](const shell::For &value) {
                              words(value.words);
                              list(value.body);
                          },
                          [&](const shell::ArithmeticFor &value) { list(value.body); },
                          [&](const shell::Case &value) {
                              inside(value.subject);
                              for (const shell::CaseItem &item : value.items)
                                  list(item.body);
                          },
                          [&](const shell::Function &value) { all(value.body); },
                          [&](const shell::Coproc &value) { all(value.body); },
                          [](const auto &) {}}, // tests, arithmetic, what is not taken apart
               node.value);
    for (const shell::Redirect &redirect : node.redirects) {
        inside(redirect.target);
        if (redirect.op == shell::RedirectOperator::HereString)
            kept(read(redirect.target), 0);
    }
}

// Commands inside the expansions of a word.
void Finder::inside(const shell::Word &word) {
    inside(word.parts);
}
void Finder::inside(const std::vector<shell::Part> &parts) {
    for (const shell::Part &part : parts)
        inside(part);
}
void Finder::inside(const shell::Part &part) {
    const auto words = [this](const std::vector<shell::Word> &list) {
        for (const shell::Word &word : list)
            inside(word);
    };
    std::visit(Overloaded{[&](const shell::DoubleQuoted &value) { inside(value.parts); },
                          [&](const shell::Parameter &value) { words(value.arguments); },
                          [&](const shell::CommandSubstitution &value) { list(value.body); },
                          [&](const shell::ProcessSubstitution &value) { list(value.body); },
                          [&](const shell::ExtendedGlob &value) { words(value.alternatives); },
                          [&](const shell::BraceExpansion &value) { words(value.alternatives); },
                          [](const auto &) {}},
               part.value);
}

// ---- words --------------------------------------------------------------------------------------

// Only where the text holds the very bytes: escapes inside backquotes and `$'\n'` have no place.
std::uint32_t Finder::place(const shell::Part &part, const shell::Literal &literal) const {
    std::size_t quotes = 0;
    if (literal.quoting == shell::Quoting::SingleQuoted)
        quotes = 1;
    else if (literal.quoting == shell::Quoting::DollarSingle)
        quotes = 2;
    const std::size_t begin = part.where.begin + quotes;
    const std::size_t end = quotes == 0 ? part.where.end : part.where.end - 1;
    if (begin > end || end > text_.size() || end - begin != literal.bytes.size() ||
        text_.substr(begin, end - begin) != literal.bytes)
        return SourceWord::nowhere;
    return static_cast<std::uint32_t>(begin);
}

void Finder::read(const shell::Part &part, bool quoted, SourceWord &out) const {
    if (const auto *literal = std::get_if<shell::Literal>(&part.value)) {
        out.add(WordPartKind::Literal, literal->bytes, place(part, *literal));
    } else if (const auto *both = std::get_if<shell::DoubleQuoted>(&part.value)) {
        for (const shell::Part &one : both->parts)
            read(one, true, out);
    } else if (const auto *tilde = std::get_if<shell::Tilde>(&part.value)) {
        out.add(WordPartKind::Literal, "~" + tilde->user);
    } else if (const auto *glob = std::get_if<shell::Glob>(&part.value)) {
        out.add(WordPartKind::Glob, glob->pattern);
    } else {
        out.add(WordPartKind::Hole, "<hole>");
        out.word.may_split =
            out.word.may_split ||
            !(quoted || std::holds_alternative<shell::ProcessSubstitution>(part.value));
    }
}

SourceWord Finder::read(const shell::Word &word) const {
    SourceWord out;
    for (const shell::Part &part : word.parts)
        read(part, false, out);
    return out;
}

void Finder::assignment(const shell::Assignment &assignment) {
    if (const auto *word = std::get_if<shell::Word>(&assignment.value)) {
        inside(*word);
        kept(read(*word), 0);
        return;
    }
    for (const auto &element : std::get<shell::ArrayValue>(assignment.value).elements) {
        inside(element.value);
        kept(read(element.value), 0);
    }
}

void Finder::simple(const shell::Simple &simple) {
    for (const shell::Assignment &one : simple.assignments)
        assignment(one);
    std::vector<SourceWord> argv;
    for (const shell::Word &word : simple.words) {
        inside(word);
        argv.push_back(read(word));
    }
    command(argv, 0);
}

// ---- commands -----------------------------------------------------------------------------------

void Finder::command(const std::vector<SourceWord> &argv, std::size_t depth) {
    if (argv.empty() || !argv[0].word.literal() || depth > max_wrapper_depth)
        return; // which words are operands is not known
    const std::string path = argv[0].word.text();
    const std::string_view name = base_name(path);
    if (gives_code(name))
        return;
    if (declares(name)) {
        std::for_each(argv.begin() + 1, argv.end(),
                      [this](const SourceWord &word) { after_equals(word); });
        return;
    }
    const Entry *entry = knowledge_.find(name);
    if (ran_.unknown && (name == "set" || (entry != nullptr && entry->is(Kind::Builtin) &&
                                           !entry->is(Kind::Wrapper))))
        return; // its operands may be kept: set, printf -v
    if (entry == nullptr) {
        std::for_each(argv.begin() + 1, argv.end(),
                      [this](const SourceWord &word) { operand(word); });
        return;
    }
    Words words;
    for (const SourceWord &word : argv)
        words.push_back(word.word);
    const Parsed parsed = parse_options(*entry, words);
    if (unsure(*entry, parsed))
        return;
    options(*entry, parsed, argv);
    const bool wraps = entry->inner && (entry->inner->how == Inner::How::Argv ||
                                        entry->inner->how == Inner::How::Append);
    std::size_t count = parsed.operands.size();
    if (wraps && !entry->skip_if_first_word && entry->skip < count) {
        count = entry->skip;
        const auto begin = static_cast<std::ptrdiff_t>(parsed.operand_at[count]);
        command({argv.begin() + begin, argv.end()}, depth + 1);
    }
    const bool has_subs = !entry->sub.empty() || !entry->known_subs.empty();
    for (std::size_t i = has_subs ? 1 : 0; i < count; ++i) {
        if (entry->style == Style::Key)
            after_equals(argv[parsed.operand_at[i]]);
        else
            operand(argv[parsed.operand_at[i]]);
    }
}

void Finder::options(const Entry &entry, const Parsed &parsed,
                     const std::vector<SourceWord> &argv) {
    for (std::size_t i = 0; i < parsed.options.size(); ++i) {
        const model::Option &option = parsed.options[i];
        if (!option.value || entry.option_inner.count(option.name) != 0)
            continue;
        const SourceWord &word = argv[parsed.option_at[i]];
        const std::size_t from = length(word.word) - length(*option.value);
        const std::string prefix = literal_prefix(word.word);
        const bool dash = !prefix.empty() && (prefix[0] == '-' || prefix[0] == '+');
        if (from != 0 || (!dash && !begins_unknown(word.word)))
            value(word, from);
    }
    const std::size_t end = parsed.operand_at.empty() ? argv.size() : parsed.operand_at[0];
    for (std::size_t i = 1; entry.assign && i < end; ++i) // env A=1
        after_equals(argv[i]);
}

void Finder::operand(const SourceWord &word) {
    const std::string prefix = literal_prefix(word.word);
    if (!prefix.empty() && prefix[0] != '-' && prefix[0] != '+' && !begins_unknown(word.word))
        value(word, 0);
    else if (prefix.compare(0, 2, "--") == 0 && prefix.find('=') != std::string::npos)
        value(word, prefix.find('=') + 1);
}

// NAME=value
void Finder::after_equals(const SourceWord &word) {
    const std::string prefix = literal_prefix(word.word);
    const std::size_t equals = prefix.find('=');
    if (equals != std::string::npos && equals != 0 && prefix[0] != '-')
        kept(word, equals + 1);
}

// ---- spans --------------------------------------------------------------------------------------

// What the shell keeps under a name or hands to a program as its input: it may run in a form that
// was not followed.
void Finder::kept(const SourceWord &word, std::size_t from) {
    if (!ran_.unknown)
        value(word, from);
}

// The literal parts of a word from byte `from` of its first literals on.
void Finder::value(const SourceWord &word, std::size_t from) {
    for (std::size_t i = 0; i < word.word.parts.size(); ++i) {
        const model::WordPart &part = word.word.parts[i];
        if (part.kind != WordPartKind::Literal)
            continue;
        if (from >= part.text.size()) {
            from -= part.text.size();
            continue;
        }
        if (word.at[i] != SourceWord::nowhere)
            piece(std::string_view(part.text).substr(from),
                  word.at[i] + static_cast<std::uint32_t>(from));
        from = 0;
    }
}

// Part of what runs, or holding the name of what runs.
bool Finder::runs(std::string_view bytes) {
    compared_ += texts_.size() + made_.size() * bytes.size();
    if (compared_ > max_compared_bytes)
        return true;
    if (texts_.find(bytes) != std::string::npos)
        return true;
    if (std::any_of(made_.begin(), made_.end(), [&](const std::string &name) {
            return bytes.find(name) != std::string_view::npos;
        }))
        return true;
    for (std::size_t at = bytes.find_first_not_of(blanks); at != std::string_view::npos;) {
        const std::size_t end = std::min(bytes.find_first_of(blanks, at), bytes.size());
        if (ran_.names.find(bytes.substr(at, end - at)) != ran_.names.end())
            return true;
        at = bytes.find_first_not_of(blanks, end);
    }
    return false;
}

void Finder::piece(std::string_view bytes, std::uint32_t place) {
    if (bytes.empty() || runs(bytes))
        return;
    std::size_t at = bytes.find_first_not_of(always_shown);
    while (at != std::string_view::npos) {
        const std::size_t end = std::min(bytes.find_first_of(always_shown, at), bytes.size());
        spans_.push_back(
            {place + static_cast<std::uint32_t>(at), place + static_cast<std::uint32_t>(end)});
        at = bytes.find_first_not_of(always_shown, end);
    }
}
} // namespace

std::vector<Span> constant_spans(const shell::Unit &unit, std::string_view text,
                                 const Knowledge &knowledge, const Ran &ran) {
    return Finder(text, knowledge, ran).run(unit.body);
}

} // namespace sallyport::facts
