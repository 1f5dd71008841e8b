// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "sallyport/cert/certificate.hpp"

using namespace sallyport;
using namespace sallyport::cert;

namespace {

// The options field of a certificate, written without any of the builder's manners.
base::Bytes with_raw_critical(base::BytesView options) {
    const CertificateContent content = samples::content();
    wire::Writer principals;
    principals.string("alice");
    wire::Writer writer;
    writer.string("ssh-ed25519-cert-v01@openssh.com").string(base::BytesView(content.nonce));
    writer.string(base::BytesView(content.key.point)).uint64(1).uint32(1).string("id");
    writer.string(base::BytesView(principals.bytes())).uint64(0).uint64(forever);
    writer.string(options).string("").string("").string(base::BytesView(content.authority.blob));
    return assemble(std::move(writer).bytes(), samples::signature());
}

base::Bytes option(std::string_view name, std::string_view raw) {
    wire::Writer writer;
    writer.string(name).string(raw);
    return std::move(writer).bytes();
}

std::string wrapped(std::string_view text) {
    wire::Writer writer;
    writer.string(text);
    return base::to_text(writer.bytes());
}

} // namespace

TEST_SUITE("cert.certificate") {
    TEST_CASE("what is built is read back, for every key type") {
        for (const base::Bytes &key : samples::blob_of_each_type()) {
            CertificateContent content = samples::content();
            content.key = samples::must_parse(key);
            content.kind = CertificateKind::Host;
            content.principals = {"web1", "web1.example.test"};
            content.critical = {{"source-address", "10.0.0.0/8"}, {"force-command", "uptime"}};
            const Certificate parsed = samples::certificate_of(content);
            CAPTURE(key_type_name(content.key.type));
            CHECK(parsed.content.nonce == content.nonce);
            CHECK(parsed.content.key.blob == key);
            CHECK(parsed.content.serial == 42);
            CHECK(parsed.content.kind == CertificateKind::Host);
            CHECK(parsed.content.key_id == content.key_id);
            CHECK(parsed.content.principals == content.principals);
            CHECK(parsed.content.valid_after == 1000);
            CHECK(parsed.content.valid_before == 2000);
            CHECK(parsed.content.extensions == content.extensions);
            CHECK(parsed.content.authority == content.authority);
            CHECK(base::to_bytes(parsed.signed_part()) == signed_part(content));
            CHECK(parsed.signature == samples::signature());
            // written in the order of their names
            REQUIRE(parsed.content.critical.size() == 2);
            CHECK(parsed.content.critical[0] == Option{"force-command", "uptime"});
            CHECK(parsed.content.critical[1] == Option{"source-address", "10.0.0.0/8"});
        }
    }

    TEST_CASE("a certificate that is cut anywhere or goes on is refused") {
        for (const base::Bytes &key : samples::blob_of_each_type()) {
            CertificateContent content = samples::content();
            content.key = samples::must_parse(key);
            base::Bytes blob = samples::blob_of(content);
            for (std::size_t size = 0; size < blob.size(); ++size)
                CHECK_FALSE(parse_certificate(base::BytesView(blob).first(size)).ok());
            blob.push_back(0);
            CHECK_FALSE(parse_certificate(blob).ok());
        }
        CHECK(parse_certificate(base::Bytes(max_certificate_bytes + 1, 0)).error().code ==
              base::ErrorCode::TooLarge);
    }

    TEST_CASE("options are wrapped as their names demand and stand once") {
        CHECK(parse_certificate(with_raw_critical({})).ok());
        CHECK(parse_certificate(with_raw_critical(option("force-command", wrapped("id")))).ok());
        CHECK(parse_certificate(with_raw_critical(option("verify-required", ""))).ok());
        CHECK(parse_certificate(with_raw_critical(option("own@example.test", "any\0thing"))).ok());

        const base::Bytes twice = [] {
            base::Bytes both = option("force-command", wrapped("id"));
            base::append(both, option("force-command", wrapped("rm")));
            return both;
        }();
        const base::Bytes bad[] = {
            option("force-command", ""),
            option("force-command", wrapped("")),
            option("force-command", "id"),
            option("force-command", wrapped("id") + "x"),
            option("source-address", "10.0.0.0/8"),
            option("verify-required", "yes"),
            option("", ""),
            twice,
            base::Bytes{0, 0, 0},
        };
        for (const base::Bytes &options : bad)
            CHECK_FALSE(parse_certificate(with_raw_critical(options)).ok());

        base::Bytes many;
        for (std::size_t i = 0; i <= max_options; ++i)
            base::append(many, option("o" + std::to_string(i), ""));
        CHECK_FALSE(parse_certificate(with_raw_critical(many)).ok());
    }

    TEST_CASE("kinds, principals and authorities out of form are refused") {
        CertificateContent content = samples::content();
        content.kind = static_cast<CertificateKind>(3);
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());
        content.kind = static_cast<CertificateKind>(0);
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());

        content = samples::content();
        content.principals = {""};
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());
        content.principals = std::vector<std::string>(max_principals + 1, "a");
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());
        content.principals = {};
        CHECK(parse_certificate(samples::blob_of(content)).ok()); // form; the check refuses it

        content = samples::content();
        content.authority.blob = samples::blob_of(samples::content()); // a certificate as CA
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());
        content.authority.blob = {};
        CHECK_FALSE(parse_certificate(samples::blob_of(content)).ok());
        CHECK_FALSE(parse_certificate(samples::ed25519_blob(1)).ok()); // a key is no certificate
    }
}
