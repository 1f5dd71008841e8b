// SPDX-License-Identifier: Apache-2.0
#include "sallyport/term/filter.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using term::Filter;

namespace {

std::string filtered(std::string_view input, std::size_t chunk) {
    Filter filter;
    std::string out;
    for (std::size_t at = 0; at < input.size(); at += chunk)
        filter.feed(base::as_bytes(input.substr(at, chunk)), out);
    return out;
}

struct Row {
    const char *name;
    std::string input, output;
};

const std::vector<Row> rows = {
    {"clipboard write", "a\033]52;c;eA==\ab", "ab"},
    {"clipboard write with ST", "a\033]52;c;eA==\033\\b", "ab"},
    {"clipboard query", "\033]52;c;?\a", ""},
    {"clipboard with a padded number", "\033]0052;c;eA==\a\033] 52;c;eA==\a", ""},
    {"clipboard by C1", "\u009d52;c;eA==\u009cx", "x"},
    {"clipboard in a DCS", "\033P\033]52;c;eA==\a\033\\", "\033P\033\\\033\\"},
    {"a number cut in two by half a sequence",
     "\033]5\033\xff"
     "2;c;eA==\a",
     "\033]5\033\\\xff"
     "2;c;eA==\a"},
    {"clipboard in tmux passthrough", "\033Ptmux;\033\033]52;c;eA==\a\033\\x", "\033\\x"},
    {"clipboard cut short by a sequence", "\033]52;c;eA\033[1mx", "\033[1mx"},
    {"clipboard cut short by the end", "a\033]52;c;eA", "a"},
    {"a number that never ends", "\033]" + std::string(400, '0') + "52;c;x\ay", "y"},
    {"files and clipboard of iTerm", "\033]1337;File=:eA==\a", ""},
    {"kitty files and clipboard", "\033]5113;x\a\033]5522;x\a", ""},
    {"font, log file, property", "\033]50;x\a\033]46;/x\a\033]3;x=y\a", ""},
    {"a stale marker of the guard", "\033]7717;aaaa;P;0;/\033]7717;aaaa;E\ax", "x"},
    {"title report", "\033[21t\033[20t\033[21;0tx", "x"},
    {"printer", "\033[5i\033[4i\033[?5ix", "x"},
    {"key definitions", "\033P1;1|17/6c73\033\\x", "x"},
    {"answerback", "a\005b", "ab"},
    {"half a C1, then something dropped",
     "\xc2\033]52;c;x\a\x9d"
     "52;c;eA==\a",
     "\x9d"
     "52;c;eA==\a"},
    {"half a C1, then half a sequence", "\xc2\033\033\x9bix", "\x9bix"},
};

const std::vector<Row> harmless = {
    {"text and colours", "\033[1;31mré\033[m\r\n", ""},
    {"title", "\033]0;user@host\a\033]2;x\033\\", ""},
    {"hyperlink", "\033]8;;https://x\033\\y\033]8;;\033\\", ""},
    {"questions that programs ask", "\033[c\033[>c\033[6n\033[18t\033]11;?\a\033P$qm\033\\", ""},
    {"terminfo question", "\033P+q544e\033\\", ""},
    {"window title stack", "\033[22;0t\033[23;0t", ""},
    {"sixel", "\033P0;1q#0~~\033\\", ""},
    {"full screen", "\033[?1049h\033[H\033[2J\033[?1049l\033[?2004h", ""},
    {"a number that only begins alike", "\033]520;x\a\033]5;x\a", ""},
};

} // namespace

TEST_SUITE_BEGIN("term.filter");

TEST_CASE("what may not reach the person's terminal does not, however it is split") {
    for (const auto &row : rows) {
        CAPTURE(row.name);
        for (const std::size_t chunk :
             {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), row.input.size()})
            CHECK(filtered(row.input, chunk) == row.output);
    }
}

TEST_CASE("everything else passes as it came") {
    for (const auto &row : harmless) {
        CAPTURE(row.name);
        for (const std::size_t chunk : {std::size_t(1), std::size_t(3), row.input.size()})
            CHECK(filtered(row.input, chunk) == row.input);
    }
}

TEST_CASE("the alternate screen is known") {
    Filter filter;
    std::string out;
    CHECK_FALSE(filter.alternate_screen());
    filter.feed(base::as_bytes("\033[?1;1049h"), out);
    CHECK(filter.alternate_screen());
    filter.feed(base::as_bytes("x\033[?1049l"), out);
    CHECK_FALSE(filter.alternate_screen());
    filter.feed(base::as_bytes("\033[?47h"), out);
    CHECK(filter.alternate_screen());
}

TEST_CASE("the begin of a line is known") {
    Filter filter;
    std::string out;
    CHECK(filter.at_line_begin());
    filter.feed(base::as_bytes("x"), out);
    CHECK_FALSE(filter.at_line_begin());
    filter.feed(base::as_bytes("\r\n\033[1m"), out);
    CHECK(filter.at_line_begin());
    filter.feed(base::as_bytes("\033[5C"), out);
    CHECK_FALSE(filter.at_line_begin());
}

TEST_CASE("a string that a program left open is closed, one that was dropped is forgotten") {
    Filter filter;
    std::string out;
    filter.feed(base::as_bytes("\033]0;never ends" + std::string(300, 'x')), out);
    CHECK(filter.settle() == "\033\\");
    CHECK(filter.settle().empty());
    out.clear();
    filter.feed(base::as_bytes("\033]52;c;" + std::string(300, 'x')), out);
    CHECK(filter.settle().empty());
    filter.feed(base::as_bytes("seen"), out);
    CHECK(out == "seen");
    CHECK(filter.dropped() == 1);
    filter.feed(base::as_bytes("\033]0;short"), out); // not decided on yet, so not shown yet
    CHECK(filter.settle().empty());
    filter.feed(base::as_bytes("!"), out);
    CHECK(out == "seen!");
}

TEST_SUITE_END();
