// SPDX-License-Identifier: Apache-2.0
#include "sallyport/term/parser.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::term;

namespace {

// Events as text, adjoining text runs and string parts joined, so that splitting must not show.
class Writer final : public Events {
  public:
    std::string all;
    std::string raw;
    void text(std::string_view run) override {
        if (!all.empty() && all.back() == '\'' && in_text_)
            all.pop_back();
        else
            all += "'";
        all += run;
        all += "'";
        in_text_ = true;
        raw += run;
    }
    void control(char c) override {
        add("<" + std::to_string(static_cast<int>(c)) + ">");
        raw += c;
    }
    void escape(std::string_view bytes) override {
        add("esc(" + std::string(bytes.substr(1)) + ")");
        raw += bytes;
    }
    void csi(const ControlSequence &sequence, std::string_view bytes) override {
        std::string text = "csi(";
        if (sequence.prefix != 0)
            text += sequence.prefix;
        for (std::size_t i = 0; i < sequence.parameters.size(); ++i)
            text += (i == 0 ? "" : ";") + std::to_string(sequence.parameters[i]);
        add(text + sequence.intermediates + sequence.final + ")");
        raw += bytes;
    }
    void string_begin(StringKind kind, std::string_view head, std::string_view bytes) override {
        add("string" + std::to_string(static_cast<int>(kind)) + "(" + std::string(head));
        raw += bytes;
    }
    void string_more(std::string_view bytes) override {
        add(std::string(bytes));
        raw += bytes;
    }
    void string_end(std::string_view bytes) override {
        add(bytes.empty() ? ")cut" : ")");
        raw += bytes;
    }

  private:
    void add(const std::string &text) {
        all += text;
        in_text_ = false;
    }
    bool in_text_ = false;
};

struct Row {
    const char *name;
    std::string input, events;
};

const std::vector<Row> rows = {
    {"text", "héllo 日", "'héllo 日'"},
    {"controls", "a\r\n\tb\x7f", "'a'<13><10><9>'b'<127>"},
    {"colours", "\033[1;31mx\033[m", "csi(1;31m)'x'csi(m)"},
    {"private mode", "\033[?1049h", "csi(?1049h)"},
    {"missing parameters", "\033[;5H", "csi(0;5H)"},
    {"colon parameters", "\033[38:2::1:2:3m", "csi(38;2;0;1;2;3m)"},
    {"huge number", "\033[99999999999A", "csi(65535A)"},
    {"intermediates", "\033[2 q\033[!p", "csi(2 q)csi(!p)"},
    {"character set", "\033(B\0337", "esc((B)esc(7)"},
    {"a control within CSI acts at once", "\033[3\nA", "<10>csi(3A)"},
    {"CAN ends a CSI",
     "\033[3\x18"
     "A",
     "<24>'A'"},
    {"ESC begins anew", "\033[3\033[4A", "csi(4A)"},
    {"title", "\033]0;t\a", "string0(0;t)"},
    {"title with ST", "\033]2;t\033\\x", "string0(2;t)'x'"},
    {"DCS keeps BEL", "\033P1$qm\a\033\\", "string1(1$qm\a)"},
    {"APC, PM, SOS", "\033_a\033\\\033^b\033\\\033Xc\033\\", "string4(a)string3(b)string2(c)"},
    {"a string cut by a sequence", "\033]0;t\033[1mx", "string0(0;t)cutcsi(1m)'x'"},
    {"C1 in UTF-8", "\u009b1m\u009d0;t\u009c\u0085x", "csi(1m)string0(0;t)esc(\x85)'x'"},
    {"C1 cuts a string", "\033P\u009d52;c;eA==\a", "string1()cutstring0(52;c;eA==)"},
    {"C2 that begins a letter", "\u00a9\xc2", "'\u00a9'"},
    {"an empty string", "\033]\a", "string0()"},
};

} // namespace

TEST_SUITE_BEGIN("term.parser");

TEST_CASE("events, split at every offset") {
    for (const auto &row : rows) {
        CAPTURE(row.name);
        for (std::size_t cut = 0; cut <= row.input.size(); ++cut) {
            CAPTURE(cut);
            Parser parser;
            Writer writer;
            parser.feed(base::as_bytes(std::string_view(row.input).substr(0, cut)), writer);
            parser.feed(base::as_bytes(std::string_view(row.input).substr(cut)), writer);
            CHECK(writer.all == row.events);
        }
    }
}

TEST_CASE("what is whole passes byte for byte") {
    const std::string input =
        "a\033[1;31mb\033(B\033]8;;http://x\033\\link\033]8;;\a\033P+q544e\033\\"
        "\u009b2Jé\r\n\xff\x80";
    for (std::size_t chunk = 1; chunk <= input.size(); ++chunk) {
        Parser parser;
        Writer writer;
        for (std::size_t at = 0; at < input.size(); at += chunk)
            parser.feed(base::as_bytes(std::string_view(input).substr(at, chunk)), writer);
        CHECK(writer.raw == input);
    }
}

TEST_CASE("a long string streams, a long control sequence is dropped") {
    Parser parser;
    Writer writer;
    const std::string sixel(100000, '~');
    parser.feed(base::as_bytes("\033Pq" + sixel + "\033\\"), writer);
    CHECK(writer.raw == "\033Pq" + sixel + "\033\\");
    Writer other;
    parser.feed(base::as_bytes("\033[" + std::string(1000, '1') + "mx"), other);
    CHECK(other.all == "'x'");
    Writer more;
    parser.feed(base::as_bytes("\033" + std::string(1000, ' ') + "Bx"), more);
    CHECK(more.all == "'x'");
}

TEST_CASE("at most 32 parameters are told") {
    Parser parser;
    Writer writer;
    std::string many = "\033[1";
    for (int i = 0; i < 60; ++i)
        many += ";1";
    parser.feed(base::as_bytes(many + "m"), writer);
    CHECK(std::count(writer.all.begin(), writer.all.end(), ';') == 31);
}

TEST_CASE("visible text") {
    CHECK(visible_text(base::as_bytes("\033]0;t\a\033[1mls\033[0m -l\r\n\tx\x03\033P\033\\")) ==
          "ls -l\n\tx");
}

TEST_SUITE_END();
