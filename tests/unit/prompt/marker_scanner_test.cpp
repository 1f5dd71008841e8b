// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/marker_scanner.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using prompt::Marker;
using prompt::Output;
using prompt::Piece;

namespace {

const std::string old_mark(24, 'a'), mark(24, 'b'), other(24, 'c');

std::string start(const std::string &of) {
    return "\033]7717;" + of + ";";
}
std::string marker(const std::string &of, char kind, const std::string &payload) {
    return start(of) + kind + ";" + payload + start(of) + "E\007";
}

prompt::MarkerScanner scanner() {
    prompt::MarkerScanner made;
    made.expect(old_mark);
    made.expect(mark);
    return made;
}

void add(std::vector<Piece> &all, const std::vector<Piece> &more) {
    for (const auto &piece : more) {
        const auto *output = std::get_if<Output>(&piece);
        auto *last = all.empty() ? nullptr : std::get_if<Output>(&all.back());
        if (output != nullptr)
            CHECK(!output->bytes.empty());
        if (output != nullptr && last != nullptr)
            last->bytes += output->bytes;
        else
            all.push_back(piece);
    }
}

struct Row {
    const char *name;
    std::string input;
    std::vector<Piece> pieces;
    std::string kept;
};

const std::vector<Row> rows = {
    {"plain output", "hello\r\n", {Output{"hello\r\n"}}, ""},
    {"a prompt",
     "a" + marker(mark, 'P', "0;/x") + "b",
     {Output{"a"}, Marker{'P', "0;/x"}, Output{"b"}},
     ""},
    {"two in a row",
     marker(mark, 'S', "x") + marker(mark, 'Q', ""),
     {Marker{'S', "x"}, Marker{'Q', ""}},
     ""},
    {"a payload with ESC, BEL, ; and newline",
     marker(mark, 'P', "0;/a\033]7717;\007;E\007\r\n" + start(other) + "E\007"),
     {Marker{'P', "0;/a\033]7717;\007;E\007\r\n" + start(other) + "E\007"}},
     ""},
    {"a foreign mark is output",
     marker(other, 'P', "0;/"),
     {Output{marker(other, 'P', "0;/")}},
     ""},
    {"the old mark counts for S", marker(old_mark, 'S', "typed"), {Marker{'S', "typed"}}, ""},
    {"the old mark counts for nothing else",
     marker(old_mark, 'P', "0;/"),
     {Output{marker(old_mark, 'P', "0;/")}},
     ""},
    {"old prompt, then old stray, then new prompt",
     marker(old_mark, 'P', "0;/") + marker(old_mark, 'S', "s") + marker(mark, 'P', "1;/"),
     {Output{marker(old_mark, 'P', "0;/")}, Marker{'S', "s"}, Marker{'P', "1;/"}},
     ""},
    {"behind an open DCS and OSC",
     "\033P\033]0;" + marker(mark, 'P', "0;/"),
     {Output{"\033P\033]0;"}, Marker{'P', "0;/"}},
     ""},
    {"behind half a start",
     "\033]7717;bbbb\033]77" + marker(mark, 'P', "0;/"),
     {Output{"\033]7717;bbbb\033]77"}, Marker{'P', "0;/"}},
     ""},
    {"a start without an end is kept",
     "x" + start(mark) + "P;0;/",
     {Output{"x"}},
     start(mark) + "P;0;/"},
    {"half a start is kept", "x\033]7717;bbb", {Output{"x"}}, "\033]7717;bbb"},
    {"no kind at all", start(mark) + start(mark) + "E\007", {Marker{0, ""}}, ""},
    {"kind without payload", start(mark) + "A;" + start(mark) + "E\007", {Marker{'A', ""}}, ""},
};

} // namespace

TEST_SUITE_BEGIN("prompt.marker_scanner");

TEST_CASE("output and markers are told apart, split at every offset") {
    for (const auto &row : rows) {
        CAPTURE(row.name);
        for (std::size_t cut = 0; cut <= row.input.size(); ++cut) {
            CAPTURE(cut);
            auto one = scanner();
            std::vector<Piece> pieces;
            add(pieces, one.feed(base::as_bytes(std::string_view(row.input).substr(0, cut))));
            add(pieces, one.feed(base::as_bytes(std::string_view(row.input).substr(cut))));
            CHECK(pieces == row.pieces);
            CHECK(one.flush() == row.kept);
        }
    }
}

TEST_CASE("the same byte by byte") {
    for (const auto &row : rows) {
        CAPTURE(row.name);
        auto one = scanner();
        std::vector<Piece> pieces;
        for (const char c : row.input)
            add(pieces, one.feed(base::as_bytes(std::string_view(&c, 1))));
        CHECK(pieces == row.pieces);
        CHECK(one.flush() == row.kept);
    }
}

TEST_CASE("output is kept back only while it may be the beginning of a marker") {
    auto one = scanner();
    for (std::size_t length = 1; length < start(mark).size(); ++length)
        CHECK(
            one.feed(base::as_bytes(std::string_view(start(mark)).substr(length - 1, 1))).empty());
    const auto pieces = one.feed(base::as_bytes("!"));
    REQUIRE(pieces.size() == 1);
    CHECK(std::get<Output>(pieces[0]).bytes == start(mark).substr(0, start(mark).size() - 1) + "!");
}

TEST_CASE("a payload at the limit is a marker, one above it is output, however it is split") {
    for (const std::size_t length :
         {prompt::max_marker_payload_bytes - 2, prompt::max_marker_payload_bytes - 1}) {
        const auto input = marker(mark, 'R', std::string(length, 'x')) + "end";
        const bool fits = length + 2 <= prompt::max_marker_payload_bytes; // `R;` counts
        for (const std::size_t chunk : {input.size(), std::size_t(1), std::size_t(1000)}) {
            auto one = scanner();
            std::vector<Piece> pieces;
            for (std::size_t at = 0; at < input.size(); at += chunk)
                add(pieces, one.feed(base::as_bytes(std::string_view(input).substr(at, chunk))));
            CHECK((pieces.size() == 2) == fits);
            if (!fits) {
                REQUIRE(pieces.size() == 1);
                CHECK(std::get<Output>(pieces[0]).bytes + one.flush() == input);
            }
        }
    }
}

TEST_CASE("without a mark everything is output") {
    prompt::MarkerScanner one;
    const auto input = marker(mark, 'P', "0;/");
    const auto pieces = one.feed(base::as_bytes(input));
    REQUIRE(pieces.size() == 1);
    CHECK(std::get<Output>(pieces[0]).bytes + one.flush() == input);
}

TEST_SUITE_END();
