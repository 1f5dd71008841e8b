// SPDX-License-Identifier: Apache-2.0
// Folding of words: from the parts that the parser keeps to literals, globs and holes. Every
// command in a word is walked on the way.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::WordPartKind;

Piece text_piece(std::string text, bool quoted) {
    return {Piece::Kind::Text, std::move(text), quoted, false};
}
Piece hole_piece(std::string text, bool quoted) {
    return {Piece::Kind::Hole, std::move(text), quoted, !quoted};
}

// Both words behind each other, in every combination; too many become a hole.
Choices product(Choices left, const Choices &right) {
    if (right.size() == 1) {
        for (Pieces &pieces : left)
            pieces.insert(pieces.end(), right[0].begin(), right[0].end());
        return left;
    }
    if (left.size() * right.size() > max_alternatives)
        return {{hole_piece("", false)}};
    Choices both;
    for (const Pieces &one : left) {
        for (const Pieces &other : right) {
            both.push_back(one);
            both.back().insert(both.back().end(), other.begin(), other.end());
        }
    }
    return both;
}

class Splitter { // pieces to fields
  public:
    explicit Splitter(bool splits) : splits_(splits) {}
    void add(const Piece &piece);
    Words take() {
        end();
        return std::move(fields_);
    }

  private:
    void append(WordPartKind kind, std::string_view text);
    void expanded(std::string_view text);
    void end();

    bool splits_, alive_ = false;
    FactWord word_;
    Words fields_;
};

void Splitter::append(WordPartKind kind, std::string_view text) {
    alive_ = true;
    if (text.empty() && kind == WordPartKind::Literal)
        return;
    if (!word_.parts.empty() && word_.parts.back().kind == kind && kind == WordPartKind::Literal) {
        word_.parts.back().text += text;
        return;
    }
    word_.parts.push_back({kind, std::string(text)});
}

void Splitter::end() {
    if (alive_)
        fields_.push_back(std::move(word_));
    word_ = {};
    alive_ = false;
}

// The value of an unquoted variable: split at blanks, its wildcards count.
void Splitter::expanded(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        if (byte == ' ' || byte == '\t' || byte == '\n') {
            end();
            continue;
        }
        const bool extended = i + 1 < text.size() && text[i + 1] == '(' &&
                              (byte == '@' || byte == '+' || byte == '!');
        if (extended) { // a pattern of bash if extglob is on: up to the next blank
            append(WordPartKind::Hole, "");
            i = std::min(text.find_first_of(" \t\n", i), text.size()) - 1;
            continue;
        }
        if (byte == '*' || byte == '?' || byte == '[')
            append(WordPartKind::Glob, text.substr(i, 1));
        else
            append(WordPartKind::Literal, text.substr(i, 1));
    }
}

void Splitter::add(const Piece &piece) {
    switch (piece.kind) {
    case Piece::Kind::Break:
        end();
        return;
    case Piece::Kind::Glob:
        append(WordPartKind::Glob, piece.text);
        return;
    case Piece::Kind::Hole:
        append(WordPartKind::Hole, piece.text);
        word_.may_split = word_.may_split || !piece.quoted;
        return;
    case Piece::Kind::Text:
        break;
    }
    if (piece.split && splits_) {
        expanded(piece.text);
        return;
    }
    if (piece.quoted || !piece.text.empty())
        append(WordPartKind::Literal, piece.text);
}

// With nocaseglob a name that holds a pattern matches in either case: it becomes `*`.
FactWord in_any_case(const FactWord &word) {
    std::vector<std::vector<model::WordPart>> names{{}};
    for (const model::WordPart &part : word.parts) {
        std::size_t at = 0;
        for (std::size_t slash = part.text.find('/');
             part.kind != WordPartKind::Hole && slash != std::string::npos;
             slash = part.text.find('/', at)) {
            names.back().push_back({part.kind, part.text.substr(at, slash - at)});
            names.emplace_back();
            at = slash + 1;
        }
        names.back().push_back({part.kind, part.text.substr(at)});
    }
    FactWord out;
    out.may_split = word.may_split;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0)
            out.parts.push_back({WordPartKind::Literal, "/"});
        const bool pattern = std::any_of(names[i].begin(), names[i].end(), [](const auto &part) {
            return part.kind == WordPartKind::Glob;
        });
        if (pattern)
            out.parts.push_back({WordPartKind::Glob, "*"});
        for (model::WordPart &part : names[i]) {
            if (part.kind == WordPartKind::Hole || (!pattern && !part.text.empty()))
                out.parts.push_back(std::move(part));
        }
    }
    return out;
}

std::vector<std::string> sequence(const shell::BraceExpansion &brace) {
    const auto integer = [](const std::string &text) -> std::optional<long> {
        if (text.empty() || text.size() > 6 ||
            !is_number(text[0] == '-' ? std::string_view(text).substr(1) : text))
            return std::nullopt;
        return std::stol(text);
    };
    const auto first = integer(brace.first), last = integer(brace.last);
    const bool letters = !first && brace.first.size() == 1 && brace.last.size() == 1;
    const long from = letters ? brace.first[0] : first.value_or(0);
    const long to = letters ? brace.last[0] : last.value_or(0);
    long by = std::abs(integer(brace.step).value_or(1));
    if ((!letters && (!first || !last)) || std::abs(to - from) / std::max(by, 1L) > 1023 ||
        (brace.first.size() > 1 && brace.first[0] == '0') ||
        (brace.last.size() > 1 && brace.last[0] == '0'))
        return {};
    by = std::max(by, 1L);
    std::vector<std::string> words;
    for (long value = from; from <= to ? value <= to : value >= to; value += from <= to ? by : -by)
        words.push_back(letters ? std::string(1, static_cast<char>(value)) : std::to_string(value));
    return words;
}
} // namespace

model::FactWord hole_word(std::string text, bool may_split) {
    return {{{WordPartKind::Hole, std::move(text)}}, may_split};
}

std::string literal_prefix(const FactWord &word) {
    std::string prefix;
    for (const model::WordPart &part : word.parts) {
        if (part.kind != WordPartKind::Literal)
            break;
        prefix += part.text;
    }
    return prefix;
}

bool begins_unknown(const FactWord &word) {
    return word.has_hole() && literal_prefix(word).empty() &&
           word.parts[0].kind == WordPartKind::Hole && word.parts[0].text.substr(0, 1) != "~";
}

bool is_process(const FactWord &word) {
    return word.parts.size() == 1 && word.parts[0].kind == WordPartKind::Hole &&
           word.parts[0].text == "<procsub>";
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char byte) { return byte >= '0' && byte <= '9'; });
}

bool numeric(const Variable &variable) {
    if (variable.hole)
        return variable.number;
    return std::all_of(variable.values.begin(), variable.values.end(), [](const Constant &value) {
        return !value.array &&
               (value.unset() || value.items[0].second.empty() || is_number(value.items[0].second));
    });
}

Variable number_hole() {
    Variable variable;
    variable.number = true;
    return variable;
}

const shell::Part *Judge::made(std::string text, model::Span where) {
    parts_.push_back({where, shell::Literal{std::move(text), shell::Quoting::None}});
    return &parts_.back();
}

// The words that braces make of one, as lists of parts.
std::vector<std::vector<const shell::Part *>> Judge::braces(const std::vector<shell::Part> &parts,
                                                            bool &overflow) {
    std::vector<std::vector<const shell::Part *>> words{{}};
    for (const shell::Part &part : parts) {
        const auto *brace = std::get_if<shell::BraceExpansion>(&part.value);
        if (brace == nullptr) {
            for (auto &word : words)
                word.push_back(&part);
            continue;
        }
        std::vector<std::vector<const shell::Part *>> inside;
        if (brace->is_sequence()) {
            for (std::string &text : sequence(*brace))
                inside.push_back({made(std::move(text), part.where)});
            overflow = overflow || inside.empty();
        }
        for (const shell::Word &alternative : brace->alternatives) {
            auto more = braces(alternative.parts, overflow);
            inside.insert(inside.end(), more.begin(), more.end());
        }
        words_ += words.size() * inside.size();
        if (overflow || words.size() * inside.size() > max_brace_words || words_ > max_words) {
            overflow = true;
            return {};
        }
        std::vector<std::vector<const shell::Part *>> both;
        for (const auto &left : words) {
            for (const auto &right : inside) {
                both.push_back(left);
                both.back().insert(both.back().end(), right.begin(), right.end());
            }
        }
        words = std::move(both);
    }
    return words;
}

Words Judge::split(const Pieces &pieces, const Environment &env, const Scene &scene) const {
    Splitter splitter(scene.dialect != model::Dialect::Zsh);
    const bool zsh = scene.dialect == model::Dialect::Zsh;
    for (const Piece &piece : pieces) {
        // With extendedglob, which a start-up file may set, these are patterns.
        if (zsh && piece.kind == Piece::Kind::Text && !piece.quoted && !piece.split &&
            piece.text.find_first_of("^#~") != std::string::npos) {
            splitter.add({Piece::Kind::Glob, "*", false, false});
            continue;
        }
        // zsh does not split until an option says so; a changed IFS splits somewhere else
        if (piece.split && piece.kind == Piece::Kind::Text && env.splitting_changed) {
            splitter.add({Piece::Kind::Hole, "", false, true});
            continue;
        }
        splitter.add(piece);
    }
    Words words = splitter.take();
    if (env.any_case) {
        for (FactWord &word : words)
            word = in_any_case(word);
    }
    return words;
}

std::vector<Words> Judge::fields(const shell::Word &word, Environment &env, const Scene &scene) {
    bool overflow = false;
    const auto words = braces(word.parts, overflow);
    if (overflow) {
        (void)expand_all(word.parts, env, scene); // commands in it run all the same
        return {{hole_word("{..}", true)}};
    }
    std::vector<Words> all{{}};
    for (const auto &parts : words) {
        const Choices choices = expand(parts, false, env, scene);
        if (all.size() * choices.size() > max_alternatives) {
            for (Words &one : all)
                one.push_back(hole_word("", true));
            continue;
        }
        std::vector<Words> both;
        for (const Words &left : all) {
            for (const Pieces &pieces : choices) {
                both.push_back(left);
                Words right = split(pieces, env, scene);
                both.back().insert(both.back().end(), right.begin(), right.end());
            }
        }
        all = std::move(both);
    }
    return all;
}

// Without knowing how braces come out: every part once, for the commands in it.
void Judge::expand_all(const std::vector<shell::Part> &parts, Environment &env,
                       const Scene &scene) {
    for (const shell::Part &part : parts) {
        if (const auto *brace = std::get_if<shell::BraceExpansion>(&part.value)) {
            for (const shell::Word &alternative : brace->alternatives)
                expand_all(alternative.parts, env, scene);
            continue;
        }
        (void)expand(part, false, env, scene);
    }
}

// The value of a word where nothing is split: assignments, subjects, here-strings.
Variable Judge::value_of(const shell::Word &word, Environment &env, const Scene &scene) {
    return value_of(expand(word.parts, false, env, scene));
}

Variable Judge::value_of(const Choices &choices) const {
    Variable variable;
    variable.hole = false;
    variable.number = true;
    for (const Pieces &pieces : choices) {
        std::string text;
        for (const Piece &piece : pieces) {
            if (piece.kind == Piece::Kind::Hole) {
                variable.hole = true;
                variable.number = variable.number && piece.text == "<number>";
                continue;
            }
            variable.number = variable.number && (piece.text.empty() || is_number(piece.text));
            text += piece.kind == Piece::Kind::Break ? " " : piece.text;
        }
        variable.hole = variable.hole || text.size() > max_folded_bytes;
        variable.values.push_back(constant(std::move(text)));
    }
    if (variable.hole)
        variable.values.clear();
    else
        variable.number = false;
    return variable;
}

Choices Judge::expand(const std::vector<const shell::Part *> &parts, bool quoted, Environment &env,
                      const Scene &scene) {
    Choices all{{}};
    for (const shell::Part *part : parts)
        all = product(std::move(all), expand(*part, quoted, env, scene));
    return all;
}

Choices Judge::expand(const std::vector<shell::Part> &parts, bool quoted, Environment &env,
                      const Scene &scene) {
    Choices all{{}};
    for (const shell::Part &part : parts)
        all = product(std::move(all), expand(part, quoted, env, scene));
    return all;
}

namespace {
bool only_positional(const shell::DoubleQuoted &quoted) { // "$@" may be no word at all
    if (quoted.parts.size() != 1)
        return false;
    const auto *parameter = std::get_if<shell::Parameter>(&quoted.parts[0].value);
    if (parameter == nullptr)
        return false;
    const bool at_subscript =
        parameter->subscript && parameter->subscript->parts.size() == 1 &&
        std::holds_alternative<shell::Literal>(parameter->subscript->parts[0].value) &&
        std::get<shell::Literal>(parameter->subscript->parts[0].value).bytes == "@";
    return parameter->name == "@" || at_subscript;
}
} // namespace

Choices Judge::expand_quoted(const shell::DoubleQuoted &value, Environment &env,
                             const Scene &scene) {
    Choices inside = expand(value.parts, true, env, scene);
    if (only_positional(value))
        return inside;
    for (Pieces &pieces : inside)
        pieces.insert(pieces.begin(), text_piece("", true));
    return inside;
}

Choices Judge::expand(const shell::Part &part, bool quoted, Environment &env, const Scene &scene) {
    if (!step())
        return {{hole_piece("", quoted)}};
    if (const auto *literal = std::get_if<shell::Literal>(&part.value))
        return {{text_piece(literal->bytes, quoted || literal->quoting != shell::Quoting::None)}};
    if (const auto *value = std::get_if<shell::DoubleQuoted>(&part.value))
        return expand_quoted(*value, env, scene);
    if (const auto *value = std::get_if<shell::Parameter>(&part.value))
        return parameter(*value, quoted, env, scene, part.where);
    if (const auto *value = std::get_if<shell::CommandSubstitution>(&part.value))
        return substitution(*value, quoted, env, scene);
    if (const auto *value = std::get_if<shell::ArithmeticExpansion>(&part.value)) {
        arithmetic(*value, env, scene, part.where);
        return {{{Piece::Kind::Hole, "<number>", true, false}}};
    }
    if (const auto *value = std::get_if<shell::ProcessSubstitution>(&part.value)) {
        Environment inside = env;
        Scene apart = scene;
        apart.in(model::ContextFlag::Substitution);
        apart.keeps_shell = false;
        apart.output_piped = true;
        if (value->direction == shell::ProcessDirection::Write)
            apart.input = Input::unknown();
        list(value->body, inside, apart);
        return {{{Piece::Kind::Hole, "<procsub>", true, false}}};
    }
    if (const auto *value = std::get_if<shell::Glob>(&part.value))
        return {{{Piece::Kind::Glob, value->whole ? value->pattern : "*", false, false}}};
    if (const auto *value = std::get_if<shell::ExtendedGlob>(&part.value)) {
        for (const shell::Word &word : value->alternatives)
            (void)value_of(word, env, scene);
        return {{{Piece::Kind::Glob, "*", false, false}}};
    }
    if (const auto *value = std::get_if<shell::Tilde>(&part.value)) {
        // Absolute unless the text itself says otherwise; `~-` may be any word.
        const bool absolute = env.variables.count("HOME") == 0 && value->user != "-";
        return {{{Piece::Kind::Hole, (absolute ? "~" : "") + value->user, true, false}}};
    }
    if (const auto *value = std::get_if<shell::ArrayValue>(&part.value)) {
        bool hole = false;
        (void)array_value(*value, env, scene, hole);
        return {{hole_piece("(..)", true)}};
    }
    if (std::holds_alternative<shell::BraceExpansion>(part.value)) { // where braces do not expand
        expand_all({part}, env, scene);
        return {{hole_piece("{..}", quoted)}};
    }
    const auto &unsupported = std::get<shell::UnsupportedPart>(part.value);
    opaque_unit(scene, model::OpaqueReason::UnsupportedSyntax, part.where, unsupported.reason);
    return {{hole_piece(unsupported.text, quoted)}};
}

Choices Judge::substitution(const shell::CommandSubstitution &substitution, bool quoted,
                            Environment &env, const Scene &scene) {
    Environment inside = env;
    Scene apart = scene;
    apart.in(model::ContextFlag::Substitution);
    apart.keeps_shell = false;
    apart.output_piped = true;
    auto output = constant_output(substitution.body, inside, apart);
    list(substitution.body, inside, apart);
    if (!output)
        return {{hole_piece("$(..)", quoted)}};
    while (!output->empty() && output->back() == '\n')
        output->pop_back();
    return {{{Piece::Kind::Text, std::move(*output), quoted, !quoted}}};
}

} // namespace sallyport::facts
