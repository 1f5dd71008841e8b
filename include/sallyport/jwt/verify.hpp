// SPDX-License-Identifier: Apache-2.0
// The check of an ID token: (token, key set, expectations) -> claims or a typed refusal. Rules:
// RFC 7515, 7519 and 8725, OpenID Connect Core 1.0 section 3.1.3.7. Pure: the arithmetic comes
// through the port Signatures, the time through Expectations. Any thread.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/jwt/json.hpp"
#include "sallyport/jwt/key_set.hpp"

#include <chrono>

namespace sallyport::jwt {

// The arithmetic; `crypto` implements it with OpenSSL.
class Signatures {
  public:
    virtual ~Signatures() = default;
    // True only if `signature` is one of `key` over `input`. `algorithm` fits `key`, and
    // `signature` has the length that the algorithm demands. ES* signatures are raw r||s.
    virtual bool verify(const Jwk &key, Algorithm algorithm, base::BytesView input,
                        base::BytesView signature) const = 0;
    // Empty if the library fails.
    virtual base::Bytes digest(Hash hash, base::BytesView input) const = 0;
};

inline constexpr std::size_t max_token_bytes = 64 * 1024;
inline constexpr std::size_t max_candidate_keys = 16; // tried for a token without `kid`
inline constexpr std::size_t max_subject_bytes = 255; // OpenID Connect Core 1.0 section 2

enum class Nonce : std::uint8_t { IfPresent, Required };

struct Expectations {
    std::string issuer;   // equal byte for byte
    std::string audience; // our client id, or the name that machines must ask for
    std::vector<Algorithm> algorithms = all_algorithms();
    base::WallTime now{};
    std::chrono::seconds skew{60};
    std::chrono::seconds max_age{600}; // of `iat`: a login wants a fresh token

    // Code flow: Required. Device flow: IfPresent, since RFC 8628 has none; a `nonce` that comes
    // unasked is refused unless it equals `nonce`.
    Nonce nonce_rule = Nonce::IfPresent;
    std::string nonce;

    std::vector<std::string> trusted_audiences; // may stand beside ours; any other refuses
    bool authorized_party = true;               // `azp` rules; false for machines
    std::string access_token; // set when it is used: `at_hash`, if present, must fit
    std::optional<std::chrono::seconds> max_auth_age; // `auth_time` must be as recent as this
    std::vector<std::string> acr;                     // empty: any; else `acr` must be one of them
    std::vector<std::string> amr; // empty: any; else `amr` must hold one of them
};

struct Claims {
    std::string issuer, subject;
    std::vector<std::string> audience;
    base::WallTime issued{}, expires{};
    std::optional<std::string> token_id; // `jti`
    std::string kid;                     // of the key that verified
    Algorithm algorithm = Algorithm::RS256;
    Json all;
};

enum class Refusal : std::uint8_t {
    TooLong,
    NotThreeParts,
    BadBase64,
    BadHeader,
    BadClaims,
    AlgorithmMissing,
    AlgorithmNotAllowed,
    CriticalHeader,
    WrongType,
    BadKeyId,
    UnknownKey,
    KeyDoesNotFit,
    BadSignature,
    WrongIssuer,
    BadSubject,
    WrongAudience,
    UntrustedAudience,
    PartyMissing,
    ForeignParty,
    TimeMissing,
    Expired,
    IssuedInFuture,
    TooOld,
    NotYetValid,
    NonceMissing,
    WrongNonce,
    WrongAccessToken,
    AuthenticationTooOld,
    WrongContext,
    WrongMethod,
};
// Fixed: never a word of the token in it. UnknownKey has the code NotFound (a fresh key set may
// help), the rest InvalidInput, TooLarge or Denied.
base::Error refused(Refusal refusal);
// A stable word for logs and events: `wrong-audience`.
std::string_view refusal_name(Refusal refusal);

struct Verified {
    std::optional<Claims> claims; // empty: refused
    Refusal refusal = Refusal::BadSignature;
};
// INVARIANT: claims are read for their meaning only after the signature was verified.
Verified check(std::string_view token, const KeySet &keys, const Expectations &expected,
               const Signatures &signatures);
// The same with the house's error.
base::Result<Claims> verify(std::string_view token, const KeySet &keys,
                            const Expectations &expected, const Signatures &signatures);

// What the signature covers, `header.payload`: the identity of a token, since an ECDSA signature
// has a second form that is as valid. The view lives as long as `token`.
std::string_view signed_part(std::string_view token);
// The key id that an unverified token names; empty if it names none or is malformed. Good for
// finding a key, for nothing else.
std::string named_key_id(std::string_view token);

} // namespace sallyport::jwt
