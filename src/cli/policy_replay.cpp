// SPDX-License-Identifier: Apache-2.0
#include "policy_replay.hpp"

#include "sallyport/base/log.hpp"

#include <istream>
#include <map>
#include <ostream>

#include <nlohmann/json.hpp>

namespace sallyport::cli {
namespace {

constexpr int exit_changed = 1, exit_no_history = 65, exit_faults = 78;

using Json = nlohmann::json;

// NOLINTNEXTLINE(bugprone-exception-escape): the library's noexcept move has a check inside
struct Past {
    model::Action action;
    std::string time, verdict, rule;
};

std::string member(const Json &event, const char *key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> split(const std::string &text, char at) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        if (end > begin)
            parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool read_who(const Json &event, const policy::Fixtures &fixtures, model::Principal &who) {
    who.person = member(event, "person");
    const auto known = fixtures.users.find(who.person);
    if (event.contains("origin")) {
        const auto origin = model::parse_origin(member(event, "origin"));
        if (!origin.ok())
            return false;
        who.origin = origin.value();
        who.groups = split(member(event, "groups"), ' ');
        return true;
    }
    if (known == fixtures.users.end() || !known->second.origin)
        return false;
    who.groups = known->second.groups;
    who.origin = *known->second.origin;
    return true;
}

bool read_where(const Json &event, const policy::Fixtures &fixtures, model::Action &action) {
    action.account = member(event, "account");
    action.target = member(event, "target");
    const auto known = fixtures.targets.find(action.target);
    if (event.contains("dialect")) {
        const auto dialect = model::parse_dialect(member(event, "dialect"));
        const auto sh = model::parse_dialect(member(event, "sh"));
        if (!dialect.ok())
            return false;
        action.dialect = dialect.value();
        action.sh = sh.ok() ? sh.value() : model::Target{}.sh;
        for (const std::string &label : split(member(event, "labels"), '\n'))
            if (const std::size_t equals = label.find('='); equals != std::string::npos)
                action.labels[label.substr(0, equals)] = label.substr(equals + 1);
        return true;
    }
    if (known == fixtures.targets.end())
        return false;
    action.labels = known->second.labels;
    action.dialect = known->second.shell;
    action.sh = model::Target{}.sh;
    return true;
}

// Nothing for an event that is no decision on a text, or that does not say enough.
std::optional<Past> read_past(const Json &event, const policy::Fixtures &fixtures) {
    Past past;
    model::Action &action = past.action;
    const auto kind = model::parse_action_kind(member(event, "action"));
    const auto at = base::parse_rfc3339(member(event, "time"));
    if (!kind.ok() || !at.ok() || !event.contains("command") ||
        !read_who(event, fixtures, action.who) || !read_where(event, fixtures, action))
        return std::nullopt;
    action.kind = kind.value();
    action.at = at.value();
    action.bytes = member(event, "command");
    action.from = event.contains("from") ? member(event, "from") : fixtures.from.value_or("");
    action.declared = split(member(event, "declared"), ' ');
    action.terminal = member(event, "terminal") == "yes";
    action.cwd = event.contains("cwd") ? member(event, "cwd") : model::home_of({}, action.account);
    past.time = member(event, "time");
    past.verdict = member(event, "verdict");
    const std::vector<std::string> rules = split(member(event, "rules"), ' ');
    past.rule = rules.empty() ? "default" : rules.front();
    return past;
}

struct Group {
    std::map<std::string, std::size_t> changes; // `allow -> deny`, and how often
    std::vector<std::string> examples;
    std::size_t count = 0;
};

struct Report {
    std::size_t replayed = 0, left_out = 0, changed = 0;
    std::map<std::string, Group> by_person, by_rule;
};

void add(std::map<std::string, Group> &groups, const std::string &name, const std::string &change,
         const std::string &example) {
    if (groups.size() >= max_replay_groups && groups.find(name) == groups.end())
        return; // still counted in the first line
    Group &group = groups[name];
    ++group.count;
    if (group.changes[change]++ == 0 || group.examples.size() < max_replay_examples)
        if (group.examples.size() < 2 * max_replay_examples)
            group.examples.push_back(example);
}

void compare(const Past &past, const model::Decision &now, Report &report) {
    ++report.replayed;
    const std::string verdict(model::verdict_name(now.verdict));
    if (verdict == past.verdict)
        return;
    ++report.changed;
    const std::string rule = now.rules.empty() ? "default" : now.rules.front();
    const std::string change = past.verdict + " -> " + verdict;
    const std::string example =
        base::printable(past.time + " " + past.action.who.person + "@" + past.action.target, 120) +
        " " + change + " (was " + base::printable(past.rule, 64) + ", is " + rule +
        "): " + base::printable(past.action.bytes, 120);
    add(report.by_person, base::printable(past.action.who.person, 64), change, example);
    // What loosens is said of the rule that held it before, what tightens of the one that does now.
    const bool looser = now.verdict == model::Verdict::Allow;
    add(report.by_rule, looser ? base::printable(past.rule, 64) : rule, change, example);
}

void print(const char *title, const std::map<std::string, Group> &groups, bool examples,
           std::ostream &out) {
    out << title << "\n";
    for (const auto &[name, group] : groups) {
        out << "  " << name << "  " << group.count << ":";
        const char *between = " ";
        for (const auto &[change, count] : group.changes) {
            out << between << change << " " << count;
            between = ", ";
        }
        out << "\n";
        if (examples)
            for (const std::string &example : group.examples)
                out << "    " << example << "\n";
    }
}

} // namespace

int policy_replay(const PolicySource &source, const policy::Judge &judge, std::istream &events,
                  std::ostream &out, std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    Report report;
    std::string line;
    bool fits = true;
    while (read_line(events, line, fits, max_event_line_bytes)) {
        const Json event = fits ? Json::parse(line, nullptr, false) : Json();
        if (!event.is_object()) {
            ++report.left_out;
            continue;
        }
        if (member(event, "kind") != "action-decided")
            continue;
        const std::optional<Past> past = read_past(event, policy->fixtures());
        if (!past) {
            ++report.left_out;
            continue;
        }
        const bool text = has_text(past->action.kind);
        const model::CommandFacts facts = text ? judge(past->action) : model::CommandFacts{};
        compare(*past, policy->decide(past->action, text ? &facts : nullptr), report);
    }
    out << report.replayed << " decisions replayed, " << report.left_out << " left out, "
        << report.changed << " changed\n";
    if (report.changed != 0) {
        print("by person", report.by_person, false, out);
        print("by rule", report.by_rule, true, out);
    }
    if (report.replayed == 0)
        return exit_no_history;
    return report.changed == 0 ? 0 : exit_changed;
}

} // namespace sallyport::cli
