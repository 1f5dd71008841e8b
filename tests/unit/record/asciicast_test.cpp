// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include "sallyport/record/asciicast.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.asciicast");

TEST_CASE("an event line reads back to its event") {
    const std::string texts[] = {"", "a\r\n\t\"\\/", std::string("\0\x1b\x7f", 3),
                                 "gr\xC3\xBC\xC3\x9F \xE6\xBC\xA2 \xF0\x9F\x98\x80"};
    for (const std::string &text : texts) {
        const std::string line = event_line(Offset{1000001}, "o", text);
        CHECK(line.back() == '\n');
        CHECK(line.find('\n') == line.size() - 1);
        const auto event = parse_event_line(std::string_view(line).substr(0, line.size() - 1));
        CHECK(event.value() == CastEvent{Offset{1000001}, "o", text});
    }
    CHECK(event_line(Offset{12000034}, "m", "ls") == "[12.000034, \"m\", \"ls\"]\n");
}

TEST_CASE("invalid bytes become one replacement character each") {
    // a lone continuation, an over-long form, a surrogate, above U+10FFFF, a cut character
    CHECK(json_string("a\x80z") == "\"a\xEF\xBF\xBDz\"");
    CHECK(json_string("\xC0\xAF") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(json_string("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(json_string("\xF4\x90\x80\x80").size() == 2 + 4 * 3);
    CHECK(json_string("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("every byte at every place of a long text is written as it is alone") {
    const auto alone = [](std::string_view text) {
        const std::string quoted = json_string(text);
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
            REQUIRE(json_string(text) == expected + '"');
            REQUIRE(is_utf8(text) == (byte < 0x80));
        }
    // longer than what is collected at once, with nothing plain in it
    const std::string hard(5000, '\x01');
    CHECK(json_string(hard).size() == 2 + 6 * hard.size());
    const std::string character = "\xF0\x9F\x98\x80";
    for (std::size_t before = 0; before < 36; ++before) {
        const std::string text = std::string(before, 'p') + character + "p";
        CHECK(is_utf8(text));
        CHECK(json_string(text) == '"' + text + '"');
        CHECK(!is_utf8(std::string(before, 'p') + character.substr(0, 3)));
    }
}

TEST_CASE("lines of other writers are read: escapes, numbers without a fraction, no blanks") {
    CHECK(parse_event_line("[1,\"o\",\"\\u00e9\\ud83d\\ude00\\/\\b\"]").value() ==
          CastEvent{Offset{1000000}, "o", "\xC3\xA9\xF0\x9F\x98\x80/\b"});
    CHECK(parse_event_line("[0.5, \"o\", \"x\"]").value().time == Offset{500000});
}

TEST_CASE("what is no event line is refused") {
    for (const char *line :
         {"", "[", "[1]", "[1, \"o\"]", "[1, \"o\", \"x\"", "[1, \"o\", \"x\"]z",
          "[-1, \"o\", \"x\"]", "[1., \"o\", \"x\"]", "[1.2345678, \"o\", \"x\"]",
          "[99999999999, \"o\", \"x\"]", "[1, \"\", \"x\"]", "[1, \"o\", \"\\x\"]",
          "[1, \"o\", \"\\u12\"]", "[1, \"o\", \"\\ud800\"]", "[1, \"o\", \"\\udc00\"]",
          "[1, \"o\", \"\\ud800\\u0041\"]", "[1, \"o\", \"a\tb\"]", "[1, o, \"x\"]",
          "{\"version\": 2}"}) {
        CHECK_MESSAGE(!parse_event_line(line).ok(), line);
    }
}

TEST_CASE("the header names who, where and what") {
    CastHeader header{120,      40,     base::WallTime{std::chrono::seconds{1700000000}},
                      "S",      "C",    "alice@example.com",
                      "deploy", "web1", "ls \"x\"",
                      "xterm"};
    CHECK(header_line(header) ==
          "{\"version\":2,\"width\":120,\"height\":40,\"timestamp\":1700000000,\"env\":{\"TERM\":"
          "\"xterm\"},\"command\":\"ls \\\"x\\\"\",\"sallyport\":{\"session\":\"S\",\"connection\":"
          "\"C\",\"person\":\"alice@example.com\",\"account\":\"deploy\",\"target\":\"web1\"}}\n");
}
TEST_SUITE_END();
