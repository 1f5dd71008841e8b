// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/json_text.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("base.json_text");

TEST_CASE("invalid bytes become one replacement character each") {
    // a lone continuation, an over-long form, a surrogate, above U+10FFFF, a cut character
    CHECK(base::json_string("a\x80z") == "\"a\xEF\xBF\xBDz\"");
    CHECK(base::json_string("\xC0\xAF") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(base::json_string("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(base::json_string("\xF4\x90\x80\x80").size() == 2 + 4 * 3);
    CHECK(base::json_string("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("every byte at every place of a long text is written as it is alone") {
    const auto alone = [](std::string_view text) {
        const std::string quoted = base::json_string(text);
        return quoted.substr(1, quoted.size() - 2);
    };
    for (int byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 40; ++at) {
            std::string text(40, 'p'), expected = "\"";
            text[at] = static_cast<char>(byte);
            for (const char &c : text)
                expected += alone({&c, 1});
            CAPTURE(byte);
            CAPTURE(at);
            REQUIRE(base::json_string(text) == expected + '"');
            REQUIRE(base::is_utf8(text) == (byte < 0x80));
        }
    // longer than what is collected at once, with nothing plain in it
    const std::string hard(5000, '\x01');
    CHECK(base::json_string(hard).size() == 2 + 6 * hard.size());
    const std::string character = "\xF0\x9F\x98\x80";
    for (std::size_t before = 0; before < 36; ++before) {
        const std::string text = std::string(before, 'p') + character + "p";
        CHECK(base::is_utf8(text));
        CHECK(base::json_string(text) == '"' + text + '"');
        CHECK(!base::is_utf8(std::string(before, 'p') + character.substr(0, 3)));
    }
}

TEST_CASE("controls, quotes and backslashes are escaped") {
    CHECK(base::json_string("a\"b\\c\n\r\t\x1b\x7f") == R"("a\"b\\c\n\r\t\u001b\u007f")");
    CHECK(base::json_string("") == "\"\"");
}

TEST_SUITE_END();
