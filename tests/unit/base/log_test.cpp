// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/log.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("base.log");

TEST_CASE("what would deceive a reader is made visible") {
    struct Row {
        const char *raw, *shown;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"a\x1b[31m", "a<U+001B>[31m"},
        {"a\r\nb", "a<U+000D><U+000A>b"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"x\xe2\x80\xaey", "x<U+202E>y"},       // right-to-left override
        {"x\xe2\x80\x8by", "x<U+200B>y"},       // zero-width space
        {"\xff\xc0\xaf", "<0xff><0xc0><0xaf>"}, // never UTF-8; over-long `/`
        {"\xed\xa0\x80", "<0xed><0xa0><0x80>"}, // surrogate
        {"\xe2\x82", "<0xe2><0x82>"},           // cut short
    };
    for (const Row &row : rows)
        CHECK(base::printable(row.raw) == row.shown);
}

TEST_CASE("long text is cut between characters") {
    CHECK(base::printable("abc\xc3\xa9", 4) == "abc…");
}
TEST_SUITE_END();
