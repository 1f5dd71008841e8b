// SPDX-License-Identifier: Apache-2.0
// The arithmetic is a double here: a signature is right if it repeats the token's checksum. So
// every rule but the arithmetic can be tested on any algorithm; `crypto` tests that part.
#include "sallyport/base/encoding.hpp"
#include "sallyport/jwt/verify.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using jwt::Algorithm;
using jwt::Refusal;

TEST_SUITE_BEGIN("jwt.verify");

namespace {

base::Bytes checksum(base::BytesView input, std::size_t length) {
    std::uint64_t state = 14695981039346656037U;
    for (const std::uint8_t byte : input)
        state = (state ^ byte) * 1099511628211U;
    base::Bytes out;
    for (std::size_t i = 0; i < length; ++i)
        out.push_back(static_cast<std::uint8_t>(state >> (i % 8 * 8)));
    return out;
}

class FakeSignatures final : public jwt::Signatures {
  public:
    bool verify(const jwt::Jwk &, Algorithm, base::BytesView input,
                base::BytesView signature) const override {
        ++calls;
        return base::to_bytes(signature) == checksum(input, signature.size());
    }
    base::Bytes digest(jwt::Hash, base::BytesView input) const override {
        return checksum(input, 32);
    }
    mutable int calls = 0;
};

const std::string now_text = "1800000000";
const std::string good_claims =
    R"("iss":"https://idp.example","sub":"alice","aud":"sallyport","exp":1800000300,"iat":1800000000)";

std::string token_of(const std::string &header, const std::string &claims,
                     std::size_t signature_bytes = 64) {
    const std::string input =
        base::base64url(base::as_bytes(header)) + '.' + base::base64url(base::as_bytes(claims));
    return input + '.' + base::base64url(checksum(base::as_bytes(input), signature_bytes));
}
std::string good_token(const std::string &more = "") {
    return token_of(R"({"alg":"ES256","kid":"e1"})", '{' + good_claims + more + '}');
}
// The claims with one of them replaced by other text, or left out if that is empty.
std::string claims_with(const std::string &name, const std::string &member) {
    const std::vector<std::pair<std::string, std::string>> all{
        {"iss", R"("iss":"https://idp.example")"},
        {"sub", R"("sub":"alice")"},
        {"aud", R"("aud":"sallyport")"},
        {"exp", R"("exp":1800000300)"},
        {"iat", R"("iat":1800000000)"}};
    std::string text;
    for (const auto &[key_of_row, value_of_row] : all) {
        const auto &key = key_of_row;
        const auto &value = value_of_row;

        const std::string &piece = key == name ? member : value;
        if (!piece.empty())
            text += (text.empty() ? "" : ",") + piece;
    }
    return token_of(R"({"alg":"ES256","kid":"e1"})", '{' + text + '}');
}

jwt::Jwk ec_key(const std::string &kid) {
    jwt::Jwk key;
    key.type = jwt::KeyType::Ec;
    key.curve = jwt::Curve::P256;
    key.kid = kid;
    return key;
}
jwt::Jwk rsa_key(const std::string &kid) {
    jwt::Jwk key;
    key.kid = kid;
    key.n = base::Bytes(256, 0xff);
    key.e = {1, 0, 1};
    return key;
}
jwt::KeySet good_keys() {
    return {{rsa_key("r1"), ec_key("e1")}, 0};
}
jwt::Expectations good_expectations() {
    jwt::Expectations expected;
    expected.issuer = "https://idp.example";
    expected.audience = "sallyport";
    expected.now = base::from_unix_seconds(1800000000);
    return expected;
}

std::string outcome(const std::string &token, const jwt::Expectations &expected,
                    const jwt::KeySet &keys = good_keys()) {
    const FakeSignatures signatures;
    const jwt::Verified verified = jwt::check(token, keys, expected, signatures);
    return verified.claims ? "accepted" : std::string(jwt::refusal_name(verified.refusal));
}
std::string outcome(const std::string &token) {
    return outcome(token, good_expectations());
}

} // namespace

TEST_CASE("a good token gives its claims") {
    const FakeSignatures signatures;
    const auto claims = jwt::verify(good_token(R"(,"jti":"t1","groups":["ops"])"), good_keys(),
                                    good_expectations(), signatures)
                            .value();
    CHECK(claims.issuer == "https://idp.example");
    CHECK(claims.subject == "alice");
    CHECK(claims.audience == std::vector<std::string>{"sallyport"});
    CHECK(base::unix_seconds(claims.expires) == 1800000300);
    CHECK(claims.token_id == "t1");
    CHECK(claims.kid == "e1");
    CHECK(claims.algorithm == Algorithm::ES256);
    CHECK(*claims.all.find("groups")->array()->at(0).text() == "ops");
}

TEST_CASE("form: three parts of strict base64url, at most 64 KiB") {
    const std::string good = good_token();
    CHECK(outcome(good) == "accepted");
    CHECK(outcome("") == "not-three-parts");
    CHECK(outcome("..") == "not-three-parts");
    CHECK(outcome(good + '.') == "not-three-parts");
    CHECK(outcome(good.substr(0, good.rfind('.') + 1)) == "not-three-parts");
    CHECK(outcome('.' + good) == "not-three-parts");
    CHECK(outcome(good + '=') == "bad-base64");
    CHECK(outcome(good + '\n') == "bad-base64");
    CHECK(outcome(' ' + good) == "bad-base64");
    CHECK(outcome(std::string(jwt::max_token_bytes + 1, 'a')) == "too-long");
    // 64 bytes end in 4 unused bits; the same bytes with another last character are refused
    std::string tail = good;
    tail.back() = static_cast<char>(tail.back() + 1);
    CHECK(outcome(tail) == "bad-base64");
}

TEST_CASE("no truncated and no altered token passes") {
    const std::string good = good_token();
    for (std::size_t i = 0; i < good.size(); ++i) {
        CHECK_MESSAGE(outcome(good.substr(0, i)) != "accepted", i);
        std::string other = good;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        CHECK_MESSAGE(outcome(other) != "accepted", i);
    }
}

TEST_CASE("header: what is malformed, critical or of another type is refused") {
    const std::string claims = '{' + good_claims + '}';
    const std::pair<const char *, const char *> table[] = {
        {R"({"alg":"ES256","kid":"e1","typ":"JWT"})", "accepted"},
        {R"({"alg":"ES256","kid":"e1","typ":"jwt"})", "accepted"},
        {R"({"alg":"ES256","kid":"e1","jku":"https://evil"})", "accepted"}, // never followed
        {R"({"alg":"ES256","kid":"e1","typ":"at+jwt"})", "wrong-type"},
        {R"({"alg":"ES256","kid":"e1","typ":"logout+jwt"})", "wrong-type"},
        {R"({"alg":"ES256","kid":"e1","typ":"JWTX"})", "wrong-type"},
        {R"({"alg":"ES256","kid":"e1","typ":null})", "wrong-type"},
        {R"({"alg":"ES256","kid":"e1","crit":["exp"]})", "critical-header"},
        {R"({"alg":"ES256","kid":"e1","crit":[]})", "critical-header"},
        {R"({"alg":"ES256","kid":"e1","kid":"e1"})", "bad-header"},
        {R"({"alg":"ES256","alg":"RS256","kid":"e1"})", "bad-header"},
        {R"(["alg","ES256"])", "bad-header"},
        {R"({"alg":"ES256","kid":"e1"}x)", "bad-header"},
        {R"({"kid":"e1"})", "algorithm-missing"},
        {R"({"alg":7,"kid":"e1"})", "algorithm-missing"},
        {R"({"alg":"none","kid":"e1"})", "algorithm-not-allowed"},
        {R"({"alg":"HS256","kid":"e1"})", "algorithm-not-allowed"},
        {R"({"alg":"HS256","kid":"r1"})", "algorithm-not-allowed"},
        {R"({"alg":"es256","kid":"e1"})", "algorithm-not-allowed"},
        {R"({"alg":"ES256K","kid":"e1"})", "algorithm-not-allowed"},
        {R"({"alg":"ES256","kid":""})", "bad-key-id"},
        {R"({"alg":"ES256","kid":["e1"]})", "bad-key-id"},
        {R"({"alg":"ES256","kid":"e2"})", "unknown-key"},
        {R"({"alg":"ES256","kid":"r1"})", "key-does-not-fit"},
        {R"({"alg":"RS256","kid":"e1"})", "key-does-not-fit"},
        {R"({"alg":"ES384","kid":"e1"})", "key-does-not-fit"},
    };
    for (const auto &[header_of_row, expected_of_row] : table) {
        const auto &header = header_of_row;
        const auto &expected = expected_of_row;
        CHECK_MESSAGE(outcome(token_of(header, claims)) == expected, header);
    }
    CHECK(outcome("bm9uZQ." + base::base64url(base::as_bytes(claims)) + ".QQ") == "bad-header");
}

TEST_CASE("only the algorithms of the issuer's configuration are allowed") {
    auto expected = good_expectations();
    expected.algorithms = {Algorithm::RS256};
    CHECK(outcome(good_token(), expected) == "algorithm-not-allowed");
    expected.algorithms = {};
    CHECK(outcome(good_token(), expected) == "algorithm-not-allowed");
}

TEST_CASE("without a key id the keys that fit are tried, at most 16") {
    const std::string token = token_of(R"({"alg":"ES256"})", '{' + good_claims + '}');
    CHECK(outcome(token, good_expectations()) == "accepted");
    CHECK(outcome(token, good_expectations(), {{rsa_key("r1")}, 0}) == "unknown-key");
    jwt::KeySet many;
    for (int i = 0; i < 40; ++i)
        many.keys.push_back(ec_key("k" + std::to_string(i)));
    const FakeSignatures signatures;
    std::string forged = token;
    forged[forged.rfind('.') + 1] = forged[forged.rfind('.') + 1] == 'A' ? 'B' : 'A';
    CHECK(!jwt::check(forged, many, good_expectations(), signatures).claims);
    CHECK(signatures.calls == 16);
}

TEST_CASE("a signature must have the exact length of its algorithm") {
    const std::string header = R"({"alg":"ES256","kid":"e1"})";
    for (const std::size_t length : {1U, 63U, 65U, 70U, 128U})
        CHECK_MESSAGE(outcome(token_of(header, '{' + good_claims + '}', length)) == "bad-signature",
                      length);
    const std::string rsa = R"({"alg":"PS256","kid":"r1"})";
    CHECK(outcome(token_of(rsa, '{' + good_claims + '}', 256)) == "accepted");
    CHECK(outcome(token_of(rsa, '{' + good_claims + '}', 255)) == "bad-signature");
}

TEST_CASE("issuer and subject are exact") {
    CHECK(outcome(claims_with("iss", R"("iss":"https://idp.example/")")) == "wrong-issuer");
    CHECK(outcome(claims_with("iss", R"("iss":"https://IDP.example")")) == "wrong-issuer");
    CHECK(outcome(claims_with("iss", "")) == "wrong-issuer");
    CHECK(outcome(claims_with("iss", R"("iss":["https://idp.example"])")) == "wrong-issuer");
    CHECK(outcome(claims_with("sub", "")) == "bad-subject");
    CHECK(outcome(claims_with("sub", R"("sub":"")")) == "bad-subject");
    CHECK(outcome(claims_with("sub", R"("sub":17)")) == "bad-subject");
    CHECK(outcome(claims_with("sub", R"("sub":"a\u0000b")")) == "bad-subject");
    CHECK(outcome(claims_with("sub", R"("sub":"al\u0456ce")")) == "bad-subject");
    CHECK(outcome(claims_with("sub", R"("sub":")" + std::string(255, 'a') + '"')) == "accepted");
    CHECK(outcome(claims_with("sub", R"("sub":")" + std::string(256, 'a') + '"')) == "bad-subject");
    auto expected = good_expectations();
    expected.issuer.clear();
    CHECK(outcome(claims_with("iss", R"("iss":"")"), expected) == "wrong-issuer");
}

TEST_CASE("audience and authorized party") {
    const std::pair<const char *, const char *> table[] = {
        {R"("aud":["sallyport"])", "accepted"},
        {R"("aud":"sallyport","azp":"sallyport")", "accepted"},
        {R"("aud":"other-app")", "wrong-audience"},
        {R"("aud":"")", "wrong-audience"},
        {R"("aud":[])", "wrong-audience"},
        {R"("aud":[["sallyport"]])", "wrong-audience"},
        {R"("aud":["sallyport",1])", "wrong-audience"},
        {R"("aud":"sallyport ")", "wrong-audience"},
        {R"("aud":["sallyport","other-app"],"azp":"sallyport")", "untrusted-audience"},
        {R"("aud":["sallyport","api"],"azp":"sallyport")", "accepted"},
        {R"("aud":["sallyport","api"])", "party-missing"},
        {R"("aud":["sallyport","sallyport"])", "party-missing"},
        {R"("aud":["sallyport","api"],"azp":"api")", "foreign-party"},
        {R"("aud":"sallyport","azp":"api")", "foreign-party"},
        {R"("aud":"sallyport","azp":["sallyport"])", "foreign-party"},
    };
    auto expected = good_expectations();
    expected.trusted_audiences = {"api"};
    for (const auto &[member_of_row, wanted_of_row] : table) {
        const auto &member = member_of_row;
        const auto &wanted = wanted_of_row;
        CHECK_MESSAGE(outcome(claims_with("aud", member), expected) == wanted, member);
    }
    CHECK(outcome(claims_with("aud", ""), expected) == "wrong-audience");
    expected.authorized_party = false;
    CHECK(outcome(claims_with("aud", R"("aud":"sallyport","azp":"api")"), expected) == "accepted");
    expected.audience.clear();
    CHECK(outcome(claims_with("aud", R"("aud":"")"), expected) == "wrong-audience");
}

TEST_CASE("times: required, with a skew of 60 s, and fresh") {
    const std::pair<const char *, const char *> expiry[] = {
        {R"("exp":1799999941)", "accepted"},
        {R"("exp":1799999940)", "expired"},
        {R"("exp":0)", "expired"},
        {R"("exp":"1800000300")", "time-missing"},
        {R"("exp":-1)", "time-missing"},
        {R"("exp":1e300)", "time-missing"},
        {R"("exp":9223372036854775807)", "time-missing"},
        {R"("exp":1800000300.7)", "accepted"},
        {R"("exp":null)", "time-missing"},
    };
    for (const auto &[member_of_row, wanted_of_row] : expiry) {
        const auto &member = member_of_row;
        const auto &wanted = wanted_of_row;
        CHECK_MESSAGE(outcome(claims_with("exp", member)) == wanted, member);
    }
    const std::pair<const char *, const char *> issued[] = {
        {R"("iat":1800000060)", "accepted"}, {R"("iat":1800000061)", "issued-in-future"},
        {R"("iat":1799999340)", "accepted"}, {R"("iat":1799999339)", "too-old"},
        {R"("iat":0)", "too-old"},           {R"("iat":true)", "time-missing"},
    };
    for (const auto &[member_of_row, wanted_of_row] : issued) {
        const auto &member = member_of_row;
        const auto &wanted = wanted_of_row;
        CHECK_MESSAGE(outcome(claims_with("iat", member)) == wanted, member);
    }
    CHECK(outcome(claims_with("exp", "")) == "time-missing");
    CHECK(outcome(claims_with("iat", "")) == "time-missing");
    CHECK(outcome(good_token(R"(,"nbf":1800000060)")) == "accepted");
    CHECK(outcome(good_token(R"(,"nbf":1800000061)")) == "not-yet-valid");
    CHECK(outcome(good_token(R"(,"nbf":"soon")")) == "time-missing");
    CHECK(outcome(good_token(R"(,"auth_time":"x")")) == "time-missing");
}

TEST_CASE("a recent authentication is demanded only where it is configured") {
    auto expected = good_expectations();
    CHECK(outcome(good_token(R"(,"auth_time":5)"), expected) == "accepted");
    expected.max_auth_age = std::chrono::seconds(300);
    CHECK(outcome(good_token(R"(,"auth_time":1799999700)"), expected) == "accepted");
    CHECK(outcome(good_token(R"(,"auth_time":1799999639)"), expected) == "authentication-too-old");
    CHECK(outcome(good_token(R"(,"auth_time":1800000061)"), expected) == "authentication-too-old");
    CHECK(outcome(good_token(), expected) == "authentication-too-old");
}

TEST_CASE("nonce: equal where present, required in the code flow") {
    auto expected = good_expectations();
    CHECK(outcome(good_token(R"(,"nonce":"n")"), expected) == "wrong-nonce");
    CHECK(outcome(good_token(R"(,"nonce":"")"), expected) == "wrong-nonce");
    expected.nonce = "n";
    CHECK(outcome(good_token(R"(,"nonce":"n")"), expected) == "accepted");
    CHECK(outcome(good_token(R"(,"nonce":"m")"), expected) == "wrong-nonce");
    CHECK(outcome(good_token(R"(,"nonce":["n"])"), expected) == "wrong-nonce");
    CHECK(outcome(good_token(), expected) == "accepted");
    expected.nonce_rule = jwt::Nonce::Required;
    CHECK(outcome(good_token(), expected) == "nonce-missing");
    CHECK(outcome(good_token(R"(,"nonce":"n")"), expected) == "accepted");
}

TEST_CASE("at_hash is checked when the access token is used") {
    base::Bytes half = checksum(base::as_bytes("access"), 32);
    half.resize(16);
    const std::string right = R"(,"at_hash":")" + base::base64url(half) + '"';
    auto expected = good_expectations();
    CHECK(outcome(good_token(R"(,"at_hash":"x")"), expected) == "accepted");
    expected.access_token = "access";
    CHECK(outcome(good_token(right), expected) == "accepted");
    CHECK(outcome(good_token(), expected) == "accepted");
    CHECK(outcome(good_token(R"(,"at_hash":"x")"), expected) == "wrong-access-token");
    expected.access_token = "another";
    CHECK(outcome(good_token(right), expected) == "wrong-access-token");
}

TEST_CASE("context and methods of the authentication") {
    auto expected = good_expectations();
    expected.acr = {"mfa"};
    CHECK(outcome(good_token(R"(,"acr":"mfa")"), expected) == "accepted");
    CHECK(outcome(good_token(R"(,"acr":"pwd")"), expected) == "wrong-context");
    CHECK(outcome(good_token(), expected) == "wrong-context");
    expected.acr.clear();
    expected.amr = {"otp", "hwk"};
    CHECK(outcome(good_token(R"(,"amr":["pwd","otp"])"), expected) == "accepted");
    CHECK(outcome(good_token(R"(,"amr":["pwd"])"), expected) == "wrong-method");
    CHECK(outcome(good_token(R"(,"amr":"otp")"), expected) == "wrong-method");
    CHECK(outcome(good_token(), expected) == "wrong-method");
}

TEST_CASE("malformed claims are refused after the signature") {
    const std::string header = R"({"alg":"ES256","kid":"e1"})";
    const std::string bad[] = {"{" + good_claims + R"(,"sub":"bob"})",
                               "[]",
                               "\"x\"",
                               "not json",
                               "{" + good_claims + R"(,"jti":5})",
                               "{" + good_claims + R"(,"jti":""})",
                               "{" + good_claims + ",\"x\":" + std::string(17, '[') +
                                   std::string(17, ']') + "}"};
    for (const std::string &claims : bad)
        CHECK_MESSAGE(outcome(token_of(header, claims)) == "bad-claims", claims);
}

TEST_CASE("the key id and the signed part of a token can be read before it is verified") {
    const std::string token = good_token();
    CHECK(jwt::named_key_id(token) == "e1");
    CHECK(jwt::named_key_id(token_of(R"({"alg":"ES256"})", "{}")).empty());
    CHECK(jwt::named_key_id("x.y").empty());
    CHECK(jwt::signed_part("a.b.c") == "a.b");
    CHECK(jwt::signed_part("abc") == "abc");
}

TEST_CASE("only an unknown key asks for a fresh key set") {
    CHECK(jwt::refused(Refusal::UnknownKey).code == base::ErrorCode::NotFound);
    for (int i = 0; i <= static_cast<int>(Refusal::WrongMethod); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        CHECK(!jwt::refused(refusal).message.empty());
        if (refusal != Refusal::UnknownKey)
            CHECK(jwt::refused(refusal).code != base::ErrorCode::NotFound);
    }
}
TEST_SUITE_END();
