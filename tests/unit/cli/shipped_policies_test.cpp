// SPDX-License-Identifier: Apache-2.0
// The shipped policies under the real parser and the real command knowledge.
#include "shipped_policies.hpp"

#include "sallyport/facts/facts.hpp"

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
TEST_SUITE_END();
