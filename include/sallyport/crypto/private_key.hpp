// SPDX-License-Identifier: Apache-2.0
// A private key in memory: Ed25519, ECDSA on the three NIST curves, RSA. Only the signer and the
// programs that make keys hold one. Move-only; the library wipes the numbers at the end. One
// thread.
#pragma once
#include "sallyport/base/secret.hpp"
#include "sallyport/cert/public_key.hpp"

#include <memory>

namespace sallyport::crypto {

inline constexpr std::size_t max_private_key_bytes = 64 * 1024;

class PrivateKey {
  public:
    // New keys; RSA gets 3072 bits. Internal if the library refuses, InvalidInput for sk-*.
    static base::Result<PrivateKey> generate(cert::KeyType type);
    // Reads a key file: OpenSSH's own format or PEM (PKCS#1, SEC 1, PKCS#8), never encrypted.
    // InvalidInput for anything else, for a key whose halves do not fit each other, and for RSA
    // below 2048 bits.
    static base::Result<PrivateKey> parse(base::BytesView text);

    PrivateKey(PrivateKey &&) noexcept;
    PrivateKey &operator=(PrivateKey &&) noexcept;
    PrivateKey(const PrivateKey &) = delete;
    PrivateKey &operator=(const PrivateKey &) = delete;
    ~PrivateKey();

    const cert::PublicKey &public_key() const;
    // A signature blob. `algorithm` must fit the key (`rsa-sha2-256` or `-512` for RSA), else
    // InvalidInput.
    base::Result<base::Bytes> sign(std::string_view algorithm, base::BytesView data) const;
    // The algorithm that sign() takes where the caller has no wish: rsa-sha2-512 for RSA.
    std::string_view algorithm() const;
    // Raw Ed25519, 64 bytes. REQUIRES: an Ed25519 key.
    base::Result<base::Bytes> sign_raw(base::BytesView data) const;
    // The public half as SubjectPublicKeyInfo, DER.
    base::Result<base::Bytes> spki() const;
    // The file that ssh and ssh-keygen read, unencrypted. The comment is at most 255 bytes.
    base::Result<base::Secret> openssh_text(std::string_view comment) const;

  private:
    struct State;
    explicit PrivateKey(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace sallyport::crypto
