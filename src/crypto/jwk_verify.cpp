// SPDX-License-Identifier: Apache-2.0
#include "openssl.hpp"

#include "sallyport/crypto/jwk.hpp"

#include <array>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

namespace sallyport::crypto {
namespace {

KeyHandle key_from(const char *type, OSSL_PARAM *params) {
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY *key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return nullptr;
    return KeyHandle(key);
}

KeyHandle rsa_key(const jwt::Jwk &jwk) {
    const Number n = number_of(jwk.n);
    const Number e = number_of(jwk.e);
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (!n || !e || !build ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    const Params params(OSSL_PARAM_BLD_to_param(build.get()));
    return params ? key_from("RSA", params.get()) : nullptr;
}

const char *group_of(jwt::Curve curve) {
    switch (curve) {
    case jwt::Curve::P256:
        return "P-256";
    case jwt::Curve::P384:
        return "P-384";
    case jwt::Curve::P521:
        return "P-521";
    case jwt::Curve::None:
    case jwt::Curve::Ed25519:
        return nullptr;
    }
    return nullptr;
}

KeyHandle ec_key(const jwt::Jwk &jwk) {
    const char *group = group_of(jwk.curve);
    base::Bytes point{4}; // uncompressed, SEC 1 section 2.3.3
    base::append(point, jwk.x);
    base::append(point, jwk.y);
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (!group || !build ||
        OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        return nullptr;
    const Params params(OSSL_PARAM_BLD_to_param(build.get()));
    return params ? key_from("EC", params.get()) : nullptr;
}

KeyHandle public_key(const jwt::Jwk &jwk) {
    switch (jwk.type) {
    case jwt::KeyType::Rsa:
        return rsa_key(jwk);
    case jwt::KeyType::Ec:
        return ec_key(jwk);
    case jwt::KeyType::Okp:
        return KeyHandle(
            EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, jwk.x.data(), jwk.x.size()));
    }
    return nullptr;
}

bool is_sound(EVP_PKEY *key) {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_public_check(context.get()) == 1;
}

// JWS has r and s one after the other (RFC 7518 section 3.4), the library wants DER.
base::Bytes to_der(base::BytesView raw) {
    const std::size_t half = raw.size() / 2;
    Number r = number_of(raw.first(half));
    Number s = number_of(raw.subspan(half));
    const EcSignature signature(ECDSA_SIG_new());
    if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        return {};
    static_cast<void>(r.release()); // owned by `signature` now
    static_cast<void>(s.release());
    const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (length <= 0)
        return {};
    base::Bytes der(static_cast<std::size_t>(length));
    unsigned char *end = der.data();
    return i2d_ECDSA_SIG(signature.get(), &end) == length ? der : base::Bytes{};
}

const EVP_MD *hash_of(jwt::Hash hash) {
    switch (hash) {
    case jwt::Hash::Sha256:
        return EVP_sha256();
    case jwt::Hash::Sha384:
        return EVP_sha384();
    case jwt::Hash::Sha512:
        return EVP_sha512();
    }
    return nullptr;
}

bool set_padding(EVP_PKEY_CTX *context, const jwt::AlgorithmFacts &facts) {
    switch (facts.scheme) {
    case jwt::Scheme::Pkcs1:
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    case jwt::Scheme::Pss: // RFC 7518 section 3.5: the salt is as long as the hash
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash_of(facts.hash)) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    case jwt::Scheme::Ecdsa:
    case jwt::Scheme::Eddsa:
        return true;
    }
    return false;
}

} // namespace

bool JwkSignatures::verify(const jwt::Jwk &jwk, jwt::Algorithm algorithm, base::BytesView input,
                           base::BytesView signature) const {
    const LibraryCall queue;
    const jwt::AlgorithmFacts &facts = jwt::facts_of(algorithm);
    if (!jwt::fits(jwk, algorithm))
        return false;
    const KeyHandle key = public_key(jwk);
    if (!key || !is_sound(key.get()))
        return false;
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX *key_context = nullptr; // belongs to `context`
    const EVP_MD *hash = facts.scheme == jwt::Scheme::Eddsa ? nullptr : hash_of(facts.hash);
    if (!context ||
        EVP_DigestVerifyInit(context.get(), &key_context, hash, nullptr, key.get()) != 1 ||
        !set_padding(key_context, facts))
        return false;
    base::Bytes der;
    if (facts.scheme == jwt::Scheme::Ecdsa) {
        if (signature.size() != facts.signature_bytes)
            return false;
        der = to_der(signature);
        signature = der;
    }
    return !signature.empty() && EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                                  input.data(), input.size()) == 1;
}

base::Bytes JwkSignatures::digest(jwt::Hash hash, base::BytesView input) const {
    const LibraryCall queue;
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    if (EVP_Digest(input.data(), input.size(), bytes.data(), &length, hash_of(hash), nullptr) != 1)
        return {};
    return {bytes.begin(), bytes.begin() + length};
}

} // namespace sallyport::crypto
