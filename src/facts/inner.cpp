// SPDX-License-Identifier: Apache-2.0
// The inner command of a wrapper: where it stands, which shell reads it.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using How = Inner::How;
using model::FactWord;
using model::OpaqueReason;

Words from(const Words &words, std::size_t index) {
    if (index >= words.size())
        return {};
    return Words(words.begin() + static_cast<std::ptrdiff_t>(index), words.end());
}

// The old form without `--`: from an operand on every word belongs to the inner command.
Words behind(const Words &argv, const Parsed &parsed, std::size_t operand) {
    return operand < parsed.operand_at.size() ? from(argv, parsed.operand_at[operand]) : Words{};
}

std::string lower(std::string text) {
    for (char &byte : text) {
        if (byte >= 'A' && byte <= 'Z')
            byte = static_cast<char>(byte - 'A' + 'a');
    }
    return text;
}

// Words of a program line that no shell reads: split at blanks.
Words split_blanks(std::string_view text) {
    Words out;
    std::size_t at = text.find_first_not_of(" \t");
    while (at != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
        out.push_back(model::literal_word(std::string(text.substr(at, end - at))));
        at = text.find_first_not_of(" \t", end);
    }
    return out;
}
} // namespace

// An argument list that becomes a process (or, behind command and builtin, the shell's own).
void Judge::run_argv(Words argv, Environment &env, const Scene &scene, model::Command &command) {
    if (argv.empty())
        return;
    if (scene.depth >= max_wrapper_depth) {
        over_limit("more than " + std::to_string(max_wrapper_depth) + " wrappers");
        return;
    }
    Scene inside = scene;
    ++inside.depth;
    inside.skip_functions = true;
    const std::string wrapper = command.name.literal() ? command.name.text() : "";
    if (scene.direct && (wrapper == "command" || wrapper == "builtin")) {
        this->command(std::move(argv), env, inside, command.where, {}, {});
        return;
    }
    inside.direct = false;
    inside.keeps_shell = false;
    Environment apart = env;
    this->command(std::move(argv), apart, inside, command.where, {}, {});
}

// env A=1, sudo A=1: into the environment of the inner command.
void Judge::wrapper_environment(const Parsed &parsed, Environment &env, const Scene &scene,
                                model::Command &command) {
    for (const std::string &assignment : parsed.assignments) {
        const std::size_t equals = assignment.find('=');
        const std::string name = assignment.substr(0, equals);
        const std::string value = assignment.substr(equals + 1);
        const bool hole = value.find("<hole>") != std::string::npos;
        Variable variable = hole ? Variable{} : known(constant(value));
        variable.exported = true;
        if (name.find("<hole>") != std::string::npos || name.find('%') != std::string::npos)
            opaque(command, OpaqueReason::EnvCode, "`" + name + "` may define a function");
        watch(name, variable, env, scene, command.where, &command);
        if (is_name(name))
            env.variables[name] = std::move(variable);
    }
}

bool Judge::inner_of(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
                     const Words &argv, bool safe, Environment &env, Scene &scene,
                     model::Command &command) {
    const bool in_place = scene.direct && (entry.name == "command" || entry.name == "builtin" ||
                                           entry.name == "eval");
    if (in_place)
        return !safe && operands_inner(*entry.inner, entry, parsed, argv, 0, env, scene, command);
    Environment inside = env;
    wrapper_environment(parsed, inside, scene, command);
    if (const FactWord *directory = parsed.value(entry.name == "env" ? "C" : "D");
        directory != nullptr || parsed.value("chdir") != nullptr)
        inside.cwd.reset();
    bool found = option_inner(entry, parsed, inside, scene, command);
    if (entry.name == "exec" && parsed.has("a") && scene.dialect == model::Dialect::Ash)
        opaque(command, OpaqueReason::ReboundName, "busybox chooses the program by this name");
    if (safe)
        return found;
    if (entry.name == "find")
        return find_program(entry, argv, inside, scene, command) || found;
    if (entry.name == "git")
        found = git_program(parsed, inside, scene, command) || found;
    if (entry.name == "crontab")
        return cron_table(parsed, inside, scene, command) || found;
    if (entry.name == "su" || (entry.name == "runuser" && !parsed.has_any({"u", "user"})))
        return su_program(parsed, inside, scene, command);
    if (entry.is(Kind::Shell) && !entry.opaque)
        return shell_program(entry, parsed, inside, scene, command) || found;
    std::optional<Inner> inner = entry.inner;
    std::size_t skip = entry.skip;
    bool suppressed = false;
    for (const MatchedRow &row : rows) {
        suppressed = suppressed || (row.row->suppress_inner && row.certainty == Certainty::Yes);
        if (!row.row->inner)
            continue;
        inner = row.row->inner;
        skip = row.row->skip.value_or(row.row->sub.empty() ? entry.skip : row.row->sub.size());
    }
    if (parsed.has("split-string") || (entry.name == "env" && parsed.has("S")))
        return found;
    if (!inner || suppressed)
        return found;
    return operands_inner(*inner, entry, parsed, argv, skip, inside, scene, command) || found;
}

bool Judge::operands_inner(const Inner &inner, const Entry &entry, const Parsed &parsed,
                           const Words &argv, std::size_t skip, Environment &env,
                           const Scene &scene, model::Command &command) {
    Words words = from(parsed.operands, skip);
    if (entry.skip_if_first_word && !words.empty() && command.argv.size() > 1 &&
        literal_prefix(command.argv[1]).compare(0, 1, "-") != 0)
        return after_first_word(entry, env, scene, command);
    if (!words.empty() && words[0].literal() &&
        entry.operand_inner.count(words[0].text().substr(
            std::min(words[0].text().find_first_not_of('-'), words[0].text().size()))) != 0 &&
        words.size() > 1) { // flock FILE -c TEXT
        run_text(words[1], ShellName::Login, env, scene, command.where);
        return true;
    }
    switch (inner.how) {
    case How::Argv: // from its first word on everything is its own, options too
        if (words.empty())
            return no_inner(entry, command);
        words = from(argv, parsed.operand_at[skip]);
        run_argv(std::move(words), env, scene, command);
        return true;
    case How::Append:
        return xargs_program(parsed, env, scene, command);
    case How::Join:
        if (entry.name == "parallel")
            return parallel_program(parsed, env, scene, command);
        if (words.empty())
            return no_inner(entry, command);
        run_words(words, inner.shell, entry.name == "sudo", env, scene, command.where);
        return true;
    case How::Shell: // sg GROUP [-c] TEXT
        words.erase(std::remove_if(
                        words.begin(), words.end(),
                        [](const FactWord &word) { return word.literal() && word.text() == "-c"; }),
                    words.end());
        if (words.empty())
            return no_inner(entry, command);
        run_text(words[0], inner.shell, env, scene, command.where);
        return true;
    case How::AfterDashes:
        words = parsed.dashes ? from(parsed.operands, *parsed.dashes)
                              : behind(argv, parsed, std::max<std::size_t>(skip, 1) + 1);
        run_argv(std::move(words), env, scene, command);
        return true;
    case How::EachOperand:
        for (const FactWord &word : parsed.operands)
            run_text(word, inner.shell, env, scene, command.where);
        return true;
    case How::FirstOperand: // trap: the shell's own
        return true;
    case How::OptionProgram:
        return option_program(parsed, env, scene, command);
    case How::Stdin:
        if (parsed.has("f"))
            opaque(command, OpaqueReason::ScriptFile, "the script is in a file");
        else
            standard_input(inner.shell, env, scene, command);
        return true;
    case How::Interactive:
        return interactive(env, scene, command);
    case How::BashArguments:
        if (!parsed.dashes)
            return false;
        words = from(parsed.operands, *parsed.dashes);
        words.insert(words.begin(), model::literal_word("bash"));
        run_argv(std::move(words), env, scene, command);
        return true;
    case How::SocatAddresses:
        socat_addresses(parsed, env, scene, command);
        return true;
    case How::Script:
    case How::File:
    case How::Split:
    case How::Pipe:
    case How::ExecPrefix:
    case How::Program:
    case How::Write:
    case How::SshOption:
    case How::GitConfig:
    case How::AptOption:
    case How::Opaque:
        break;
    }
    return false;
}

// setarch ARCH [OPTIONS] PROGRAM: options may follow the first word.
bool Judge::after_first_word(const Entry &entry, Environment &env, const Scene &scene,
                             model::Command &command) {
    Words rest = command.argv;
    rest.erase(rest.begin() + 1);
    const Parsed again = parse_options(entry, rest);
    if (!again.unknown.empty())
        opaque(command, OpaqueReason::UnknownOption, "`" + again.unknown + "` is not known");
    if (again.operands.empty())
        return interactive(env, scene, command);
    run_argv(again.operands, env, scene, command);
    return true;
}

// A wrapper without a command: most do nothing, some start a shell for a person.
bool Judge::no_inner(const Entry &entry, model::Command &command) const {
    static constexpr std::array<std::string_view, 9> start_shell{
        "unshare", "nsenter", "chroot", "setarch", "linux64", "linux32", "ssh", "fakeroot", "sudo"};
    const bool starts =
        std::find(start_shell.begin(), start_shell.end(), entry.name) != start_shell.end();
    const bool runs_one = !command.argv.empty() && entry.name != "exec";
    if (starts && runs_one && !(entry.name == "sudo" && !has_shell_option(command)))
        opaque(command, entry.name == "ssh" ? OpaqueReason::RemoteShell : OpaqueReason::Interactive,
               "without a command `" + entry.name + "` starts a shell");
    return false;
}

bool Judge::has_shell_option(const model::Command &command) const {
    return std::any_of(command.options.begin(), command.options.end(), [](const auto &option) {
        return option.name == "s" || option.name == "i" || option.name == "shell" ||
               option.name == "login";
    });
}

bool Judge::interactive(Environment &env, const Scene &scene, model::Command &command) {
    if (scene.input.whole()) {
        standard_input(ShellName::Login, env, scene, command);
        return true;
    }
    opaque(command, OpaqueReason::Interactive, "a shell: what is typed there is not seen");
    return true;
}

// ---- options that hold commands
// -------------------------------------------------------------------

bool Judge::option_inner(const Entry &entry, const Parsed &parsed, Environment &env,
                         const Scene &scene, model::Command &command) {
    bool found = false;
    for (const model::Option &option : parsed.options) {
        const auto inner = entry.option_inner.find(option.name);
        if (inner == entry.option_inner.end() || inner->second.how == How::Script)
            continue;
        if (inner->second.how == How::Opaque) {
            opaque(command, reason_of(entry),
                   "the option `" + option.name + "` of `" + entry.name + "` is code");
            found = true;
            continue;
        }
        if (!option.value)
            continue;
        found = option_text(inner->second, *option.value, parsed, env, scene, command) || found;
    }
    return found;
}

bool Judge::option_text(const Inner &inner, const FactWord &value, const Parsed &parsed,
                        Environment &env, const Scene &scene, model::Command &command) {
    const std::string prefix = literal_prefix(value);
    switch (inner.how) {
    case How::Shell:
        run_text(value, inner.shell, env, scene, command.where);
        return true;
    case How::Join:
        run_words({value}, inner.shell, false, env, scene, command.where);
        return true;
    case How::File:
        if (!value.literal() || value.text() != "/dev/null")
            opaque(command, OpaqueReason::ScriptFile, "what the file holds is not known");
        return true;
    case How::Split:
        return split_string(value, parsed, env, scene, command);
    case How::Pipe:
        if (!value.literal())
            opaque(command, OpaqueReason::HoleOption, "the value may begin with a pipe");
        else if (!prefix.empty() && (prefix[0] == '|' || prefix[0] == '!'))
            run_text(rest_of(value, 1), ShellName::Sh, env, scene, command.where);
        else
            command.writes.push_back(path_of(value, env.cwd));
        return false;
    case How::ExecPrefix:
        if (value.literal() && prefix.find('\\') != std::string::npos) // tar decodes it before
            opaque(command, OpaqueReason::EvalHole, "an action with escapes");
        else if (prefix.compare(0, 5, "exec=") == 0)
            run_text(rest_of(value, 5), ShellName::Sh, env, scene, command.where);
        else if (!value.literal() && prefix.size() < 5)
            opaque(command, OpaqueReason::HoleOption, "the action is not known");
        return true;
    case How::Program:
        return program_value(value, env, scene, command);
    case How::Write:
        command.writes.push_back(path_of(value, env.cwd));
        return false;
    case How::SshOption:
    case How::GitConfig:
    case How::AptOption:
        if (!value.literal()) {
            opaque(command, OpaqueReason::HoleOption, "an unknown setting may run a command");
            return true;
        }
        return setting(inner, value.text(), env, scene, command);
    default:
        return false;
    }
}

// A program line that is split at blanks; the caller's own words follow.
bool Judge::program_value(const FactWord &value, Environment &env, const Scene &scene,
                          model::Command &command) {
    if (!value.literal()) {
        opaque(command, OpaqueReason::HoleCommand, "the program is not known: " + value.shown());
        return true;
    }
    Words words = split_blanks(value.text());
    if (words.empty())
        return false;
    const std::string name(base_name(words[0].text()));
    if (name == "ssh") { // a transport: its options count, the host is given elsewhere
        const Entry *ssh = knowledge_.find("ssh");
        if (ssh != nullptr)
            option_inner(*ssh, parse_options(*ssh, words), env, scene, command);
        return false;
    }
    words.push_back(hole_word("", true));
    run_argv(std::move(words), env, scene, command);
    return true;
}

// KEY=VALUE settings of ssh, git and apt that are commands.
bool Judge::setting(const Inner &inner, std::string_view text, Environment &env, const Scene &scene,
                    model::Command &command) {
    std::size_t cut = text.find('=');
    if (inner.how == How::SshOption)
        cut = std::min(cut, text.find(' '));
    const std::string key = lower(std::string(text.substr(0, cut)));
    std::string value = cut == std::string_view::npos ? "" : std::string(text.substr(cut + 1));
    value.erase(0, std::min(value.find_first_not_of(" =\""), value.size()));
    const auto ends = [&](std::string_view tail) {
        return key.size() >= tail.size() &&
               key.compare(key.size() - tail.size(), tail.size(), tail) == 0;
    };
    const auto run = [&](const std::string &line) {
        // ssh takes the account's shell, the others /bin/sh
        const ShellName shell = inner.how == How::SshOption ? ShellName::Login : ShellName::Sh;
        run_text(model::literal_word(line), shell, env, scene, command.where);
        return true;
    };
    const auto run_with_words = [&](const std::string &line) { // git adds words of its own
        run_text(model::literal_word(line + " \"$@\""), ShellName::Sh, env, scene, command.where,
                 Words{hole_word("$@", true)});
        return true;
    };
    if (inner.how == How::SshOption) {
        if (key == "match" && value.find("exec") != std::string::npos) {
            opaque(command, OpaqueReason::HoleOption, "`Match exec` runs a command");
            return true;
        }
        if (key == "include" || key == "pkcs11provider" || key == "securitykeyprovider")
            opaque(command, OpaqueReason::EnvCode, "`" + key + "` loads other code or settings");
        if (key == "proxycommand" || key == "localcommand" || key == "knownhostscommand" ||
            key == "remotecommand")
            return lower(value) == "none" ? false : run(value);
        return false;
    }
    if (inner.how == How::AptOption) {
        if (key.find("invoke") != std::string::npos ||
            key.find("install-pkgs") != std::string::npos ||
            key.find("post-") != std::string::npos || key.find("pre-") != std::string::npos)
            return run(value);
        if (key.find("dir") == 0 || key.find("method") != std::string::npos ||
            key.find("bin") != std::string::npos)
            opaque(command, OpaqueReason::EnvCode, "`" + key + "` chooses other programs");
        return false;
    }
    if (key.compare(0, 6, "alias.") == 0) {
        if (!value.empty() && value[0] == '!')
            return run_with_words(value.substr(1));
        opaque(command, OpaqueReason::ReboundName, "a git alias");
        return true;
    }
    if (key == "core.hookspath" || ends(".path") || key.compare(0, 8, "include.") == 0 ||
        key.compare(0, 10, "includeif.") == 0) {
        opaque(command, OpaqueReason::EnvCode, "`" + key + "` makes git run other files");
        return true;
    }
    const bool code = ends("pager") || ends("editor") || ends("command") || ends("cmd") ||
                      ends("program") || ends(".textconv") || ends(".external") || ends("helper") ||
                      ends(".clean") || ends(".smudge") || ends(".process") || ends(".driver") ||
                      ends("fsmonitor") || ends("uploadpack") || ends("receivepack") ||
                      ends("packobjectshook") || ends("proxy") || ends("askpass") ||
                      key.compare(0, 6, "pager.") == 0 || ends("vcs");
    if (!code || value.empty() || value == "true" || value == "false")
        return false;
    if (key == "core.sshcommand" && value.compare(0, 3, "ssh") != 0)
        return run_with_words(value);
    return run(value[0] == '!' ? value.substr(1) : value);
}

// env -S: blanks, quotes, escapes and ${NAME}; then options and assignments again.
bool Judge::split_string(const FactWord &value, const Parsed &parsed, Environment &env,
                         const Scene &scene, model::Command &command) {
    if (!value.literal()) {
        opaque(command, OpaqueReason::EvalHole, "the words of `env -S` are not known");
        return true;
    }
    Words words{model::literal_word("env")};
    FactWord word;
    bool alive = false;
    const auto add = [&](char byte) {
        alive = true;
        if (word.parts.empty() || word.parts.back().kind != model::WordPartKind::Literal)
            word.parts.push_back({model::WordPartKind::Literal, ""});
        word.parts.back().text += byte;
    };
    const auto end = [&] {
        if (alive)
            words.push_back(std::move(word));
        word = {};
        alive = false;
    };
    const std::string text = value.text();
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (byte == '\\' && quote != '\'') {
            ++i;
            if (next == '_' && quote == '\0')
                end();
            else if (next == 'c')
                break;
            else
                add(next == '_' ? ' ' : next == 'n' ? '\n' : next == 't' ? '\t' : next);
        } else if (byte == '$' && quote != '\'') {
            const std::size_t close = std::min(text.find('}', i), text.size());
            alive = true;
            word.parts.push_back({model::WordPartKind::Hole, text.substr(i, close + 1 - i)});
            i = close;
        } else if (quote != '\0' ? byte == quote : (byte == '"' || byte == '\'')) {
            quote = quote == '\0' ? byte : '\0';
            alive = true;
            if (word.parts.empty())
                word.parts.push_back({model::WordPartKind::Literal, ""});
        } else if (quote == '\0' && (byte == ' ' || byte == '\t' || byte == '\n')) {
            end();
        } else if (quote == '\0' && byte == '#' && !alive) {
            break;
        } else {
            add(byte);
        }
    }
    end();
    // What follows is read anew behind these words: `A=1` may be the text of `sh -c` now.
    std::size_t behind = command.argv.size();
    for (std::size_t i = 0; i < parsed.options.size(); ++i) {
        if (parsed.options[i].name == "S" || parsed.options[i].name == "split-string")
            behind = parsed.option_at[i] + 1;
    }
    words.insert(words.end(),
                 command.argv.begin() +
                     static_cast<std::ptrdiff_t>(std::min(behind, command.argv.size())),
                 command.argv.end());
    run_argv(std::move(words), env, scene, command);
    return true;
}

} // namespace sallyport::facts
