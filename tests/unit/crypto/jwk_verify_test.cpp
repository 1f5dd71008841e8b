// SPDX-License-Identifier: Apache-2.0
// Tokens with their keys from the standards; what no standard shows (PS*, ES384) is judged by the
// integration test with a provider's own tokens.
#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/jwk.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("crypto.jwk_verify");

namespace {

struct Sample {
    const char *name;
    jwt::Algorithm algorithm;
    const char *key;
    const char *token; // header.payload.signature
};

// RFC 7515 appendix A.2, A.3, A.4; RFC 8037 appendix A.4
constexpr const char *payload_of_rfc7515 = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA"
                                           "6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const Sample samples[] = {
    {"RS256", jwt::Algorithm::RS256,
     R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
     "eyJhbGciOiJSUzI1NiJ9."
     "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
     "Q.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
     "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
     "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
     "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig"
     "cN_IoypGlUPQGe77Rw"},
    {"ES256", jwt::Algorithm::ES256,
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9."
     "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
     "Q.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
    {"ES512", jwt::Algorithm::ES512,
     R"({"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})",
     "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-"
     "mZZqwqT2SI-KGDKB34XO0aw_"
     "7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_"
     "Jn"},
    {"EdDSA", jwt::Algorithm::EdDSA,
     R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
     "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
};

struct Parts {
    jwt::Jwk key;
    std::string input;
    base::Bytes signature;
};
Parts parts_of(const Sample &sample) {
    const std::string token = sample.token;
    const std::size_t dot = token.rfind('.');
    return {jwt::parse_key_set(std::string(R"({"keys":[)") + sample.key + "]}").value().keys.at(0),
            token.substr(0, dot), base::from_base64url(token.substr(dot + 1)).value()};
}

} // namespace

TEST_CASE("the signatures of the standards verify, and only over their own bytes") {
    const crypto::JwkSignatures signatures;
    for (const Sample &sample : samples) {
        Parts parts = parts_of(sample);
        const auto verify = [&] {
            return signatures.verify(parts.key, sample.algorithm, base::as_bytes(parts.input),
                                     parts.signature);
        };
        CHECK_MESSAGE(verify(), sample.name);
        for (const std::size_t i :
             {std::size_t{0}, parts.signature.size() / 2, parts.signature.size() - 1}) {
            parts.signature[i] ^= 1;
            CHECK_MESSAGE(!verify(), sample.name);
            parts.signature[i] ^= 1;
        }
        parts.input += 'x';
        CHECK_MESSAGE(!verify(), sample.name);
    }
    CHECK(std::string_view(samples[0].token).find(payload_of_rfc7515) != std::string_view::npos);
}

TEST_CASE("a key is never used with an algorithm that it does not fit") {
    const crypto::JwkSignatures signatures;
    for (const Sample &sample : samples) {
        const Parts parts = parts_of(sample);
        for (const jwt::Algorithm other : jwt::all_algorithms())
            if (other != sample.algorithm)
                CHECK_MESSAGE(!signatures.verify(parts.key, other, base::as_bytes(parts.input),
                                                 parts.signature),
                              sample.name);
    }
}

TEST_CASE("a point that is not on the curve and an all-zero signature verify nothing") {
    const crypto::JwkSignatures signatures;
    Parts parts = parts_of(samples[1]);
    const base::Bytes zero(64, 0);
    CHECK(!signatures.verify(parts.key, jwt::Algorithm::ES256, base::as_bytes(parts.input), zero));
    parts.key.y.back() ^= 1;
    CHECK(!signatures.verify(parts.key, jwt::Algorithm::ES256, base::as_bytes(parts.input),
                             parts.signature));
    CHECK(!signatures.verify(parts.key, jwt::Algorithm::ES256, base::as_bytes(parts.input), {}));
}

TEST_CASE("an even RSA modulus verifies nothing") {
    const crypto::JwkSignatures signatures;
    Parts parts = parts_of(samples[0]);
    parts.key.n.back() ^= 1;
    CHECK(!signatures.verify(parts.key, jwt::Algorithm::RS256, base::as_bytes(parts.input),
                             parts.signature));
}

TEST_CASE("digests are those of FIPS 180-4") {
    const crypto::JwkSignatures signatures;
    CHECK(base::hex(signatures.digest(jwt::Hash::Sha256, base::as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(signatures.digest(jwt::Hash::Sha384, {}).size() == 48);
    CHECK(signatures.digest(jwt::Hash::Sha512, {}).size() == 64);
}
TEST_SUITE_END();
