// SPDX-License-Identifier: Apache-2.0
#include "sallyport/cert/certificate.hpp"

#include "read_key.hpp"

#include <algorithm>

namespace sallyport::cert {
namespace {

constexpr std::size_t max_nonce_bytes = 256;
constexpr std::size_t max_principal_bytes = 512;

bool has_value(std::string_view name) {
    return name == "force-command" || name == "source-address";
}
bool is_flag(std::string_view name) {
    return name == "verify-required" || name == "no-touch-required" || name == "permit-pty" ||
           name == "permit-user-rc" || name == "permit-X11-forwarding" ||
           name == "permit-agent-forwarding" || name == "permit-port-forwarding";
}

base::Result<std::vector<std::string>> read_principals(base::BytesView list) {
    std::vector<std::string> principals;
    wire::Reader reader(list);
    while (!reader.bad() && reader.left() > 0) {
        principals.push_back(reader.text());
        if (principals.size() > max_principals || principals.back().empty() ||
            principals.back().size() > max_principal_bytes)
            reader.mark_bad();
    }
    if (reader.bad())
        return base::invalid("certificate: principals are malformed");
    return principals;
}

base::Result<std::vector<Option>> read_options(base::BytesView list) {
    std::vector<Option> options;
    wire::Reader reader(list);
    while (!reader.bad() && reader.left() > 0) {
        Option option{reader.text(), reader.text()};
        if (has_value(option.name)) {
            wire::Reader inner(base::as_bytes(option.value));
            std::string text = inner.text();
            if (!inner.done() || text.empty())
                reader.mark_bad();
            option.value = std::move(text);
        }
        // "Each named option may only appear once in a certificate."
        const bool twice = std::any_of(options.begin(), options.end(), [&](const Option &each) {
            return each.name == option.name;
        });
        if (twice || option.name.empty() || options.size() == max_options ||
            (is_flag(option.name) && !option.value.empty()))
            reader.mark_bad();
        options.push_back(std::move(option));
    }
    if (reader.bad())
        return base::invalid("certificate: options are malformed");
    return options;
}

base::Bytes options_bytes(std::vector<Option> options) {
    std::sort(options.begin(), options.end(),
              [](const Option &a, const Option &b) { return a.name < b.name; });
    wire::Writer writer;
    for (const Option &option : options) {
        wire::Writer inner;
        if (!option.value.empty())
            inner.string(option.value);
        writer.string(option.name).string(base::BytesView(inner.bytes()));
    }
    return std::move(writer).bytes();
}

std::optional<KeyType> find_certified_type(std::string_view name) {
    for (const KeyType type :
         {KeyType::Ed25519, KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
          KeyType::Rsa, KeyType::SkEd25519, KeyType::SkEcdsaP256})
        if (certificate_type_name(type) == name)
            return type;
    return std::nullopt;
}

} // namespace

base::Result<Certificate> parse_certificate(base::BytesView blob) {
    if (blob.size() > max_certificate_bytes)
        return base::fail(base::ErrorCode::TooLarge, "certificate is larger than its limit");
    wire::Reader reader(blob);
    const auto type = find_certified_type(reader.text());
    if (!type)
        return base::invalid("certificate is of no type that Sallyport accepts");

    Certificate certificate;
    CertificateContent &content = certificate.content;
    content.nonce = base::to_bytes(reader.string());
    content.key = read_key_fields(reader, *type);
    content.serial = reader.uint64();
    const std::uint32_t kind = reader.uint32();
    content.key_id = reader.text();
    const base::BytesView principals = reader.string();
    content.valid_after = reader.uint64();
    content.valid_before = reader.uint64();
    const base::BytesView critical = reader.string(), extensions = reader.string();
    const base::BytesView reserved = reader.string(), authority = reader.string();
    certificate.signed_size = reader.position();
    certificate.signature = base::to_bytes(reader.string());
    if (!reader.done() || content.nonce.size() > max_nonce_bytes || !reserved.empty())
        return base::invalid("certificate is malformed");
    if (kind != 1 && kind != 2)
        return base::invalid("certificate is neither a user's nor a host's");
    content.kind = static_cast<CertificateKind>(kind);

    SALLYPORT_TRY(content.principals, read_principals(principals));
    SALLYPORT_TRY(content.critical, read_options(critical));
    SALLYPORT_TRY(content.extensions, read_options(extensions));
    auto signer = parse_public_key(authority);
    if (!signer)
        return base::within("certificate: authority", signer.error());
    content.authority = std::move(*signer);
    certificate.blob = base::to_bytes(blob);
    return certificate;
}

base::Bytes signed_part(const CertificateContent &content) {
    const std::string name = certificate_type_name(content.key.type);
    wire::Writer principals;
    for (const std::string &principal : content.principals)
        principals.string(principal);

    // The key's fields are its blob without the type name in front.
    wire::Reader plain(content.key.blob);
    plain.string();
    wire::Writer writer;
    writer.string(name).string(base::BytesView(content.nonce)).raw(plain.rest());
    writer.uint64(content.serial).uint32(static_cast<std::uint32_t>(content.kind));
    writer.string(content.key_id).string(base::BytesView(principals.bytes()));
    writer.uint64(content.valid_after).uint64(content.valid_before);
    writer.string(base::BytesView(options_bytes(content.critical)));
    writer.string(base::BytesView(options_bytes(content.extensions)));
    writer.string(base::BytesView()).string(base::BytesView(content.authority.blob));
    return std::move(writer).bytes();
}

base::Bytes assemble(base::Bytes signed_part, base::BytesView signature) {
    wire::Writer tail;
    tail.string(signature);
    base::append(signed_part, tail.bytes());
    return signed_part;
}

std::string_view fault_name(CertificateFault fault) {
    switch (fault) {
    case CertificateFault::Malformed:
        return "malformed";
    case CertificateFault::ForeignAuthority:
        return "foreign-authority";
    case CertificateFault::BadSignature:
        return "bad-signature";
    case CertificateFault::WrongKind:
        return "wrong-kind";
    case CertificateFault::NotYetValid:
        return "not-yet-valid";
    case CertificateFault::Expired:
        return "expired";
    case CertificateFault::WrongPrincipal:
        return "wrong-principal";
    case CertificateFault::CriticalOption:
        return "critical-option";
    case CertificateFault::SourceAddress:
        return "source-address";
    case CertificateFault::WeakKey:
        return "weak-key";
    }
    return "malformed";
}

} // namespace sallyport::cert
