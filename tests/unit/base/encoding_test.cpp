// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("base.encoding");

TEST_CASE("RFC 4648 section 10 vectors encode and decode") {
    const std::pair<const char *, const char *> vectors[] = {{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}};
    for (const auto &[plain, encoded] : vectors) {
        CHECK(base::base64(base::as_bytes(plain)) == encoded);
        CHECK(base::to_text(base::from_base64(encoded).value()) == plain);
    }
}

TEST_CASE("base64 that is not the one text of its bytes is refused") {
    for (const char *text :
         {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z===", "Zg=a", "Zm9v====", "A"})
        CHECK_MESSAGE(!base::from_base64(text).ok(), text);
    for (const char *text : {"Zg==", "Zh", "A", "+/", "Zm9v!"})
        CHECK_MESSAGE(!base::from_base64url(text).ok(), text);
}

TEST_CASE("hex is lower case and even") {
    CHECK(base::hex(base::Bytes{0x00, 0xab, 0xff}) == "00abff");
    CHECK(base::from_hex("00abff").value() == base::Bytes{0x00, 0xab, 0xff});
    CHECK(!base::from_hex("0").ok());
    CHECK(!base::from_hex("AB").ok());
}

TEST_CASE("crockford is big endian and has no letters that are mistaken") {
    CHECK(base::crockford(base::Bytes{0xff}) == "7Z");
    CHECK(base::crockford(base::Bytes{0x00, 0x01}) == "0001");
    CHECK(base::crockford(base::Bytes(16, 0xff)) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}
TEST_SUITE_END();
