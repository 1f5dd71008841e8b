// SPDX-License-Identifier: Apache-2.0
#include "public_handle.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/wire/ssh.hpp"

#include <openssl/core_names.h>
#include <openssl/x509.h>

namespace sallyport::crypto {
namespace {

constexpr std::size_t ed25519_signature_bytes = 64;

KeyHandle from_params(const char *type, const ParamBuild &build) {
    const Params params(OSSL_PARAM_BLD_to_param(build.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY *key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        return nullptr;
    return KeyHandle(key);
}

KeyHandle ec_handle(const cert::PublicKey &key) {
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (!build ||
        OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                        group_name(key.type), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(),
                                         key.point.size()) != 1)
        return nullptr;
    KeyHandle handle = from_params("EC", build);
    const KeyContext check(handle ? EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr)
                                  : nullptr);
    // RFC 5656 section 3.1: the point must be validated.
    if (!check || EVP_PKEY_public_check(check.get()) != 1)
        return nullptr;
    return handle;
}

KeyHandle rsa_handle(const cert::PublicKey &key) {
    const Number n = number_of(key.modulus), e = number_of(key.exponent);
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (!n || !e || !build ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return from_params("RSA", build);
}

bool verify_with(EVP_PKEY *key, const EVP_MD *hash, base::BytesView data,
                 base::BytesView signature) {
    const DigestContext context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(),
                            data.size()) == 1;
}

// RFC 5656 section 3.1.2 has mpint r and mpint s, the library wants DER.
base::Bytes ecdsa_der(base::BytesView blob) {
    wire::Reader reader(blob);
    const base::BytesView r_bytes = reader.string(), s_bytes = reader.string();
    const auto negative = [](base::BytesView mpint) {
        return mpint.empty() || mpint.size() > 67 || (mpint[0] & 0x80) != 0;
    };
    if (!reader.done() || negative(r_bytes) || negative(s_bytes))
        return {};
    Number r = number_of(r_bytes), s = number_of(s_bytes);
    const EcSignature signature(ECDSA_SIG_new());
    if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        return {};
    static_cast<void>(r.release()); // owned by `signature` now
    static_cast<void>(s.release());
    const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (size <= 0)
        return {};
    base::Bytes der(static_cast<std::size_t>(size));
    unsigned char *end = der.data();
    return i2d_ECDSA_SIG(signature.get(), &end) == size ? der : base::Bytes{};
}

bool verify_plain(const cert::PublicKey &key, std::string_view algorithm, base::BytesView data,
                  base::BytesView signature) {
    const KeyHandle handle = public_handle(key);
    if (!handle)
        return false;
    if (key.type == cert::KeyType::Rsa) {
        if (signature.size() > key.modulus.size())
            return false;
        base::Bytes padded(key.modulus.size() - signature.size(), 0);
        base::append(padded, signature);
        return verify_with(handle.get(), signature_hash(algorithm), data, padded);
    }
    if (cert::curve_name(key.type).empty())
        return signature.size() == ed25519_signature_bytes &&
               verify_with(handle.get(), nullptr, data, signature);
    const base::Bytes der = ecdsa_der(signature);
    return !der.empty() && verify_with(handle.get(), signature_hash(algorithm), data, der);
}

// PROTOCOL.u2f: the authenticator signs the hashed application, its flags and counter and the
// hashed message.
base::Bytes authenticator_data(const cert::PublicKey &key, const cert::SignatureBlob &signature,
                               base::BytesView data) {
    wire::Writer writer;
    writer.raw(sha256(base::as_bytes(key.application))).byte(signature.flags);
    writer.uint32(signature.counter).raw(sha256(data));
    return std::move(writer).bytes();
}

bool verify_parsed(const cert::PublicKey &key, const cert::SignatureBlob &signature,
                   base::BytesView data, bool verified) {
    if (!cert::signs_with(key.type, signature.algorithm))
        return false;
    if (!signature.security_key) // then none of its flags can be shown
        return !verified && verify_plain(key, signature.algorithm, data, signature.signature);
    if ((signature.flags & cert::flag_user_present) == 0 ||
        (verified && (signature.flags & cert::flag_user_verified) == 0))
        return false;
    return verify_plain(key, signature.algorithm, authenticator_data(key, signature, data),
                        signature.signature);
}

} // namespace

const char *group_name(cert::KeyType type) {
    switch (type) {
    case cert::KeyType::EcdsaP256:
    case cert::KeyType::SkEcdsaP256:
        return "P-256";
    case cert::KeyType::EcdsaP384:
        return "P-384";
    case cert::KeyType::EcdsaP521:
        return "P-521";
    case cert::KeyType::Ed25519:
    case cert::KeyType::SkEd25519:
    case cert::KeyType::Rsa:
        return nullptr;
    }
    return nullptr;
}

const EVP_MD *signature_hash(std::string_view algorithm) {
    // RFC 5656 section 6.2.1: the hash follows the size of the curve.
    if (algorithm == "rsa-sha2-512" || algorithm == "ecdsa-sha2-nistp521")
        return EVP_sha512();
    if (algorithm == "ecdsa-sha2-nistp384")
        return EVP_sha384();
    if (algorithm == "ssh-ed25519" || algorithm == "sk-ssh-ed25519@openssh.com")
        return nullptr;
    return EVP_sha256();
}

KeyHandle public_handle(const cert::PublicKey &key) {
    if (key.type == cert::KeyType::Rsa)
        return rsa_handle(key);
    if (group_name(key.type) != nullptr)
        return ec_handle(key);
    return KeyHandle(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.point.data(), key.point.size()));
}

bool SshSignatures::verify(const cert::PublicKey &key, base::BytesView data,
                           base::BytesView signature, bool verified) const {
    const LibraryCall call;
    const auto parsed = cert::parse_signature(signature);
    return parsed.ok() && verify_parsed(key, *parsed, data, verified);
}

bool verify_ssh_signature(const cert::PublicKey &key, std::string_view algorithm,
                          base::BytesView data, base::BytesView signature, bool verified) {
    const LibraryCall call;
    const auto parsed = cert::parse_signature(signature);
    return parsed.ok() && parsed->algorithm == algorithm &&
           verify_parsed(key, *parsed, data, verified);
}

bool verify_ed25519(base::BytesView spki, base::BytesView data, base::BytesView signature) {
    const LibraryCall call;
    const unsigned char *at = spki.data();
    const KeyHandle key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    if (!key || at != spki.data() + spki.size() ||
        EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return false;
    return signature.size() == ed25519_signature_bytes &&
           verify_with(key.get(), nullptr, data, signature);
}

std::string spki_key_id(base::BytesView spki) {
    return base::hex(sha256(spki)).substr(0, 16);
}

} // namespace sallyport::crypto
