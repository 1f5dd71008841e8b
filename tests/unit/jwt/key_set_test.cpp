// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"
#include "sallyport/jwt/key_set.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("jwt.key_set");

namespace {
std::string number(std::size_t bytes, std::uint8_t first = 0xff) {
    base::Bytes value(bytes, 0xab);
    if (bytes > 0)
        value.front() = first;
    return base::base64url(value);
}
std::string rsa(const std::string &n, const std::string &e = "AQAB", const std::string &more = "") {
    return R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + '"' + more + '}';
}
std::string set_of(const std::string &keys) {
    return R"({"keys":[)" + keys + "]}";
}
const std::string good_rsa = rsa(number(256), "AQAB", R"(,"kid":"r1","alg":"RS256","use":"sig")");
const std::string good_ec = R"({"kty":"EC","crv":"P-256","kid":"e1","x":")" + number(32) +
                            R"(","y":")" + number(32) + "\"}";
const std::string good_okp =
    R"({"kty":"OKP","crv":"Ed25519","alg":"Ed25519","x":")" + number(32) + "\"}";
} // namespace

TEST_CASE("the table has each algorithm at its place and two names for Ed25519") {
    for (const jwt::Algorithm algorithm : jwt::all_algorithms())
        CHECK(jwt::find_algorithm(jwt::facts_of(algorithm).name) == algorithm);
    CHECK(jwt::find_algorithm("Ed25519") == jwt::Algorithm::EdDSA);
    for (const char *name : {"none", "None", "", "HS256", "HS512", "ES256K", "RSA1_5", "rs256",
                             "RS256 ", "Ed448", "PS1"})
        CHECK_MESSAGE(!jwt::find_algorithm(name), name);
}

TEST_CASE("keys of the three types are read") {
    const auto set = jwt::parse_key_set(set_of(good_rsa + ',' + good_ec + ',' + good_okp)).value();
    REQUIRE(set.keys.size() == 3);
    CHECK(set.left_out == 0);
    CHECK(set.keys[0].kid == "r1");
    CHECK(set.keys[0].algorithm == jwt::Algorithm::RS256);
    CHECK(jwt::fits(set.keys[0], jwt::Algorithm::RS256));
    CHECK(!jwt::fits(set.keys[0], jwt::Algorithm::PS256)); // its `alg` is another
    CHECK(jwt::fits(set.keys[1], jwt::Algorithm::ES256));
    CHECK(!jwt::fits(set.keys[1], jwt::Algorithm::ES384));
    CHECK(!jwt::fits(set.keys[1], jwt::Algorithm::RS256));
    CHECK(jwt::fits(set.keys[2], jwt::Algorithm::EdDSA));
    CHECK(set.keys[2].kid.empty());
}

TEST_CASE("the sign byte of an ASN.1 integer does not make another key") {
    const auto plain = jwt::parse_key_set(set_of(rsa(number(256)))).value();
    base::Bytes padded{0};
    base::append(padded, plain.keys[0].n);
    const auto other = jwt::parse_key_set(set_of(rsa(base::base64url(padded)))).value();
    CHECK(other.keys == plain.keys);
}

TEST_CASE("a key that must not verify a token is left out and the others stay") {
    const std::string bad[] = {
        R"({"kty":"oct","k":"AAAA"})",
        R"({"kty":"RSA"})",
        R"({"n":"AQAB"})",
        "17",
        "null",
        rsa(number(255)),            // 2040 bits
        rsa(number(256, 0x7f)),      // 2047 bits
        rsa(number(1025, 0x01)),     // 8193 bits
        rsa(number(256), "AQ"),      // exponent 1
        rsa(number(256), "Ag"),      // exponent 2
        rsa(number(256), "AAAA"),    // exponent 0
        rsa(number(256), number(9)), // exponent of 72 bits
        rsa(number(256) + "="),      // padded base64url
        rsa(number(256), "AQAB", R"(,"use":"enc")"),
        rsa(number(256), "AQAB", R"(,"use":1)"),
        rsa(number(256), "AQAB", R"(,"key_ops":["sign"])"),
        rsa(number(256), "AQAB", R"(,"key_ops":"verify")"),
        rsa(number(256), "AQAB", R"(,"alg":"HS256")"),
        rsa(number(256), "AQAB", R"(,"alg":"ES256")"),
        rsa(number(256), "AQAB", R"(,"alg":null)"),
        rsa(number(256), "AQAB", R"(,"kid":7)"),
        rsa(number(256), "AQAB", R"(,"kid":")" + std::string(257, 'k') + '"'),
        rsa(number(256), "AQAB", R"(,"d":"AQAB")"), // a published private key
        R"({"kty":"EC","crv":"secp256k1","x":")" + number(32) + R"(","y":")" + number(32) + "\"}",
        R"({"kty":"EC","crv":"P-256","x":")" + number(31) + R"(","y":")" + number(32) + "\"}",
        R"({"kty":"EC","crv":"P-256","x":")" + number(32) + "\"}",
        R"({"kty":"OKP","crv":"X25519","x":")" + number(32) + "\"}",
        R"({"kty":"OKP","crv":"Ed448","x":")" + number(57) + "\"}",
        R"({"kty":"OKP","crv":"Ed25519","x":")" + number(33) + "\"}",
    };
    for (const std::string &key : bad) {
        const auto set = jwt::parse_key_set(set_of(key + ',' + good_ec));
        REQUIRE_MESSAGE(set.ok(), key);
        CHECK_MESSAGE(set->keys.size() == 1, key);
        CHECK_MESSAGE(set->left_out == 1, key);
    }
}

TEST_CASE("a document without a usable key is refused") {
    for (const std::string &text :
         {std::string("{}"), std::string("[]"), std::string(R"({"keys":{}})"), set_of(""),
          set_of(R"({"kty":"oct","k":"AAAA"})"), std::string("<html>")})
        CHECK_MESSAGE(!jwt::parse_key_set(text).ok(), text);
    std::string many = good_ec;
    for (std::size_t i = 0; i < jwt::max_keys; ++i)
        many += ',' + good_ec;
    CHECK(jwt::parse_key_set(set_of(many)).error().code == base::ErrorCode::TooLarge);
    CHECK(jwt::parse_key_set(std::string(jwt::max_key_set_bytes + 1, ' ')).error().code ==
          base::ErrorCode::TooLarge);
}

TEST_CASE("an added key is noticed even under a known key id") {
    const auto before = jwt::parse_key_set(set_of(good_rsa)).value();
    const auto after = jwt::parse_key_set(set_of(good_rsa + ',' +
                                                 rsa(number(256, 0xfe), "AQAB", R"(,"kid":"r1")")))
                           .value();
    CHECK(jwt::added_keys(before, after).size() == 1);
    CHECK(jwt::added_keys(after, before).empty());
}

TEST_CASE("thumbprint text has the required members in order (RFC 7638 section 3.1)") {
    const auto set = jwt::parse_key_set(set_of(good_rsa + ',' + good_ec + ',' + good_okp)).value();
    CHECK(jwt::thumbprint_text(set.keys[0]) ==
          R"({"e":"AQAB","kty":"RSA","n":")" + number(256) + "\"}");
    CHECK(jwt::thumbprint_text(set.keys[1]) ==
          R"({"crv":"P-256","kty":"EC","x":")" + number(32) + R"(","y":")" + number(32) + "\"}");
    CHECK(jwt::thumbprint_text(set.keys[2]) ==
          R"({"crv":"Ed25519","kty":"OKP","x":")" + number(32) + "\"}");
}
TEST_SUITE_END();
