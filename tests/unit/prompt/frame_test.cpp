// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/limits.hpp"
#include "sallyport/prompt/frame.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using prompt::FrameKind;

namespace {

const std::string n0(24, '0'), m1(24, '1'), n1(24, '2');
const prompt::FrameNonces nonces{n0, m1, n1};
const std::string head = ":sp1 " + n0 + ' ' + m1 + ' ' + n1 + ' ';

std::string text(const base::Result<std::string> &result) {
    return result.ok() ? *result : "error: " + result.error().message;
}

} // namespace

TEST_SUITE_BEGIN("prompt.frame");

TEST_CASE("a frame is header, words, unit and end") {
    CHECK(text(prompt::frame(FrameKind::Run, "ls -l", {"ls"}, nonces)) ==
          head + "5 -\nls\nls -l\x1e");
    CHECK(text(prompt::frame(FrameKind::Run, "a\n\tb", {}, nonces)) == head + "4 -\n\na\n\tb\x1e");
    CHECK(text(prompt::frame(FrameKind::Run, "é", {"[", ":", "é"}, nonces)) ==
          head + "2 -\n[ : é\né\x1e");
}

TEST_CASE("control bytes travel as %b escapes, and then backslashes do too") {
    CHECK(text(prompt::frame(FrameKind::Run, "a\\b", {}, nonces)) == head + "3 -\n\na\\b\x1e");
    CHECK(text(prompt::frame(FrameKind::Run, "\x03\\\x1e\x7f\r", {}, nonces)) ==
          head + "25 e\n\n\\0003\\0134\\0036\\0177\\0015\x1e");
}

TEST_CASE("a sync frame runs nothing") {
    CHECK(text(prompt::frame(FrameKind::Sync, "", {}, nonces)) == head + "0 q\n\n\x1e");
    CHECK_FALSE(prompt::frame(FrameKind::Sync, "ls", {}, nonces).ok());
}

TEST_CASE("no byte of a frame is one that the terminal driver acts upon") {
    std::string unit;
    for (int c = 1; c < 256; ++c)
        unit += static_cast<char>(c);
    const auto frame = text(prompt::frame(FrameKind::Run, unit, {}, nonces));
    REQUIRE(frame.find(":sp1") == 0);
    for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
        const auto byte = static_cast<unsigned char>(frame[i]);
        CHECK((byte >= 0x20 || byte == '\t' || byte == '\n'));
        CHECK(byte != 0x7f);
    }
    CHECK(frame.back() == '\x1e');
}

TEST_CASE("a word that cannot be a name is left out, one that may hide is refused") {
    CHECK(text(prompt::frame(FrameKind::Run, "x", {"a b", "ls", "$x", "a'b", "", "rm"}, nonces)) ==
          head + "1 -\nls rm\nx\x1e");
    for (const char *word : {"a\x01", "\x7f", "a\rb"})
        CHECK_FALSE(prompt::frame(FrameKind::Run, "x", {word}, nonces).ok());
}

TEST_CASE("limits and malformed input are errors") {
    CHECK_FALSE(prompt::frame(FrameKind::Run, "", {}, nonces).ok());
    CHECK_FALSE(prompt::frame(FrameKind::Run, std::string("a\0b", 3), {}, nonces).ok());
    CHECK(prompt::frame(FrameKind::Run, std::string(base::max_unit_bytes, 'x'), {}, nonces).ok());
    CHECK(prompt::frame(FrameKind::Run, std::string(base::max_unit_bytes + 1, 'x'), {}, nonces)
              .error()
              .code == base::ErrorCode::TooLarge);
    const std::vector<std::string> many(1000, "word");
    CHECK(prompt::frame(FrameKind::Run, "x", many, nonces).error().code ==
          base::ErrorCode::TooLarge);
    for (const std::string bad : {"", "0", "ABCDEFABCDEFABCDEFABCDEF", "00000000000000000000000g",
                                  "0000000000000000000000000"}) {
        CHECK_FALSE(prompt::frame(FrameKind::Run, "x", {}, {bad, m1, n1}).ok());
        CHECK_FALSE(prompt::frame(FrameKind::Run, "x", {}, {n0, bad, n1}).ok());
        CHECK_FALSE(prompt::frame(FrameKind::Run, "x", {}, {n0, m1, bad}).ok());
    }
}

TEST_SUITE_END();
