// SPDX-License-Identifier: Apache-2.0
#include "sallyport/cert/public_key.hpp"

#include "read_key.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/cert/certificate.hpp"

#include <algorithm>
#include <array>

namespace sallyport::cert {
namespace {

constexpr std::size_t max_application_bytes = 256;
constexpr std::size_t max_exponent_bytes = 8; // OpenSSL's own bound for large moduli
constexpr std::size_t max_signature_bytes = 4096;

struct TypeRow {
    KeyType type;
    std::string_view name, certificate, curve;
    std::size_t point_bytes; // 0: no point
};
constexpr std::array<TypeRow, 7> types = {{
    {KeyType::Ed25519, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "", 32},
    {KeyType::EcdsaP256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
     "nistp256", 65},
    {KeyType::EcdsaP384, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
     "nistp384", 97},
    {KeyType::EcdsaP521, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
     "nistp521", 133},
    {KeyType::Rsa, "ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "", 0},
    {KeyType::SkEd25519, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "",
     32},
    {KeyType::SkEcdsaP256, "sk-ecdsa-sha2-nistp256@openssh.com",
     "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "nistp256", 65},
}};

const TypeRow &row(KeyType type) {
    return types[static_cast<std::size_t>(type)];
}

// RFC 4251 section 5: "Unnecessary leading bytes with the value 0 or 255 MUST NOT be included";
// zero and negative numbers have no place in a key.
base::Bytes read_positive_mpint(wire::Reader &reader) {
    base::BytesView bytes = reader.string();
    const bool padded = bytes.size() > 1 && bytes[0] == 0;
    if (bytes.empty() || (bytes[0] & 0x80) != 0 || (bytes[0] == 0 && !padded) ||
        (padded && (bytes[1] & 0x80) == 0)) {
        reader.mark_bad();
        return {};
    }
    return base::to_bytes(bytes.subspan(padded ? 1 : 0));
}

void read_rsa(wire::Reader &reader, PublicKey &key) {
    key.exponent = read_positive_mpint(reader);
    key.modulus = read_positive_mpint(reader);
    if (reader.bad())
        return;
    const std::size_t bits = rsa_bits(key);
    const bool odd = (key.exponent.back() & 1) != 0 && (key.modulus.back() & 1) != 0;
    const bool one = key.exponent.size() == 1 && key.exponent[0] == 1;
    if (!odd || one || key.exponent.size() > max_exponent_bytes || bits < min_rsa_bits ||
        bits > max_rsa_bits)
        reader.mark_bad();
}

void write_fields(wire::Writer &writer, const PublicKey &key) {
    if (key.type == KeyType::Rsa) {
        writer.mpint(key.exponent).mpint(key.modulus);
        return;
    }
    if (!row(key.type).curve.empty())
        writer.string(row(key.type).curve);
    writer.string(base::BytesView(key.point));
    if (is_security_key(key.type))
        writer.string(key.application);
}

} // namespace

std::string_view key_type_name(KeyType type) {
    return row(type).name;
}
std::string certificate_type_name(KeyType type) {
    return std::string(row(type).certificate);
}
std::string_view curve_name(KeyType type) {
    return row(type).curve;
}

bool is_security_key(KeyType type) {
    return type == KeyType::SkEd25519 || type == KeyType::SkEcdsaP256;
}

bool is_certificate_type(std::string_view type) {
    return std::any_of(types.begin(), types.end(),
                       [type](const TypeRow &each) { return each.certificate == type; });
}

std::size_t rsa_bits(const PublicKey &key) {
    if (key.modulus.empty())
        return 0;
    std::size_t bits = key.modulus.size() * 8;
    for (std::uint8_t top = key.modulus[0]; (top & 0x80) == 0 && bits > 0;
         top = static_cast<std::uint8_t>(top << 1))
        --bits;
    return bits;
}

std::optional<KeyType> find_key_type(std::string_view name) {
    for (const TypeRow &each : types)
        if (each.name == name)
            return each.type;
    return std::nullopt;
}

PublicKey read_key_fields(wire::Reader &reader, KeyType type) {
    PublicKey key;
    key.type = type;
    if (type == KeyType::Rsa) {
        read_rsa(reader, key);
    } else {
        if (!curve_name(type).empty() && base::as_text(reader.string()) != curve_name(type))
            reader.mark_bad();
        key.point = base::to_bytes(reader.string());
        if (key.point.size() != row(type).point_bytes ||
            (!curve_name(type).empty() && key.point[0] != 4)) // uncompressed only
            reader.mark_bad();
    }
    if (is_security_key(type)) {
        key.application = reader.text();
        if (key.application.empty() || key.application.size() > max_application_bytes)
            reader.mark_bad();
    }
    if (reader.bad())
        return {};
    wire::Writer writer;
    writer.string(key_type_name(type));
    write_fields(writer, key);
    key.blob = std::move(writer).bytes();
    return key;
}

base::Result<PublicKey> parse_public_key(base::BytesView blob) {
    if (blob.size() > max_key_blob_bytes)
        return base::fail(base::ErrorCode::TooLarge, "public key is larger than its limit");
    wire::Reader reader(blob);
    const std::string name = reader.text();
    const auto type = find_key_type(name);
    if (!type) {
        if (is_certificate_type(name))
            return base::invalid("a certificate stands where a public key is due");
        return base::invalid("public key is of no type that Sallyport accepts");
    }
    PublicKey key = read_key_fields(reader, *type);
    if (!reader.done())
        return base::invalid("public key is malformed");
    return key;
}

base::Result<KeyLine> parse_key_line(std::string_view line) {
    if (line.size() > max_key_line_bytes)
        return base::fail(base::ErrorCode::TooLarge, "public key line is larger than its limit");
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.remove_suffix(1);
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos || first == 0)
        return base::invalid("public key line must be `TYPE BASE64 [COMMENT]`");
    const std::string_view rest = line.substr(first + 1);
    const std::size_t second = rest.find(' ');
    KeyLine parsed;
    parsed.type = std::string(line.substr(0, first));
    if (second != std::string_view::npos)
        parsed.comment = std::string(rest.substr(second + 1));
    auto blob = base::from_base64(rest.substr(0, second));
    if (!blob)
        return base::invalid("public key line must be `TYPE BASE64 [COMMENT]`");
    parsed.blob = std::move(*blob);
    wire::Reader reader(parsed.blob);
    if (reader.text() != parsed.type || reader.bad())
        return base::invalid("public key line names another type than its key has");
    return parsed;
}

base::Result<PublicKey> parse_public_key_line(std::string_view line) {
    const auto parsed = parse_key_line(line);
    if (!parsed)
        return parsed.error();
    return parse_public_key(parsed->blob);
}

std::string key_line(base::BytesView blob, std::string_view comment) {
    wire::Reader reader(blob);
    std::string line = reader.text() + " " + base::base64(blob);
    if (!comment.empty())
        line.append(" ").append(comment);
    return line;
}

base::Result<Algorithm> parse_algorithm(std::string_view name) {
    struct Row {
        std::string_view name, signature;
        KeyType key;
        bool certificate;
    };
    constexpr std::array<Row, 4> rsa = {{
        {"rsa-sha2-256", "rsa-sha2-256", KeyType::Rsa, false},
        {"rsa-sha2-512", "rsa-sha2-512", KeyType::Rsa, false},
        {"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256", KeyType::Rsa, true},
        {"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512", KeyType::Rsa, true},
    }};
    for (const Row &each : rsa)
        if (each.name == name)
            return Algorithm{std::string(each.signature), each.key, each.certificate};
    for (const TypeRow &each : types) {
        // RFC 8332 section 3.2: `ssh-rsa` as a signature algorithm is SHA-1.
        if (each.type == KeyType::Rsa || (each.name != name && each.certificate != name))
            continue;
        return Algorithm{std::string(each.name), each.type, each.certificate == name};
    }
    return base::invalid("signature algorithm `" + std::string(name.substr(0, 64)) +
                         "` is not accepted");
}

bool signs_with(KeyType type, std::string_view signature_algorithm) {
    if (type == KeyType::Rsa)
        return signature_algorithm == "rsa-sha2-256" || signature_algorithm == "rsa-sha2-512";
    return signature_algorithm == key_type_name(type);
}

base::Result<SignatureBlob> parse_signature(base::BytesView blob) {
    if (blob.size() > max_signature_bytes)
        return base::fail(base::ErrorCode::TooLarge, "signature is larger than its limit");
    wire::Reader reader(blob);
    SignatureBlob parsed;
    parsed.algorithm = reader.text();
    parsed.signature = base::to_bytes(reader.string());
    const auto algorithm = parse_algorithm(parsed.algorithm);
    if (reader.bad() || !algorithm || algorithm->certificate)
        return base::invalid("signature is malformed");
    parsed.security_key = is_security_key(algorithm->key);
    if (parsed.security_key) {
        parsed.flags = reader.byte();
        parsed.counter = reader.uint32();
    }
    if (!reader.done() || parsed.signature.empty())
        return base::invalid("signature is malformed");
    return parsed;
}

} // namespace sallyport::cert
