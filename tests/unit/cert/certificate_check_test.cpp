// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

using namespace sallyport;
using namespace sallyport::cert;

namespace {

// Says what the test tells it to, and notes what it was asked.
struct Verifier final : SignatureVerifier {
    bool good = true;
    mutable base::Bytes data;
    bool verify(const PublicKey &, base::BytesView signed_bytes, base::BytesView,
                bool) const override {
        data = base::to_bytes(signed_bytes);
        return good;
    }
};

UserExpectation expectation() {
    UserExpectation expected;
    expected.authorities = {samples::must_parse(samples::ed25519_blob(2))};
    expected.now = 1500;
    expected.client = *base::parse_ip("10.1.2.3");
    return expected;
}

std::optional<CertificateFault> fault_of(const CertificateContent &content,
                                         const UserExpectation &expected, bool good = true) {
    Verifier verifier;
    verifier.good = good;
    const Certificate certificate = samples::certificate_of(content);
    const auto verdict = check_user_certificate(certificate, expected, verifier);
    if (const auto *refusal = std::get_if<CertificateRefusal>(&verdict)) {
        CHECK_FALSE(refusal->message.empty());
        return refusal->fault;
    }
    CHECK(verifier.data == base::to_bytes(certificate.signed_part()));
    return std::nullopt;
}

} // namespace

TEST_SUITE("cert.certificate_check") {
    TEST_CASE("a certificate in order lets its one principal in") {
        const Certificate certificate = samples::certificate_of(samples::content());
        const auto verdict = check_user_certificate(certificate, expectation(), Verifier());
        const auto *accepted = std::get_if<UserCertificate>(&verdict);
        REQUIRE(accepted != nullptr);
        CHECK(accepted->principal == "alice");
        CHECK(accepted->serial == 42);
        CHECK(accepted->valid_before == 2000);
        CHECK(accepted->permit_pty);
        CHECK_FALSE(accepted->permit_agent_forwarding);
        CHECK_FALSE(accepted->verify_required);
        CHECK(accepted->key.blob == samples::ed25519_blob(1));
    }

    TEST_CASE("each fault has its own reason") {
        CertificateContent content = samples::content();
        UserExpectation expected = expectation();
        CHECK(fault_of(content, expected) == std::nullopt);
        CHECK(fault_of(content, expected, false) == CertificateFault::BadSignature);

        expected.authorities = {samples::must_parse(samples::ed25519_blob(7))};
        CHECK(fault_of(content, expected) == CertificateFault::ForeignAuthority);
        expected.authorities = {};
        CHECK(fault_of(content, expected) == CertificateFault::ForeignAuthority);

        content.kind = CertificateKind::Host;
        CHECK(fault_of(content, expectation()) == CertificateFault::WrongKind);

        content = samples::content();
        content.key = samples::must_parse(samples::rsa_blob(2048));
        CHECK(fault_of(content, expectation()) == CertificateFault::WeakKey);
        content.key = samples::must_parse(samples::rsa_blob(3072));
        CHECK(fault_of(content, expectation()) == std::nullopt);
    }

    TEST_CASE("the period begins with its first second and ends before its last") {
        struct Row {
            std::uint64_t now;
            std::optional<CertificateFault> fault;
        };
        const Row rows[] = {{999, CertificateFault::NotYetValid},
                            {1000, std::nullopt},
                            {1999, std::nullopt},
                            {2000, CertificateFault::Expired},
                            {forever, CertificateFault::Expired},
                            {0, CertificateFault::NotYetValid}};
        for (const Row &row : rows) {
            CAPTURE(row.now);
            UserExpectation expected = expectation();
            expected.now = row.now;
            CHECK(fault_of(samples::content(), expected) == row.fault);
        }
        CertificateContent content = samples::content();
        content.valid_after = 2000;
        content.valid_before = 1000; // an empty period
        CHECK(fault_of(content, expectation()).has_value());
        content.valid_after = 0;
        content.valid_before = forever;
        CHECK(fault_of(content, expectation()) == std::nullopt);
        content.valid_after = forever; // its text is bounded, too
        CHECK(fault_of(content, expectation()) == CertificateFault::NotYetValid);
    }

    TEST_CASE("exactly one principal, and the expected one") {
        CertificateContent content = samples::content();
        content.principals = {};
        CHECK(fault_of(content, expectation()) == CertificateFault::WrongPrincipal);
        content.principals = {"alice", "root"};
        CHECK(fault_of(content, expectation()) == CertificateFault::WrongPrincipal);
        content.principals = {"alice", "alice"};
        CHECK(fault_of(content, expectation()) == CertificateFault::WrongPrincipal);

        UserExpectation expected = expectation();
        for (const char *other : {"bob", "Alice", "alice ", "alic"}) {
            expected.principal = other;
            CHECK(fault_of(samples::content(), expected) == CertificateFault::WrongPrincipal);
        }
        expected.principal = "alice";
        CHECK(fault_of(samples::content(), expected) == std::nullopt);
    }

    TEST_CASE("a critical option is honoured or refused, never passed over") {
        struct Row {
            std::vector<Option> critical;
            std::optional<CertificateFault> fault;
        };
        const Row rows[] = {
            {{{"source-address", "10.0.0.0/8"}}, std::nullopt},
            {{{"source-address", "192.0.2.0/24,10.1.2.3"}}, std::nullopt},
            {{{"source-address", "192.0.2.0/24,2001:db8::/32"}}, CertificateFault::SourceAddress},
            {{{"source-address", "10.1.2.3/8"}}, CertificateFault::SourceAddress},
            {{{"source-address", "10.0.0.0/8,web"}}, CertificateFault::SourceAddress},
            {{{"source-address", "10.0.0.0/8,"}}, std::nullopt},
            {{{"source-address", ","}}, CertificateFault::SourceAddress},
            {{{"source-address", "*"}}, CertificateFault::SourceAddress},
            {{{"force-command", "uptime"}}, CertificateFault::CriticalOption},
            {{{"verify-required", ""}}, CertificateFault::CriticalOption}, // no security key
            {{{"own@example.test", ""}}, CertificateFault::CriticalOption},
            {{{"Source-Address", "x"}}, CertificateFault::CriticalOption},
            {{{"source-address", "10.0.0.0/8"}, {"zz", ""}}, CertificateFault::CriticalOption},
        };
        for (const Row &row : rows) {
            CAPTURE(row.critical[0].name);
            CAPTURE(row.critical[0].value);
            CertificateContent content = samples::content();
            content.critical = row.critical;
            CHECK(fault_of(content, expectation()) == row.fault);
        }
    }

    TEST_CASE("force-command and verify-required reach the caller who honours them") {
        CertificateContent content = samples::content();
        content.key = samples::must_parse(samples::sk_blob());
        content.critical = {{"force-command", "uptime"}, {"verify-required", ""}};
        UserExpectation expected = expectation();
        expected.force_command = true;
        const auto verdict =
            check_user_certificate(samples::certificate_of(content), expected, Verifier());
        const auto *accepted = std::get_if<UserCertificate>(&verdict);
        REQUIRE(accepted != nullptr);
        CHECK(accepted->force_command == "uptime");
        CHECK(accepted->verify_required);
    }

    TEST_CASE("an extension that is not known grants nothing and hinders nothing") {
        CertificateContent content = samples::content();
        content.extensions = {{"own@example.test", "x"}, {"no-touch-required", ""}};
        const auto verdict =
            check_user_certificate(samples::certificate_of(content), expectation(), Verifier());
        const auto *accepted = std::get_if<UserCertificate>(&verdict);
        REQUIRE(accepted != nullptr);
        CHECK_FALSE(accepted->permit_pty);
    }

    TEST_CASE("a host certificate vouches for the names it lists, and for a host") {
        CertificateContent content = samples::content();
        content.kind = CertificateKind::Host;
        content.principals = {"web1", "web1.example.test"};
        content.extensions = {};
        HostExpectation expected;
        expected.authorities = expectation().authorities;
        expected.now = 1500;
        expected.name = "web1";
        const auto fault = [&](const CertificateContent &of) -> std::optional<CertificateFault> {
            const auto verdict =
                check_host_certificate(samples::certificate_of(of), expected, Verifier());
            if (const auto *refusal = std::get_if<CertificateRefusal>(&verdict))
                return refusal->fault;
            CHECK(std::get<PublicKey>(verdict) == of.key);
            return std::nullopt;
        };
        CHECK(fault(content) == std::nullopt);
        for (const char *name : {"web2", "", "web1.", "*", "WEB1"}) {
            expected.name = name;
            CHECK(fault(content) == CertificateFault::WrongPrincipal);
        }
        expected.name = "web1";
        content.principals = {}; // "any host" is nobody here
        CHECK(fault(content) == CertificateFault::WrongPrincipal);
        content.principals = {"web1"};
        content.critical = {{"source-address", "10.0.0.0/8"}};
        CHECK(fault(content) == CertificateFault::CriticalOption);
        content.critical = {};
        content.key = samples::must_parse(samples::rsa_blob(1024));
        CHECK(fault(content) == CertificateFault::WeakKey);
        content = samples::content();
        CHECK(fault(content) == CertificateFault::WrongKind);
        content.kind = CertificateKind::Host;
        content.principals = {"web1"};
        expected.now = 2000;
        CHECK(fault(content) == CertificateFault::Expired);
        expected.authorities = {};
        CHECK(fault(content) == CertificateFault::ForeignAuthority);
    }
}
