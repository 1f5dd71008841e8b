// SPDX-License-Identifier: Apache-2.0
// Folding of $x, ${x..} and the positional parameters.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using shell::ParameterOperator;

constexpr std::size_t max_pattern_text = 4096; // trimming is quadratic in it

Choices hole(std::string text, bool quoted) {
    return {{{Piece::Kind::Hole, std::move(text), quoted, !quoted}}};
}

bool is_defaulting(ParameterOperator op) {
    return op == ParameterOperator::UseDefault || op == ParameterOperator::AssignDefault ||
           op == ParameterOperator::UseAlternative || op == ParameterOperator::ErrorIfUnset;
}

// Removal of a prefix or suffix that matches: lengths from the shortest or from the longest.
std::string trimmed(const std::string &text, const std::string &pattern, bool prefix,
                    bool longest) {
    const std::string_view all = text;
    for (std::size_t i = 0; i <= all.size(); ++i) {
        const std::size_t length = longest ? all.size() - i : i;
        const std::string_view part =
            prefix ? all.substr(0, length) : all.substr(all.size() - length);
        if (matches(pattern, part))
            return std::string(prefix ? all.substr(length) : all.substr(0, all.size() - length));
    }
    return text;
}

std::string replaced(const std::string &text, const std::string &pattern, const std::string &by,
                     bool all) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = text.size() - at;
        while (length > 0 && !matches(pattern, std::string_view(text).substr(at, length)))
            --length;
        if (length == 0) {
            out += text[at++];
            continue;
        }
        out += by;
        at += length;
        if (!all)
            break;
    }
    return out + text.substr(std::min(at, text.size()));
}

std::string anchored(const std::string &text, const std::string &pattern, const std::string &by,
                     bool prefix) {
    for (std::size_t length = text.size() + 1; length-- > 0;) {
        const std::size_t from = prefix ? 0 : text.size() - length;
        if (matches(pattern, std::string_view(text).substr(from, length)))
            return prefix ? by + text.substr(length) : text.substr(0, from) + by;
    }
    return text;
}

std::string with_case(std::string text, ParameterOperator op) {
    const bool first = op == ParameterOperator::UpperFirst || op == ParameterOperator::LowerFirst;
    const bool upper = op == ParameterOperator::UpperFirst || op == ParameterOperator::UpperAll;
    for (std::size_t i = 0; i < (first ? std::min<std::size_t>(1, text.size()) : text.size());
         ++i) {
        char &byte = text[i];
        if (upper && byte >= 'a' && byte <= 'z')
            byte = static_cast<char>(byte - 'a' + 'A');
        if (!upper && byte >= 'A' && byte <= 'Z')
            byte = static_cast<char>(byte - 'A' + 'a');
    }
    return text;
}

std::optional<long> small_integer(const Variable &value) {
    if (value.hole || value.values.size() != 1 || value.values[0].items.size() != 1)
        return std::nullopt;
    std::string text = value.values[0].items[0].second;
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    const bool negative = !text.empty() && text[0] == '-';
    if (text.size() > 6 || !is_number(std::string_view(text).substr(negative ? 1 : 0)))
        return std::nullopt;
    return std::stol(text);
}

std::optional<std::string> substring(const std::string &text,
                                     const std::vector<Variable> &arguments) {
    const auto offset = small_integer(arguments[0]);
    const auto size = static_cast<long>(text.size());
    if (!offset || std::abs(*offset) > size)
        return std::nullopt;
    const long from = *offset < 0 ? size + *offset : *offset;
    if (arguments.size() < 2)
        return text.substr(static_cast<std::size_t>(from));
    const auto length = small_integer(arguments[1]);
    if (!length)
        return std::nullopt;
    const long to = *length < 0 ? size + *length : std::min(size, from + *length);
    if (to < from)
        return std::nullopt;
    return text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

std::optional<std::string> single(const Variable &value) {
    if (value.hole || value.values.size() != 1 || value.values[0].items.size() != 1)
        return std::nullopt;
    return value.values[0].items[0].second;
}

bool surely_number(std::string_view name) {
    return name == "#" || name == "?" || name == "$" || name == "!" || name == "RANDOM" ||
           name == "SECONDS" || name == "LINENO" || name == "PPID" || name == "UID" ||
           name == "EUID" || name == "BASHPID" || name == "EPOCHSECONDS" || name == "SRANDOM";
}
} // namespace

// ${x op w} on one known value; nothing where the result is not known.
std::optional<std::string> Judge::operated(const shell::Parameter &parameter,
                                           const std::string &value,
                                           const std::vector<Variable> &arguments) const {
    using Op = ParameterOperator;
    if (parameter.op == Op::None)
        return value;
    if (value.size() > max_pattern_text)
        return std::nullopt;
    if (parameter.op == Op::UpperAll || parameter.op == Op::UpperFirst ||
        parameter.op == Op::LowerAll || parameter.op == Op::LowerFirst) {
        const bool pattern = !arguments.empty() && single(arguments[0]) != std::string();
        return pattern ? std::nullopt : std::optional(with_case(value, parameter.op));
    }
    if (parameter.op == Op::Transform) {
        if (parameter.transform == 'U')
            return with_case(value, Op::UpperAll);
        if (parameter.transform == 'L')
            return with_case(value, Op::LowerAll);
        return std::nullopt;
    }
    if (arguments.empty())
        return std::nullopt;
    if (parameter.op == Op::Substring)
        return substring(value, arguments);
    const auto pattern = single(arguments[0]);
    const auto by = arguments.size() > 1 ? single(arguments[1]) : std::string();
    // A pattern with quoted wildcards, classes or `&` in the replacement is not folded.
    if (!pattern || !by || pattern->find_first_of("\\(") != std::string::npos ||
        pattern->find("[[") != std::string::npos || by->find('&') != std::string::npos)
        return std::nullopt;
    switch (parameter.op) {
    case Op::RemovePrefix:
    case Op::RemoveLongestPrefix:
        return trimmed(value, *pattern, true, parameter.op == Op::RemoveLongestPrefix);
    case Op::RemoveSuffix:
    case Op::RemoveLongestSuffix:
        return trimmed(value, *pattern, false, parameter.op == Op::RemoveLongestSuffix);
    case Op::ReplaceFirst:
    case Op::ReplaceAll:
        if (value.size() > 256)
            return std::nullopt;
        return replaced(value, *pattern, *by, parameter.op == Op::ReplaceAll);
    case Op::ReplacePrefix:
    case Op::ReplaceSuffix:
        return anchored(value, *pattern, *by, parameter.op == Op::ReplacePrefix);
    default:
        return std::nullopt;
    }
}

// "$@", $*, $1 from what is known of them.
Choices Judge::positional(const shell::Parameter &parameter, bool quoted,
                          const Environment &env) const {
    const std::string text = "$" + parameter.name;
    if (!env.positional || parameter.op != ParameterOperator::None || parameter.indirect)
        return hole(text, quoted && parameter.name != "@");
    const auto pieces_of = [&](const model::FactWord &word, Pieces &out) {
        for (const model::WordPart &part : word.parts) {
            if (part.kind == model::WordPartKind::Hole)
                out.push_back({Piece::Kind::Hole, part.text, quoted && !word.may_split, true});
            else if (part.kind == model::WordPartKind::Glob) // one of the names it matches
                out.push_back({Piece::Kind::Glob, part.text, quoted, false});
            else
                out.push_back({Piece::Kind::Text, part.text, quoted, !quoted});
        }
    };
    Pieces out;
    if (is_number(parameter.name)) {
        if (parameter.name == "0") {
            const auto zero = single(env.find("0"));
            return zero ? Choices{{{Piece::Kind::Text, *zero, quoted, !quoted}}}
                        : hole(text, quoted);
        }
        if (parameter.name.size() > 4)
            return hole(text, quoted);
        const auto index = static_cast<std::size_t>(std::stoul(parameter.name));
        if (index <= env.positional->size())
            pieces_of((*env.positional)[index - 1], out);
        return {out};
    }
    const bool joined = parameter.name == "*" && quoted;
    for (std::size_t i = 0; i < env.positional->size(); ++i) {
        if (i > 0)
            out.push_back(joined ? Piece{Piece::Kind::Text, " ", true, false}
                                 : Piece{Piece::Kind::Break, "", false, false});
        if (quoted)
            out.push_back({Piece::Kind::Text, "", true, false}); // each stays a word
        pieces_of((*env.positional)[i], out);
    }
    return {out};
}

// The element that a subscript names, a whole array as its items, or a string.
std::optional<Constant> Judge::element(const shell::Parameter &parameter, const Constant &value,
                                       Environment &env, const Scene &scene) {
    const bool zsh = scene.dialect == model::Dialect::Zsh;
    if (!parameter.subscript) {
        if (!value.array || zsh)
            return value;
        for (const auto &[key, item] : value.items) {
            if (key == "0")
                return constant(item);
        }
        return Constant{};
    }
    const auto key = single(value_of(*parameter.subscript, env, scene));
    if (!key)
        return std::nullopt;
    if (*key == "@" || *key == "*")
        return value.array ? value : Constant{true, value.items};
    if (!value.array)
        return zsh || *key != "0" ? std::nullopt : std::optional(value);
    if (zsh && !is_number(*key))
        return std::nullopt;
    const std::string wanted = zsh ? std::to_string(std::stoul(key->substr(0, 6)) - 1) : *key;
    for (const auto &[name, item] : value.items) {
        if (name == wanted)
            return constant(item);
    }
    return is_number(wanted) ? std::optional(Constant{}) : std::nullopt;
}

// What the name may hold; nothing: not known.
std::optional<std::vector<Constant>> Judge::values(const shell::Parameter &parameter,
                                                   Environment &env, const Scene &scene,
                                                   model::Span where) {
    Variable variable = env.find(parameter.name);
    if (parameter.indirect) {
        const auto name = single(variable);
        if (!name) {
            opaque_unit(scene, model::OpaqueReason::ArithEval, where,
                        "the name in `" + parameter.name + "` is not known and may be a subscript");
            return std::nullopt;
        }
        if (!is_name(*name)) {
            subscript_text(model::literal_word(*name), env, scene, where);
            return std::nullopt;
        }
        variable = env.find(*name);
    }
    if (variable.hole)
        return std::nullopt;
    std::vector<Constant> found;
    for (const Constant &value : variable.values) {
        auto one = element(parameter, value, env, scene);
        if (!one)
            return std::nullopt;
        found.push_back(std::move(*one));
    }
    return found;
}

// ${x-w} ${x=w} ${x+w} ${x?w}: which of the two stands there, for each value.
Choices Judge::defaulted(const shell::Parameter &parameter, bool quoted, Environment &env,
                         const Scene &scene, model::Span where) {
    using Op = ParameterOperator;
    Choices word{{}};
    if (!parameter.arguments.empty())
        word = expand(parameter.arguments[0].parts, quoted, env, scene);
    const auto found = values(parameter, env, scene, where);
    if (!found || found->empty()) {
        if (parameter.op == Op::AssignDefault) {
            watch(parameter.name, value_of(word), env, scene, where, nullptr);
            set(env, parameter.name, Variable{});
        }
        return hole("${" + parameter.name + "}", quoted);
    }
    Choices all;
    for (const Constant &value : *found) {
        const bool empty =
            value.items.empty() || (value.items.size() == 1 && value.items[0].second.empty());
        const bool absent = value.unset() || (parameter.colon && empty);
        if (absent == (parameter.op == Op::UseAlternative)) {
            all.push_back(parameter.op == Op::UseAlternative ? Pieces{}
                                                             : pieces(value, parameter, quoted));
            continue;
        }
        all.insert(all.end(), word.begin(), word.end());
        if (parameter.op == Op::AssignDefault) {
            watch(parameter.name, value_of(word), env, scene, where, nullptr);
            set(env, parameter.name, parameter.subscript ? Variable{} : value_of(word));
        }
    }
    return all.size() > max_alternatives ? hole("", quoted) : all;
}

Pieces Judge::pieces(const Constant &value, const shell::Parameter &parameter, bool quoted) const {
    Pieces out;
    const bool star = parameter.subscript && parameter.subscript->parts.size() == 1 &&
                      std::holds_alternative<shell::Glob>(parameter.subscript->parts[0].value);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0)
            out.push_back(quoted && star ? Piece{Piece::Kind::Text, " ", true, false}
                                         : Piece{Piece::Kind::Break, "", false, false});
        out.push_back({Piece::Kind::Text, value.items[i].second, quoted, !quoted});
    }
    return out;
}

Choices Judge::parameter(const shell::Parameter &parameter, bool quoted, Environment &env,
                         const Scene &scene, model::Span where) {
    using Op = ParameterOperator;
    const bool bash = scene.dialect != model::Dialect::Dash && scene.dialect != model::Dialect::Ash;
    if (guard_name(parameter.name)) // it would show or change the guard's own state
        guard_break(scene, where, parameter.name);
    if (parameter.subscript && bash) {
        const Variable key = value_of(*parameter.subscript, env, scene);
        const auto text = single(key);
        const bool numeric_key = text ? (*text == "@" || *text == "*") : key.number;
        if (!numeric_key && !env.find(parameter.name).associative)
            evaluated(text ? model::literal_word(*text) : hole_word("", false), env, scene, where);
    }
    if (is_defaulting(parameter.op)) {
        if (parameter.name == "@" || parameter.name == "*" || is_number(parameter.name)) {
            for (const shell::Word &word : parameter.arguments)
                (void)expand(word.parts, quoted, env, scene);
            return hole("${" + parameter.name + "}", quoted);
        }
        return defaulted(parameter, quoted, env, scene, where);
    }
    std::vector<Variable> arguments;
    for (const shell::Word &word : parameter.arguments) {
        arguments.push_back(value_of(expand(word.parts, true, env, scene)));
        if (parameter.op == Op::Substring && bash) {
            const auto text = single(arguments.back());
            if (!arguments.back().number)
                evaluated(text ? model::literal_word(*text) : hole_word("", false), env, scene,
                          where);
        }
    }
    if (parameter.length ||
        (surely_number(parameter.name) && env.variables.count(parameter.name) == 0))
        return {{{Piece::Kind::Hole, "<number>", true, false}}};
    if (parameter.op == Op::NamesWithPrefix || parameter.op == Op::Keys)
        return hole("${!" + parameter.name + "}", quoted);
    if (parameter.name == "@" || parameter.name == "*" || is_number(parameter.name))
        return positional(parameter, quoted, env);
    const Variable variable = env.find(parameter.name);
    const auto found = values(parameter, env, scene, where);
    if (parameter.op == Op::Transform && parameter.transform == 'P') {
        if (!found)
            opaque_unit(scene, model::OpaqueReason::EvalHole, where,
                        "`" + parameter.name + "` is expanded as a prompt, which runs commands");
        for (const Constant &value : found ? *found : std::vector<Constant>{}) {
            for (const auto &[key, item] : value.items)
                prompt_text(item, env, scene, where);
        }
        return hole("${" + parameter.name + "@P}", quoted);
    }
    if (!found) {
        const bool number = variable.hole && variable.number && parameter.op == Op::None;
        if (number)
            return {{{Piece::Kind::Hole, "<number>", true, false}}};
        const bool of_the_text = env.variables.count(parameter.name) != 0;
        return hole(of_the_text ? "$(..)" : "$" + parameter.name, quoted);
    }
    Choices all;
    for (Constant value : *found) {
        if (value.array && parameter.op == Op::Substring) // ${a[@]:1:1} takes elements
            return hole("${" + parameter.name + "}", quoted);
        for (auto &[key, item] : value.items) {
            const auto done = operated(parameter, item, arguments);
            if (!done)
                return hole("${" + parameter.name + "}", quoted);
            item = *done;
        }
        all.push_back(pieces(value, parameter, quoted));
    }
    return all;
}

} // namespace sallyport::facts
