// SPDX-License-Identifier: Apache-2.0
// Hand-made keys and certificates: right in form, with no real key behind them.
#pragma once
#include "sallyport/cert/certificate.hpp"
#include "sallyport/wire/ssh.hpp"

#include <doctest/doctest.h>

namespace sallyport::cert::samples {

inline PublicKey must_parse(const base::Bytes &blob) {
    auto key = parse_public_key(blob);
    REQUIRE(key.ok());
    return *key;
}

inline base::Bytes ed25519_blob(std::uint8_t fill) {
    wire::Writer writer;
    writer.string("ssh-ed25519").string(base::BytesView(base::Bytes(32, fill)));
    return std::move(writer).bytes();
}

inline base::Bytes ecdsa_blob(std::string_view curve, std::size_t point_bytes) {
    base::Bytes point{4};
    point.resize(point_bytes, 7);
    wire::Writer writer;
    writer.string("ecdsa-sha2-" + std::string(curve)).string(curve).string(base::BytesView(point));
    return std::move(writer).bytes();
}

inline base::Bytes rsa_blob(std::size_t bits) {
    base::Bytes modulus(bits / 8, 0xc5);
    wire::Writer writer;
    writer.string("ssh-rsa").mpint(base::Bytes{1, 0, 1}).mpint(modulus);
    return std::move(writer).bytes();
}

inline base::Bytes sk_blob(std::string_view application = "ssh:") {
    wire::Writer writer;
    writer.string("sk-ssh-ed25519@openssh.com").string(base::BytesView(base::Bytes(32, 9)));
    writer.string(application);
    return std::move(writer).bytes();
}

inline base::Bytes sk_ecdsa_blob() {
    base::Bytes point{4};
    point.resize(65, 8);
    wire::Writer writer;
    writer.string("sk-ecdsa-sha2-nistp256@openssh.com").string("nistp256");
    writer.string(base::BytesView(point)).string("ssh:");
    return std::move(writer).bytes();
}

inline std::vector<base::Bytes> blob_of_each_type() {
    return {ed25519_blob(1),
            ecdsa_blob("nistp256", 65),
            ecdsa_blob("nistp384", 97),
            ecdsa_blob("nistp521", 133),
            rsa_blob(3072),
            sk_blob(),
            sk_ecdsa_blob()};
}

inline CertificateContent content() {
    CertificateContent content;
    content.nonce = base::Bytes(32, 3);
    content.key = must_parse(ed25519_blob(1));
    content.serial = 42;
    content.key_id = "alice@example.test login=01";
    content.principals = {"alice"};
    content.valid_after = 1000;
    content.valid_before = 2000;
    content.extensions = {{"permit-pty", ""}};
    content.authority = must_parse(ed25519_blob(2));
    return content;
}

inline const base::Bytes &signature() {
    static const base::Bytes blob = [] {
        wire::Writer writer;
        writer.string("ssh-ed25519").string(base::BytesView(base::Bytes(64, 5)));
        return std::move(writer).bytes();
    }();
    return blob;
}

inline base::Bytes blob_of(const CertificateContent &content) {
    return assemble(signed_part(content), signature());
}

inline Certificate certificate_of(const CertificateContent &content) {
    auto parsed = parse_certificate(blob_of(content));
    REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().message));
    return *parsed;
}

} // namespace sallyport::cert::samples
