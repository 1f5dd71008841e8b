// SPDX-License-Identifier: Apache-2.0
// What a mask may touch: each span of the result is put in «».
#include "support.hpp"

#include "sallyport/shell/parser.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;

namespace {
std::string marked(std::string_view text, model::Dialect dialect = model::Dialect::Bash) {
    std::string out;
    std::size_t at = 0;
    for (const model::Span &span : judged(text, dialect).constants) {
        REQUIRE(span.begin >= at);
        REQUIRE(span.end > span.begin);
        REQUIRE(span.end <= text.size());
        out += std::string(text.substr(at, span.begin - at)) + "«" +
               std::string(text.substr(span.begin, span.end - span.begin)) + "»";
        at = span.end;
    }
    return out + std::string(text.substr(at));
}

struct Row {
    const char *sentence, *text, *expected;
};
void check(const std::vector<Row> &rows) {
    for (const Row &row : rows) {
        CAPTURE(row.sentence);
        CHECK(marked(row.text) == row.expected);
    }
}
} // namespace

TEST_SUITE("facts.constants") {
    TEST_CASE("operands, values of options and of assignments may be masked") {
        check({
            {"an operand", "echo abc 'd e' \"f g\"", "echo «abc» '«d e»' \"«f g»\""},
            {"a program that nobody knows", "frob abc --k=v", "frob «abc» --k=«v»"},
            {"a value in the option's word", "mysql -pSECRETsecret1 db",
             "mysql -p«SECRETsecret1» «db»"},
            {"a value behind =", "mysql --password=abc", "mysql --password=«abc»"},
            {"a quoted value behind =", "mysql --password='a b'", "mysql --password='«a b»'"},
            {"a value in the next word", "curl -u u:hunter2secret http://h",
             "curl -u «u:hunter2secret» «http://h»"},
            {"a header", "curl -H \"Authorization: Bearer $T x\" h",
             "curl -H \"«Authorization: Bearer »$T« x»\" «h»"},
            {"an assignment alone", "TOKEN=abc", "TOKEN=«abc»"},
            {"an assignment before a command", "PGPASSWORD='a b' psql -h h",
             "PGPASSWORD='«a b»' psql -h «h»"},
            {"export", "export AWS_SECRET_ACCESS_KEY=abcd", "export AWS_SECRET_ACCESS_KEY=«abcd»"},
            {"env", "env A=bc mysql -pxyz", "env A=«bc» mysql -p«xyz»"},
            {"behind wrappers", "sudo -u bob timeout 5 mysql -pxyz",
             "sudo -u «bob» timeout «5» mysql -p«xyz»"},
            {"inside a substitution", "echo $(mysql -pxyz)", "echo $(mysql -p«xyz»)"},
            {"a here-string", "passwd --stdin bob <<< 'abcdef'",
             "passwd --stdin «bob» <<< '«abcdef»'"},
            {"in a loop and a condition", "if true; then while mysql -pxyz; do :; done; fi",
             "if true; then while mysql -p«xyz»; do :; done; fi"},
        });
    }

    TEST_CASE("what is not surely a value is shown") {
        check({
            {"the letters of options", "rm -rf", "rm -rf"},
            {"an option of a program that nobody knows", "frob -pabc", "frob -pabc"},
            {"a pattern", "rm ab*", "rm «ab»*"},
            {"the command behind a wrapper", "sudo rm -rf x1", "sudo rm -rf «x1»"},
            {"all behind an unknown option of a wrapper", "sudo --frob rm x1", "sudo --frob rm x1"},
            {"all behind a word that may be an option of a wrapper", "sudo $x rm x1",
             "sudo $x rm x1"},
            {"the command of find", "find . -exec rm x1 ';'", "find «.» -exec rm «x1» ';'"},
            {"a word that begins unknown", "mysql $x-pabc", "mysql $x-pabc"},
            {"operators inside quotes", "frob 'ab;cd|ef$(gh)`i`'",
             "frob '«ab»;«cd»|«ef»$(«gh»)`«i»`'"},
            {"an escaped byte", "frob ab\\;cd", "frob «ab»\\;«cd»"},
            {"bytes that are written otherwise", "frob $'a\\nb'", "frob $'a\\nb'"},
            {"the program when it is not known", "$x abc", "$x abc"},
            {"an alias", "alias a='mysql -pxyz'", "alias a='mysql -pxyz'"},
            {"a text that is not complete", "echo 'abc", "echo 'abc"},
        });
    }

    TEST_CASE("what runs is shown, wherever it stands") {
        check({
            {"the text of a shell", "bash -c 'rm -rf xyz'", "bash -c 'rm -rf xyz'"},
            {"the text of eval", "eval 'rm -rf xyz'", "eval 'rm -rf xyz'"},
            {"the text of a far shell", "ssh web1 'rm -rf xyz'", "ssh «web1» 'rm -rf xyz'"},
            {"a value that runs later", "token='rm -rf xyz'; $token", "token='rm -rf xyz'; $token"},
            {"a value that eval runs with more", "token='rm -rf '; eval \"$token$x\"",
             "token='rm -rf '; eval \"$token$x\""},
            {"a name put together", "a=r; b=m; $a$b xyz", "a=r; b=m; $a$b xyz"},
            {"operands put together", "set -- 'rm;xyz'; ${1%;xyz} q",
             "set -- 'rm;xyz'; ${1%;xyz} q"},
            {"a value cut to a name without a mark", "a='rmQxyz'; sudo ${a%Qxyz} q",
             "a='rmQxyz'; sudo ${a%Qxyz} q"},
            {"a value cut to a name", "a='rm;xyz'; ${a%;xyz} q", "a='rm;xyz'; ${a%;xyz} q"},
            {"a text through a pipe", "echo 'rm -rf xyz' | sh", "echo 'rm -rf xyz' | sh"},
            {"statements", "mysql -e 'DROP TABLE t'", "mysql -e 'DROP TABLE t'"},
            {"the program of awk", "awk '{print q}' f1", "awk '{print q}' «f1»"},
            {"the command that a function runs", "f() { \"$@\"; }; f rm xyz",
             "f() { \"$@\"; }; f rm «xyz»"},
            {"a trap", "trap 'rm xyz' EXIT", "trap 'rm xyz' EXIT"},
        });
    }

    TEST_CASE("no record has a span over an operator, an expansion, an option or a program") {
        std::istringstream lines(file("tests/data/judge/examples.jsonl"));
        std::size_t spans = 0;
        for (std::string line; std::getline(lines, line);) {
            if (line.find("\\udc") != std::string::npos)
                continue; // no UTF-8
            const auto json = nlohmann::json::parse(line);
            const std::string text = json.at("line").get<std::string>();
            const auto facts =
                judged(text, model::parse_dialect(json.at("dialect").get<std::string>()).value());
            for (const model::Span &span : facts.constants) {
                ++spans;
                CAPTURE(text);
                REQUIRE(span.end <= text.size());
                REQUIRE(span.begin < span.end);
                const std::string_view bytes =
                    std::string_view(text).substr(span.begin, span.end - span.begin);
                CAPTURE(bytes);
                CHECK(bytes.find_first_of("$`;&|<>()\n") == std::string_view::npos);
                const bool letter_before = span.begin > 0 && text[span.begin - 1] == '-' &&
                                           (span.begin < 2 || text[span.begin - 2] == ' ');
                CHECK(!letter_before);
                for (const model::Command &command : facts.commands) {
                    if (command.name.literal())
                        CHECK(bytes != command.argv[0].text());
                }
                // The first word of the simple command that holds the span is never part of it.
                for (const model::Command &command : facts.commands) {
                    const std::string first =
                        command.argv[0].literal() ? command.argv[0].text() : "";
                    if (!first.empty() &&
                        text.compare(command.where.begin, first.size(), first) == 0)
                        CHECK((span.end <= command.where.begin ||
                               span.begin >= command.where.begin + first.size()));
                }
            }
        }
        CHECK(spans > 500);
    }

    TEST_CASE("many words and a long inner text stay bounded: nothing may be masked then") {
        std::string text = "bash -c 'echo " + std::string(40000, 'a') + "'\n";
        for (int i = 0; i < 8000; ++i)
            text += "echo x" + std::to_string(i) + "\n";
        const auto facts = judge_text(text, model::Dialect::Bash, model::ActionKind::Script,
                                      knowledge(), session());
        REQUIRE(facts.state == model::ParseState::Ok);
        CHECK(facts.constants.empty());
    }
}
