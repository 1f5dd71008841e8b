// SPDX-License-Identifier: Apache-2.0
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
