// SPDX-License-Identifier: Apache-2.0
// Any bytes as a public key, a key line, a signature and a private key file.
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/crypto/signature.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const base::BytesView bytes(data, size);
    const auto key = cert::parse_public_key(bytes);
    if (key.ok() && (key->blob != base::to_bytes(bytes) ||
                     crypto::SshSignatures().verify(*key, bytes, bytes, false)))
        std::abort();
    const auto line = cert::parse_public_key_line(base::as_text(bytes));
    if (line.ok() && !cert::parse_public_key_line(cert::key_line(line->blob, "")).ok())
        std::abort();
    static_cast<void>(cert::parse_signature(bytes).ok());
    static_cast<void>(crypto::PrivateKey::parse(bytes).ok());
    return 0;
}
