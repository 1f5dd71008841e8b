// SPDX-License-Identifier: Apache-2.0
// An SSH public key as a handle of the library. Null if its numbers are not those of a sound key.
#pragma once
#include "openssl.hpp"

#include "sallyport/cert/public_key.hpp"

namespace sallyport::crypto {

KeyHandle public_handle(const cert::PublicKey &key);
// P-256, ...; null for other than ecdsa.
const char *group_name(cert::KeyType type);
// The hash that goes with a signature algorithm; null for Ed25519, which hashes by itself.
const EVP_MD *signature_hash(std::string_view algorithm);

} // namespace sallyport::crypto
