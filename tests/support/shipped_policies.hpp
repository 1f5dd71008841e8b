// SPDX-License-Identifier: Apache-2.0
// The policies that are shipped, loaded from the source tree, and their decisions as golden text.
#pragma once
#include "sallyport/policy/policy.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

namespace sallyport::policy::test {

inline std::string source_path(std::string_view name) {
    return std::string(SALLYPORT_SOURCE_ROOT) + "/" + std::string(name);
}

inline std::string read_source(std::string_view name) {
    std::ifstream file(source_path(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return file ? text.str() : "";
}

// `pack` stands for the readers pack; empty: the shipped one.
inline Loaded load_shipped(const std::vector<std::string> &names, const std::string &pack) {
    Ports ports;
    ports.include = [&](std::string_view name) -> base::Result<std::string> {
        const std::string text = pack.empty() ? read_source("policies/" + std::string(name)) : pack;
        if (text.empty())
            return base::fail(base::ErrorCode::NotFound, "there is no such file");
        return text;
    };
    ports.zone = [](std::string_view name) -> base::Result<base::Bytes> {
        std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return base::to_bytes(text.str());
    };
    std::vector<File> files;
    for (const std::string &name : names)
        files.push_back({name, read_source("policies/" + name)});
    return Policy::load(files, ports);
}

// Runs the tests that stand in the shipped policies and compares what was decided with the golden
// file, whichever judge gave the facts. SALLYPORT_ACCEPT=1 writes the file and fails.
inline void check_shipped(const Judge &judge, const std::string &pack) {
    std::ostringstream decided;
    std::set<std::string> seen;
    for (const std::vector<std::string> &names :
         {std::vector<std::string>{"starter.toml"}, {"starter.toml", "demo.toml"}}) {
        const Loaded loaded = load_shipped(names, pack);
        for (const Fault &fault : loaded.faults)
            FAIL_CHECK(fault_line(fault));
        REQUIRE(loaded.policy.has_value());
        const std::vector<TestResult> results = loaded.policy->run_tests(judge);
        CHECK(results.size() >= 50);
        decided << "# " << names.back() << "\n";
        for (const TestResult &result : results) {
            CHECK_MESSAGE(result.passed, result.file << ":" << result.line << ": " << result.rule
                                                     << ": " << result.name << ": "
                                                     << result.message);
            decided << result.rule << "  " << result.name << "\n    "
                    << model::verdict_name(result.decision.verdict) << ":";
            for (const std::string &rule : result.decision.rules)
                decided << " " << rule;
            decided << "\n";
        }
    }
    const char *golden = "tests/golden/policies/shipped.txt";
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(source_path(golden)) << decided.str();
        FAIL("golden file written; run again without SALLYPORT_ACCEPT");
    }
    CHECK(decided.str() == read_source(golden));
}

} // namespace sallyport::policy::test
