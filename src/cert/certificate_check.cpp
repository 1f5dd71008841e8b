// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/clock.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/cert/certificate.hpp"
#include "sallyport/wire/ssh.hpp"

#include <algorithm>
#include <optional>

namespace sallyport::cert {
namespace {

constexpr std::size_t min_host_rsa_bits = 2048;
constexpr std::uint64_t last_printable_second = 253402300799; // 9999-12-31T23:59:59Z

using Refusal = std::optional<CertificateRefusal>;

CertificateRefusal refuse(CertificateFault fault, std::string message) {
    return {fault, std::move(message)};
}

std::string time_text(std::uint64_t seconds) {
    return base::rfc3339(base::from_unix_seconds(std::min(seconds, last_printable_second)));
}

std::string shown(std::string_view text) {
    return "`" + base::printable(text, 80) + "`";
}

Refusal check_authority(const Certificate &certificate, const std::vector<PublicKey> &authorities,
                        const SignatureVerifier &verifier) {
    const PublicKey &authority = certificate.content.authority;
    if (std::find(authorities.begin(), authorities.end(), authority) == authorities.end())
        return refuse(CertificateFault::ForeignAuthority,
                      "the certificate is signed by an authority that is not trusted here");
    if (!verifier.verify(authority, certificate.signed_part(), certificate.signature, false))
        return refuse(CertificateFault::BadSignature,
                      "the certificate's signature does not match its content");
    return std::nullopt;
}

Refusal check_kind(const CertificateContent &content, CertificateKind kind) {
    if (content.kind == kind)
        return std::nullopt;
    return refuse(CertificateFault::WrongKind, content.kind == CertificateKind::Host
                                                   ? "the certificate is a host's, not a user's"
                                                   : "the certificate is a user's, not a host's");
}

Refusal check_time(const CertificateContent &content, std::uint64_t now) {
    if (now < content.valid_after)
        return refuse(CertificateFault::NotYetValid,
                      "the certificate is not valid before " + time_text(content.valid_after));
    if (now >= content.valid_before)
        return refuse(CertificateFault::Expired,
                      "the certificate expired at " + time_text(content.valid_before));
    return std::nullopt;
}

Refusal check_strength(const PublicKey &key, std::size_t minimum) {
    if (key.type != KeyType::Rsa || rsa_bits(key) >= minimum)
        return std::nullopt;
    return refuse(CertificateFault::WeakKey,
                  "the certified RSA key has " + std::to_string(rsa_bits(key)) +
                      " bits, at least " + std::to_string(minimum) + " are needed");
}

// A list with one entry that cannot be read is refused whole: what it meant is not known.
Refusal check_source_address(std::string_view list, const base::IpAddress &client) {
    bool inside = false;
    for (const std::string &entry : wire::split_name_list(list)) {
        const auto network = base::parse_network(entry);
        if (!network)
            return refuse(CertificateFault::SourceAddress,
                          "the certificate's source-address list has an entry " + shown(entry) +
                              " that is no address range");
        inside = inside || base::contains(*network, client);
    }
    if (inside)
        return std::nullopt;
    return refuse(CertificateFault::SourceAddress,
                  "the certificate may not be used from " + base::ip_text(client));
}

Refusal check_user_options(const CertificateContent &content, const UserExpectation &expectation,
                           UserCertificate &accepted) {
    for (const Option &option : content.critical) {
        if (option.name == "source-address") {
            if (auto refusal = check_source_address(option.value, expectation.client))
                return refusal;
        } else if (option.name == "force-command" && expectation.force_command) {
            accepted.force_command = option.value;
        } else if (option.name == "verify-required" && is_security_key(content.key.type)) {
            accepted.verify_required = true;
        } else {
            return refuse(CertificateFault::CriticalOption, "the certificate's critical option " +
                                                                shown(option.name) +
                                                                " cannot be honoured here");
        }
    }
    return std::nullopt;
}

Refusal check_principal(const CertificateContent &content, const std::string &expected) {
    if (content.principals.size() != 1)
        return refuse(CertificateFault::WrongPrincipal,
                      "the certificate must name exactly one principal, it names " +
                          std::to_string(content.principals.size()));
    if (expected.empty() || content.principals.front() == expected)
        return std::nullopt;
    return refuse(CertificateFault::WrongPrincipal, "the certificate names " +
                                                        shown(content.principals.front()) +
                                                        ", not " + shown(expected));
}

bool has_extension(const CertificateContent &content, std::string_view name) {
    return std::any_of(content.extensions.begin(), content.extensions.end(),
                       [name](const Option &each) { return each.name == name; });
}

} // namespace

std::variant<UserCertificate, CertificateRefusal>
check_user_certificate(const Certificate &certificate, const UserExpectation &expectation,
                       const SignatureVerifier &verifier) {
    const CertificateContent &content = certificate.content;
    UserCertificate accepted;
    // The signature first: nothing is said about bytes that nobody vouches for.
    if (auto refusal = check_authority(certificate, expectation.authorities, verifier))
        return *refusal;
    if (auto refusal = check_kind(content, CertificateKind::User))
        return *refusal;
    if (auto refusal = check_time(content, expectation.now))
        return *refusal;
    if (auto refusal = check_principal(content, expectation.principal))
        return *refusal;
    if (auto refusal = check_user_options(content, expectation, accepted))
        return *refusal;
    if (auto refusal = check_strength(content.key, min_certified_rsa_bits))
        return *refusal;

    accepted.principal = content.principals.front();
    accepted.key_id = content.key_id;
    accepted.serial = content.serial;
    accepted.valid_before = content.valid_before;
    accepted.key = content.key;
    accepted.permit_pty = has_extension(content, "permit-pty");
    accepted.permit_port_forwarding = has_extension(content, "permit-port-forwarding");
    accepted.permit_agent_forwarding = has_extension(content, "permit-agent-forwarding");
    return accepted;
}

std::variant<PublicKey, CertificateRefusal>
check_host_certificate(const Certificate &certificate, const HostExpectation &expectation,
                       const SignatureVerifier &verifier) {
    const CertificateContent &content = certificate.content;
    if (auto refusal = check_authority(certificate, expectation.authorities, verifier))
        return *refusal;
    if (auto refusal = check_kind(content, CertificateKind::Host))
        return *refusal;
    if (auto refusal = check_time(content, expectation.now))
        return *refusal;
    if (expectation.name.empty() || std::find(content.principals.begin(), content.principals.end(),
                                              expectation.name) == content.principals.end())
        return refuse(CertificateFault::WrongPrincipal,
                      "the host certificate does not name " + shown(expectation.name));
    if (!content.critical.empty())
        return refuse(CertificateFault::CriticalOption,
                      "the host certificate has a critical option " +
                          shown(content.critical.front().name));
    if (auto refusal = check_strength(content.key, min_host_rsa_bits))
        return *refusal;
    return content.key;
}

} // namespace sallyport::cert
