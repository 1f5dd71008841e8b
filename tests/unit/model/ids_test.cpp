// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/ids.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("model.ids");

TEST_CASE("a ULID carries its time first and reads back to its bytes") {
    const base::Bytes random{0, 1, 2, 3, 4, 5, 6, 7, 8, 0xff};
    const std::string id = model::make_ulid(base::from_unix_seconds(1469918176), random);
    CHECK(id.size() == 26);
    CHECK(id.substr(0, 10) == "01ARYZ6RR0"); // 1469918176000 ms
    const base::Bytes bytes = model::ulid_bytes(id).value();
    CHECK(base::Bytes(bytes.begin() + 6, bytes.end()) == random);
    CHECK(bytes[0] == 0x01);
    CHECK(bytes[1] == 0x56);
}

TEST_CASE("what is no ULID is refused") {
    for (const char *text : {"", "01ARYZ6RR0000102030405060708F", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                             "01aryz6rr0000000000000000f", "01ARYZ6RR0I000000000000000"})
        CHECK_MESSAGE(!model::ulid_bytes(text).ok(), text);
}

TEST_CASE("a request id is read as people type it") {
    CHECK(model::parse_request_id("7f3k2q").value().text == "7F3K2Q");
    CHECK(model::parse_request_id("OIL000").value().text == "011000");
    for (const char *text : {"", "7F3K2", "7F3K2QQ", "7F3K2U", "7F3-2Q", "7F3K2\n"})
        CHECK_MESSAGE(!model::parse_request_id(text).ok(), text);
    CHECK(model::make_request_text(base::Bytes{0xff, 0xff, 0xff, 0xff}) == "ZZZZZZ");
}
TEST_SUITE_END();
