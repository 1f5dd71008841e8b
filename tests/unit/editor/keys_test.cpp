// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace sallyport::editor;

namespace {

std::vector<Press> decode(KeyDecoder &decoder, std::string_view bytes) {
    std::vector<Press> all;
    for (const char c : bytes)
        if (auto press = decoder.feed(c))
            all.push_back(*press);
    return all;
}

std::vector<Press> decode(std::string_view bytes) {
    KeyDecoder decoder;
    auto all = decode(decoder, bytes);
    const auto after = decode(decoder, "z"); // no sequence may stay open
    REQUIRE(after == std::vector<Press>{{Key::Insert, "z"}});
    return all;
}

struct Row {
    const char *bytes;
    Press press;
};

} // namespace

TEST_SUITE_BEGIN("editor.keys");

TEST_CASE("keys") {
    for (const auto &row : std::vector<Row>{
             {"a", {Key::Insert, "a"}},
             {"é", {Key::Insert, "é"}},
             {"😀", {Key::Insert, "😀"}},
             {"\r", {Key::Enter, ""}},
             {"\n", {Key::Enter, ""}},
             {"\x7f", {Key::Backspace, ""}},
             {"\x01", {Key::LineBegin, ""}},
             {"\x12", {Key::Search, ""}},
             {"\033[A", {Key::Up, ""}},
             {"\033OA", {Key::Up, ""}},
             {"\033[1;5D", {Key::WordLeft, ""}},
             {"\033[3~", {Key::Delete, ""}},
             {"\033[H", {Key::LineBegin, ""}},
             {"\033[4~", {Key::LineEnd, ""}},
             {"\033b", {Key::WordLeft, ""}},
             {"\033\x7f", {Key::KillWordLeft, ""}},
             {"\033\r", {Key::NewLine, ""}},
             {"\t", {Key::Unknown, ""}},
             {"\033\033[A", {Key::Up, ""}},
             {"\033\x03", {Key::Interrupt, ""}},
             {"\033[5\x03", {Key::Interrupt, ""}},
         }) {
        CAPTURE(row.bytes);
        CHECK(decode(row.bytes) == std::vector<Press>{row.press});
    }
}

TEST_CASE("answers of the terminal are swallowed") {
    for (const char *bytes :
         {"\033[?1;2c", "\033[12;40R", "\033]11;rgb:0/0/0\a", "\033]l title\033\\",
          "\033P1+r544e\033\\", "\033[<0;1;1M", "\033[M !!", "\033[I", "\033[?2026;2$y"}) {
        CAPTURE(bytes);
        CHECK(decode(bytes).empty());
    }
}

TEST_CASE("a paste is one text, whatever it holds") {
    CHECK(decode("\033[200~ls\rpwd\r\n\033[31m\x03\x04\033[201~") ==
          std::vector<Press>{{Key::Paste, "ls\npwd\n[31m"}});
    CHECK(decode("\033[200~\033[201~") == std::vector<Press>{{Key::Paste, ""}});
    CHECK(decode("\033[200~\033[20\033[201\033[201~") ==
          std::vector<Press>{{Key::Paste, "[20[201"}});
}

TEST_CASE("invalid UTF-8 makes a bell and eats no neighbour") {
    CHECK(decode("\xff") == std::vector<Press>{{Key::Unknown, ""}});
    CHECK(decode("\xc3"
                 "a") == std::vector<Press>{{Key::Insert, "a"}});
    CHECK(decode("\xe2\x82"
                 "b") == std::vector<Press>{{Key::Insert, "b"}});
    CHECK(decode("\xe2\xc3\xa9") == std::vector<Press>{{Key::Insert, "é"}});
    CHECK(decode("\xc3\r") == std::vector<Press>{{Key::Enter, ""}});
}

TEST_CASE("a control ends an endless answer, so that nobody is locked in") {
    CHECK(decode("\033]abc\r") == std::vector<Press>{{Key::Enter, ""}});
    CHECK(decode("\033Pabc\x03") == std::vector<Press>{{Key::Interrupt, ""}});
}

TEST_SUITE_END();
