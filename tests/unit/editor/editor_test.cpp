// SPDX-License-Identifier: Apache-2.0
// Keys in, text and events out. What the screen shows is the matter of screen_test.cpp.
#include "sallyport/base/limits.hpp"
#include "sallyport/editor/editor.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::editor;

namespace {

Editor opened(std::string_view text = {}) {
    Editor editor(Terminal::Full, {80, 24});
    editor.remember("first");
    editor.remember("second one");
    editor.remember("third\nline");
    editor.open("$ ", PromptIs::Shown, text);
    return editor;
}

std::string show(const std::optional<Event> &event) {
    if (!event)
        return "";
    if (const auto *submit = std::get_if<Submit>(&*event))
        return "submit:" + submit->text;
    return std::holds_alternative<Dropped>(*event) ? "dropped" : "end";
}

const std::string up = "\033[A", down = "\033[B", left = "\033[D", right = "\033[C";

struct Row {
    const char *name;
    std::string keys, text;
};

const std::vector<Row> rows = {
    {"insert", "abc", "abc"},
    {"insert within", "ac" + left + "b", "abc"},
    {"backspace", "abx\x7f", "ab"},
    {"backspace takes a whole cluster", "ae\u0301\x7f", "a"},
    {"backspace takes a whole emoji", "👩‍🚀\x7f", ""},
    {"delete", "abc\x01\033[3~", "bc"},
    {"Ctrl-D within deletes", "abc\x01\x04", "bc"},
    {"home and end",
     "b\x01"
     "a\x05"
     "c",
     "abc"},
    {"left over a wide character", "日本" + left + "x", "日x本"},
    {"word left and right", "one two\033b\033b1\033f2", "1one2 two"},
    {"kill to the end", "one two\033b\x0b", "one "},
    {"kill to the begin", "one two\033b\x15", "two"},
    {"kill a word left", "a one/two\033\x7f", "a one/"},
    {"kill to white space left", "a one/two\x17", "a "},
    {"kill a word right", "one two\x01\033d", " two"},
    {"yank",
     "one\x15"
     "two \x19",
     "two one"},
    {"kills in a row come back together",
     "one two\x17\x17"
     "x\x19",
     "xone two"},
    {"a kill after a move starts anew", "one two\x17" + left + right + "\x17\x19\x19", "one one "},
    {"transpose", "ab\x14", "ba"},
    {"transpose within", "abc" + left + left + "\x14", "bac"},
    {"undo takes a typed run",
     "abc\x15"
     "de\x1f",
     ""},
    {"undo of a kill", "abc\x15\x1f", "abc"},
    {"undo all the way",
     "ab\x15"
     "cd\x1f\x1f\x1f\x1f\x1f",
     ""},
    {"history back", up, "third\nline"},
    {"history back over a text of lines", up + up + up, "second one"},
    {"history forth returns to the line under edit", "edit" + up + down, "edit"},
    {"history first and last", "x\033<\033>", "x"},
    {"the first of the history", "\033<", "first"},
    {"history may be changed", "\x10\x10!", "second one!"},
    {"search",
     "\x12"
     "sec" +
         right,
     "second one"},
    {"search further back",
     "\x12"
     "i\x12" +
         right,
     "first"},
    {"search narrowed and widened",
     "\x12"
     "fix\x7f" +
         right,
     "first"},
    {"search given up",
     "keep\x12"
     "sec\x07",
     "keep"},
    {"search without a match keeps the last one",
     "\x12"
     "secz" +
         right,
     "second one"},
    {"a line below by Alt-Enter", "a\033\rb", "a\nb"},
    {"up and down within a text of lines", "abc\033\rde" + up + "X" + down + "Y", "abXc\ndeY"},
    {"paste keeps line breaks", "\033[200~one\rtwo\n\033[201~three", "one\ntwo\nthree"},
    {"a tab is not typed", "a\tb", "ab"},
    {"invalid UTF-8 is dropped",
     "a\xff\xc3"
     "b",
     "ab"},
    {"answers of the terminal are not typed", "a\033[12;4R\033]11;x\ab", "ab"},
};

} // namespace

TEST_SUITE_BEGIN("editor.editor");

TEST_CASE("keys edit the text, split at every offset") {
    for (const auto &row : rows) {
        CAPTURE(row.name);
        for (std::size_t cut = 0; cut <= row.keys.size(); ++cut) {
            CAPTURE(cut);
            auto editor = opened();
            const auto a = editor.feed(base::as_bytes(std::string_view(row.keys).substr(0, cut)));
            editor.render();
            const auto b = editor.feed(base::as_bytes(std::string_view(row.keys).substr(cut)));
            editor.render();
            CHECK(!a.event);
            CHECK(!b.event);
            CHECK(a.consumed + b.consumed == row.keys.size());
            CHECK(editor.text() == row.text);
        }
    }
}

TEST_CASE("events") {
    for (const auto &row : std::vector<Row>{
             {"Enter", "ls\r", "submit:ls"},
             {"Enter on nothing", "\r", "submit:"},
             {"line feed is Enter", "ls\n", "submit:ls"},
             {"Ctrl-C", "ls\x03", "dropped"},
             {"Ctrl-C on nothing", "\x03", "dropped"},
             {"Ctrl-D on nothing", "\x04", "end"},
             {"Enter within the text", "ls -l" + left + "\r", "submit:ls -l"},
             {"Enter in a search",
              "\x12"
              "sec\r",
              "submit:second one"},
             {"Ctrl-C in a search",
              "\x12"
              "sec\x03",
              "dropped"},
             {"Ctrl-D in a search goes to its match",
              "\x12"
              "fir\x04\r",
              "submit:irst"},
             {"several lines", "\033[200~a\nb\033[201~\r", "submit:a\nb"},
         }) {
        CAPTURE(row.name);
        auto editor = opened();
        const auto fed = editor.feed(base::as_bytes(row.keys + "rest"));
        CHECK(show(fed.event) == row.text);
        CHECK(fed.consumed == row.keys.size());
        CHECK_FALSE(editor.is_open());
        CHECK(editor.feed(base::as_bytes("x")).consumed == 0);
    }
}

TEST_CASE("no paste and no type-ahead submits") {
    auto editor = opened("ls\npwd\n");
    CHECK(editor.text() == "ls\npwd\n");
    const auto fed = editor.feed(base::as_bytes("\033[200~\r\r\n\x03\x04\033[201~"));
    CHECK(!fed.event);
    CHECK(editor.is_open());
}

TEST_CASE("a text that is incomplete goes on") {
    auto editor = opened();
    CHECK(show(editor.feed(base::as_bytes("for i in 1\r")).event) == "submit:for i in 1");
    editor.continue_line();
    CHECK(show(editor.feed(base::as_bytes("do :; done\r")).event) ==
          "submit:for i in 1\ndo :; done");
    editor.open("$ ", PromptIs::Shown);
    CHECK(editor.text().empty());
}

TEST_CASE("opening an open editor keeps its text") {
    auto editor = opened("abc");
    editor.hide();
    editor.open("new$ ", PromptIs::Shown, "def");
    CHECK(editor.text() == "abcdef");
}

TEST_CASE("the text has a limit, and half a paste is none") {
    auto editor = opened();
    const std::string most(base::max_unit_bytes, 'x');
    editor.feed(base::as_bytes("\033[200~" + most + "y\033[201~"));
    CHECK(editor.text().empty());
    CHECK(editor.render().find('\a') != std::string::npos);
    editor.feed(base::as_bytes("\033[200~" + most + "\033[201~"));
    CHECK(editor.text().size() == most.size());
    editor.render();
    editor.feed(base::as_bytes("z"));
    CHECK(editor.text().size() == most.size());
    CHECK(editor.render().find('\a') != std::string::npos);
}

TEST_CASE("the history has a limit, repeats and blanks are left out") {
    Editor editor(Terminal::Full, {});
    for (std::size_t i = 0; i < max_history_entries + 10; ++i)
        editor.remember("line " + std::to_string(i));
    editor.remember("last");
    editor.remember("last");
    editor.remember(" \n");
    editor.open("", PromptIs::Shown);
    editor.feed(base::as_bytes(up + up));
    CHECK(editor.text() == "line " + std::to_string(max_history_entries + 9));
    editor.feed(base::as_bytes("\033<"));
    CHECK(editor.text() == "line 11");
}

TEST_CASE("the terminal is known by its name") {
    CHECK(terminal_of("xterm-256color") == Terminal::Full);
    CHECK(terminal_of("dumb") == Terminal::Dumb);
    CHECK(terminal_of("") == Terminal::Dumb);
}

TEST_SUITE_END();
