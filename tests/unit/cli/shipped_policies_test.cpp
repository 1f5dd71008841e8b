// SPDX-License-Identifier: Apache-2.0
// The shipped policies under the real parser and the real command knowledge.
#include "policy_verbs.hpp"
#include "shipped_policies.hpp"

#include "sallyport/facts/facts.hpp"

#include <nlohmann/json.hpp>

using namespace sallyport;
using namespace sallyport::policy::test;

TEST_SUITE_BEGIN("cli.shipped_policies");

TEST_CASE("the real judge decides the shipped tests as the golden file says") {
    const auto knowledge =
        facts::Knowledge::load(read_source("policies/knowledge/commands.toml"), "commands.toml");
    REQUIRE(knowledge.ok());
    facts::SessionState session;
    check_shipped(
        [&](const model::Action &action) {
            session.cwd = action.cwd; // sshd starts a command in the account's home
            session.sh = action.sh;
            return facts::judge_text(action.bytes, action.dialect, action.kind, *knowledge.value(),
                                     session);
        },
        "");
}
namespace {

struct Shipped {
    std::vector<std::string> files;
    const char *user, *target;
};
// Who looks at the example lines under which policy. The packs are tested alone.
const std::vector<Shipped> &shipped() {
    static const std::vector<Shipped> list = {
        {{"starter.toml"}, "olga", "web-prod"},
        {{"starter.toml"}, "sam", "web-prod"},
        {{"starter.toml"}, "dana", "web-dev"},
        {{"starter.toml"}, "opsbot", "web-prod"},
        {{"starter.toml", "demo.toml"}, "alice", "web1"},
        {{"packs/read-only.toml"}, "ro-sam", "ro-web"},
        {{"packs/database.toml"}, "db-dora", "db-main"},
        {{"packs/kubernetes.toml"}, "k8s-pia", "k8s-prod"},
        {{"packs/cloud.toml"}, "cl-cora", "cl-prod"},
        {{"packs/secrets.toml"}, "t-olga", "t-prod"},
        {{"packs/ci.toml"}, "ci-shop", "ci-web"},
        {{"packs/agents.toml"}, "ag-bot", "ag-prod"},
        {{"packs/break-glass.toml"}, "bg-greta", "bg-prod"},
    };
    return list;
}

policy::Judge real_judge() {
    static const auto knowledge =
        facts::Knowledge::load(read_source("policies/knowledge/commands.toml"), "commands.toml");
    REQUIRE(knowledge.ok());
    return [](const model::Action &action) {
        facts::SessionState session;
        session.cwd = action.cwd;
        session.sh = action.sh;
        return facts::judge_text(action.bytes, action.dialect, action.kind, *knowledge.value(),
                                 session);
    };
}

// SALLYPORT_ACCEPT=1 writes the file and fails.
void compare(const std::string &text, const char *golden) {
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(source_path(golden)) << text;
        FAIL("golden file written; run again without SALLYPORT_ACCEPT");
    }
    CHECK(text == read_source(golden));
}

cli::PolicySource source_of(const Shipped &policy) {
    cli::PolicySource source;
    source.include_directory = source_path("policies");
    for (const std::string &file : policy.files)
        source.files.push_back(source_path("policies/" + file));
    return source;
}

// One letter a line: deny, allow, step-up, approve; `!` for an answer that is none of them.
std::string verdicts(const Shipped &policy, const std::string &examples) {
    cli::Circumstances who;
    who.user = policy.user;
    who.target = policy.target;
    if (std::string_view(policy.user) == "bg-greta")
        who.declared = {"break-glass"};
    std::istringstream in(examples);
    std::ostringstream out, err;
    REQUIRE_MESSAGE(cli::policy_judge(source_of(policy), who, real_judge(), in, out, err) == 0,
                    err.str());
    std::istringstream answers(out.str());
    std::string letters;
    for (std::string line; std::getline(answers, line);) {
        static constexpr std::string_view key = "\"verdict\":\"";
        const std::string_view verdict = std::string_view(line).substr(line.find(key) + key.size());
        letters += verdict.starts_with("deny")      ? 'd'
                   : verdict.starts_with("allow")   ? 'a'
                   : verdict.starts_with("step-up") ? 's'
                   : verdict.starts_with("approve") ? 'p'
                                                    : '!';
    }
    return letters;
}

} // namespace

TEST_CASE("each pack passes its own tests, and its remarks have been looked at") {
    std::string remarks;
    for (const Shipped &policy : shipped()) {
        if (!policy.files.front().starts_with("packs/"))
            continue;
        const policy::Loaded loaded = load_shipped(policy.files, "");
        for (const policy::Fault &fault : loaded.faults)
            FAIL_CHECK(policy::fault_line(fault));
        REQUIRE(loaded.policy.has_value());
        for (const policy::TestResult &result : loaded.policy->run_tests(real_judge()))
            CHECK_MESSAGE(result.passed, result.file << ":" << result.line << ": " << result.rule
                                                     << ": " << result.name << ": "
                                                     << result.message);
        for (const policy::Fault &fault : loaded.policy->check(real_judge()))
            remarks += fault.message + "\n";
    }
    // both close what the policy that the pack is added to may open
    CHECK(remarks == "wall read-only.upload: no grant reaches it\n"
                     "wall ci.only-exec: no grant reaches it\n");
}

TEST_CASE("every shipped policy judges the example lines as the golden file says") {
    const std::string examples = read_source("tests/data/judge/examples.jsonl");
    std::vector<std::string> columns;
    std::string text = "# one column a policy: d(eny) a(llow) s(tep-up) ap(p)rove\n";
    for (const Shipped &policy : shipped()) {
        columns.push_back(verdicts(policy, examples));
        text += "# " + std::to_string(columns.size()) + " " + policy.files.back() + " " +
                policy.user + "@" + policy.target + "\n";
    }
    std::istringstream lines(examples);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line); ++number) {
        for (const std::string &column : columns) {
            REQUIRE(number < column.size());
            text += column[number];
        }
        const std::size_t end = line.find("\", \"dialect\"");
        text += " " + line.substr(10, std::min<std::size_t>(end - 10, 90)) + "\n";
    }
    CHECK(number > 2'000);
    compare(text, "tests/golden/policies/examples.txt");
}

namespace {

// What a person feels: the higher, the less goes through.
int severity(model::Verdict verdict) {
    switch (verdict) {
    case model::Verdict::Allow:
        return 0;
    case model::Verdict::StepUp:
        return 1;
    case model::Verdict::Approve:
        return 2;
    case model::Verdict::Deny:
        break;
    }
    return 3;
}

} // namespace

TEST_CASE("one more command never lowers a verdict") {
    const policy::Loaded loaded = load_shipped({"starter.toml"}, "");
    REQUIRE(loaded.policy.has_value());
    const policy::Judge judge = real_judge();
    const std::string examples = read_source("tests/data/judge/examples.jsonl");
    model::Action action;
    action.who.person = "olga";
    action.who.groups = {"ops"};
    action.account = "deploy";
    action.cwd = "/home/deploy";
    action.sh = model::Dialect::Dash;
    action.target = "web-prod";
    action.labels = {{"env", "prod"}};
    action.from = "10.20.3.4";
    action.at = base::parse_rfc3339("2026-03-04T11:00:00+01:00").value();
    const policy::Selection selection = loaded.policy->select(action);
    const auto verdict_of = [&](const std::string &text) {
        action.bytes = text;
        const model::CommandFacts facts = judge(action);
        return severity(selection.decide(action, &facts).verdict);
    };
    std::size_t tried = 0;
    std::istringstream lines(examples);
    for (std::string json; std::getline(lines, json);) {
        const auto record = nlohmann::json::parse(json, nullptr, false);
        if (!record.is_object())
            continue;
        const std::string line = record["line"].get<std::string>();
        action.dialect = model::parse_dialect(record["dialect"].get<std::string>()).value();
        const int alone = verdict_of(line);
        // A backslash or an open here-document at the end would take the next line in.
        if (alone == 3 || line.ends_with('\\') || line.find("<<") != std::string::npos)
            continue;
        ++tried;
        for (const std::string more : {"ls", "kill 1", "sudo id", "cat /etc/shadow"}) {
            const int least = std::max(alone, verdict_of(more));
            CHECK_MESSAGE(verdict_of(line + "\n" + more) >= least, line << " and then " << more);
        }
        CHECK_MESSAGE(verdict_of("ls\n" + line) >= alone, "ls and then " << line);
        CHECK_MESSAGE(verdict_of(line + "\n" + line) >= alone, line << " twice");
        if (record["class"] == "benign")
            CHECK_MESSAGE(verdict_of(line + "\n" + line) == alone, line << " twice");
    }
    CHECK(tried > 1'000);
}
TEST_SUITE_END();
