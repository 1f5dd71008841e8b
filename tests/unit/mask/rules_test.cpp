// SPDX-License-Identifier: Apache-2.0
#include "mask_support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::mask;

TEST_SUITE_BEGIN("mask.rules");

TEST_CASE("every example of the shipped rules is masked as it says, by its rule") {
    std::size_t examples = 0;
    for (std::size_t i = 0; i < rules().size(); ++i) {
        const Rule &rule = rules()[i];
        INFO(rule.id);
        CHECK(database().rule_id(i) == rule.id);
        CHECK(!rule.positive.empty());
        // alone, so that no other rule hides what this one does
        const base::Bytes image = compile({rule}).value();
        const Database alone = Database::open(image).value();
        for (const auto &[text, expected] : rule.positive) {
            ++examples;
            CHECK(mask_text(alone, text).text == expected);
            CHECK(masked(text) == expected);
        }
        for (const std::string &text : rule.negative)
            CHECK(mask_text(alone, text).text == text);
    }
    CHECK(examples >= 60);
}

TEST_CASE("text that is not TOML at all is an error with its line, never the end of the process") {
    for (const std::string_view text : {std::string_view("[ } }"), std::string_view("[[\0", 3),
                                        std::string_view("a = \xEF\xBB\xAF\n"),
                                        std::string_view("\xC3\xA9 = 1"), std::string_view("[[")}) {
        CAPTURE(text);
        CHECK(!parse_rules(text).ok());
    }
    CHECK(parse_rules("[[rule]]\nid = \"a\"\n[ } }\n").error().message ==
          "mask rules, line 3, column 1: not TOML: a bracket stands where none can");
}
TEST_SUITE_END();
