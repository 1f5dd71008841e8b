// SPDX-License-Identifier: Apache-2.0
#include "mask_support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::mask;

TEST_SUITE_BEGIN("mask.database");

namespace {
Rule small_rule() {
    Rule rule;
    rule.id = "key";
    rule.leads = {"abc_"};
    rule.body = "[0-9a-f]";
    rule.min = 4;
    rule.max = 8;
    return rule;
}
} // namespace

TEST_CASE("an image may lie anywhere and knows its rules") {
    const base::Bytes image = compile({small_rule()}).value();
    base::Bytes moved(image.size() + 3);
    std::copy(image.begin(), image.end(), moved.begin() + 3);
    const Database opened = Database::open(base::BytesView(moved).subspan(3)).value();
    CHECK(opened.rule_count() == 1);
    CHECK(opened.rule_id(0) == "key");
    CHECK(opened.rule_id(1) == "seen-before");
    CHECK(mask_text(opened, "abc_12345 x").text == "abc_***** x");
}

TEST_CASE("a changed image is refused or still harmless, wherever the change is") {
    std::vector<Rule> some(rules().begin(), rules().begin() + 12);
    some.push_back(rules().back());
    const base::Bytes image = compile(some).value();
    const std::string text =
        "abc_12345 ghp_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R AKIAABCDEFGHIJKLMNOP\n"
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nxoxb-1234567890\n";
    std::size_t refused = 0;
    for (std::size_t i = 0; i < image.size(); i += i < 200 || i > 12000 ? 1 : 61)
        for (const int change : {0x01, 0x80, 0xff}) {
            base::Bytes changed = image;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ change);
            const auto opened = Database::open(changed);
            refused += opened.ok() ? 0 : 1;
            if (opened.ok())
                CHECK(mask_text(opened.value(), text).text.size() == text.size());
        }
    CHECK(refused > 100);
    for (std::size_t size = 0; size < image.size(); size += 7)
        CHECK(!Database::open(base::BytesView(image).first(size)).ok());
}

TEST_CASE("rules that cannot be compiled are refused and named") {
    const auto refused = [](auto change) {
        Rule rule = small_rule();
        change(rule);
        const auto image = compile({rule});
        return !image.ok() && image.error().message.rfind("mask rule `", 0) == 0;
    };
    CHECK(refused([](Rule &rule) { rule.leads = {"ab"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"[abc]{3}"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc("}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc(x[y])"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc*"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc\\"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc\\d"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc[z-a]"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc[x"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc[x]{2,1}"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc[x]{9999}"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc[x]{300}[y]{200}"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {"abc\ndef"}; }));
    CHECK(refused([](Rule &rule) { rule.leads = {}; }));
    CHECK(refused([](Rule &rule) { rule.body = ""; }));
    CHECK(refused([](Rule &rule) { rule.body = "[a]x"; }));
    CHECK(refused([](Rule &rule) { rule.body = "[\\n]"; }));
    CHECK(refused([](Rule &rule) { rule.min = 0; }));
    CHECK(refused([](Rule &rule) { rule.max = 3; }));
    CHECK(refused([](Rule &rule) { rule.max = 10000; }));
    CHECK(refused([](Rule &rule) { rule.tail = Tail::Text; }));
    CHECK(refused([](Rule &rule) { rule.id = "Key"; }));
    CHECK(refused([](Rule &rule) { rule.id = "seen-before"; }));
    CHECK(!compile({small_rule(), small_rule()}).ok());
    CHECK(compile({small_rule()}).ok());
}

TEST_CASE("a rules file that is wrong is refused with its place") {
    const auto message = [](std::string_view text) {
        const auto parsed = parse_rules(text);
        return parsed.ok() ? std::string() : parsed.error().message;
    };
    CHECK(message("x = 1").find("line 1") != std::string::npos);
    CHECK(message("").find("no [[rule]]") != std::string::npos);
    CHECK(message("[[rule]]\nid = 1").find("line 2, column 6") != std::string::npos);
    CHECK(message("[[rule]]\nid = \"a\"\nleads = [\"abc\"]\nbody = \"[a]\"\nmax = 9\nmixn = 3\n")
              .find("`mixn`") != std::string::npos);
    CHECK(
        message("[[rule]]\nid = \"a\"\nleads = [\"ab\"]\nbody = \"[a]\"\n").find("three literal") !=
        std::string::npos);
    CHECK(message("[[rule]]\nkind = \"x\"\n").find("no kind") != std::string::npos);
    CHECK(message("[[rule]\n").find("line 1") != std::string::npos);
}
TEST_SUITE_END();
