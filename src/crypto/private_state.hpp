// SPDX-License-Identifier: Apache-2.0
// Inside of a PrivateKey, and the two halves of its file format.
#pragma once
#include "openssl.hpp"

#include "sallyport/crypto/private_key.hpp"

namespace sallyport::crypto {

struct PrivateKey::State {
    KeyHandle handle;
    cert::PublicKey key;
};

// The public half of a handle as an SSH key; InvalidInput for a kind that SSH does not have.
base::Result<cert::PublicKey> ssh_key_of(EVP_PKEY *handle);
// A number of the key as big-endian magnitude; empty if it has none of this name.
base::Secret key_number(EVP_PKEY *handle, const char *name);
// The text between the markers of OpenSSH's own format, decoded and read. PROTOCOL.key.
base::Result<KeyHandle> read_openssh(std::string_view text);
bool is_openssh(std::string_view text);

} // namespace sallyport::crypto
