// SPDX-License-Identifier: Apache-2.0
// The policy language: grants say what may happen, guards what must happen first, walls what never
// happens. The order of rules means nothing; what is unknown never satisfies a grant and always
// meets a guard or a wall. docs/POLICY.md is the language for people. Pure: files, hashes and zone
// data come in through Ports. A loaded Policy is an immutable value; any thread may decide with it.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/model/action.hpp"
#include "sallyport/model/command_facts.hpp"
#include "sallyport/model/decision.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::policy {

inline constexpr std::size_t max_policy_bytes = 1024 * 1024; // one file
inline constexpr std::size_t max_policy_files = 64;          // included ones count
inline constexpr std::size_t max_policy_rules = 10'000;
inline constexpr std::size_t max_faults = 1'000; // a load stops to look for more after so many

struct File {
    std::string name; // as the administrator knows it; it stands in every fault
    std::string text;
};

struct Fault {
    std::string file;
    std::uint32_t line = 0, column = 0; // from 1; 0 when the whole file is meant
    std::string message;
    bool operator==(const Fault &) const = default;
};
std::string fault_line(const Fault &fault); // `starter.toml:12:5: unknown key ...`
// The line of the file with a caret under the place, each with its newline; empty when the fault
// names none. `text` is the file that the fault is about.
std::string fault_excerpt(const Fault &fault, std::string_view text);

struct Ports {
    // The text of an included file, by the name that `include` says. Absent: an include is a fault.
    std::function<base::Result<std::string>(std::string_view name)> include;
    // The TZif bytes (RFC 8536) of an IANA zone. Absent: only `UTC` and fixed offsets are accepted.
    std::function<base::Result<base::Bytes>(std::string_view zone)> zone;
    // Hex SHA-256 of a text. Absent: Decision::policy_hash stays empty.
    std::function<std::string(std::string_view text)> digest;
};

// Judges the text of an action; `facts` in a judge worker behind it.
using Judge = std::function<model::CommandFacts(const model::Action &action)>;

struct TestResult {
    std::string rule, file;
    std::uint32_t line = 0;
    std::string name; // `olga@web-prod exec rm -rf /srv/x`
    bool passed = false;
    std::string message; // what was expected and what came, when it failed
    model::Decision decision;
};

// What the fixtures of a policy say about a person and a target; `policy judge` and `explain` fill
// omitted options from it.
struct FixtureUser {
    std::vector<std::string> groups;
    std::optional<model::Origin> origin;
};
struct FixtureTarget {
    std::map<std::string, std::string> labels;
    model::Dialect shell = model::Dialect::Bash;
};
struct Fixtures {
    std::map<std::string, FixtureUser> users;
    std::map<std::string, FixtureTarget> targets;
    std::optional<std::string> account, from, user, target; // [fixture.default]
    std::optional<base::WallTime> at;
};

struct Loaded;
class Selection;

class Policy {
  public:
    // Reads the files in this order, includes first; a later file replaces sets, rules and fixtures
    // of an earlier one by id. Every fault is reported, not the first alone; with any fault there
    // is no policy.
    static Loaded load(const std::vector<File> &files, const Ports &ports);

    // The verdict, its reasons and its explanation. `facts` is null for kinds without a shell text
    // (everything but exec, line and script) and needed for the others: without it the answer is
    // deny. Never fails, ends in deny.
    model::Decision decide(const model::Action &action, const model::CommandFacts *facts) const;

    // The same in two steps, for a session in which many actions come: who, where, from and kind
    // are looked at once.
    Selection select(const model::Action &action) const;

    // Runs the tests that stand beside the rules.
    std::vector<TestResult> run_tests(const Judge &judge) const;

    // Static checks: what loads but is probably not meant. `judge` may be empty; the check for
    // granted interpreters is left out then.
    std::vector<Fault> check(const Judge &judge) const;

    // The policy as sentences, for an auditor; says what a later file replaced. Never parsed back.
    std::string print() const;

    const Fixtures &fixtures() const;
    const std::string &hash() const; // hex, empty without Ports::digest
    std::size_t rule_count() const;
    // Whose approval its rules ask for, rule by rule.
    std::vector<model::Quorum> quorums() const;

    struct State;                                        // private to the module
    explicit Policy(std::shared_ptr<const State> state); // used by load
    const State &state() const { return *state_; }

  private:
    std::shared_ptr<const State> state_; // immutable, shared so that copies stay cheap
};

// The rules of a policy that can match one person on one target for one kind of action. Keeps its
// policy alive: a decision under way when a new policy comes ends on the one it began with.
// Immutable, cheap to copy; any thread may decide with it.
class Selection {
  public:
    // Is the action of the same person (groups, origin and what was declared included), account,
    // target, labels, address and kind.
    bool fits(const model::Action &action) const;
    // As Policy::decide. An action that does not fit is decided by the whole policy.
    model::Decision decide(const model::Action &action, const model::CommandFacts *facts) const;

    const std::string &policy_hash() const;

    struct State;                                           // private to the module
    explicit Selection(std::shared_ptr<const State> state); // used by Policy::select

  private:
    std::shared_ptr<const State> state_;
};

struct Loaded {
    std::optional<Policy> policy; // empty when there are faults
    std::vector<Fault> faults;    // in order of file, line and column
};

// JSON schema (draft 2020-12) of a policy file, for editors.
std::string_view schema();

} // namespace sallyport::policy
