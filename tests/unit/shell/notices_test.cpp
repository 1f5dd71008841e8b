// SPDX-License-Identifier: Apache-2.0
#include "notices.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.notices");

namespace {

std::string noticed(std::string_view text) {
    std::string names;
    for (const model::Notice notice : find_notices(text)) {
        names += names.empty() ? "" : " ";
        names += model::notice_name(notice);
    }
    return names;
}

} // namespace

TEST_CASE("plain text in any one script needs no notice") {
    for (const std::string_view text : {"ls -la\n\tx", "rm /\xe2\x98\x83",
                                        "echo \xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
                                        "gr\xc3\xbc\xc3\x9f", "echo caf\xc3\xa9 \xd0\xb0\xd0\xb1"})
        CHECK_EQ(noticed(text), "");
}

TEST_CASE("each deceptive kind of byte is named") {
    using namespace std::string_view_literals;
    const auto name = [](model::Notice notice) { return std::string(model::notice_name(notice)); };
    CHECK_EQ(noticed("a\xe2\x80\xae"), name(model::Notice::Bidi));
    CHECK_EQ(noticed("a\xe2\x80\x8b"), name(model::Notice::Bidi));
    CHECK_EQ(noticed("\xef\xbb\xbf"
                     "a"),
             name(model::Notice::Bidi));
    CHECK_EQ(noticed("a\x1b[D"), name(model::Notice::Control));
    CHECK_EQ(noticed("a\x7f"), name(model::Notice::Control));
    CHECK_EQ(noticed("a\xc2\x85"), name(model::Notice::Control));
    CHECK_EQ(noticed("a\r"), name(model::Notice::CarriageReturn));
    CHECK_EQ(noticed("a\0b"sv), name(model::Notice::Nul));
    CHECK_EQ(noticed("\xd1\x80m"), name(model::Notice::MixedScript)); // Cyrillic er, Latin m
    CHECK_EQ(noticed("a\xff"), name(model::Notice::InvalidUtf8));
}

TEST_CASE("overlong forms, surrogates and cut sequences are invalid UTF-8") {
    for (const std::string_view text :
         {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x80",
          "\xf0\x8f\xbf\xbf", "\x80", "\xf4\x90\x80\x80"})
        CHECK_EQ(noticed(text), model::notice_name(model::Notice::InvalidUtf8));
}

TEST_SUITE_END();
