// SPDX-License-Identifier: Apache-2.0
#include "shipped_facts.hpp"
#include "shipped_policies.hpp"

using namespace sallyport;
using namespace sallyport::policy::test;

TEST_SUITE_BEGIN("policy.shipped");

namespace {
const std::string pack =
    "format = 1\nname = \"readers\"\n[set]\n\"pack.readers\" = [\"cat\", \"df\", "
    "\"free\", \"grep\", \"id\", \"ls\", \"tail\"]\n";
} // namespace

TEST_CASE("the shipped policies pass their own tests and decide as the golden file says") {
    check_shipped([](const model::Action &action) { return shipped_facts(action.bytes); }, pack);
}

TEST_CASE("the shipped policies have no remark that was not looked at") {
    const policy::Loaded loaded = load_shipped({"starter.toml", "demo.toml"}, pack);
    REQUIRE(loaded.policy.has_value());
    std::string remarks;
    for (const policy::Fault &fault : loaded.policy->check({}))
        remarks += fault.message + "\n";
    // both are wide on purpose: development hosts are free, and break-glass is loud, recorded and
    // has to be declared
    CHECK(remarks == "grant dev-free: allows every command and no guard narrows it\n"
                     "grant break-glass: allows every command on every target; say `where`\n");
}
TEST_SUITE_END();
