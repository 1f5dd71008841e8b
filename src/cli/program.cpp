// SPDX-License-Identifier: Apache-2.0
#include "house.hpp"
#include "mask_verbs.hpp"
#include "policy_replay.hpp"
#include "policy_verbs.hpp"
#include "record_verbs.hpp"

#include "sallyport/base/log.hpp"
#include "sallyport/cli/cli.hpp"
#include "sallyport/decider/judge_worker.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/supervisor/desk_help.hpp"
#include "sallyport/supervisor/setup.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace sallyport::cli {
namespace {

constexpr const char *version = "sallyport 0.1.0";
constexpr int usage_fault = 64;

// What the verbs share, filled by the option parser; one verb runs.
struct Program {
    CLI::App app{"Sallyport, an SSH bastion that judges what runs.", "sallyport"};
    supervisor::Prefix prefix;
    bool json = false;
    int status = 0;
    PolicySource source;
    Circumstances circumstances;
    ExplainOptions explain;
    std::string knowledge, rules, name, events;
    unsigned columns = 0;
    bool jsonl = false, unsealed = false;
    std::vector<std::string> keys;
    PlayOptions play;
    std::string export_form = "v2";
    std::optional<std::uint64_t> command;

    std::string knowledge_path() const {
        return knowledge.empty() ? shipped_policies() + "/knowledge/commands.toml" : knowledge;
    }
    // Those that were named, or those of the configuration; false if there are none, said.
    bool find_policies() {
        if (source.files.empty())
            source.files = supervisor::configured_policies(prefix);
        if (source.files.empty())
            std::cerr << "sallyport: name policy files, or the installation with --prefix\n";
        return !source.files.empty();
    }
    std::string rules_path() const {
        if (!rules.empty())
            return rules;
        return os::exists(prefix.mask_rules()) ? prefix.mask_rules()
                                               : shipped_policies() + "/mask/rules.toml";
    }
};

using SharedKnowledge = std::shared_ptr<const facts::Knowledge>;

SharedKnowledge local_knowledge(const std::string &path) {
    const auto text = os::read_text(path, facts::max_knowledge_bytes);
    auto knowledge = text.ok()
                         ? facts::Knowledge::load(*text, path)
                         : base::Result<std::unique_ptr<const facts::Knowledge>>(text.error());
    if (!knowledge.ok()) {
        std::cerr << "sallyport: " << knowledge.error().message << "\n";
        std::exit(78);
    }
    return std::move(*knowledge);
}

// A judge in this process, for verbs that need no daemon. The texts are the administrator's own.
policy::Judge judge_with(const SharedKnowledge &knowledge) {
    return [knowledge](const model::Action &action) {
        return decider::judge(*knowledge, decider::judge_ask(action, ""));
    };
}

policy::Judge local_judge(const std::string &knowledge_path) {
    return judge_with(local_knowledge(knowledge_path));
}

void add_circumstances(CLI::App &verb, Circumstances &c) {
    verb.add_option("--user", c.user, "person; default: the policy's fixture");
    verb.add_option("--group", c.groups, "group of the person, repeatable")
        ->allow_extra_args(false);
    verb.add_option("--origin", c.origin, "human, machine or agent");
    verb.add_option("--target", c.target, "target name");
    verb.add_option("--label", c.labels, "label of the target, k=v, repeatable")
        ->allow_extra_args(false);
    verb.add_option("--account", c.account, "account on the target");
    verb.add_option("--from", c.from, "client address");
    verb.add_option("--at", c.at, "time, RFC 3339");
    verb.add_option("--declare", c.declared, "declared for the session, e.g. break-glass")
        ->allow_extra_args(false);
}

void add_policy(Program &p) {
    CLI::App *noun = p.app.add_subcommand(
        "policy", "policy files: check, test, explain, judge, print, replay, schema");
    noun->require_subcommand(1);
    const auto verb = [&p, noun](const char *name, const char *help, std::function<int()> run,
                                 const char *files = "--policy,files") {
        CLI::App *sub = noun->add_subcommand(name, help);
        sub->add_option(files, p.source.files,
                        "policy files, later ones replace by id; default: the configured ones")
            ->allow_extra_args(std::string(files) == "--policy,files");
        sub->add_option("--include", p.source.include_directory,
                        "directory of included packs; default: beside the files");
        sub->add_option("--knowledge", p.knowledge, "command knowledge; default: the shipped one");
        sub->callback(
            [&p, run = std::move(run)] { p.status = p.find_policies() ? run() : usage_fault; });
        return sub;
    };
    verb("check", "faults and static checks, of the command knowledge too", [&p] {
        const auto knowledge = local_knowledge(p.knowledge_path());
        const int policy = policy_check(p.source, judge_with(knowledge), std::cout, std::cerr);
        return std::max(policy, knowledge_check(*knowledge, std::cout));
    });
    verb("test", "run the tests beside the rules", [&p] {
        return policy_test(p.source, local_judge(p.knowledge_path()), std::cout, std::cerr);
    });
    verb("print", "the policy as sentences",
         [&p] { return policy_print(p.source, std::cout, std::cerr); });
    const auto explained = [&p] {
        p.explain.circumstances = p.circumstances;
        return policy_explain(p.source, p.explain, local_judge(p.knowledge_path()), std::cout,
                              std::cerr);
    };
    CLI::App *explain =
        verb("explain", "the verdict on one command, with its reasons", explained, "--policy");
    explain->add_option("--command,command", p.explain.text, "command, path or host:port")
        ->required();
    explain->add_option("--kind", p.explain.kind, "kind of action");
    explain->add_option("--dialect", p.explain.dialect, "shell");
    add_circumstances(*explain, p.circumstances);
    CLI::App *judge = verb("judge", "JSON lines in, verdicts out", [&p] {
        std::ios::sync_with_stdio(false); // else every byte takes a lock
        return policy_judge(p.source, p.circumstances, local_judge(p.knowledge_path()), std::cin,
                            std::cout, std::cerr);
    });
    add_circumstances(*judge, p.circumstances);
    CLI::App *replay = verb("replay", "verdicts that this policy would change", [&p] {
        std::ifstream file(p.events, std::ios::binary);
        if (p.events != "-" && !file) {
            std::cerr << "sallyport: " << p.events << " cannot be read\n";
            return 2;
        }
        std::istream &events = p.events == "-" ? std::cin : file;
        return policy_replay(p.source, local_judge(p.knowledge_path()), events, std::cout,
                             std::cerr);
    });
    replay->add_option("--events", p.events, "event log, or - for standard input")->required();
    noun->add_subcommand("schema", "JSON schema of a policy file")->callback([&p] {
        p.status = policy_schema(std::cout);
    });
}

void add_mask(Program &p) {
    CLI::App *noun = p.app.add_subcommand("mask", "filter stdin to stdout with the masking rules");
    noun->add_option("--rules", p.rules, "rules file; default: the configured or the shipped one");
    noun->add_option("--columns", p.columns, "terminal width");
    noun->add_flag("--jsonl", p.jsonl, "JSON lines in and out");
    CLI::App *test = noun->add_subcommand("test", "run the examples of the rules");
    test->callback([&p] { p.status = mask_test(p.rules_path(), std::cout, std::cerr); });
    noun->callback([&p, test] {
        if (!test->parsed())
            p.status = p.jsonl ? mask_jsonl(p.rules_path(), std::cin, std::cout, std::cerr)
                               : mask_filter(p.rules_path(), p.columns, STDIN_FILENO, std::cout,
                                             std::cerr);
    });
}

int verify(Program &p) {
    VerifyOptions options;
    options.record = find_record(p.prefix, p.name);
    options.keys = p.keys;
    const std::string own_key = p.prefix.keys() + "/seal.pem";
    if (options.keys.empty() && os::exists(own_key))
        options.keys.push_back(own_key);
    const std::size_t slash = options.record.rfind('/');
    const std::string session =
        options.record.substr(slash == std::string::npos ? 0 : slash + 1, 26);
    options.expected = logged_heads(p.prefix, session);
    options.unsealed = p.unsealed;
    options.json = p.json;
    return record_verify(options, std::cout, std::cerr);
}

int export_record(Program &p) {
    record::ExportOptions options;
    if (p.export_form == "text")
        options.form = record::ExportForm::Text;
    options.command = p.command;
    return record_export(find_record(p.prefix, p.name), options, std::cout, std::cerr);
}

void add_record(Program &p) {
    CLI::App *noun = p.app.add_subcommand("record", "recordings: list, play, verify, export, cat");
    noun->require_subcommand(1);
    noun->add_subcommand("list", "recordings of this installation")->callback([&p] {
        p.status = record_list(p.prefix.records(), p.json, std::cout, std::cerr);
    });
    const auto verb = [&p, noun](const char *name, const char *help, std::function<int()> run) {
        CLI::App *sub = noun->add_subcommand(name, help);
        sub->add_option("record", p.name, "session id, or path of a .cast.zst file")->required();
        sub->callback([&p, run = std::move(run)] { p.status = run(); });
        return sub;
    };
    CLI::App *play = verb("play", "play in this terminal", [&p] {
        p.play.record = find_record(p.prefix, p.name);
        p.play.command = p.command;
        const Sleep sleep = [](std::chrono::microseconds time) {
            std::this_thread::sleep_for(time);
            return true;
        };
        return record_play(p.play, sleep, std::cout, std::cerr);
    });
    play->add_option("--speed", p.play.speed, "1 is as it was");
    play->add_option("--command", p.command, "begin at this command, from 1");
    CLI::App *verified =
        verb("verify", "check chain, seal and event log", [&p] { return verify(p); });
    verified->add_option("--key", p.keys, "seal key (PEM or DER); default: this installation's")
        ->allow_extra_args(false);
    verified->add_flag("--unsealed", p.unsealed, "a record without a seal may pass");
    CLI::App *exported =
        verb("export", "asciicast v2 or plain text on stdout", [&p] { return export_record(p); });
    exported->add_option("--form", p.export_form, "v2 or text")
        ->check(CLI::IsMember({"v2", "text"}));
    exported->add_option("--command", p.command, "cut out this command, from 1");
    verb("cat", "all output at once",
         [&p] { return record_cat(find_record(p.prefix, p.name), std::cout, std::cerr); });
}

void add_house(Program &p) {
    const auto verb = [&p](const char *name, const char *help,
                           int (*run)(const supervisor::Prefix &, std::ostream &, std::ostream &)) {
        p.app.add_subcommand(name, help)->callback([&p, run] {
            p.status = run(p.prefix, std::cout, std::cerr);
        });
    };
    verb("init", "make directories, keys, first configuration and policies", init_verb);
    verb("run", "run the whole system in the foreground below --prefix", run_verb);
    verb("check", "every fault of configuration, targets and policy", check_verb);
    p.app.add_subcommand("version", "the version")->callback([] { std::cout << version << "\n"; });
    CLI::App *event = p.app.add_subcommand("event", "the event log");
    event->require_subcommand(1);
    event->add_subcommand("verify", "check its hash chain")->callback([&p] {
        p.status = event_verify_verb(p.prefix, std::cout, std::cerr);
    });
}

// Nouns that the running system answers; their words pass as they are.
void add_desk(Program &p) {
    constexpr std::pair<const char *, const char *> nouns[] = {
        {"request", "held commands: list, show, revoke"},
        {"session", "sessions: list, show, kill"},
        {"login", "who has logged in: list, revoke, free"},
        {"target", "targets: list, trust-line"},
        {"ca", "the keys and certificates without a provider: show, issue"},
        {"links", "linked chat accounts"},
        {"unlink", "remove a linked chat account"},
        {"reload", "read configuration and policy anew"}};
    for (const auto &[noun, help] : nouns) {
        CLI::App *sub = p.app.add_subcommand(noun, help);
        sub->prefix_command();
        std::string verbs = supervisor::administrator_help(noun);
        if (std::string(noun) == "target")
            verbs += "  target trust-line NAME   what the target's sshd needs\n";
        sub->footer("The running system answers:\n" + verbs);
        sub->callback([&p, sub, noun = std::string(noun)] {
            std::vector<std::string> words = sub->remaining();
            if (noun == "target" && words.size() == 2 && words.front() == "trust-line") {
                p.status = trust_line_verb(p.prefix, words.back(), std::cout, std::cerr);
                return;
            }
            words.insert(words.begin(), noun);
            p.status = desk_verb(p.prefix, words, p.json);
        });
    }
}

CLI::App *verb_of(CLI::App &app, const std::string &name) {
    for (CLI::App *verb : app.get_subcommands({}))
        if (verb->get_name() == name)
            return verb;
    return nullptr;
}

// The deepest verb that the words name.
CLI::App *named(CLI::App &app, const std::vector<std::string> &words) {
    CLI::App *found = &app;
    for (const std::string &word : words) {
        CLI::App *next = verb_of(*found, word);
        if (next == nullptr)
            break;
        found = next;
    }
    return found;
}

void add_help(Program &p) {
    p.app.set_version_flag("--version", version);
    CLI::App *help = p.app.add_subcommand("help", "this, or the help of a verb");
    help->prefix_command();
    help->callback([&p, help] { std::cout << named(p.app, help->remaining())->help("sallyport"); });
}

// What the program was not understood with, in one line.
int misunderstood(Program &p, const CLI::ParseError &error, int count, char **arguments) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
        return p.app.exit(error); // --help, --version
    std::vector<std::string> words;
    std::string option;
    for (int i = 1; i < count; ++i) {
        const std::string word = arguments[i];
        if (word == "--prefix")
            ++i;
        else if (!word.starts_with('-'))
            words.push_back(word);
        else if (p.app.get_option_no_throw(word) == nullptr)
            option = word;
    }
    CLI::App *deepest = &p.app;
    std::string path = "sallyport", unknown;
    for (const std::string &word : words) {
        CLI::App *next = verb_of(*deepest, word);
        if (next == nullptr) {
            unknown = deepest->get_subcommands({}).empty() ? "" : word;
            break;
        }
        deepest = next;
        path += " " + word;
    }
    if (words.empty() && count == 1) {
        std::cerr << p.app.help();
        return usage_fault;
    }
    std::cerr << "sallyport: ";
    if (words.empty() && !option.empty())
        std::cerr << "`" << base::printable(option, 60) << "` is no option";
    else if (words.empty())
        std::cerr << "a verb is missing";
    else if (!unknown.empty())
        std::cerr << "`" << base::printable(unknown, 60) << "` is no verb of `" << path << "`";
    else
        std::cerr << error.what();
    std::cerr << "; `" << path << " --help` says more\n";
    return usage_fault;
}

} // namespace

int run(int count, char **arguments) {
    Program program;
    program.app.require_subcommand(1);
    program.app.set_help_all_flag("--help-all", "help of every verb");
    program.app.add_option("--prefix", program.prefix.root, "everything lies below this directory")
        ->envname("SALLYPORT_ROOT");
    program.app.add_flag("--json", program.json, "JSON instead of text");
    add_house(program);
    add_policy(program);
    add_mask(program);
    add_record(program);
    add_desk(program);
    add_help(program);
    try {
        program.app.parse(count, arguments);
    } catch (const CLI::ParseError &error) {
        return misunderstood(program, error, count, arguments);
    }
    return program.status;
}

} // namespace sallyport::cli
