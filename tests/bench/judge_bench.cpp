// SPDX-License-Identifier: Apache-2.0
// What a decision costs: judge_bench EXAMPLES KNOWLEDGE. Each line of EXAMPLES
// (tests/data/judge/examples.jsonl) is decided under a policy of 1,000 rules made here, and beside
// it searched by 1,000 PCRE2 patterns with JIT, as a filter of texts would. The medians of several
// rounds; docs/BENCH.md says how to read them.
#include "sallyport/facts/facts.hpp"
#include "sallyport/policy/policy.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <nlohmann/json.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

using namespace sallyport;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int rounds = 7;

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

std::string read(const char *path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Unit {
    model::Action action;
    model::CommandFacts facts;
    bool ordinary = false; // a line as engineers write it, not an attempt to evade
};

model::Action action(std::string text, model::Dialect dialect) {
    model::Action made;
    made.who.person = "olga";
    made.who.groups = {"ops"};
    made.account = "deploy";
    made.target = "web1";
    made.labels = {{"env", "prod"}, {"role", "web"}};
    made.from = "10.20.3.4";
    made.cwd = "/home/deploy";
    made.dialect = dialect;
    made.sh = model::Dialect::Dash;
    made.bytes = std::move(text);
    return made;
}

model::CommandFacts judge(const facts::Knowledge &knowledge, const model::Action &what) {
    facts::SessionState session;
    session.cwd = what.cwd;
    session.sh = what.sh;
    return facts::judge_text(what.bytes, what.dialect, what.kind, knowledge, session);
}

std::vector<Unit> read_units(const char *path, const facts::Knowledge &knowledge) {
    std::vector<Unit> units;
    std::istringstream lines(read(path));
    for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (!json.is_object()) // a few lines hold bytes that JSON cannot
            continue;
        const auto dialect = model::parse_dialect(json["dialect"].get<std::string>());
        if (!dialect.ok())
            continue;
        Unit unit{action(json["line"].get<std::string>(), dialect.value()), {}};
        unit.ordinary = json["class"] == "benign";
        unit.facts = judge(knowledge, unit.action);
        if (unit.facts.state == model::ParseState::Ok)
            units.push_back(std::move(unit));
    }
    return units;
}

// 1,000 rules as sites have them: most name programs, 300 name none but paths (three each) or
// effects. `foreign` more are for targets that this session is not on.
std::string policy_text(int rules, int foreign) {
    std::string text = "format = 1\nname = \"bench\"\n[[grant]]\nid = \"ops\"\ntext = \"t\"\n"
                       "who = { groups = [\"ops\"] }\nkind = [\"exec\", \"line\", \"script\"]\n"
                       "cmd = { any = true }\n";
    static const char *const known[] = {"rm",   "cat",  "curl", "git",     "find",
                                        "sudo", "bash", "tar",  "kubectl", "systemctl"};
    for (int i = 1; i < rules + foreign; ++i) {
        const std::string n = std::to_string(i);
        text += "[[guard]]\nid = \"r" + n + "\"\ntext = \"t\"\nneed = { notify = [\"sre\"] }\n";
        text += i >= rules ? "where = { env = [\"dev\"] }\n" : "where = { env = [\"prod\"] }\n";
        if (i % 10 < 7)
            text += "cmd = { name = [\"tool" + n + "\", \"util" + n + "-*\"" +
                    (i % 50 == 0 ? std::string(", \"") + known[i / 50 % 10] + "\"" : "") +
                    "], opt = [\"force\"] }\n";
        else if (i % 10 < 9)
            text += "path = [\"/srv/app" + n + "/**\", \"/etc/app" + n + "/*.conf\", \"/var/lib/" +
                    n + "/**\"]\n";
        else
            text += "cmd = { effect = [\"" + std::string(i % 20 < 10 ? "exfil" : "persistence") +
                    "\"], via = [\"w" + n + "\"] }\n";
    }
    return text;
}

policy::Policy load(const std::string &text) {
    // A file has its limit, so the rules come in several.
    std::vector<policy::File> files;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t half = std::min(text.size(), at + policy::max_policy_bytes / 2);
        const std::size_t end = std::min(text.size(), text.find("[[guard]]", half));
        const std::string head = at == 0 ? "" : "format = 1\nname = \"bench\"\n";
        files.push_back({"bench" + std::to_string(at), head + text.substr(at, end - at)});
        at = end;
    }
    policy::Loaded loaded = policy::Policy::load(files, {});
    for (const policy::Fault &fault : loaded.faults)
        std::cerr << policy::fault_line(fault) << "\n";
    if (!loaded.policy)
        std::exit(1);
    return std::move(*loaded.policy);
}

struct Times {
    double p50 = 0, p99 = 0;
};

Times times_of(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return {samples[samples.size() / 2], samples[samples.size() * 99 / 100]};
}

// For each line the median over the rounds, so that what else the machine does meanwhile is left
// out; then the spread over the lines.
template <typename Work>
Times measure(const std::vector<Unit> &units, Work work) {
    std::vector<std::vector<double>> samples(units.size());
    volatile std::size_t seen = 0;
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < units.size(); ++i) {
            const auto begin = Clock::now();
            seen = seen + work(units[i]); // so that the work is not optimised away
            samples[i].push_back(microseconds(Clock::now() - begin));
        }
    std::vector<double> lines;
    for (std::vector<double> &line : samples)
        lines.push_back(times_of(std::move(line)).p50);
    return times_of(std::move(lines));
}

// The same number of conditions as a filter of texts would have them.
class Patterns {
  public:
    explicit Patterns(int count) {
        for (int i = 0; i < count; ++i) {
            const std::string n = std::to_string(i);
            const std::string pattern = i % 10 < 7
                                            ? "\\b(tool" + n + "|util" + n + "-\\w+)\\b.*--force"
                                            : "(/srv/app" + n + "/|/etc/app" + n +
                                                  "/[^/]*\\.conf|" + "/var/lib/" + n + "/)";
            int error = 0;
            PCRE2_SIZE at = 0;
            pcre2_code *code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                                             pattern.size(), 0, &error, &at, nullptr);
            if (code == nullptr || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
                std::exit(1);
            codes_.push_back(code);
        }
        match_ = pcre2_match_data_create(8, nullptr);
    }
    ~Patterns() {
        for (pcre2_code *code : codes_)
            pcre2_code_free(code);
        pcre2_match_data_free(match_);
    }
    Patterns(const Patterns &) = delete;
    Patterns &operator=(const Patterns &) = delete;

    std::size_t matches(const std::string &text) const {
        std::size_t found = 0;
        for (const pcre2_code *code : codes_)
            found += pcre2_jit_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                     0, 0, match_, nullptr) >= 0
                         ? 1
                         : 0;
        return found;
    }

  private:
    std::vector<pcre2_code *> codes_;
    pcre2_match_data *match_ = nullptr;
};

// A command whose name is not known meets every rule by name, so its lines stand apart.
bool names_known(const model::CommandFacts &facts) {
    return facts.opaque.empty() && std::all_of(facts.commands.begin(), facts.commands.end(),
                                               [](const model::Command &command) {
                                                   return command.name.literal() &&
                                                          !command.name.may_split;
                                               });
}

void bench_rules(const std::vector<Unit> &known, const std::vector<Unit> &unknown) {
    std::vector<Unit> ordinary;
    std::copy_if(known.begin(), known.end(), std::back_inserter(ordinary),
                 [](const Unit &unit) { return unit.ordinary; });
    std::printf("%-50s %8s %8s\n", "a line, microseconds", "p50", "p99");
    const auto decide = [](const policy::Policy &policy, const char *what,
                           const std::vector<Unit> &units) {
        const policy::Selection selection = policy.select(units.front().action);
        const Times times = measure(units, [&](const Unit &unit) {
            return selection.decide(unit.action, &unit.facts).rules.size();
        });
        std::printf("%-50s %8.1f %8.1f\n", what, times.p50, times.p99);
    };
    const policy::Policy policy = load(policy_text(1000, 0));
    decide(policy, "1,000 rules, ordinary lines", ordinary);
    const Patterns patterns(1000);
    const Times times =
        measure(ordinary, [&](const Unit &unit) { return patterns.matches(unit.action.bytes); });
    std::printf("%-50s %8.1f %8.1f\n", "1,000 PCRE2 patterns with JIT, ordinary lines", times.p50,
                times.p99);
    decide(load(policy_text(1000, 9000)), "  and 9,000 rules of other targets", ordinary);
    decide(load(policy_text(100, 0)), "100 rules, ordinary lines", ordinary);
    decide(policy, "1,000 rules, all lines with known names", known);
    decide(policy, "1,000 rules, name not known: most of them meet it", unknown);
}

void bench_bytes(const facts::Knowledge &knowledge) {
    std::printf("\n%-50s %8s %8s\n", "a script, milliseconds", "facts", "policy");
    const policy::Policy policy = load(policy_text(1000, 0));
    for (const std::size_t bytes : {16U * 1024, 64U * 1024, 256U * 1024, 1024U * 1024}) {
        std::string text;
        while (text.size() + 1100 < bytes)
            text += "if test -f /srv/app/x; then cp /srv/app/x /var/tmp/y; fi # " +
                    std::string(1000, '.') + "\n";
        model::Action script = action(std::move(text), model::Dialect::Bash);
        script.kind = model::ActionKind::Script;
        const policy::Selection selection = policy.select(script);
        std::vector<double> judged, decided;
        for (int round = 0; round < rounds; ++round) {
            const auto begin = Clock::now();
            const model::CommandFacts facts = judge(knowledge, script);
            const auto middle = Clock::now();
            selection.decide(script, &facts);
            judged.push_back(microseconds(middle - begin) / 1000);
            decided.push_back(microseconds(Clock::now() - middle) / 1000);
        }
        std::printf("%-50s %8.1f %8.1f\n", (std::to_string(bytes / 1024) + " KiB").c_str(),
                    times_of(judged).p50, times_of(decided).p50);
    }
}

} // namespace

int main(int count, char **arguments) {
    if (count != 3) {
        std::cerr << "judge_bench EXAMPLES KNOWLEDGE\n";
        return 2;
    }
    const auto knowledge = facts::Knowledge::load(read(arguments[2]), "commands.toml");
    if (!knowledge.ok()) {
        std::cerr << knowledge.error().message << "\n";
        return 1;
    }
    std::vector<Unit> known, unknown;
    for (Unit &unit : read_units(arguments[1], *knowledge.value()))
        (names_known(unit.facts) ? known : unknown).push_back(std::move(unit));
    std::printf("%zu lines, %zu more with a name that is not known; median of %d rounds\n",
                known.size(), unknown.size(), rounds);
    bench_rules(known, unknown);
    bench_bytes(*knowledge.value());
}
