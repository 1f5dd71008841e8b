// SPDX-License-Identifier: Apache-2.0
#include "sallyport/crypto/digest.hpp"

#include "openssl.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/crypto/signature.hpp"

#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace sallyport::crypto {
namespace {

// Out of memory, or a library without SHA-2: nothing that follows could be trusted.
void demand(bool fine) {
    if (!fine)
        std::abort();
}

base::Bytes digest(const EVP_MD *algorithm, base::BytesView bytes) {
    const LibraryCall call;
    base::Bytes sum(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    demand(EVP_Digest(bytes.data(), bytes.size(), sum.data(), &size, algorithm, nullptr) == 1);
    sum.resize(size);
    return sum;
}

} // namespace

LibraryCall::LibraryCall() {
    demand(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1);
}

void start() {
    const LibraryCall call;
    const base::Bytes sample{1, 2, 3};
    sha384(sample);
    sha512(sample);
    hmac_sha256(sample, sample);
    for (const auto type : {cert::KeyType::Ed25519, cert::KeyType::EcdsaP256}) {
        const auto key = PrivateKey::generate(type);
        demand(key.ok());
        const auto signature = key->sign(key->algorithm(), sample);
        demand(signature.ok() &&
               SshSignatures().verify(key->public_key(), sample, *signature, false));
    }
}

struct Sha256::State {
    DigestContext context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    const LibraryCall call;
    state_->context.reset(EVP_MD_CTX_new());
    demand(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(base::BytesView bytes) {
    demand(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Sum Sha256::peek() const {
    const DigestContext copy(EVP_MD_CTX_new());
    Sha256Sum sum{};
    demand(copy && EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) == 1 &&
           EVP_DigestFinal_ex(copy.get(), sum.data(), nullptr) == 1);
    return sum;
}

Sha256Sum Sha256::finish() {
    Sha256Sum sum{};
    demand(EVP_DigestFinal_ex(state_->context.get(), sum.data(), nullptr) == 1 &&
           EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
    return sum;
}

Sha256Sum sha256(base::BytesView bytes) {
    return sha256({bytes});
}

Sha256Sum sha256(std::initializer_list<base::BytesView> pieces) {
    Sha256 hash;
    for (const base::BytesView piece : pieces)
        hash.update(piece);
    return hash.finish();
}

base::Bytes sha384(base::BytesView bytes) {
    return digest(EVP_sha384(), bytes);
}
base::Bytes sha512(base::BytesView bytes) {
    return digest(EVP_sha512(), bytes);
}

base::Result<base::Bytes> hash_by_name(std::string_view name, base::BytesView bytes) {
    if (name == "sha256")
        return digest(EVP_sha256(), bytes);
    if (name == "sha384")
        return sha384(bytes);
    if (name == "sha512")
        return sha512(bytes);
    return base::invalid("`" + std::string(name.substr(0, 32)) + "` is no exchange hash");
}

Sha256Sum hmac_sha256(base::BytesView key, base::BytesView bytes) {
    const LibraryCall call;
    Sha256Sum sum{};
    unsigned size = 0;
    // The library takes a null key for "as before".
    const std::uint8_t none = 0;
    demand(HMAC(EVP_sha256(), key.empty() ? &none : key.data(), static_cast<int>(key.size()),
                bytes.data(), bytes.size(), sum.data(), &size) != nullptr &&
           size == sum.size());
    return sum;
}

Sha256Sum binding_hash(const base::Secret &key, std::initializer_list<std::string_view> fields) {
    base::Bytes message;
    for (const std::string_view field : fields) {
        for (int shift = 56; shift >= 0; shift -= 8)
            message.push_back(static_cast<std::uint8_t>(std::uint64_t{field.size()} >> shift));
        base::append(message, base::as_bytes(field));
    }
    const Sha256Sum sum = hmac_sha256(key.reveal(), message);
    base::wipe(message.data(), message.size());
    return sum;
}

std::string fingerprint(base::BytesView key_blob) {
    std::string text = base::base64(sha256(key_blob));
    while (!text.empty() && text.back() == '=')
        text.pop_back();
    return "SHA256:" + text;
}

} // namespace sallyport::crypto
