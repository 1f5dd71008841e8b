// SPDX-License-Identifier: Apache-2.0
// Checks signatures of tokens with OpenSSL. Stateless; any thread.
#pragma once
#include "sallyport/jwt/verify.hpp"

namespace sallyport::crypto {

// Hash, padding, salt length (equal to the digest's) and curve come from the algorithm's facts;
// a key whose numbers are not those of a sound public key verifies nothing. A failure of the
// library is a signature that does not verify.
class JwkSignatures final : public jwt::Signatures {
  public:
    bool verify(const jwt::Jwk &key, jwt::Algorithm algorithm, base::BytesView input,
                base::BytesView signature) const override;
    base::Bytes digest(jwt::Hash hash, base::BytesView input) const override;
};

} // namespace sallyport::crypto
