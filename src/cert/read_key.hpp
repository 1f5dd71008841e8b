// SPDX-License-Identifier: Apache-2.0
// The fields of a public key behind its type name: a key blob and a certificate share them.
#pragma once
#include "sallyport/cert/public_key.hpp"
#include "sallyport/wire/ssh.hpp"

#include <optional>

namespace sallyport::cert {

std::optional<KeyType> find_key_type(std::string_view name);
// Reads the fields and fills `blob` with the plain key's wire form. A fault marks the reader bad.
PublicKey read_key_fields(wire::Reader &reader, KeyType type);

} // namespace sallyport::cert
