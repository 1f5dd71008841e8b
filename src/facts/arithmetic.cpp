// SPDX-License-Identifier: Apache-2.0
// Arithmetic runs code in bash: it evaluates the values of the names in it, and a subscript in a
// value may hold a substitution (shell-judging facts 25 and 26).
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::OpaqueReason;

constexpr std::size_t max_evaluation_depth = 8;

bool name_byte(char byte) {
    return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

// Where a name stands in an expression, and whether the expression assigns to it.
struct Use {
    std::string name;
    bool assigns = false;
};

bool assigns_at(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] == ' ')
        ++at;
    const std::string_view rest = text.substr(at);
    for (const std::string_view op :
         {"++", "--", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="}) {
        if (rest.substr(0, op.size()) == op)
            return true;
    }
    return rest.size() > 0 && rest[0] == '=' && rest.substr(0, 2) != "==";
}

std::vector<Use> uses(std::string_view text) {
    std::vector<Use> found;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!name_byte(text[at])) {
            ++at;
            continue;
        }
        const std::size_t from = at;
        while (at < text.size() && name_byte(text[at]))
            ++at;
        const std::string_view name = text.substr(from, at - from);
        if (!is_name(name))
            continue;
        std::size_t after = at;
        if (after < text.size() && text[after] == '[')
            after = std::min(text.find(']', after), text.size() - 1) + 1;
        const bool before =
            from >= 2 && (text.substr(from - 2, 2) == "++" || text.substr(from - 2, 2) == "--");
        found.push_back({std::string(name), before || assigns_at(text, after)});
    }
    return found;
}

bool holds_substitution(std::string_view text) {
    return text.find('`') != std::string_view::npos || text.find("$(") != std::string_view::npos;
}

// Words that stand in expressions without being variables of anybody.
bool harmless_name(std::string_view name) {
    return name == "RANDOM" || name == "SECONDS" || name == "LINENO" || name == "EPOCHSECONDS" ||
           name == "BASHPID" || name == "PPID" || name == "UID" || name == "EUID" ||
           name == "SRANDOM";
}
} // namespace

void Judge::arithmetic(const shell::ArithmeticExpansion &expression, Environment &env,
                       const Scene &scene, model::Span where) {
    const Choices folded = expand(expression.parts, true, env, scene); // its substitutions run
    if (scene.dialect == model::Dialect::Dash || scene.dialect == model::Dialect::Ash) {
        for (const Use &use : uses(expression.text)) {
            if (!use.assigns)
                continue;
            watch(use.name, number_hole(), env, scene, where, nullptr);
            set(env, use.name, number_hole());
        }
        return;
    }
    for (const Pieces &pieces : folded) {
        std::string text;
        bool unknown = false;
        for (const Piece &piece : pieces) {
            unknown = unknown || (piece.kind == Piece::Kind::Hole && piece.text != "<number>");
            text += piece.kind == Piece::Kind::Hole ? "0" : piece.text;
        }
        if (unknown)
            evaluated(hole_word("", false), env, scene, where);
        evaluated(text, env, scene, where);
    }
}

void Judge::evaluated(const model::FactWord &word, Environment &env, const Scene &scene,
                      model::Span where) {
    const bool evaluates =
        scene.dialect != model::Dialect::Dash && scene.dialect != model::Dialect::Ash;
    if (!evaluates)
        return;
    if (word.literal()) {
        evaluated(word.text(), env, scene, where);
        return;
    }
    for (const model::WordPart &part : word.parts) {
        if (part.kind == model::WordPartKind::Hole && part.text != "<number>") {
            opaque_unit(scene, OpaqueReason::ArithEval, where,
                        "an unknown value is evaluated as arithmetic, which runs commands in "
                        "subscripts");
            return;
        }
    }
}

void Judge::evaluated(std::string_view text, Environment &env, const Scene &scene,
                      model::Span where, std::size_t depth) {
    if (!step())
        return;
    if (depth > max_evaluation_depth) {
        opaque_unit(scene, OpaqueReason::ArithEval, where, "values refer to each other too often");
        return;
    }
    if (holds_substitution(text))
        double_quoted_text(text, env, scene, where);
    for (const Use &use : uses(text)) {
        if (use.assigns) {
            watch(use.name, number_hole(), env, scene, where, nullptr);
            set(env, use.name, number_hole());
            continue;
        }
        const Variable variable = env.find(use.name);
        if (numeric(variable) || (variable.hole && harmless_name(use.name)))
            continue;
        if (variable.hole) {
            opaque_unit(scene, OpaqueReason::ArithEval, where,
                        "the value of `" + use.name +
                            "` is not known; evaluating it runs commands in subscripts");
            continue;
        }
        for (const Constant &value : variable.values) {
            for (const auto &[key, item] : value.items) {
                if (item != text)
                    evaluated(item, env, scene, where, depth + 1);
            }
        }
    }
}

// `a[$(cmd)]` as an operand of read, unset, printf -v, test -v ...: the subscript is evaluated.
void Judge::subscript_text(const model::FactWord &word, Environment &env, const Scene &scene,
                           model::Span where) {
    if (scene.dialect == model::Dialect::Dash || scene.dialect == model::Dialect::Ash)
        return;
    if (!word.literal()) {
        opaque_unit(scene, OpaqueReason::ArithEval, where,
                    "an unknown name may have a subscript, which is evaluated");
        return;
    }
    const std::string text = word.text();
    const std::size_t open = text.find('[');
    if (open != std::string::npos)
        evaluated(std::string_view(text).substr(open + 1), env, scene, where);
}

// Text that a shell expands as if it stood in double quotes.
void Judge::double_quoted_text(std::string_view text, Environment &env, const Scene &scene,
                               model::Span where) {
    std::string quoted = ": \"";
    for (const char byte : text) {
        if (byte == '"')
            quoted += '\\';
        quoted += byte;
    }
    quoted += '"';
    Scene inside = scene;
    inside.in(model::ContextFlag::Substitution);
    Environment copy = env;
    parse_again(std::move(quoted), scene.dialect, copy, inside, where);
}

// A prompt string: backslash sequences are decoded, then it is expanded.
void Judge::prompt_text(const std::string &text, Environment &env, const Scene &scene,
                        model::Span where) {
    if (text.find('\\') != std::string::npos &&
        text.find_first_of("$`0123456789") != std::string::npos) {
        opaque_unit(scene, OpaqueReason::EvalHole, where,
                    "a prompt with escapes is expanded, which runs commands");
    }
    if (text.find_first_of("$`") != std::string::npos)
        double_quoted_text(text, env, scene, where);
}

} // namespace sallyport::facts
