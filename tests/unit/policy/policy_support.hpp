// SPDX-License-Identifier: Apache-2.0
// Policies and facts by hand, for tests of the policy module.
#pragma once
#include "sallyport/policy/policy.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace sallyport::policy::test {

inline std::string head(const std::string &name = "t") {
    return "format = 1\nname = \"" + name + "\"\n";
}

inline std::string all_faults(const Loaded &loaded) {
    std::string text;
    for (const Fault &fault : loaded.faults)
        text += fault_line(fault) + "\n";
    return text;
}

inline Policy must_load(const std::vector<File> &files, const Ports &ports = {}) {
    Loaded loaded = Policy::load(files, ports);
    REQUIRE_MESSAGE(loaded.policy.has_value(), all_faults(loaded));
    return std::move(*loaded.policy);
}
inline Policy must_load(const std::string &rules) {
    return must_load({{"t.toml", head() + rules}});
}

// A command of words without quotes; a word `$X` is an unquoted hole, `"$X"` a quoted one.
inline model::Command command(const std::string &line, std::vector<model::Effect> effects = {},
                              std::vector<model::OpaqueReason> opaque = {}) {
    model::Command result;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
        model::FactWord fact = model::literal_word(word);
        if (word == "$X" || word == "\"$X\"")
            fact = {{{model::WordPartKind::Hole, "$X"}}, word == "$X"};
        result.argv.push_back(fact);
        if (result.argv.size() > 1 && word.front() != '-')
            result.operands.push_back(fact);
    }
    if (!result.argv.empty()) {
        result.name = result.argv.front();
        if (result.name.literal()) {
            const std::string path = result.name.text();
            if (path.find('/') != std::string::npos)
                result.path = path;
            result.name = model::literal_word(path.substr(path.rfind('/') + 1));
            result.known = !result.path;
        }
    }
    result.effects = std::move(effects);
    for (const model::OpaqueReason reason : opaque)
        result.opaque.push_back({reason, {}, {}});
    return result;
}

inline model::CommandFacts facts(std::vector<model::Command> commands) {
    model::CommandFacts result;
    result.state = model::ParseState::Ok;
    result.commands = std::move(commands);
    return result;
}

inline model::Action action(model::ActionKind kind = model::ActionKind::Exec,
                            std::string bytes = {}) {
    model::Action result;
    result.kind = kind;
    result.who.person = "olga";
    result.who.groups = {"ops"};
    result.account = "deploy";
    result.target = "web1";
    result.labels = {{"env", "prod"}};
    result.from = "10.20.3.4";
    result.at = base::parse_rfc3339("2026-03-04T11:00:00+01:00").value();
    result.bytes = std::move(bytes);
    return result;
}

inline model::Decision decide(const Policy &policy, std::vector<model::Command> commands) {
    const model::CommandFacts all = facts(std::move(commands));
    return policy.decide(action(), &all);
}

// `approve: a b`
inline std::string verdict(const model::Decision &decision) {
    std::string text(model::verdict_name(decision.verdict));
    text += ":";
    for (const std::string &rule : decision.rules)
        text += " " + rule;
    return text;
}

} // namespace sallyport::policy::test
