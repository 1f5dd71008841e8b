// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <chrono>

using namespace sallyport;
using namespace sallyport::shell;
using model::ParseState;

TEST_SUITE_BEGIN("shell.limits");

namespace {

std::string repeat(std::string_view text, std::size_t count) {
    std::string out;
    out.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

} // namespace

TEST_CASE("a text longer than the limit is over it") {
    CHECK_EQ(parse(repeat("#", 65536), model::Dialect::Bash).state, ParseState::Ok);
    CHECK_EQ(parse(repeat("#", 65537), model::Dialect::Bash).state, ParseState::OverLimit);
    CHECK_EQ(parse(repeat("#", 65537), model::Dialect::Bash, script_limits()).state,
             ParseState::Ok);
}

TEST_CASE("nesting deeper than the limit is over it, whatever nests") {
    for (const std::string_view open : {"( ",
                                        "{ ",
                                        "$(",
                                        "\"$(",
                                        "${a:-",
                                        "if ",
                                        "while ",
                                        "case a in b) ",
                                        "<(",
                                        "a=($(",
                                        "f() { ",
                                        "\"${a:-\"",
                                        "for i in a; do ",
                                        "${a[",
                                        "$[$(",
                                        "a[$(",
                                        "((a) && ",
                                        "coproc ",
                                        "a || (",
                                        "$((a); ",
                                        "until ! ",
                                        "[[ ( $(",
                                        "x=${x#$("}) {
        const Unit unit = parse(repeat(open, 40000 / open.size()), model::Dialect::Bash);
        INFO(open, " => ", dump(unit).substr(0, 200));
        CHECK_EQ(static_cast<int>(unit.state), static_cast<int>(ParseState::OverLimit));
    }
    CHECK_EQ(parse(repeat("(", 100000), model::Dialect::Dash, script_limits()).state,
             ParseState::OverLimit);
}

TEST_CASE("nothing that repeats breaks the parser") {
    for (const std::string_view open :
         {"(", "`", "$((", "((", "a[", "{a,", "[[ (", "a=(", "!(", "@(", "\"", "$\"", "a <<E $(",
          "shopt -s extglob\n@(", "function f { ", "coproc a ", "a\\\n", "<<E\n", "time "})
        for (int dialect = 0; dialect < 6; ++dialect) {
            const Unit unit =
                parse(repeat(open, 40000 / open.size()), static_cast<model::Dialect>(dialect));
            CHECK(unit.error.has_value() == (unit.state != ParseState::Ok));
        }
}

TEST_CASE("nesting up to the limit is fine") {
    struct Pair {
        std::string_view open, close;
    };
    for (const Pair &pair :
         {Pair{"(", ";)"}, Pair{"{ ", ";}"}, Pair{": $(", ")"}, Pair{"if ", ";then a;fi"}}) {
        const std::string ok = repeat(pair.open, 60) + "a" + repeat(pair.close, 60);
        const std::string deep = repeat(pair.open, 70) + "a" + repeat(pair.close, 70);
        INFO(pair.open);
        CHECK_EQ(parse("( " + ok + " )", model::Dialect::Dash).state, ParseState::Ok);
        CHECK_EQ(parse("( " + deep + " )", model::Dialect::Dash).state, ParseState::OverLimit);
    }
}

TEST_CASE("nested brace expansions count as nesting") {
    const std::string ok = "a " + repeat("{a,", 50) + repeat("}", 50);
    const std::string deep = "a " + repeat("{a,", 70) + repeat("}", 70);
    CHECK_EQ(parse(ok, model::Dialect::Bash).state, ParseState::Ok);
    CHECK_EQ(parse(deep, model::Dialect::Bash).state, ParseState::OverLimit);
}

TEST_CASE("more simple commands than the limit are over it") {
    CHECK_EQ(parse(repeat("a;", 1000), model::Dialect::Bash).state, ParseState::Ok);
    CHECK_EQ(parse(repeat("a;", 1001), model::Dialect::Bash).state, ParseState::OverLimit);
    CHECK_EQ(parse(repeat("a;", 1001), model::Dialect::Bash, script_limits()).state,
             ParseState::Ok);
    CHECK_EQ(parse("((a) ;b) ;" + repeat("a;", 998), model::Dialect::Bash).state, ParseState::Ok);
}

// A quadratic parser needs ten seconds for one of these, this one some milliseconds.
TEST_CASE("time grows with the text, not faster") {
    int turn = 0;
    for (const std::string_view text :
         {"a ",   "a\n",   "\\\n",  "[",  "[a",    "{",    "{a",   ",",    "}",     "'",
          "\"",   "$",     "`a`",   "1",  "a=",    "$a",   "<",    "((",   "$((",   "a[",
          "~",    "a",     "{a,b}", "*",  "<<E\n", "\xff", "$(a)", "# \n", "((a);", "[ [",
          "{a..", "a\\\n", "\\\\",  "! ", "a|",    "[]",   "[!",   "${a",  "$'\\",  "a<<E\n"}) {
        const auto dialect = static_cast<model::Dialect>(turn++ % 6);
        const auto begin = std::chrono::steady_clock::now();
        parse(repeat(text, 120000 / text.size()), dialect, script_limits());
        INFO(text, " as ", model::dialect_name(dialect));
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
    }
}

TEST_CASE("second tries do not multiply") {
    // each level is first read as arithmetic and then again as commands
    std::string text = "a";
    for (int level = 0; level < 20; ++level)
        text = "((" + text + "); $(a " + text.substr(0, 1) + "))";
    const std::string nested = repeat("(( $(", 30) + "a" + repeat(") ); b)", 30);
    const std::string elements = repeat("a[$(", 60) + "b" + repeat(")]", 60);
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string &each : {text, nested, elements})
        for (int dialect = 0; dialect < 6; ++dialect)
            parse(each, static_cast<model::Dialect>(dialect));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_SUITE_END();
