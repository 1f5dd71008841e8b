// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("relay.text");

TEST_CASE("a line end becomes carriage return and line feed, once") {
    const auto lines = [](std::string_view text) {
        return base::to_text(relay::terminal_lines(base::as_bytes(text)));
    };
    CHECK(lines("") == "");
    CHECK(lines("a\nb\n") == "a\r\nb\r\n");
    CHECK(lines("a\r\nb") == "a\r\nb");
    CHECK(lines("\n\n") == "\r\n\r\n");
    CHECK(lines("\r") == "\r");
}

TEST_CASE("a line for programs is one JSON object, whatever the text holds") {
    CHECK(relay::json_line("no") ==
          "{\"sallyport\":\"error\",\"message\":\"no\",\"retryable\":false}\n");
    CHECK(relay::json_line("a\"b\\c\nd\x01") ==
          "{\"sallyport\":\"error\",\"message\":\"a\\\"b\\\\c\\nd\\u0001\",\"retryable\":false}"
          "\n");
}

TEST_SUITE_END();
