// SPDX-License-Identifier: Apache-2.0
#include "unicode.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace sallyport::editor;

TEST_SUITE_BEGIN("editor.unicode");

TEST_CASE("clusters are stepped over both ways") {
    for (const std::vector<std::string> &clusters : std::vector<std::vector<std::string>>{
             {"a", "b"},
             {"e\u0301", "x"},
             {"日", "本"},
             {"👩‍🚀", "!"},
             {"🇩🇪", "🇫🇷"},
             {"a", "\n", "e\u0301", "\n", "b"},
             {"각", "x"},
         }) {
        std::string text;
        for (const auto &cluster : clusters)
            text += cluster;
        std::size_t at = 0;
        for (const auto &cluster : clusters) {
            CHECK(next_cluster(text, at) == at + cluster.size());
            at += cluster.size();
            CHECK(previous_cluster(text, at) == at - cluster.size());
        }
    }
}

TEST_CASE("characters are whole, unfinished or invalid") {
    CHECK(character_length("a") == 1);
    CHECK(character_length("é") == 2);
    CHECK(character_length("€x") == 3);
    CHECK(character_length("😀") == 4);
    for (const char *unfinished : {"", "\xc3", "\xe2\x82", "\xf0\x9f\x98"})
        CHECK(character_length(unfinished) == 0);
    for (const char *invalid : {"\x80", "\xc0\xaf", "\xc1\x81", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                "\xff", "\xc3(", "\xe0\x80\x80", "\xf4\x90\x80\x80"})
        CHECK(character_length(invalid) == std::string_view::npos);
}

TEST_CASE("text is cleaned of controls and of what is no UTF-8") {
    CHECK(clean_text("a\r\nb\rc\nd") == "a\nb\nc\nd");
    CHECK(clean_text(std::string_view("a\0\x1b[31m\x7f\tb", 10)) == "a[31m\tb");
    CHECK(clean_text("\xff"
                     "é\xc3") == "é");
    CHECK(clean_text("") == "");
}

TEST_CASE("what a terminal would hide is shown") {
    struct Row {
        const char *cluster, *bytes;
        std::size_t columns;
    };
    for (const auto &row : std::vector<Row>{
             {"a", "a", 1},
             {"日", "日", 2},
             {"e\u0301", "e\u0301", 1},
             {"\u202e", "<U+202E>", 8},
             {"\u200b", "<U+200B>", 8},
             {"\u0301", "<U+0301>", 8},
             {"\u0085", "<U+0085>", 8},
             {"\u2028", "<U+2028>", 8},
             {"\xf3\xa0\x81\x81", "<U+E0041>", 9},
             {"👩‍🚀", "👩‍🚀", 4},
         }) {
        CAPTURE(row.cluster);
        CHECK(shown(row.cluster).bytes == row.bytes);
        CHECK(shown(row.cluster).columns == row.columns);
    }
}

TEST_SUITE_END();
