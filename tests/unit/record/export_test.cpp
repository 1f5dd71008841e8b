// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/record/export.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.export");

namespace {
base::Result<std::string> exported(base::BytesView file, ExportOptions options) {
    std::string all;
    SALLYPORT_CHECK(export_record(file, options, [&](std::string_view piece) {
        all += piece;
        return base::success();
    }));
    return all;
}
} // namespace

TEST_CASE("a command is what lies between its marker and the next") {
    TestRecord record;
    TestRecord::fill(record);
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(30)).ok());
    const base::BytesView file = record.sink.file;
    CHECK(exported(file, {ExportForm::Text, {}}).value() == "a\nb\nuid=0\n");
    CHECK(exported(file, {ExportForm::Text, 1}).value() == "a\nb\n");
    CHECK(exported(file, {ExportForm::Text, 2}).value() == "uid=0\n");
    CHECK(exported(file, {ExportForm::Asciicast, 1}).value() ==
          header_line(test_header()) +
              "[0.000000, \"m\", \"ls\"]\n[0.001000, \"o\", \"a\\r\\nb\\r\\n\"]\n");
    CHECK(exported(file, {ExportForm::Text, 3}).error().code == base::ErrorCode::NotFound);
}

TEST_CASE("text leaves out escape sequences, however the output was cut") {
    const std::string text = "a\x1b[1;31mred\x1b[0m \x1b]0;title\x07"
                             "b\x1b]8;;x\x1b\\c\x1b(B"
                             "\x1bP1;2q..\x1b\\d\r\n\x07\x7f\te\x1b";
    for (std::size_t split = 0; split <= text.size(); ++split) {
        TextFilter filter;
        std::string shown = filter.feed(std::string_view(text).substr(0, split));
        shown += filter.feed(std::string_view(text).substr(split));
        CHECK(shown == "ared bcd\n\te");
    }
}
TEST_SUITE_END();
