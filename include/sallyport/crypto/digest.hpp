// SPDX-License-Identifier: Apache-2.0
// Hashes and MACs. They cannot fail: should the library refuse, the process ends, since no caller
// could go on. Any thread; a Sha256 belongs to one.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/secret.hpp"

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace sallyport::crypto {

// Makes the library ready without its configuration file, and loads now what it would load at first
// use. Call it before a sandbox closes; otherwise never needed.
void start();

using Sha256Sum = std::array<std::uint8_t, 32>;

Sha256Sum sha256(base::BytesView bytes);
Sha256Sum sha256(std::initializer_list<base::BytesView> pieces); // of their concatenation
base::Bytes sha384(base::BytesView bytes);
base::Bytes sha512(base::BytesView bytes);
Sha256Sum hmac_sha256(base::BytesView key, base::BytesView bytes); // RFC 2104

// The exchange hash of SSH by the name that the edges use: sha256, sha384 or sha512. InvalidInput
// for another name.
base::Result<base::Bytes> hash_by_name(std::string_view name, base::BytesView bytes);

// SHA-256 of what comes in pieces.
class Sha256 {
  public:
    Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;
    Sha256(const Sha256 &) = delete;
    Sha256 &operator=(const Sha256 &) = delete;
    ~Sha256();

    void update(base::BytesView bytes);
    Sha256Sum peek() const; // of what came so far; more may follow
    Sha256Sum finish();     // and begins anew

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The hash that binds an approval to what was shown: HMAC-SHA-256 under `key` over the fields, each
// with its length in front, so that no two lists of fields have one hash by moving a border.
Sha256Sum binding_hash(const base::Secret &key, std::initializer_list<std::string_view> fields);

// `SHA256:` and unpadded base64, as ssh-keygen prints it; of a key blob, never of a certificate.
std::string fingerprint(base::BytesView key_blob);

} // namespace sallyport::crypto
