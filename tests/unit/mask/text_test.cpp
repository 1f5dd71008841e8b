// SPDX-License-Identifier: Apache-2.0
#include "mask_support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::mask;

TEST_SUITE_BEGIN("mask.text");

namespace {
const std::string github = "ghp_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R";
std::string command(std::string_view text, std::vector<ConstantSpan> constants) {
    return mask_command(database(), text, constants).text;
}
} // namespace

TEST_CASE("spans are byte offsets into the text, escape sequences left out") {
    const std::string text = "a ghp_\x1b[1m" + github.substr(4) + " password=hunter2";
    const MaskedText result = mask_text(database(), text);
    REQUIRE(result.spans.size() == 2);
    CHECK(text.substr(result.spans[0].s, result.spans[0].e - result.spans[0].s) ==
          github.substr(4));
    CHECK(text.substr(result.spans[1].s, result.spans[1].e - result.spans[1].s) == "hunter2");
    CHECK(database().rule_id(result.spans[0].rule) == "github-token");
    CHECK(database().rule_id(result.spans[1].rule) == "key-value");
}

TEST_CASE("a command is masked only inside constant text of a word") {
    const std::string text = "curl -H 'Authorization: Bearer abc123def456' https://x";
    CHECK(command(text, {{8, 44}}) == "curl -H 'Authorization: Bearer ************' https://x");
    CHECK(command(text, {}) == text);
    CHECK(command("mysql --password=Tr0ub4dor$X", {{6, 26}}) == "mysql --password=*********$X");
}

TEST_CASE("masking never hides an operator, an expansion or a name") {
    // an operator and a program after something that reads like a lead
    const std::string attack = "password=x1y2z3;rm -rf /";
    CHECK(command(attack, {{0, 15}}) == "password=******;rm -rf /");
    // whatever the rules match, bytes outside of the constant spans stay
    const std::string whole = "token=" + github + "$(reboot)`id`|sh";
    for (std::size_t s = 0; s < whole.size(); ++s)
        for (std::size_t e = s; e <= whole.size(); e += 5) {
            const std::string result = command(whole, {{s, e}});
            REQUIRE(result.size() == whole.size());
            CHECK(result.substr(0, s) == whole.substr(0, s));
            CHECK(result.substr(e) == whole.substr(e));
        }
    CHECK(command("abc", {{2, 99}, {50, 60}, {2, 1}}) == "abc");
}

TEST_CASE("the first byte that text does not have is found at every split") {
    const std::string text = "\x1b[31mcolour\x1b[0m\t\r\n\a\b\f\v\x0e\x0f \xC3\xBC \xE9 latin";
    CHECK(!BinaryDetector().feed(base::as_bytes(text)));
    for (int byte = 0; byte < 256; ++byte) {
        const std::string with = text + static_cast<char>(byte) + "x";
        const bool binary = byte < 7 || (byte > 15 && byte < 32 && byte != 27);
        for (const std::size_t split : {std::size_t{0}, std::size_t{3}, text.size(), with.size()}) {
            BinaryDetector detector;
            const auto first = detector.feed(base::as_bytes(with).first(split));
            const auto second = detector.feed(base::as_bytes(with).subspan(split));
            CHECK(second.has_value() == binary);
            if (binary)
                CHECK(*second == text.size());
            CHECK((!first || first == second));
        }
    }
}

TEST_CASE("the first binary byte is found at every place of a long text") {
    for (int byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 40; ++at) {
            std::string text(40, '\n');
            text[at] = static_cast<char>(byte);
            const bool binary = byte < 7 || (byte > 15 && byte < 32 && byte != 27);
            const auto found = BinaryDetector().feed(base::as_bytes(text));
            REQUIRE(found.has_value() == binary);
            if (binary)
                REQUIRE(*found == at);
        }
}
TEST_SUITE_END();
