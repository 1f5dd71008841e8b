// SPDX-License-Identifier: Apache-2.0
#include "sallyport/facts/examples.hpp"

#include "entry.hpp"
#include "paths.hpp"

#include "sallyport/facts/facts.hpp"

#include <array>
#include <set>

namespace sallyport::facts {
namespace {
using Clauses = std::set<std::string>;

constexpr std::array<std::string_view, 5> optional_kinds{"reads ", "writes ", "deletes ",
                                                         "executes ", "to "};

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

void add_command(const model::Command &command, bool first, Clauses &out) {
    if (!first)
        out.insert("runs " + command.name.shown());
    for (const model::Effect effect : command.effects)
        out.insert(std::string(model::effect_name(effect)));
    for (const model::Opaque &opaque : command.opaque)
        out.insert("opaque " + std::string(model::opaque_reason_name(opaque.reason)));
    const std::array<const std::vector<model::PathPattern> *, 4> paths{
        &command.reads, &command.writes, &command.deletes, &command.execs};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (const model::PathPattern &path : *paths[i])
            out.insert(std::string(optional_kinds[i]) + path.glob);
    }
    for (const model::NetSink &sink : command.net)
        out.insert("to " + (sink.host.empty() ? "**" : sink.host) +
                   (sink.port == 0 ? "" : ":" + std::to_string(sink.port)));
}

Clauses found_in(const model::CommandFacts &facts) {
    Clauses out;
    if (facts.state != model::ParseState::Ok)
        out.insert(std::string(model::parse_state_name(facts.state)));
    for (const model::Opaque &opaque : facts.opaque)
        out.insert("opaque " + std::string(model::opaque_reason_name(opaque.reason)));
    for (std::size_t i = 0; i < facts.commands.size(); ++i)
        add_command(facts.commands[i], i == 0, out);
    return out;
}

Clauses clauses_of(std::string_view text) {
    Clauses out;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(", "), text.size());
        if (text.substr(0, comma) != "nothing")
            out.emplace(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 2, text.size()));
    }
    return out;
}

// What was found, without the kinds of path that nobody asked for.
Clauses asked_for(const Clauses &wanted, Clauses found) {
    for (const std::string_view kind : optional_kinds) {
        bool asked = false;
        for (const std::string &clause : wanted)
            asked = asked || begins(clause, kind);
        for (auto at = found.begin(); !asked && at != found.end();)
            at = begins(*at, kind) ? found.erase(at) : std::next(at);
    }
    return found;
}

std::string shown(const Clauses &clauses) {
    std::string out;
    for (const std::string &clause : clauses)
        out += (out.empty() ? "" : ", ") + clause;
    return out.empty() ? "nothing" : out;
}

struct Line { // an example taken apart
    std::string text;
    Clauses wanted;
    model::Dialect dialect = model::Dialect::Bash;
    bool terminal = false;
};

Line line_of(std::string_view example, std::size_t arrow) {
    Line line;
    line.text = example.substr(0, arrow);
    line.wanted = clauses_of(example.substr(arrow + 4));
    const std::size_t colon = line.text.find(": ");
    const std::string head = line.text.substr(0, colon);
    const auto dialect = model::parse_dialect(head);
    line.terminal = head == "terminal";
    if (colon != std::string::npos && (line.terminal || dialect)) {
        line.text.erase(0, colon + 2);
        line.dialect = dialect ? *dialect : line.dialect;
    }
    return line;
}

// The command that an example of a reader is about.
std::string first_word(std::string_view text) {
    return std::string(text.substr(0, text.find(' ')));
}

class Checker {
  public:
    explicit Checker(const Knowledge &knowledge) : knowledge_(knowledge) {}

    void command(const std::string &name, const Entry &entry);
    void readers();
    ExampleReport take() { return std::move(report_); }

  private:
    std::optional<Clauses> judged(const Example &example, const std::string &command);
    void missing(const std::string &name, const std::string &place);

    const Knowledge &knowledge_;
    std::set<std::string> covered_; // readers
    ExampleReport report_;
};

std::optional<Clauses> Checker::judged(const Example &example, const std::string &command) {
    const auto fault = [&](const std::string &message) {
        report_.faults.push_back(example.place + ": " + message);
    };
    const std::size_t arrow = example.text.rfind(" => ");
    if (arrow == std::string::npos) {
        fault("an example is `LINE => CLAUSE, CLAUSE`");
        return std::nullopt;
    }
    const Line line = line_of(example.text, arrow);
    SessionState session;
    session.terminal = line.terminal;
    session.sh = model::Dialect::Dash;
    const model::CommandFacts facts =
        judge_text(line.text, line.dialect, model::ActionKind::Exec, knowledge_, session);
    bool named = false;
    for (const model::Command &found : facts.commands)
        named = named || found.name.shown() == command ||
                begins(found.name.shown(), command + "."); // mkfs.ext4 is mkfs
    const Clauses found = found_in(facts);
    const Clauses asked = asked_for(line.wanted, found);
    if (!named)
        fault("the line does not run `" + command + "`; found: " + shown(found));
    else if (asked != line.wanted)
        fault("example of `" + command + "`: " + line.text + " => " + shown(line.wanted) +
              "; found: " + shown(found));
    ++(example.escape ? report_.escapes : report_.examples);
    return found;
}

void Checker::missing(const std::string &name, const std::string &place) {
    report_.faults.push_back(place + ": command `" + name + "` has no example");
}

void Checker::command(const std::string &name, const Entry &entry) {
    ++report_.commands;
    std::optional<Clauses> plain;
    std::vector<std::pair<const Example *, Clauses>> escapes;
    for (const Example &example : entry.examples) {
        auto found = judged(example, name);
        if (found && example.escape)
            escapes.emplace_back(&example, std::move(*found));
        else if (found && !plain)
            plain = std::move(found);
    }
    for (const auto &[example, found] : escapes) {
        if (plain && found == *plain)
            report_.faults.push_back(example->place + ": an escape that is judged like plain use");
    }
    for (const auto &item : entry.sub) {
        for (const Example &example : item.second.examples)
            judged(example, name);
    }
    if (!plain && covered_.count(name) == 0)
        missing(name, entry.place);
}

void Checker::readers() {
    for (const Example &example : knowledge_.tables().examples) {
        const std::string name = first_word(example.text);
        if (judged(example, name) && !example.escape)
            covered_.insert(name);
    }
}
} // namespace

ExampleReport check_examples(const Knowledge &knowledge) {
    Checker checker(knowledge);
    checker.readers();
    for (const auto &[name, entry] : knowledge.entries_)
        checker.command(name, entry);
    return checker.take();
}

} // namespace sallyport::facts
