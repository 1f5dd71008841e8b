// SPDX-License-Identifier: Apache-2.0
#include "private_state.hpp"
#include "public_handle.hpp"

#include "sallyport/wire/ssh.hpp"

#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace sallyport::crypto {
namespace {

constexpr unsigned generated_rsa_bits = 3072;
constexpr std::size_t min_own_rsa_bits = 2048;

base::Error library_failed(std::string_view what) {
    return base::fail(base::ErrorCode::Internal,
                      "the cryptographic library could not " + std::string(what));
}

// The default callback of the library asks on the terminal.
int no_passphrase(char *, int, int, void *) {
    return 0;
}

base::Bytes octets(EVP_PKEY *handle, const char *name) {
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(handle, name, nullptr, 0, &size) != 1)
        return {};
    base::Bytes bytes(size);
    if (EVP_PKEY_get_octet_string_param(handle, name, bytes.data(), bytes.size(), &size) != 1)
        return {};
    bytes.resize(size);
    return bytes;
}

base::Result<cert::PublicKey> plain_key(std::string_view type, wire::Writer fields) {
    wire::Writer writer;
    writer.string(type).raw(fields.bytes());
    return cert::parse_public_key(writer.bytes());
}

base::Result<cert::PublicKey> ec_key_of(EVP_PKEY *handle) {
    char group[64] = {};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(handle, group, sizeof group, &size) != 1)
        return base::invalid("the curve of the private key is not known");
    const std::string_view name(group, size);
    cert::KeyType type = cert::KeyType::EcdsaP256;
    if (name == "P-384" || name == "secp384r1")
        type = cert::KeyType::EcdsaP384;
    else if (name == "P-521" || name == "secp521r1")
        type = cert::KeyType::EcdsaP521;
    else if (name != "P-256" && name != "prime256v1")
        return base::invalid("the curve of the private key is none that SSH has");
    // The encoded form may be compressed; the coordinates are not.
    const base::Secret x = key_number(handle, OSSL_PKEY_PARAM_EC_PUB_X);
    const base::Secret y = key_number(handle, OSSL_PKEY_PARAM_EC_PUB_Y);
    const std::size_t width = type == cert::KeyType::EcdsaP256   ? 32
                              : type == cert::KeyType::EcdsaP384 ? 48
                                                                 : 66;
    if (x.reveal().size() > width || y.reveal().size() > width)
        return base::invalid("the point of the private key is not on its curve");
    base::Bytes point{4};
    for (const base::Secret *number : {&x, &y}) {
        point.insert(point.end(), width - number->reveal().size(), 0);
        base::append(point, number->reveal());
    }
    wire::Writer fields;
    fields.string(cert::curve_name(type)).string(base::BytesView(point));
    return plain_key(cert::key_type_name(type), std::move(fields));
}

} // namespace

base::Secret key_number(EVP_PKEY *handle, const char *name) {
    BIGNUM *raw = nullptr;
    if (EVP_PKEY_get_bn_param(handle, name, &raw) != 1)
        return {};
    const Number number(raw);
    base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    return base::Secret(std::move(bytes));
}

base::Result<cert::PublicKey> ssh_key_of(EVP_PKEY *handle) {
    wire::Writer fields;
    switch (EVP_PKEY_get_base_id(handle)) {
    case EVP_PKEY_ED25519:
        fields.string(base::BytesView(octets(handle, OSSL_PKEY_PARAM_PUB_KEY)));
        return plain_key("ssh-ed25519", std::move(fields));
    case EVP_PKEY_EC:
        return ec_key_of(handle);
    case EVP_PKEY_RSA:
        fields.mpint(key_number(handle, OSSL_PKEY_PARAM_RSA_E).reveal());
        fields.mpint(key_number(handle, OSSL_PKEY_PARAM_RSA_N).reveal());
        return plain_key("ssh-rsa", std::move(fields));
    default:
        return base::invalid("the private key is of a kind that SSH does not have");
    }
}

PrivateKey::PrivateKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PrivateKey::PrivateKey(PrivateKey &&) noexcept = default;
PrivateKey &PrivateKey::operator=(PrivateKey &&) noexcept = default;
PrivateKey::~PrivateKey() = default;

const cert::PublicKey &PrivateKey::public_key() const {
    return state_->key;
}

base::Result<PrivateKey> PrivateKey::generate(cert::KeyType type) {
    const LibraryCall call;
    KeyHandle handle;
    if (type == cert::KeyType::Ed25519)
        handle.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    else if (type == cert::KeyType::Rsa)
        handle.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{generated_rsa_bits}));
    else if (cert::is_security_key(type))
        return base::invalid("only an authenticator makes a security key");
    else
        handle.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group_name(type)));
    if (!handle)
        return library_failed("make a key");
    auto key = ssh_key_of(handle.get());
    if (!key)
        return key.error();
    return PrivateKey(std::make_unique<State>(State{std::move(handle), std::move(*key)}));
}

base::Result<PrivateKey> PrivateKey::parse(base::BytesView text) {
    const LibraryCall call;
    if (text.size() > max_private_key_bytes)
        return base::fail(base::ErrorCode::TooLarge, "private key file is larger than its limit");
    KeyHandle handle;
    if (is_openssh(base::as_text(text))) {
        auto read = read_openssh(base::as_text(text));
        if (!read)
            return read.error();
        handle = std::move(*read);
    } else {
        const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
        handle.reset(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr)
                            : nullptr);
    }
    if (!handle)
        return base::invalid("the file is no unencrypted private key in OpenSSH's form or PEM");
    auto key = ssh_key_of(handle.get());
    if (!key)
        return key.error();
    if (key->type == cert::KeyType::Rsa && cert::rsa_bits(*key) < min_own_rsa_bits)
        return base::invalid("the private RSA key has fewer than 2048 bits");
    const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr));
    if (!check || EVP_PKEY_pairwise_check(check.get()) != 1)
        return base::invalid("the two halves of the private key do not fit each other");
    return PrivateKey(std::make_unique<State>(State{std::move(handle), std::move(*key)}));
}

std::string_view PrivateKey::algorithm() const {
    return state_->key.type == cert::KeyType::Rsa ? "rsa-sha2-512"
                                                  : cert::key_type_name(state_->key.type);
}

namespace {

base::Result<base::Bytes> sign_with(EVP_PKEY *key, const EVP_MD *hash, base::BytesView data) {
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
    base::Bytes signature(size);
    if (!context || EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1)
        return library_failed("sign");
    signature.resize(size);
    return signature;
}

base::Result<base::Bytes> ecdsa_blob(base::BytesView der) {
    const unsigned char *at = der.data();
    const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (!signature)
        return library_failed("sign");
    wire::Writer writer;
    for (const BIGNUM *number :
         {ECDSA_SIG_get0_r(signature.get()), ECDSA_SIG_get0_s(signature.get())}) {
        base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
        BN_bn2bin(number, bytes.data());
        writer.mpint(bytes);
    }
    return std::move(writer).bytes();
}

} // namespace

base::Result<base::Bytes> PrivateKey::sign(std::string_view algorithm, base::BytesView data) const {
    const LibraryCall call;
    if (!cert::signs_with(state_->key.type, algorithm))
        return base::invalid("`" + std::string(algorithm.substr(0, 64)) +
                             "` is no signature algorithm of this key");
    SALLYPORT_TRY(base::Bytes raw,
                  sign_with(state_->handle.get(), signature_hash(algorithm), data));
    if (!cert::curve_name(state_->key.type).empty()) {
        auto blob = ecdsa_blob(raw);
        if (!blob)
            return blob.error();
        raw = std::move(*blob);
    }
    wire::Writer writer;
    writer.string(algorithm).string(base::BytesView(raw));
    return std::move(writer).bytes();
}

base::Result<base::Bytes> PrivateKey::sign_raw(base::BytesView data) const {
    const LibraryCall call;
    assert(state_->key.type == cert::KeyType::Ed25519);
    return sign_with(state_->handle.get(), nullptr, data);
}

base::Result<base::Bytes> PrivateKey::spki() const {
    const LibraryCall call;
    unsigned char *raw = nullptr;
    const int size = i2d_PUBKEY(state_->handle.get(), &raw);
    if (size <= 0)
        return library_failed("write a public key");
    base::Bytes bytes(raw, raw + size);
    OPENSSL_free(raw);
    return bytes;
}

} // namespace sallyport::crypto
