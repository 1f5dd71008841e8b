// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport;
using namespace sallyport::shell;
using model::ParseState;

TEST_SUITE_BEGIN("shell.parser");

namespace {

void check_states(ParseState state, std::string_view dialects,
                  const std::vector<std::string_view> &texts) {
    for (const std::string_view text : texts)
        for (const model::Dialect dialect : dialects_of(dialects)) {
            const Unit unit = parse(text, dialect);
            INFO(model::dialect_name(dialect), ": ", text, " => ", dump(unit));
            CHECK_EQ(static_cast<int>(unit.state), static_cast<int>(state));
        }
}

} // namespace

TEST_CASE("a text that more lines could complete is incomplete") {
    check_states(ParseState::Incomplete, "bash,dash,ash,zsh,sh,unknown",
                 {"a &&",
                  "a ||",
                  "a |",
                  "a && # c",
                  "if",
                  "if a",
                  "if a; then",
                  "if a; then b",
                  "if a; then b; else",
                  "while a",
                  "while a; do b",
                  "for i in a",
                  "for i",
                  "for i in a; do",
                  "case a in",
                  "case a",
                  "case a in b) c",
                  "case a in b) c;;",
                  "{",
                  "{ a",
                  "{ a;",
                  "(",
                  "(a",
                  "( (a)",
                  "f()",
                  "f() {",
                  "f() { a",
                  "$(",
                  "$(a",
                  "echo \"a",
                  "echo 'a",
                  "echo `a",
                  "${a",
                  "${a:-",
                  "\"${a",
                  "$((1",
                  "$((1)",
                  "a \\",
                  "a <<E",
                  "a <<E\n",
                  "a <<E\nb",
                  "a <<E\nb\n",
                  "a <<E <<F\nE\n",
                  "a 'b\n",
                  "! a |",
                  "$(a <<E\n",
                  "\"$(",
                  "a $(b 'c"});
    check_states(ParseState::Incomplete, "bash,zsh",
                 {"((1", "a=(", "a=(b", "[[", "[[ a &&", "[[ -n a", "[[ (a == b", "<(a", "for ((;;",
                  "select i in a"});
    check_states(ParseState::Incomplete, "bash",
                 {"a[1", "$'a", "$\"a", "$[1", "function f", "coproc {"});
}

TEST_CASE("an error is one whatever follows") {
    check_states(ParseState::Error, "bash,dash,ash",
                 {")",          "a)",         ";",           "; a",
                  ";;",         "& a",        "| a",         "&& a",
                  "a && && b",  "a | | b",    "a;;",         "then",
                  "fi",         "do",         "done",        "esac",
                  "}",          "in",         "if a; fi",    "if a; do b; done",
                  "if then fi", "while do d", "for 1 in a",  "for $x in a",
                  "a >",        "a <",        "a > ; b",     "a >>",
                  "case",       "case a b",   "case a in ;", "{ }",
                  "()",         "( )",        "(a) b",       "{ a; } b",
                  "a (b)",      "a b()",      "f() }",       "a\n&& b",
                  "`if`",       "`(`",        "a & ; b",     "a <<E\n$(\nE",
                  "a <",        "for",        "a <<",        "if a; then b; fi c"});
    check_states(ParseState::Error, "bash",
                 {"f() a", "[[ a b ]]", "[[ a", "]]", "a !(b)", "coproc", "function", "time )",
                  "! &", "a &>", "a <<<", "((1)) a"});
    check_states(ParseState::Error, "dash,ash", {"a=(b)", "a |& b", "a <<< b", "$((a); b)"});
    check_states(ParseState::Error, "dash", {"a <(b)", "function f { a; }", "1x() { a; }"});
}

TEST_CASE("an error says where it is and what was expected") {
    const Unit unit = parse("echo a\nif b; do c", model::Dialect::Bash);
    REQUIRE(unit.error.has_value());
    CHECK_EQ(unit.error->line, 2);
    CHECK_EQ(unit.error->column, 7);
    CHECK_EQ(unit.error->message, "found `do`, expected `then`");
    CHECK_EQ(unit.error->where, Span{13, 14});
    CHECK(unit.body.items.empty());
}

TEST_CASE("an error inside backquotes has its place in the unit") {
    const Unit unit = parse("echo `a \\`b )\\``", model::Dialect::Bash);
    REQUIRE(unit.error.has_value());
    CHECK_EQ(unit.error->where, Span{12, 13});
}

TEST_CASE("spans are bytes of the unit, inside here-documents and backquotes too") {
    const std::string_view text = "a <<-E `b $x`\n\t$(c)\n\tE\n";
    const Unit unit = parse(text, model::Dialect::Bash);
    REQUIRE_EQ(unit.state, ParseState::Ok);
    const auto shown = [&](Span where) {
        return text.substr(where.begin, where.end - where.begin);
    };
    const auto &simple = std::get<Simple>(unit.body.items.at(0).command.value);
    const auto &sub = std::get<CommandSubstitution>(simple.words.at(1).parts.at(0).value);
    const auto &inner = std::get<Simple>(sub.body.items.at(0).command.value);
    CHECK_EQ(shown(inner.words.at(1).where), "$x");
    CHECK_EQ(shown(simple.words.at(0).where), "a");
    REQUIRE_EQ(unit.here_docs.size(), 1);
    CHECK_EQ(shown(unit.here_docs[0].body.at(0).where), "$(c)");
    CHECK_EQ(shown(unit.here_docs[0].where), "\t$(c)\n");
}

TEST_CASE("an error anywhere refuses the whole unit") {
    check_states(ParseState::Error, "bash,dash,ash,zsh,sh,unknown",
                 {"rm -rf /x\n)", "rm -rf /x; fi", "rm -rf /x\n\n\nesac"});
}

TEST_CASE("NUL is an error in every dialect") {
    using namespace std::string_view_literals;
    check_states(ParseState::Error, "bash,dash,ash,zsh,sh,unknown",
                 {"\0"sv, "r\0m"sv, "'\0'"sv, "# \0"sv, "a <<'E'\n\0\nE"sv});
}

TEST_CASE("an empty unit is complete") {
    for (const std::string_view text : {"", " ", "\n", "# c", "\t# c\n\n"}) {
        const Unit unit = parse(text, model::Dialect::Bash);
        CHECK_EQ(unit.state, ParseState::Ok);
        CHECK(unit.body.items.empty());
    }
}

TEST_SUITE_END();
