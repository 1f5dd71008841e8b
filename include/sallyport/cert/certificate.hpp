// SPDX-License-Identifier: Apache-2.0
// OpenSSH certificates (PROTOCOL.certkeys, version 01): reading, the bytes that a CA signs, and the
// two questions that Sallyport asks of one: does it let this person in, is it this host.
// Pure: no clock, no key; time comes as a number and signatures are judged through a port.
#pragma once
#include "sallyport/base/network.hpp"
#include "sallyport/cert/public_key.hpp"

#include <variant>

namespace sallyport::cert {

inline constexpr std::size_t max_certificate_bytes = 2 * 1024 * 1024; // a force-command of 1 MiB
inline constexpr std::size_t max_principals = 256;
inline constexpr std::size_t max_options = 64;
inline constexpr std::size_t max_key_id_bytes = 255;
inline constexpr std::size_t min_certified_rsa_bits = 3072;
inline constexpr std::uint64_t forever = ~std::uint64_t{0};

enum class CertificateKind : std::uint32_t { User = 1, Host = 2 };

// A critical option or an extension. `value` is the text inside; a flag has none.
struct Option {
    std::string name, value;
    bool operator==(const Option &) const = default;
};

// What a CA vouches for. `key_id` is any bytes: sanitise before showing.
struct CertificateContent {
    base::Bytes nonce;
    PublicKey key;
    std::uint64_t serial = 0;
    CertificateKind kind = CertificateKind::User;
    std::string key_id;
    std::vector<std::string> principals;
    std::uint64_t valid_after = 0, valid_before = 0; // unix seconds; the end is exclusive
    std::vector<Option> critical, extensions;
    PublicKey authority;
};

struct Certificate {
    CertificateContent content;
    base::Bytes signature; // signature blob of the authority
    base::Bytes blob;      // the whole
    std::size_t signed_size = 0;

    base::BytesView signed_part() const { return base::BytesView(blob).first(signed_size); }
};

std::string certificate_type_name(KeyType type); // ssh-ed25519-cert-v01@openssh.com, ...
bool is_certificate_type(std::string_view type);

// Form and bounds only: never the signature, never the clock. InvalidInput for a short, over-long
// or unknown blob, an option named twice or wrapped wrongly, an authority that is a certificate.
// Options whose name is not known keep their raw value; check_* decide on them.
base::Result<Certificate> parse_certificate(base::BytesView blob);

// The bytes that the authority signs. Options are written in the order of their names, as
// PROTOCOL.certkeys demands; an empty value makes a flag.
base::Bytes signed_part(const CertificateContent &content);
base::Bytes assemble(base::Bytes signed_part, base::BytesView signature);

enum class CertificateFault {
    Malformed,        // not a certificate
    ForeignAuthority, // signed by no CA of the list
    BadSignature,     // names a CA of the list, which did not sign it
    WrongKind,        // a host's where a user's is due, or the other way
    NotYetValid,
    Expired,
    WrongPrincipal, // none, more than one, or not the expected one
    CriticalOption, // one that is not known or not fulfilled here
    SourceAddress,  // the client's address is not in its list
    WeakKey,        // RSA below 3072 bits
};
std::string_view fault_name(CertificateFault fault); // foreign-authority, expired, ...

struct CertificateRefusal {
    CertificateFault fault = CertificateFault::Malformed;
    std::string message; // one sentence for the person
};

struct UserExpectation {
    std::vector<PublicKey> authorities;
    std::uint64_t now = 0;      // unix seconds
    base::IpAddress client;     // as `listen` accepted it
    std::string principal;      // empty: whatever the one principal is
    bool force_command = false; // the caller will honour a force-command; else it is refused
};

// What an accepted user certificate says.
struct UserCertificate {
    std::string principal, key_id, force_command;
    std::uint64_t serial = 0, valid_before = 0;
    PublicKey key;
    bool verify_required = false; // the login's signature must show a verified user
    bool permit_pty = false, permit_port_forwarding = false, permit_agent_forwarding = false;
};

// Accepts only: authority of the list and its signature, kind user, time within, exactly one
// principal, only known critical options (source-address containing the client, force-command if
// the caller honours it, verify-required on a security key), a key that is strong enough. The
// possession of the key is proved by the login's own signature, not here.
std::variant<UserCertificate, CertificateRefusal>
check_user_certificate(const Certificate &certificate, const UserExpectation &expectation,
                       const SignatureVerifier &verifier);

struct HostExpectation {
    std::vector<PublicKey> authorities;
    std::uint64_t now = 0;
    std::string name; // must be one of the principals, literally
};

// Accepts only: authority, signature, kind host, time, name among the principals, no critical
// option. Gives the key that must have signed the exchange.
std::variant<PublicKey, CertificateRefusal>
check_host_certificate(const Certificate &certificate, const HostExpectation &expectation,
                       const SignatureVerifier &verifier);

} // namespace sallyport::cert
