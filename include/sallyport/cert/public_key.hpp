// SPDX-License-Identifier: Apache-2.0
// SSH public keys as values: RFC 4253 section 6.6 (ssh-rsa), RFC 5656 (ecdsa-sha2-*), RFC 8709
// (ssh-ed25519), OpenSSH's PROTOCOL.u2f (sk-*). Form and bounds only: whether a point lies on its
// curve is the crypto module's part. Nothing else is a key here: no DSA, no Ed448, no webauthn.
// Pure; any thread.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"

#include <string>
#include <string_view>

namespace sallyport::cert {

inline constexpr std::size_t max_key_blob_bytes = 4096;
inline constexpr std::size_t max_key_line_bytes = 16 * 1024; // a line may hold a certificate
inline constexpr std::size_t min_rsa_bits = 1024;            // below: no key at all
inline constexpr std::size_t max_rsa_bits = 16384;

enum class KeyType : std::uint8_t {
    Ed25519,
    EcdsaP256,
    EcdsaP384,
    EcdsaP521,
    Rsa,
    SkEd25519,
    SkEcdsaP256,
};

struct PublicKey {
    KeyType type = KeyType::Ed25519;
    base::Bytes blob;     // the wire form, whole
    base::Bytes point;    // ed25519: 32 bytes; ecdsa: the uncompressed point, 0x04 first
    base::Bytes exponent; // rsa: magnitudes, no leading zero
    base::Bytes modulus;
    std::string application; // sk-*: what the authenticator scopes the key to, `ssh:`

    bool operator==(const PublicKey &other) const { return blob == other.blob; }
};

std::string_view key_type_name(KeyType type); // ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa, ...
std::string_view curve_name(KeyType type);    // nistp256, ...; empty for other than ecdsa
bool is_security_key(KeyType type);
std::size_t rsa_bits(const PublicKey &key); // 0 for other than RSA

// InvalidInput for anything but one whole key of a known type in its one encoding: no trailing
// bytes, minimal positive mpints, points of the curve's size. A certificate is refused: see
// certificate.hpp.
base::Result<PublicKey> parse_public_key(base::BytesView blob);

// One line as in authorized_keys and *.pub without options: `ssh-ed25519 AAAA... comment`.
// The named type must be the blob's. InvalidInput, TooLarge.
struct KeyLine {
    std::string type;
    base::Bytes blob; // of a key or of a certificate
    std::string comment;
};
base::Result<KeyLine> parse_key_line(std::string_view line);
base::Result<PublicKey> parse_public_key_line(std::string_view line);
std::string key_line(base::BytesView blob, std::string_view comment); // without newline

// What USERAUTH_REQUEST and KEXINIT name: `ssh-ed25519`, `rsa-sha2-512`,
// `rsa-sha2-512-cert-v01@openssh.com`, ... None of the SHA-1 names is known.
struct Algorithm {
    std::string signature; // in the signature blob: ssh-ed25519, rsa-sha2-512, ...
    KeyType key = KeyType::Ed25519;
    bool certificate = false; // the key blob is a certificate of this key type
};
base::Result<Algorithm> parse_algorithm(std::string_view name);
// Whether a signature blob of a key of this type may name this signature algorithm.
bool signs_with(KeyType type, std::string_view signature_algorithm);

// A signature blob: string algorithm, string signature, and for sk-* a flags byte and a counter.
struct SignatureBlob {
    std::string algorithm;
    base::Bytes signature;
    bool security_key = false;
    std::uint8_t flags = 0; // 1: the user touched, 4: the user was verified
    std::uint32_t counter = 0;
};
inline constexpr std::uint8_t flag_user_present = 1;
inline constexpr std::uint8_t flag_user_verified = 4;
base::Result<SignatureBlob> parse_signature(base::BytesView blob);

// The port through which this module asks whether a signature is good; `crypto` has the one
// implementation.
class SignatureVerifier {
  public:
    virtual ~SignatureVerifier() = default;
    // True only if `signature` is a well-formed blob whose algorithm fits `key`, and it signs
    // `data`. A security key must have been touched; with `verified` also its PIN or finger used.
    virtual bool verify(const PublicKey &key, base::BytesView data, base::BytesView signature,
                        bool verified) const = 0;
};

} // namespace sallyport::cert
