// SPDX-License-Identifier: Apache-2.0
#include "mask_support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::mask;

TEST_SUITE_BEGIN("mask.stream");

namespace {
const std::string github = "ghp_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R";
const std::string github_masked = "ghp_************************************";
base::SteadyTime at(int milliseconds) {
    return base::SteadyTime{std::chrono::milliseconds{milliseconds}};
}
std::string repeat(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

struct Sample {
    const char *what;
    std::string text;
    std::string expected;
    unsigned columns = 0;
};
// Every sample must come out the same in every chunking.
std::vector<Sample> samples() {
    return {
        {"plain lines", "a " + github + "\r\nb\r\n", "a " + github_masked + "\r\nb\r\n", 80},
        {"an unfinished line", "x " + github, "x " + github_masked},
        {"a value at the end of a line", "password=hunter2\nnext\n", "password=*******\nnext\n"},
        {"a value that is none", "password=$1 token: null secret",
         "password=$1 token: null secret"},
        {"two on a line", "password=hunter2 token=abc12345\n", "password=******* token=********\n"},
        {"colours inside a token",
         "ghp_\x1b[31m" + github.substr(4, 10) + "\x1b[0m" + github.substr(14),
         "ghp_\x1b[31m**********\x1b[0m**************************"},
        {"colours inside a key", "pass\x1b[1mword\x1b[0m=\x1b[32mhunter2\x1b[0m\n",
         "pass\x1b[1mword\x1b[0m=\x1b[32m*******\x1b[0m\n"},
        {"an OSC title and a hyperlink",
         "\x1b]0;t password=hunter2\x07x \x1b]8;;u\x1b\\" + github + "\n",
         "\x1b]0;t password=*******\x07x \x1b]8;;u\x1b\\" + github_masked + "\n"},
        {"a control string broken off by another sequence", "\x1b]0;t\x1b[0m" + github + "\n",
         "\x1b]0;t\x1b[0m" + github_masked + "\n"},
        {"bytes that show nothing", std::string("ghp_\0\x07", 6) + github.substr(4) + "\n",
         std::string("ghp_\0\x07", 6) + std::string(36, '*') + "\n"},
        {"an overstruck character",
         "ghp_" + github.substr(4, 12) + "XY\b\b" + github.substr(16) + "\n",
         "ghp_************" + std::string("**\b\b") + std::string(24, '*') + "\n"},
        {"a value overstruck as a whole", "password=&h)7n0\b\b\b\b\b\b\b\b\b\b\b\b\b\bx1y2z3w4 \n",
         "password=&h)7n0\b\b\b\b\b\b\b\b\b\b\b\b\b\bx1y2z3w4 \n"},
        {"a value cut by CR", "password=\rhunter2\n", "password=\rhunter2\n"},
        {"readline at the right margin",
         "$ echo " + github.substr(0, 13) + " \r" + github.substr(13),
         "$ echo ghp_********* \r" + std::string(27, '*'), 20},
        {"a private key",
         "x\n-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\nMIIE+/9=\r\n"
         "-----END RSA PRIVATE KEY-----\r\nplain\r\n",
         "x\n-----BEGIN RSA PRIVATE KEY-----\r\n****-****: 4,ENCRYPTED\r\n\r\n********\r\n"
         "-----END RSA PRIVATE KEY-----\r\nplain\r\n"},
        {"a private key that is none",
         "grep '-----BEGIN PRIVATE KEY-----' x.c\n  if (x) return 1;\n",
         "grep '-----BEGIN PRIVATE KEY-----' *.c\n  if (x) return 1;\n"},
        {"a very long token", "jwt eyJ" + repeat("abcdefghij", 2000) + " end\n",
         "jwt eyJ" + std::string(20000, '*') + " end\n"},
        {"a very long value", "password=" + repeat("a1!", 1000) + " end\n",
         "password=" + std::string(3000, '*') + " end\n"},
        {"a secret after a very long line", repeat("lorem ipsum ", 1500) + github + " x\n",
         repeat("lorem ipsum ", 1500) + github_masked + " x\n"},
        {"an unfinished escape sequence", github + "\x1b[3", github_masked + "\x1b[3"},
        {"an over-long control string", "\x1b]0;" + repeat("x", 5000) + " password=hunter2\n",
         "\x1b]0;" + repeat("x", 5000) + " password=*******\n"},
        {"UTF-8 in a value", "password=h\xC3\xBCnter2\n", "password=*******\n"},
        {"a wide character in a value", "password=a1\xE6\xBC\xA2z\n", "password=*****\n"},
    };
}
} // namespace

TEST_CASE("output comes out masked, and any chunking gives the same bytes, spans and counts") {
    for (const Sample &sample : samples()) {
        INFO(sample.what);
        const Run whole = run_in_chunks(sample.text, sample.text.size(), 1, sample.columns);
        CHECK(whole.text == sample.expected);
        for (const std::size_t chunk : {1UL, 2UL, 3UL, 7UL, 33UL, 1000UL})
            CHECK_MESSAGE(run_in_chunks(sample.text, chunk, chunk, sample.columns) == whole, chunk);
        if (sample.text.size() < 4000)
            for (std::size_t split = 1; split < sample.text.size(); ++split)
                CHECK_MESSAGE(
                    run_in_chunks(sample.text, split, sample.text.size(), sample.columns) == whole,
                    split);
    }
}

TEST_CASE("the alternate screen joins full rows and knows pieces of what it showed") {
    const unsigned columns = 20;
    const std::string row1 = "key " + github.substr(0, 16); // 20 cells
    const Sample screens[] = {
        {"cursor to column 1 after a full row",
         "\x1b[?1049h\x1b[1;1H" + row1 + "\x1b[2;1H" + github.substr(16) + "\x1b[3;1H",
         "\x1b[?1049h\x1b[1;1Hkey ghp_************\x1b[2;1H" + std::string(24, '*') + "\x1b[3;1H"},
        {"CR LF after a full row", "\x1b[?1049h" + row1 + "\r\n" + github.substr(16) + "\r\n",
         "\x1b[?1049hkey ghp_************\r\n" + std::string(24, '*') + "\r\n"},
        {"the last cell twice, as vim does",
         "\x1b[?1049h" + row1 + row1.substr(19) + "\x1b[2;1H" + github.substr(16) + "\x1b[3;1H",
         "\x1b[?1049hkey ghp_*************\x1b[2;1H" + std::string(24, '*') + "\x1b[3;1H"},
        {"a token cut by the edge", "\x1b[?1049h" + row1 + "\x1b[5;3Hx",
         "\x1b[?1049hkey ghp_************\x1b[5;3Hx"},
        {"a piece seen before",
         github + "\n\x1b[?1049h\x1b[1;1H" + github.substr(10, 15) + "\x1b[2;1H--\x1b[3;1H",
         github_masked + "\n\x1b[?1049h\x1b[1;1H***************\x1b[2;1H--\x1b[3;1H"},
        {"a piece not seen before", "\x1b[?1049h\x1b[1;1H" + github.substr(10, 15) + "\x1b[2;1H",
         "\x1b[?1049h\x1b[1;1H" + github.substr(10, 15) + "\x1b[2;1H"},
    };
    for (const Sample &sample : screens) {
        INFO(sample.what);
        const Run whole = run_in_chunks(sample.text, sample.text.size(), 1, columns);
        CHECK(whole.text == sample.expected);
        for (std::size_t split = 1; split < sample.text.size(); ++split)
            CHECK_MESSAGE(run_in_chunks(sample.text, split, sample.text.size(), columns) == whole,
                          split);
        for (const std::size_t chunk : {1UL, 2UL, 5UL})
            CHECK_MESSAGE(run_in_chunks(sample.text, chunk, chunk, columns) == whole, chunk);
    }
}

TEST_CASE("only a candidate at the end of an unfinished line is held, and only for a while") {
    Stream stream(database(), 80);
    base::Bytes out;
    stream.feed(base::as_bytes("user@host:~$ "), at(0), out);
    CHECK(base::as_text(out) == "user@host:~$ ");
    CHECK(!stream.deadline());
    stream.feed(base::as_bytes("password=hun"), at(10), out);
    CHECK(base::as_text(out) == "user@host:~$ password=");
    CHECK(stream.deadline() == at(260));
    stream.expire(at(259), out);
    CHECK(base::as_text(out) == "user@host:~$ password=");
    stream.expire(at(260), out);
    CHECK(base::as_text(out) == "user@host:~$ password=***");
    CHECK(!stream.deadline());
    stream.feed(base::as_bytes("ter2\n"), at(300), out);
    CHECK(base::as_text(out) == "user@host:~$ password=*******\n");
}

TEST_CASE("echo is never delayed: a strong candidate is starred key by key") {
    Stream stream(database(), 80);
    base::Bytes out;
    int time = 0;
    for (const char key : std::string_view("password=hunter2")) {
        stream.note_key(at(time));
        out.clear();
        stream.feed(base::as_bytes(std::string_view(&key, 1)), at(time + 1), out);
        CHECK(out.size() == 1);
        CHECK(static_cast<char>(out[0]) == (time < 9 * 50 ? key : '*'));
        CHECK(!stream.deadline());
        time += 50;
    }
    // a large chunk soon after a key is no echo
    Stream bulk(database(), 80);
    out.clear();
    bulk.note_key(at(0));
    bulk.feed(base::as_bytes(std::string(300, 'x') + " password=hun"), at(1), out);
    CHECK(base::as_text(out) == std::string(300, 'x') + " password=");
    CHECK(bulk.deadline() == at(16));
}

TEST_CASE("values are counted once by their rule, whatever lies inside") {
    const Run run = run_in_chunks("password=" + github + "\n" + github + "\n", 1000, 1000);
    std::uint64_t total = 0;
    for (const std::uint64_t count : run.counts)
        total += count;
    CHECK(total == 2);
}

TEST_CASE("random input loses no byte and keeps its width outside of stars") {
    std::uint32_t state = 5;
    const auto random = [&] { return (state = state * 1664525 + 1013904223) >> 16; };
    const std::string pieces[] = {
        github,      "password=",   "token: ",     "\x1b[31m",
        "\x1b]0;",   "\x07",        "\r\n",        "\n",
        "\b",        "\r",          " ",           "x1y2z3",
        "\x1b[2;1H", "\x1b[?1049h", "\x1b[?1049l", "-----BEGIN PRIVATE KEY-----",
        "\"",        "eyJ",         "\xC3\xBC",    "\x1b"};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += pieces[random() % std::size(pieces)];
        const unsigned columns = round % 3 == 0 ? 0 : 20;
        const Run whole = run_in_chunks(text, text.size(), 1, columns);
        for (const std::size_t chunk : {1UL, 3UL, 10UL})
            CHECK_MESSAGE(run_in_chunks(text, chunk, chunk, columns) == whole, round);
        const Run split = run_in_chunks(text, random() % text.size() + 1, text.size(), columns);
        CHECK_MESSAGE(split == whole, round);
    }
}
TEST_SUITE_END();
