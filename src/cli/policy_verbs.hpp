// SPDX-License-Identifier: Apache-2.0
// `sallyport policy check|test|explain|judge|print|schema`. No daemon, no clock: what a verb needs
// to know about the person, the target and the time comes from options or from the policy's
// fixtures. Each returns the exit status: 0 fine, 1 a check or a test failed, 2 the options are
// wrong, 78 the policy has faults (all of them on `err`, one a line). One thread.
#pragma once
#include "sallyport/facts/examples.hpp"
#include "sallyport/policy/policy.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::cli {

inline constexpr std::size_t max_judge_line_bytes = 8 * 1024 * 1024; // a script as a JSON string

struct PolicySource {
    std::vector<std::string> files; // paths, in the order of replacing
    std::string include_directory;  // empty: beside the files
};

// Ports over the file system: includes (names without `..`), zones, and the hash.
policy::Ports policy_ports(const PolicySource &source);
// Reads the files and loads them. Faults go to `err`.
std::optional<policy::Policy> load_policy(const PolicySource &source, std::ostream &err);

// Is it judged by its text: exec, line, script.
bool has_text(model::ActionKind kind);
// One line without its end; `fits` is false when it is longer than the limit, and then the rest of
// it is skipped. False at the end of the input.
bool read_line(std::istream &in, std::string &line, bool &fits, std::size_t limit);

// What the options say; what is not said comes from the fixtures.
struct Circumstances {
    std::optional<std::string> user, origin, target, account, from, at;
    std::vector<std::string> groups, labels, declared; // labels: `env=prod`
};

// The examples of the command knowledge: a line for each fault, then the counts. Returns
// exit_failed if there is a fault.
int knowledge_check(const facts::Knowledge &knowledge, std::ostream &out);

int policy_check(const PolicySource &source, const policy::Judge &judge, std::ostream &out,
                 std::ostream &err);
int policy_test(const PolicySource &source, const policy::Judge &judge, std::ostream &out,
                std::ostream &err);
int policy_print(const PolicySource &source, std::ostream &out, std::ostream &err);
int policy_schema(std::ostream &out);

struct ExplainOptions {
    Circumstances circumstances;
    std::string kind = "exec";          // any action kind
    std::optional<std::string> dialect; // the target's shell when not said
    std::string text;                   // command, path or host:port
};
int policy_explain(const PolicySource &source, const ExplainOptions &options,
                   const policy::Judge &judge, std::ostream &out, std::ostream &err);

// JSON lines in, JSON lines out, one for one and in order. An input line that cannot be read is
// answered too, with verdict deny and an `error`. A member `hex` gives the exact bytes of `line`;
// a lone surrogate U+DC80..U+DCFF in `line` is the raw byte 80..FF.
int policy_judge(const PolicySource &source, const Circumstances &circumstances,
                 const policy::Judge &judge, std::istream &in, std::ostream &out,
                 std::ostream &err);

} // namespace sallyport::cli
