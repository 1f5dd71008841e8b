// SPDX-License-Identifier: Apache-2.0
// What a person sees: the editor's bytes on a virtual screen.
#include "virtual_screen.hpp"

#include "sallyport/editor/editor.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::editor;
using editor_test::VirtualScreen;

namespace {

struct Person {
    Person(std::size_t columns, std::size_t rows, std::string prompt_ = "$ ",
           Terminal terminal = Terminal::Full)
        : screen(columns, rows), editor(terminal, {columns, rows}), prompt(std::move(prompt_)) {
        screen.write(prompt);
        editor.open(prompt, PromptIs::Shown);
        screen.write(editor.render());
    }
    std::string type(std::string_view keys) {
        editor.feed(base::as_bytes(keys));
        screen.write(editor.render());
        CHECK(screen.unknown.empty());
        return screen.text();
    }
    VirtualScreen screen;
    Editor editor;
    std::string prompt;
};

const std::string up = "\033[A", left = "\033[D";

struct Row {
    const char *name;
    std::string keys, text, cursor;
};

} // namespace

TEST_SUITE_BEGIN("editor.screen");

TEST_CASE("twelve columns, five rows: whole and key by key") {
    for (const auto &row : std::vector<Row>{
             {"one row", "abc", "$ abc", "0,5"},
             {"cursor within", "abc" + left, "$ abc", "0,4"},
             {"up to the margin", "abcdefghij", "$ abcdefghij", "1,0"},
             {"over the margin", "abcdefghijk", "$ abcdefghij|k", "1,1"},
             {"back over the margin", "abcdefghijk\x7f\x7f", "$ abcdefghi", "0,11"},
             {"a wide character at the margin", "abcdefghi日x", "$ abcdefghi|日x", "1,3"},
             {"insert at the begin moves all", "abcdefghij\x01X", "$ Xabcdefghi|j", "0,3"},
             {"combining", "e\u0301x", "$ e\u0301x", "0,4"},
             {"hidden characters are seen",
              "a\u202e"
              "b",
              "$ a<U+202E>b", "1,0"},
             {"several lines", "\033[200~a\nb\033[201~", "$ a|> b", "1,3"},
             {"line up", "\033[200~a\nb\033[201~" + up, "$ a|> b", "0,3"},
             {"a kill clears the rows below",
              "\033[200~a\nb\nc\033[201~\x15" + up + up + "\x0b\x0b", "$ b|>", "0,2"},
             {"a tab", "\033[200~\tx\033[201~", "$       x", "0,9"},
             {"cursor on a tab", "\033[200~\tx\033[201~" + left + left, "$       x", "0,2"},
             {"a full row and a line break", "\033[200~abcdefghij\nx\033[201~", "$ abcdefghij|> x",
              "1,3"},
             {"end of a full row", "\033[200~abcdefghij\nx\033[201~" + up + "\x05",
              "$ abcdefghij|> x", "0,11"},
             {"more rows than the screen has", "\033[200~1\n2\n3\n4\n5\n6\n7\033[201~",
              "> 3|> 4|> 5|> 6|> 7", "4,3"},
         }) {
        CAPTURE(row.name);
        Person whole(12, 5);
        CHECK(whole.type(row.keys) == row.text);
        CHECK(whole.screen.cursor() == row.cursor);
        Person single(12, 5);
        for (const char key : row.keys)
            single.type(std::string_view(&key, 1));
        CHECK(single.screen.text() == row.text);
        CHECK(single.screen.cursor() == row.cursor);
    }
}

TEST_CASE("a text of more rows than the screen scrolls under the cursor") {
    Person person(12, 5);
    CHECK(person.type("\033[200~1\n2\n3\n4\n5\n6\n7\033[201~") == "> 3|> 4|> 5|> 6|> 7");
    for (int i = 0; i < 5; ++i)
        person.type(up);
    CHECK(person.screen.text() == "> 2|> 3|> 4|> 5|> 6");
    CHECK(person.screen.cursor() == "0,3");
    CHECK(person.type(up) == "$ 1|> 2|> 3|> 4|> 5");
    CHECK(person.type("\r") == "> 4|> 5|> 6|> 7");
    CHECK(person.screen.cursor() == "4,0");
}

TEST_CASE("Enter leaves the cursor below the text, wherever it was") {
    for (const auto &row : std::vector<Row>{
             {"one row", "abc\r", "$ abc", "1,0"},
             {"cursor within several lines", "\033[200~a\nb\033[201~" + up + "\r", "$ a|> b",
              "2,0"},
             {"a full row leaves no blank one", "abcdefghij\r", "$ abcdefghij", "1,0"},
             {"Ctrl-C shows itself", "abc" + left + "\x03", "$ abc^C", "1,0"},
             {"Ctrl-D", "\x04", "$", "1,0"},
         }) {
        CAPTURE(row.name);
        Person person(12, 5);
        CHECK(person.type(row.keys) == row.text);
        CHECK(person.screen.cursor() == row.cursor);
    }
}

TEST_CASE("prompts with colours, wide characters and full rows are measured") {
    for (const auto &row : std::vector<Row>{
             {"\033[1;32muser\033[0m$ ", "x" + left, "user$ x", "0,6"},
             {"\033]0;title\a日$ ", "x" + left, "日$ x", "0,4"},
             {"123456789012", "x", "123456789012|x", "1,1"},
             {"1234567890$ ", "x\x7f", "1234567890$", "1,0"},
             {"", "x" + left, "x", "0,0"},
             {"a\rb$ ", "x\x01y", "b$ yx", "0,4"},
         }) {
        CAPTURE(row.name);
        // The virtual screen knows no OSC: it gets the prompt without it.
        std::string plain = row.name;
        if (const auto bell = plain.find('\a'); bell != std::string::npos)
            plain.erase(0, bell + 1);
        Person person(12, 5, plain);
        person.editor = Editor(Terminal::Full, {12, 5});
        person.editor.open(row.name, PromptIs::Shown);
        person.screen.write(person.editor.render());
        CHECK(person.type(row.keys) == row.text);
        CHECK(person.screen.cursor() == row.cursor);
    }
}

TEST_CASE("search shows what it looks for") {
    Person person(40, 5);
    person.editor.remember("make install");
    CHECK(person.type("\x12inst") == "(search)`inst': make install");
    CHECK(person.screen.cursor() == "0,21");
    CHECK(person.type("x") == "(failed search)`instx': make install");
    CHECK(person.type("\x07") == "$");
    CHECK(person.screen.cursor() == "0,2");
}

TEST_CASE("an incomplete text goes on below") {
    Person person(12, 5);
    person.type("if x\r");
    person.editor.continue_line();
    CHECK(person.type("then") == "$ if x|> then");
    CHECK(person.type(up + "!") == "$ if x!|> then");
    Person full(12, 5);
    full.type("abcdefghij\r");
    full.editor.continue_line();
    CHECK(full.type("k") == "$ abcdefghij|> k");
}

TEST_CASE("output above the editor: hidden, written, drawn again") {
    Person person(12, 5);
    person.type("\033[200~a\nb\033[201~");
    person.screen.write(person.editor.hide());
    CHECK(person.screen.text().empty());
    CHECK(person.screen.cursor() == "0,0");
    person.screen.write("[1] Done\r\n");
    person.screen.write(person.editor.render());
    CHECK(person.screen.text() == "[1] Done|$ a|> b");
    CHECK(person.screen.cursor() == "2,3");
}

TEST_CASE("a prompt that is not shown yet is drawn") {
    VirtualScreen screen(12, 5);
    Editor editor(Terminal::Full, {12, 5});
    editor.open("$ ", PromptIs::NotShown, "typed");
    screen.write(editor.render());
    CHECK(screen.text() == "$ typed");
}

TEST_CASE("Ctrl-L clears the screen and keeps the line") {
    Person person(12, 5);
    person.screen.write("");
    person.type("abc\r");
    person.editor.open("$ ", PromptIs::NotShown);
    person.type("def");
    CHECK(person.type("\x0c") == "$ def");
    CHECK(person.screen.cursor() == "0,5");
}

TEST_CASE("a new window size") {
    Person person(12, 5);
    person.type("abc" + left);
    person.editor.resize({20, 5}); // nothing was wrapped: the rows stand as they did
    CHECK(person.type("X") == "$ abXc");
    CHECK(person.screen.cursor() == "0,5");
    // Wrapped rows: the terminal has joined them, the cursor went along.
    VirtualScreen wide(20, 5);
    Editor editor(Terminal::Full, {12, 5});
    editor.open("$ ", PromptIs::Shown);
    editor.feed(base::as_bytes("abcdefghijklm"));
    editor.render();
    wide.write("$ abcdefghijklm");
    editor.resize({20, 5});
    wide.write(editor.render());
    CHECK(wide.text() == "$ abcdefghijklm");
    CHECK(wide.cursor() == "0,15");
    // Sizes that are none.
    editor.resize({0, 0});
    editor.resize({1, 1});
    editor.feed(base::as_bytes("x日"));
    editor.render();
}

TEST_CASE("bracketed paste is on while the editor is open, and only then") {
    Editor editor(Terminal::Full, {});
    editor.open("$ ", PromptIs::Shown);
    CHECK(editor.render() == "\033[?2004h");
    editor.feed(base::as_bytes("\r"));
    CHECK(editor.render() == "\r\n\033[?2004l");
}

TEST_CASE("closed for good: nothing of the editor stays") {
    Person person(12, 5);
    person.type("abc");
    const auto bytes = person.editor.close();
    person.screen.write(bytes);
    CHECK(person.screen.text().empty());
    CHECK(bytes.find("\033[?2004l") != std::string::npos);
    CHECK_FALSE(person.editor.is_open());
    CHECK(person.editor.close().empty());
}

TEST_CASE("a typed character costs one byte") {
    Editor editor(Terminal::Full, {});
    editor.open("$ ", PromptIs::Shown);
    editor.render();
    editor.feed(base::as_bytes("a"));
    CHECK(editor.render() == "a");
    editor.feed(base::as_bytes("é"));
    CHECK(editor.render() == "é");
    CHECK(editor.render().empty());
}

TEST_CASE("a dumb terminal gets text, backspace and newline alone") {
    Person person(40, 8, "$ ", Terminal::Dumb);
    CHECK(person.type("abx\x7f") == "$ ab");
    CHECK(person.type(left + "c") == "$ abc");
    CHECK(person.screen.bells == 1);
    CHECK(person.type("日\x7f") == "$ abc");
    CHECK(person.type("\r") == "$ abc");
    CHECK(person.screen.cursor() == "1,0");
    person.editor.continue_line();
    CHECK(person.type("d") == "$ abc|> d");
    CHECK(person.type("\r") == "$ abc|> d");
    person.editor.open("$ ", PromptIs::NotShown, "e");
    CHECK(person.type("") == "$ abc|> d|$ e");
    person.editor.remember("old");
    CHECK(person.type("\x03") == "$ abc|> d|$ e^C");
    Editor editor(Terminal::Dumb, {});
    editor.open("$ ", PromptIs::Shown);
    editor.feed(base::as_bytes("\033[200~a\nb\033[201~\x7f\x12\x0c"));
    CHECK(editor.render().find('\033') == std::string::npos);
}

TEST_CASE("a thousand random keys: the screen is what a fresh drawing would be") {
    const std::vector<std::string> keys = {"a",
                                           "b c",
                                           "日",
                                           "e\u0301",
                                           "👩‍🚀",
                                           "\u202e",
                                           "\x7f",
                                           "\x7f\x7f",
                                           left,
                                           up,
                                           "\033[B",
                                           "\033[C",
                                           "\x01",
                                           "\x05",
                                           "\x0b",
                                           "\x15",
                                           "\x17",
                                           "\x19",
                                           "\x1f",
                                           "\033\r",
                                           "\033b",
                                           "\033d",
                                           "\033[3~",
                                           "\x10",
                                           "\x0e",
                                           "\x14",
                                           "\x12"
                                           "a",
                                           "\033[200~x\ty\nz\033[201~",
                                           "long long text"};
    for (unsigned seed = 0; seed < 6; ++seed) {
        std::mt19937 random(seed);
        const std::size_t columns = 9 + seed * 3, rows = 60;
        Person person(columns, rows, seed % 2 == 0 ? "$ " : "日本$ ");
        person.editor.remember("history entry\nof lines");
        for (int step = 0; step < 1000; ++step) {
            if (person.editor.text().size() > 150)
                person.type("\x05\x15\x15\x15");
            person.type(keys[random() % keys.size()]);
            // Hidden and drawn again from nothing, it must look the same.
            VirtualScreen copy = person.screen;
            const auto before = copy.text() + "@" + copy.cursor();
            if (step % 7 == 0) {
                person.screen.write(person.editor.hide());
                person.screen.write(person.editor.render());
                REQUIRE(person.screen.text() + "@" + person.screen.cursor() == before);
            }
            REQUIRE_FALSE(person.screen.hanging());
        }
    }
}

TEST_SUITE_END();
