// SPDX-License-Identifier: Apache-2.0
// Second parses: text of eval, -c, a here-document for a shell, a far shell behind ssh. All share
// one budget.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::Dialect;
using model::OpaqueReason;
} // namespace

Dialect Judge::dialect_of(ShellName shell, const Scene &scene) const {
    switch (shell) {
    case ShellName::Sh: // busybox prefers its own shell to any other program of that name
        return scene.dialect == Dialect::Ash ? Dialect::Ash : session_.sh;
    case ShellName::Login:
        return session_.login == Dialect::Unknown ? scene.dialect : session_.login;
    case ShellName::Self:
        return scene.dialect;
    case ShellName::Remote:
        return Dialect::Bash;
    case ShellName::Bash:
        return Dialect::Bash;
    case ShellName::Zsh:
        return Dialect::Zsh;
    case ShellName::Dash:
        return Dialect::Dash;
    case ShellName::Ash:
        return Dialect::Ash;
    case ShellName::Posix:
        return Dialect::Sh;
    }
    return Dialect::Unknown;
}

// What a child process knows: exported names only.
Environment Judge::child(const Environment &env) const {
    Environment inside;
    for (const auto &[name, variable] : env.variables) {
        if (variable.exported)
            inside.variables[name] = env.changes(name) ? Variable{} : variable;
    }
    inside.cwd = env.cwd;
    inside.code = env.code;
    inside.positional = Words{};
    return inside;
}

void Judge::parse_again(std::string text, Dialect dialect, Environment &env, Scene scene,
                        model::Span where) {
    scene.where = span(scene, where);
    ran_.texts.insert(text);
    reparsed_ += text.size();
    if (scene.depth >= max_wrapper_depth || reparsed_ > max_reparsed_bytes) {
        over_limit("commands inside commands too deep or too long");
        return;
    }
    if (!step())
        return;
    ++scene.depth;
    shell::Limits limits;
    limits.bytes = base::max_script_bytes;
    limits.extended_globs = shell::ExtendedGlobs::Unknown;
    units_.push_back(shell::parse(text, dialect, limits));
    const shell::Unit &unit = units_.back();
    for (const model::Notice notice : unit.notices) {
        if (std::find(facts_.notices.begin(), facts_.notices.end(), notice) == facts_.notices.end())
            facts_.notices.push_back(notice);
    }
    std::sort(facts_.notices.begin(), facts_.notices.end());
    if (unit.state == model::ParseState::OverLimit) {
        over_limit("an inner text is over a limit of the parser");
        return;
    }
    if (unit.state != model::ParseState::Ok) { // good lines before the fault may run
        opaque_unit(scene, OpaqueReason::EvalHole, where,
                    "an inner text is not complete shell: " +
                        (unit.error ? unit.error->message : std::string("unknown fault")));
        return;
    }
    scene.dialect = dialect;
    scene.unit = &unit;
    scene.direct = true; // a shell reads it, whatever started the shell
    scene.skip_functions = false;
    scene.builtin_done = false;
    list(unit.body, env, scene);
}

// One text for a new shell, with operands as its positional parameters.
void Judge::text_in(const std::string &text, ShellName shell, Environment &env, const Scene &scene,
                    model::Span where, std::optional<Words> positional) {
    if (shell == ShellName::Self) {
        parse_again(text, scene.dialect, env, scene, where);
        return;
    }
    const bool remote = shell == ShellName::Remote;
    const auto run = [&](Dialect dialect) {
        Environment inside = remote ? Environment{} : child(env);
        inside.positional = positional ? *positional : Words{};
        Scene apart = scene;
        apart.outer = false;
        apart.keeps_shell = false;
        parse_again(text, dialect, inside, apart, where);
    };
    run(dialect_of(shell, scene));
}

void Judge::run_text(const model::FactWord &word, ShellName shell, Environment &env,
                     const Scene &scene, model::Span where, std::optional<Words> positional) {
    if (word.literal()) {
        text_in(word.text(), shell, env, scene, where, std::move(positional));
        return;
    }
    ran(word, false);
    opaque_unit(scene, OpaqueReason::EvalHole, where,
                "text with an unknown part is run as shell: " + word.shown());
    if (shell == ShellName::Self) {
        env.forget_all();
        assigned("*");
    }
}

// Words joined by blanks and parsed; with `escape` each word is protected first (sudo -s).
void Judge::run_words(const Words &words, ShellName shell, bool escape, Environment &env,
                      const Scene &scene, model::Span where) {
    model::FactWord joined;
    std::string text;
    for (const model::FactWord &word : words) {
        if (!word.literal()) {
            // A hole in a text can be anything; a protected one stays one operand.
            if (!escape || &word == &words.front()) {
                run_text(word, shell, env, scene, where);
                return;
            }
            text += text.empty() ? "" : " ";
            text += "\"$_hole\"";
            continue;
        }
        text += text.empty() ? "" : " ";
        for (const char byte : word.text()) {
            const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                               (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' ||
                               byte == '$' || byte == '/' || byte == '.';
            if (escape && !plain)
                text += '\\';
            text += byte;
        }
        if (escape && word.text().empty())
            text += "''";
    }
    text_in(text, shell, env, scene, where, std::nullopt);
}

// Standard input as the text of a shell.
void Judge::standard_input(ShellName shell, Environment &env, const Scene &scene,
                           model::Command &command, std::optional<Words> positional) {
    if (scene.input.whole()) {
        Scene inside = scene;
        inside.in(model::ContextFlag::HereDocument);
        inside.input = {Input::From::Unknown, {}, true, nullptr};
        text_in(scene.input.text, shell, env, inside, command.where, std::move(positional));
        return;
    }
    const bool session = scene.input.from == Input::From::Session;
    const bool interactive = session && session_.terminal;
    if (session && !interactive && dry_ == 0)
        facts_.reads_script = true;
    opaque(command, interactive ? OpaqueReason::Interactive : OpaqueReason::StdinScript,
           interactive ? "a shell for a person: what is typed there is not seen"
                       : "the script on standard input is not known");
}

} // namespace sallyport::facts
