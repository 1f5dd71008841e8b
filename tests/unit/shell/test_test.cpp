// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.test");

TEST_CASE("a double bracket is an expression where the dialect says so") {
    check_rows({
        {"operands and operators",
         "bash,zsh",
         "(test (-f a) && [ (== (param x) (word b (glob *))) || ! (-nt c d) ])",
         {"[[ -f a && ( $x == b* || ! c -nt d ) ]]", "[[ -f a\n&& ( $x == b* ||\n! c -nt d )\n]]"}},
        {"a regular expression",
         "bash",
         "(and-or (test (=~ a ^\\x28b|c\\x20d\\x29+$)) && (simple e))",
         {"[[ a =~ ^(b|c d)+$ ]] && e"}},
        {"less is an operator, not a redirection", "bash,zsh", "(test (< a b))", {"[[ a < b ]]"}},
        {"less is a redirection", "dash,ash", "(simple [[ a ]] (redirect < b))", {"[[ a < b ]]"}},
        {"a bare word", "bash,zsh", "(test (param x))", {"[[ $x ]]"}},
        {"extended patterns are on here",
         "bash",
         "(test (== (param x) (extended @ a b)))",
         {"[[ $x == @(a|b) ]]"}},
    });
}

TEST_CASE("a test of nothing is one in bash alone") {
    CHECK_EQ(dump(parse("[[ ]]", sallyport::model::Dialect::Bash)), "(test)");
    CHECK_EQ(parse("[[ ]]", sallyport::model::Dialect::Zsh).state,
             sallyport::model::ParseState::Error);
}

TEST_SUITE_END();
