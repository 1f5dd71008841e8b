// SPDX-License-Identifier: Apache-2.0
// One command: what its name is, what the knowledge says about it, and what it will do.
#include "judge.hpp"
#include "rows.hpp"
#include "scan.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::AccountKind;
using model::Effect;
using model::FactWord;
using model::OpaqueReason;
using model::PlaceKind;

bool names(const Entry &entry, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), entry.name) != list.end();
}

// host[:port] of a URL, or of host and port operands.
std::optional<model::NetSink> sink_of(const std::string &text) {
    std::size_t at = text.find("://");
    if (at == std::string::npos)
        return std::nullopt;
    at += 3;
    std::string host = text.substr(at, text.find_first_of("/?#", at) - at);
    const std::size_t user = host.rfind('@');
    if (user != std::string::npos)
        host.erase(0, user + 1);
    std::uint32_t port = text.compare(0, 5, "https") == 0   ? 443
                         : text.compare(0, 5, "http:") == 0 ? 80
                         : text.compare(0, 4, "ftp:") == 0  ? 21
                                                            : 0;
    const std::size_t colon = host.rfind(':');
    if (colon != std::string::npos && is_number(std::string_view(host).substr(colon + 1)) &&
        host.size() - colon < 7) {
        port = static_cast<std::uint32_t>(std::stoul(host.substr(colon + 1)));
        host.resize(colon);
    }
    return model::NetSink{host, port};
}
// What another command printed stands in this word: `curl http://h/$(cat f)` sends it away, and
// so does a look-up of `$(hostname).h.test`.
bool holds_output(const FactWord &word) {
    return std::any_of(word.parts.begin(), word.parts.end(), [](const model::WordPart &part) {
        return part.kind == model::WordPartKind::Hole && part.text == "$(..)";
    });
}
} // namespace

model::Command Judge::framed(const Scene &scene, model::Span where) const {
    model::Command command;
    command.where = span(scene, where);
    command.context = scene.context;
    command.via = scene.via;
    command.as = scene.as;
    command.as_name = scene.as_name;
    command.place = scene.place;
    command.place_name = scene.place_name;
    return command;
}

// The name of the program, and whether the name says what runs.
void Judge::name(const Words &argv, const Environment &env, const Scene &scene,
                 model::Command &command) {
    const FactWord &word = argv[0];
    if (!word.literal()) {
        command.name = word;
        const bool hole = word.has_hole();
        opaque(command, hole ? OpaqueReason::HoleCommand : OpaqueReason::GlobCommand,
               (hole ? "the program is not known: " : "a pattern stands for the program: ") +
                   word.shown());
        return;
    }
    const std::string text = word.text();
    command.name = model::literal_word(std::string(base_name(text)));
    if (text.find('/') == std::string::npos)
        return;
    command.path = text;
    const std::string path = text[0] == '/' ? normalised(text) : text;
    const std::size_t slash = path.rfind('/');
    const auto &trusted = knowledge_.tables().trusted;
    const bool known =
        text[0] == '/' && scene.place != PlaceKind::Chroot &&
        std::find(trusted.begin(), trusted.end(), path.substr(0, slash)) != trusted.end();
    if (known)
        return;
    command.execs.push_back(path_of(word, scene.place == PlaceKind::Here ? env.cwd : std::nullopt));
    opaque(command, OpaqueReason::UnknownProgram,
           "`" + text + "` is not in a directory of the system; its name says nothing");
}

// Names that the session or the text gave another meaning. True if the command is done with.
bool Judge::renamed(const Words &argv, Environment &env, const Scene &scene, model::Span where,
                    model::Command &command) {
    const std::string text = argv[0].text();
    if (env.fresh_aliases.count(text) != 0 || env.rebound.count(text) != 0 ||
        env.rebound.count("*") != 0)
        opaque(command, OpaqueReason::ReboundName,
               "`" + text + "` was given another meaning before");
    const auto alias = env.aliases.find(text);
    if (alias == env.aliases.end() || !scene.direct || scene.skip_functions)
        return false;
    Environment without = env;
    without.aliases.erase(text);
    const shell::Unit &unit = units_.emplace_back(shell::parse(alias->second, scene.dialect));
    const auto *simple = unit.body.items.size() == 1
                             ? std::get_if<shell::Simple>(&unit.body.items[0].command.value)
                             : nullptr;
    const bool plain = unit.state == model::ParseState::Ok && simple != nullptr &&
                       simple->assignments.empty() &&
                       unit.body.items[0].command.redirects.empty() &&
                       unit.body.items[0].separator != shell::Separator::Background;
    if (!plain) {
        opaque(command, OpaqueReason::ReboundName, "the alias `" + text + "` is more than words");
        return false;
    }
    Scene inside = scene;
    inside.unit = &unit;
    inside.where = span(scene, where);
    for (Words words : alternatives(simple->words, without, inside)) {
        words.insert(words.end(), argv.begin() + 1, argv.end());
        if (!words.empty() && words != argv)
            this->command(words, without, inside, where, {}, {});
    }
    return false; // `\name` goes past the alias: both are judged
}

void Judge::command(Words argv, Environment &env, Scene scene, model::Span where,
                    const Redirected &redirected, const std::vector<shell::Assignment> &prefix) {
    const Nesting nested(nesting_);
    if (!step() || argv.empty())
        return;
    if (nesting_ > max_nesting) {
        over_limit("nested too deep");
        return;
    }
    if (redirected.has_input)
        scene.input = redirected.input;
    scene.output_piped = scene.output_piped || redirected.output;
    model::Command command = framed(scene, where);
    command.argv = argv;
    ran(argv[0], true);
    for (const shell::Assignment &assignment : prefix)
        assign(assignment, env, scene, &command);
    const bool function = argv[0].literal() && scene.direct && !scene.skip_functions &&
                          env.functions.count(argv[0].text()) != 0;
    if (function && scene.outer)
        note_program(argv[0].text());
    if (function && call(argv, env, scene, where)) {
        redirection_only(redirected, scene, where);
        for (model::Opaque &found : command.opaque)
            opaque_unit(scene, found.reason, where, std::move(found.note));
        return;
    }
    const std::size_t slot = reserve();
    apply(redirected, command);
    name(argv, env, scene, command);
    if (command.name.literal())
        resolve(argv, env, scene, where, command);
    else if (scene.keeps_shell && scene.direct)
        env.forget_all();
    take_input(scene, command);
    emit(slot, std::move(command));
}

// A command that may read takes its part from those after it. If a shell has its own text there,
// `head -c 7; echo '<newline>rm x'` makes it read something else than what was parsed.
void Judge::take_input(const Scene &scene, model::Command &command) {
    if ((!scene.input.script && !scene.input.taken) || leaves_input(command, scene))
        return;
    if (scene.input.taken)
        *scene.input.taken = true;
    if (scene.input.script)
        opaque(command, OpaqueReason::StdinScript,
               "it may read a part of the script that stands on standard input");
}

bool Judge::leaves_input(const model::Command &command, const Scene &scene) const {
    static constexpr std::array<std::string_view, 5> reading{"read", "mapfile", "readarray",
                                                             "source", "."};
    if (!command.known || !command.name.literal())
        return false;
    const std::string name = command.name.text();
    const Tables &tables = knowledge_.tables();
    if (tables.printers.count(name) != 0 || tables.leave_input.count(name) != 0)
        return true;
    return !command.path && scene.direct && is_builtin(name, scene) &&
           std::find(reading.begin(), reading.end(), name) == reading.end();
}

void Judge::note_program(const std::string &name) {
    if (dry_ == 0)
        facts_.programs.push_back(name);
}

// A command whose name is known.
void Judge::resolve(const Words &argv, Environment &env, Scene &scene, model::Span where,
                    model::Command &command) {
    const std::string text = argv[0].text();
    if (scene.outer && scene.direct)
        note_program(text);
    guard_words(argv, scene, command);
    (void)renamed(argv, env, scene, where, command);
    const bool bare = !command.path;
    const bool own = bare && scene.direct && is_builtin(text, scene);
    const Entry *entry = knowledge_.find(command.name.text());
    if (entry != nullptr && bare && entry->is(Kind::Builtin) && !own && entry->kinds.count() <= 2 &&
        !scene.direct)
        entry = entry->is(Kind::Wrapper) || !entry->effects.empty() ? entry : nullptr;
    command.known = (entry != nullptr || own) &&
                    std::none_of(command.opaque.begin(), command.opaque.end(), [](const auto &o) {
                        return o.reason == OpaqueReason::UnknownProgram ||
                               o.reason == OpaqueReason::ReboundName;
                    });
    if (env.code && !own)
        opaque(command, OpaqueReason::EnvCode, "`" + *env.code + "` was changed before");
    const bool handled = own && builtin(argv, env, scene, command);
    if (entry == nullptr) {
        if (!own)
            opaque(command, OpaqueReason::UnknownProgram, "`" + text + "` is not a known command");
        return;
    }
    scene.builtin_done = handled;
    program(*entry, argv, env, scene, command, 0);
}

// What an entry says about a command line.
void Judge::program(const Entry &entry, const Words &argv, Environment &env, const Scene &scene,
                    model::Command &command, std::size_t redirections) {
    Parsed parsed = parse_options(entry, argv);
    after_sub_command(entry, parsed);
    const std::vector<MatchedRow> rows = matching_rows(entry, parsed);
    if (redirections < 4) {
        for (const MatchedRow &row : rows) {
            if (row.certainty == Certainty::No || row.row->same_as.empty())
                continue;
            if (row.certainty == Certainty::Maybe) {
                opaque(command, OpaqueReason::HoleOption,
                       "an unknown word may make `" + entry.name + "` another program");
                continue;
            }
            const Entry *other = knowledge_.find(row.row->same_as);
            const std::size_t words = row.row->sub.size();
            Words rest = argv;
            if (words != 0 && words <= parsed.operand_at.size())
                rest.assign(argv.begin() +
                                static_cast<std::ptrdiff_t>(parsed.operand_at[words - 1]),
                            argv.end());
            if (other != nullptr) {
                program(*other, rest, env, scene, command, redirections + 1);
                return;
            }
        }
        if (const auto sub = sub_entry(entry, parsed, rows)) {
            static_effects(entry, command);
            program(*sub->first,
                    Words(argv.begin() + static_cast<std::ptrdiff_t>(sub->second), argv.end()), env,
                    scene, command, redirections + 1);
            record_options(entry, parsed, command);
            return;
        }
    }
    record_options(entry, parsed, command);
    const bool safe = is_safe(entry, parsed, rows);
    const bool inner_safe = safe || scene.builtin_done;
    unknown_options(entry, parsed, safe, command);
    Scene inside = scene;
    account(entry, parsed, inside);
    place(entry, parsed, inside);
    // The account and the place are those of the inner command, and of this one if it acts there.
    const bool found = inner_of(entry, parsed, rows, argv, inner_safe, env, inside, command);
    effects(entry, parsed, rows, safe, found, scene, command);
    paths(entry, parsed, rows, argv, safe, env, command);
    if (!safe)
        texts(entry, parsed, argv, rows, env, scene, command);
    sinks(entry, parsed, command);
    const bool resolves = names(entry, {"ping", "ping4", "ping6", "dig", "host", "nslookup",
                                        "getent", "traceroute", "tracepath", "resolvectl"});
    if ((resolves || command.has(Effect::Network)) &&
        std::any_of(argv.begin() + 1, argv.end(), holds_output))
        effect(command, Effect::Exfil);
}

void Judge::record_options(const Entry &entry, const Parsed &parsed, model::Command &command) {
    if (!command.options.empty() || !command.operands.empty())
        return;
    command.options = parsed.options;
    command.operands = as_patterns(entry.patterns, parsed.operands);
    const bool has_subs = !entry.sub.empty() || !entry.known_subs.empty() ||
                          std::any_of(entry.when.begin(), entry.when.end(),
                                      [](const When &row) { return !row.sub.empty(); });
    for (std::size_t i = 0; has_subs && i < parsed.operands.size() && i < 3; ++i) {
        if (!parsed.operands[i].literal())
            break;
        command.sub.push_back(parsed.operands[i].text());
    }
}

void Judge::unknown_options(const Entry &entry, const Parsed &parsed, bool safe,
                            model::Command &command) {
    const bool subs = std::any_of(entry.when.begin(), entry.when.end(),
                                  [](const When &row) { return !row.sub.empty(); });
    const bool by_position =
        entry.strict() || (subs && !entry.lenient && parsed.unknown_before == 0 &&
                           parsed.unknown.find('=') == std::string::npos);
    if (!parsed.unknown.empty() && by_position && !safe)
        opaque(command, OpaqueReason::UnknownOption,
               "`" + parsed.unknown + "` of `" + entry.name +
                   "` is not known; where its command begins is not known either");
    const bool moves = parsed.shifting && entry.has_inner() && entry.style == Style::Stop;
    if (moves || (parsed.maybe_option && entry.option_opens()))
        opaque(command, OpaqueReason::HoleOption,
               "an unknown word may be an option of `" + entry.name + "` that runs something");
    if (!entry.sub.empty() && !parsed.operands.empty() && !parsed.operands[0].literal())
        opaque(command, OpaqueReason::HoleOption,
               "which of its sub-commands `" + entry.name + "` runs is not known");
    if (!entry.known_subs.empty() && !parsed.operands.empty() && !safe) {
        const FactWord &word = parsed.operands[0];
        if (!word.literal() || std::find(entry.known_subs.begin(), entry.known_subs.end(),
                                         word.text()) == entry.known_subs.end())
            opaque(command, OpaqueReason::UnknownProgram,
                   "a sub-command `" + word.shown() + "` may be an alias or a plug-in");
    }
}

OpaqueReason Judge::reason_of(const Entry &entry) const {
    if (entry.reason)
        return *entry.reason;
    if (entry.is(Kind::Editor))
        return OpaqueReason::Editor;
    if (entry.is(Kind::Pager))
        return OpaqueReason::Pager;
    if (entry.is(Kind::Db))
        return OpaqueReason::DbScript;
    return OpaqueReason::Interpreter;
}

void Judge::static_effects(const Entry &entry, model::Command &command) const {
    command.effects.insert(command.effects.end(), entry.effects.begin(), entry.effects.end());
}

void Judge::effects(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
                    bool safe, bool has_inner, const Scene &scene, model::Command &command) {
    (void)parsed;
    const bool pager = entry.is(Kind::Pager) && !entry.is(Kind::Editor);
    const bool typed = session_.terminal && !scene.output_piped;
    std::vector<Effect> found = entry.effects;
    bool opaque_row = entry.opaque && !safe;
    std::optional<OpaqueReason> reason;
    for (const MatchedRow &row : rows) {
        if (row.certainty == Certainty::No)
            continue;
        if (row.row->verdict == Verdict::Effect)
            found.push_back(row.row->effect);
        if (row.row->verdict == Verdict::Opaque) {
            opaque_row = opaque_row || !safe;
            reason = row.row->reason;
        }
    }
    if (safe)
        found.erase(std::remove_if(found.begin(), found.end(),
                                   [](Effect effect) { return effect != Effect::Secrets; }),
                    found.end());
    if (pager && !typed)
        found.erase(std::remove(found.begin(), found.end(), Effect::Interpreter), found.end());
    if (pager && typed && !safe)
        opaque(command, OpaqueReason::Pager, "a person at the pager can start commands");
    if (entry.is(Kind::Editor) && !safe && !scene.builtin_done)
        opaque_row = true;
    const bool interprets =
        std::find(found.begin(), found.end(), Effect::Interpreter) != found.end();
    if (opaque_row || (interprets && !pager && !has_inner && !scene.builtin_done))
        opaque(command, reason.value_or(reason_of(entry)),
               "`" + entry.name + "` may run what its text does not show");
    command.effects.insert(command.effects.end(), found.begin(), found.end());
}

// ---- who and where ------------------------------------------------------------------------------

void Judge::account(const Entry &entry, const Parsed &parsed, Scene &scene) {
    if (!entry.has_inner())
        return;
    model::Via via{entry.name, parsed.assignments};
    const FactWord *user = nullptr;
    bool changes = names(entry, {"sudo", "doas", "su", "runuser", "pkexec"});
    for (const char *option : {"u", "user", "uid", "reuid", "userspec", "c", "chuid"}) {
        const bool letter = std::string_view(option) == "c";
        if (letter != names(entry, {"start-stop-daemon"}) &&
            (letter || std::string_view(option) == "chuid"))
            continue;
        const bool takes = names(entry, {"sudo", "doas", "runuser", "pkexec", "systemd-run",
                                         "setpriv", "chroot", "start-stop-daemon"});
        if (takes && parsed.value(option) != nullptr)
            user = parsed.value(option);
    }
    if (names(entry, {"su", "runuser"}) && user == nullptr) {
        for (const FactWord &word : parsed.operands) {
            if (word.literal() && word.text() == "-")
                continue;
            user = &word;
            break;
        }
    }
    changes = changes || user != nullptr || (names(entry, {"systemd-run"}) && !parsed.has("user"));
    if (changes && user == nullptr) {
        scene.as = AccountKind::Root;
        scene.as_name = "root";
    } else if (user != nullptr && user->literal()) {
        const std::string name = user->text();
        const bool root = name == "root" || name == "0" || name == "#0";
        scene.as = root ? AccountKind::Root : AccountKind::Named;
        scene.as_name = root ? "root" : name;
        via.details.push_back("user=" + scene.as_name);
    } else if (user != nullptr) {
        scene.as = AccountKind::Unknown;
        scene.as_name.clear();
        via.details.push_back("user=<hole>");
    }
    scene.via.push_back(std::move(via));
}

void Judge::place(const Entry &entry, const Parsed &parsed, Scene &scene) {
    if (!entry.has_inner())
        return;
    const auto first = [&]() -> std::string {
        for (const FactWord &word : parsed.operands) {
            const bool sub = word.literal() && (word.text() == "exec" || word.text() == "run" ||
                                                word.text() == "debug" || word.text() == "shell");
            if (!sub)
                return word.literal() ? word.text() : "";
        }
        return "";
    };
    if (entry.is(Kind::Remote) && names(entry, {"ssh", "parallel"}) &&
        (entry.name == "ssh" || parsed.has_any({"S", "sshlogin"}))) {
        scene.place = PlaceKind::Remote;
        scene.place_name = entry.name == "ssh" ? first() : "";
        const std::size_t at = scene.place_name.rfind('@');
        if (at != std::string::npos)
            scene.place_name.erase(0, at + 1);
        scene.as = AccountKind::Unknown;
    } else if (entry.name == "chroot") {
        scene.place = PlaceKind::Chroot;
        scene.place_name = first();
    } else if (entry.is(Kind::Container) && scene.place != PlaceKind::Remote) {
        scene.place = PlaceKind::Container;
        scene.place_name = names(entry, {"unshare", "nsenter"}) ? "" : first();
    }
}

void Judge::sinks(const Entry &entry, const Parsed &parsed, model::Command &command) const {
    if (!entry.is(Kind::Network) && !entry.is(Kind::Exfil) && !entry.is(Kind::Remote))
        return;
    const bool pair = names(entry, {"nc", "ncat", "telnet", "ftp"});
    if (pair && !parsed.operands.empty()) {
        model::NetSink sink;
        if (parsed.operands[0].literal())
            sink.host = parsed.operands[0].text();
        if (parsed.operands.size() > 1 && parsed.operands[1].literal() &&
            is_number(parsed.operands[1].text()) && parsed.operands[1].text().size() < 6)
            sink.port = static_cast<std::uint32_t>(std::stoul(parsed.operands[1].text()));
        command.net.push_back(sink);
        return;
    }
    if (entry.name == "ssh" && !parsed.operands.empty()) {
        std::string host = parsed.operands[0].literal() ? parsed.operands[0].text() : "";
        host.erase(0, host.rfind('@') + 1);
        const FactWord *port = parsed.value("p");
        const bool number = port != nullptr && port->literal() && is_number(port->text()) &&
                            port->text().size() < 6;
        command.net.push_back(
            {host, number ? static_cast<std::uint32_t>(std::stoul(port->text())) : 22});
        return;
    }
    for (const FactWord &word : parsed.operands) {
        if (word.has_hole()) {
            command.net.push_back({});
            continue;
        }
        const std::string text = word.shown();
        const std::size_t colon = text.find(':');
        if (const auto sink = sink_of(text))
            command.net.push_back(*sink);
        else if (colon != std::string::npos && text.find('/') > colon && colon > 0 &&
                 names(entry, {"scp", "rsync", "sftp"}))
            command.net.push_back({text.substr(text.substr(0, colon).rfind('@') + 1,
                                               colon - text.substr(0, colon).rfind('@') - 1),
                                   0});
        else if (names(entry, {"curl", "wget"}))
            command.net.push_back({text.substr(0, text.find_first_of("/:")), 0});
    }
}

} // namespace sallyport::facts
