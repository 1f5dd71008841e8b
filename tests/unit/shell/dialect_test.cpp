// SPDX-License-Identifier: Apache-2.0
#include "dialect.hpp"
#include "table.hpp"

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.dialect");

TEST_CASE("a feature of some shells varies in a dialect that stands for several") {
    CHECK(support(Feature::HereString, model::Dialect::Bash) == Support::Yes);
    CHECK(support(Feature::HereString, model::Dialect::Dash) == Support::No);
    CHECK(support(Feature::HereString, model::Dialect::Sh) == Support::Varies);
    CHECK(support(Feature::WordParentheses, model::Dialect::Sh) == Support::No);
    CHECK(support(Feature::WordParentheses, model::Dialect::Unknown) == Support::Varies);
}

// Each line is read differently by two of the shells: nobody may pick one reading.
TEST_CASE("where shells disagree the unit is unsupported for sh and for an unknown dialect") {
    for (const std::string_view text :
         {"a 10>b",   "a &>b",    "a <<<b",   "[[ a < b ]]", "((1 > 2))", "time a",
          "a=(b)",    "a+=b",     "$'rm' x",  "$\"a\"",      "$[1]",      "a {b,c}",
          "{fd}>f a", "a |& b",   "coproc a", "select i",    "f() a",     "function f { a; }",
          "a[1]=b",   "${a/b/c}", "${a^}",    "${!a}",       "${a@P}",    "a-b() { c; }",
          "cat <(a)", "! ! a",    "dd of=~/x"})
        for (const model::Dialect dialect : {model::Dialect::Sh, model::Dialect::Unknown}) {
            const Unit unit = parse(text, dialect);
            INFO(model::dialect_name(dialect), ": ", text, " => ", dump(unit));
            CHECK_EQ(unit.state, model::ParseState::Ok);
            CHECK(unit.unsupported > 0);
        }
}

TEST_CASE("where zsh alone differs an unknown dialect is unsupported") {
    for (const std::string_view text :
         {"a *(b)", "echo }", "a b}", "repeat 2 a", "$a[1]", "$a:h", "a <1-2>", "; a", "a >!b",
          "=ls", "a &| b", "() { a; }", "if then fi"}) {
        const Unit unit = parse(text, model::Dialect::Unknown);
        INFO(text, " => ", dump(unit));
        CHECK(unit.unsupported > 0);
    }
}

TEST_CASE("zsh forms without a place in the tree are read to their end but not taken apart") {
    for (const std::string_view text :
         {"() { a; }", "() { a } b >f", "function { a; }", "a *(/)", "a *(e:'rm x':)", "=rm x",
          "f g () { a }", "function f g { a }", "for a b (1 2) c", "for a b in 1 2; do c; done"}) {
        const Unit unit = parse(text, model::Dialect::Zsh);
        INFO(text, " => ", dump(unit));
        CHECK_EQ(unit.state, model::ParseState::Ok);
        CHECK(unit.unsupported > 0);
    }
}

TEST_CASE("zsh forms that do not end are incomplete, whatever they are") {
    for (const std::string_view text :
         {"() { a", "function { a", "f g () {", "for i (a b) {", "for a b (1 2)", "repeat 2",
          "repeat 2 {", "if [[ a ]] {", "while ((1)) {", "foreach i (a b); c", "case x {",
          "{ a } always {", "cat =(a", "foreach i in a; do b"}) {
        const Unit unit = parse(text, model::Dialect::Zsh);
        INFO(text, " => ", dump(unit));
        CHECK_EQ(unit.state, model::ParseState::Incomplete);
    }
}

TEST_SUITE_END();
