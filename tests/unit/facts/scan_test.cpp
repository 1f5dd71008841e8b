// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;

TEST_SUITE("facts.scan") {
    TEST_CASE("awk that only reads") {
        for (const char *text :
             {"{print $1}", "/rm -rf/{print}", "$3 > 10 {print $1}", "BEGIN{print \"system\"}",
              "$1 == \"rm\" {n++} END {print n}", "{if ($1 >= 3 || $2) print $2}", "# system(x)"})
            CHECK_MESSAGE(scan_awk(text) == ScriptRisk::Reads, std::string(text));
    }
    TEST_CASE("awk that runs or writes") {
        for (const char *text : {"BEGIN{system(\"x\")}", "BEGIN{\"x\"|getline}", "{print|\"sh\"}",
                                 "BEGIN{print |& \"x\"}", "@load \"x\""})
            CHECK_MESSAGE(scan_awk(text) == ScriptRisk::Runs, std::string(text));
        CHECK(scan_awk("BEGIN{print \"x\" > \"/w/f\"}") == ScriptRisk::Writes);
        CHECK(scan_awk("{printf(\"x\") >> f}") == ScriptRisk::Writes);
    }
    TEST_CASE("sed that only reads") {
        for (const char *text :
             {"1,5p", "s/rm/ls/", "/rm -rf/p", "s/e/w/g", "2d", "$!N;P;D", "s|a/e|b|2p",
              "y/abc/wee/", "/e/,/w/d", "a\\\ne rm", ":a;N;ba", "s/\\/e/x/"})
            CHECK_MESSAGE(scan_sed(text).risk == ScriptRisk::Reads, std::string(text));
    }
    TEST_CASE("sed that runs or writes") {
        for (const char *text :
             {"1e rm", "s/.*/x/e", "1!d;e rm", "s/a/b/;e", "s/a/b/ge", "e", "/x/e id", "s/a", "&"})
            CHECK_MESSAGE(scan_sed(text).risk == ScriptRisk::Runs, std::string(text));
        for (const char *text : {"w /w/f", "1w f", "s/a/b/w f", "W f"})
            CHECK_MESSAGE(scan_sed(text).risk == ScriptRisk::Writes, std::string(text));
    }
    TEST_CASE("files that a sed script names") {
        CHECK(scan_sed("r /etc/shadow").reads == std::vector<std::string>{"/etc/shadow"});
        CHECK(scan_sed("1R f\np").reads == std::vector<std::string>{"f"});
        CHECK(scan_sed("s/a/b/w /w/f").writes == std::vector<std::string>{"/w/f"});
        CHECK(scan_sed("/x/w a b").writes == std::vector<std::string>{"a b"});
        CHECK(scan_sed("s/r/w/").reads.empty());
    }
    TEST_CASE("SQL by its first words") {
        const auto facts = [](const std::string &sql) { return judged("psql -c " + sql); };
        CHECK(has_effect(facts("'DROP TABLE t'"), model::Effect::Destroy));
        CHECK(has_effect(facts("'select 1; truncate t'"), model::Effect::Destroy));
        CHECK(has_effect(facts("'WITH x AS (DELETE FROM t RETURNING 1) SELECT 1'"),
                         model::Effect::Delete));
        CHECK(has_effect(facts("'EXPLAIN ANALYZE DELETE FROM t'"), model::Effect::Delete));
        CHECK(has_effect(facts("'create role a'"), model::Effect::Privilege));
        CHECK(has_reason(facts("\"COPY t TO PROGRAM 'x'\""), model::OpaqueReason::DbScript));
        CHECK(has_reason(facts("'\\i f'"), model::OpaqueReason::DbScript));
        CHECK(has_reason(facts("'frobnicate'"), model::OpaqueReason::DbScript));
        CHECK(!is_opaque(facts("\"select * from drops where t = 'DROP TABLE'\"")));
        CHECK(!is_opaque(facts("'/* DROP */ select 1 -- DROP'")));
        CHECK(named(facts("'\\! rm -rf /x'"), "rm").size() == 1);
    }
}
