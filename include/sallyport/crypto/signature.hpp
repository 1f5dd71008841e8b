// SPDX-License-Identifier: Apache-2.0
// Signatures of SSH keys and of seals, judged by OpenSSL. Stateless; any thread. A failure of the
// library is a signature that does not verify.
#pragma once
#include "sallyport/cert/public_key.hpp"

namespace sallyport::crypto {

// RFC 8709, RFC 5656 section 3.1.2, RFC 8332 (SHA-2 only), PROTOCOL.u2f. The curve's hash follows
// its size; points off the curve verify nothing; a short RSA signature counts as zero-padded, as
// OpenSSH has it. A security key's flags must say that the user was present.
class SshSignatures final : public cert::SignatureVerifier {
  public:
    bool verify(const cert::PublicKey &key, base::BytesView data, base::BytesView signature,
                bool verified) const override;
};

// The same, and the signature blob must name exactly `algorithm` (`rsa-sha2-512`, ...): what the
// peer announced is what it did.
bool verify_ssh_signature(const cert::PublicKey &key, std::string_view algorithm,
                          base::BytesView data, base::BytesView signature, bool verified = false);

// Raw Ed25519 (RFC 8032) with a public key as SubjectPublicKeyInfo, DER. False for any other key.
bool verify_ed25519(base::BytesView spki, base::BytesView data, base::BytesView signature);
// First 16 hex digits of SHA-256 of a SubjectPublicKeyInfo: how a seal key is named.
std::string spki_key_id(base::BytesView spki);

} // namespace sallyport::crypto
