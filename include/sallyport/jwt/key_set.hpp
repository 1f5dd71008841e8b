// SPDX-License-Identifier: Apache-2.0
// Public keys of an issuer (JWK sets, RFC 7517 and 7518 section 6, RFC 8037) and the table of
// signature algorithms. Values; nothing here computes with a key. Any thread.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::jwt {

// `none`, HS*, ES256K and RSA1_5 do not exist here: what has no enumerator cannot be chosen.
enum class Algorithm : std::uint8_t {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA, // Ed25519 only; named `EdDSA` or `Ed25519` (RFC 9864)
};
enum class KeyType : std::uint8_t { Rsa, Ec, Okp };
enum class Curve : std::uint8_t { None, P256, P384, P521, Ed25519 };
enum class Hash : std::uint8_t { Sha256, Sha384, Sha512 };
enum class Scheme : std::uint8_t { Pkcs1, Pss, Ecdsa, Eddsa };

// What an algorithm's name fixes. The token never chooses any of it.
struct AlgorithmFacts {
    Algorithm algorithm;
    std::string_view name;
    KeyType key_type;
    Curve curve;
    Hash hash; // of the signature; for EdDSA the hash that at_hash uses
    Scheme scheme;
    std::size_t signature_bytes; // exact; 0 for RSA: as many as the modulus has
};
const AlgorithmFacts &facts_of(Algorithm algorithm);
std::optional<Algorithm> find_algorithm(std::string_view name);
std::vector<Algorithm> all_algorithms();

// One public key that passed the checks of form: RSA modulus of 2048 to 8192 bits with an odd
// exponent from 3 to 64 bits; coordinates of exactly the curve's length.
struct Jwk {
    KeyType type = KeyType::Rsa;
    Curve curve = Curve::None;
    std::string kid;                    // empty: the set gives none
    std::optional<Algorithm> algorithm; // `alg` of the key, when present
    base::Bytes n, e;                   // RSA, big endian without leading zeros
    base::Bytes x, y;                   // EC and OKP
    bool operator==(const Jwk &) const = default;
};
bool fits(const Jwk &key, Algorithm algorithm);

struct KeySet {
    std::vector<Jwk> keys;
    std::size_t left_out = 0; // keys of the document that cannot be used here
    bool operator==(const KeySet &) const = default;
};

inline constexpr std::size_t max_key_set_bytes = 256 * 1024;
inline constexpr std::size_t max_keys = 100;

// Reads a JWK set. Keys of unknown type, curve or algorithm, with `use` other than `sig`, with
// `key_ops` that lack `verify`, malformed or with a private part are left out and counted (RFC 7517
// section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use 'kty' values that are
// not understood by them"); a published private key belongs to everyone.
// Fails with InvalidInput if the document is none or no key is left, TooLarge above the limits.
base::Result<KeySet> parse_key_set(std::string_view text);

// Keys of `after` that `before` does not have, by value: each is an event of the audit log.
std::vector<Jwk> added_keys(const KeySet &before, const KeySet &after);
// The text whose SHA-256 is the key's thumbprint (RFC 7638 section 3).
std::string thumbprint_text(const Jwk &key);

} // namespace sallyport::jwt
