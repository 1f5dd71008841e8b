// SPDX-License-Identifier: Apache-2.0
// Certificates that ssh-keygen made, read and judged with real signatures.
#include "ssh_keygen.hpp"

#include "sallyport/cert/certificate.hpp"
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/crypto/signature.hpp"

#include <ctime>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::cert;

namespace {

struct Authority {
    support::Scratch scratch;
    UserExpectation expected;

    explicit Authority(const std::string &ca_kind = "ed25519") {
        REQUIRE(scratch.run("ssh-keygen -q -N '' -C ca -f ca -t " + ca_kind).status == 0);
        expected.authorities = {*parse_public_key_line(scratch.read("ca.pub"))};
        expected.now = static_cast<std::uint64_t>(std::time(nullptr));
        expected.client = *base::parse_ip("127.0.0.1");
    }
    void make_key(const std::string &kind) const {
        scratch.run("rm -f key key.pub");
        REQUIRE(scratch.run("ssh-keygen -q -N '' -C k -f key -t " + kind).status == 0);
    }
    Certificate issue(const std::string &options) const {
        const auto made = scratch.run("ssh-keygen -q -s ca " + options + " key.pub");
        REQUIRE_MESSAGE(made.status == 0, made.text);
        const auto line = parse_key_line(scratch.read("key-cert.pub"));
        REQUIRE(line.ok());
        const auto certificate = parse_certificate(line->blob);
        REQUIRE_MESSAGE(certificate.ok(), (certificate.ok() ? "" : certificate.error().message));
        return *certificate;
    }
    std::string verdict(const Certificate &certificate) const {
        const auto checked = check_user_certificate(certificate, expected, crypto::SshSignatures());
        if (const auto *refusal = std::get_if<CertificateRefusal>(&checked))
            return std::string(fault_name(refusal->fault));
        return "accepted";
    }
};

} // namespace

TEST_SUITE("crypto.openssh_certificate") {
    TEST_CASE("a certificate of each key type by each kind of authority is accepted") {
        struct Row {
            const char *authority, *key;
        };
        const Row rows[] = {
            {"ed25519", "ed25519"},      {"ed25519", "ecdsa -b 256"}, {"ed25519", "ecdsa -b 384"},
            {"ed25519", "ecdsa -b 521"}, {"ed25519", "rsa -b 3072"},  {"ecdsa -b 256", "ed25519"},
            {"ecdsa -b 384", "ed25519"}, {"ecdsa -b 521", "ed25519"}, {"rsa", "ed25519"}};
        for (const Row &row : rows) {
            CAPTURE(row.authority);
            CAPTURE(row.key);
            const Authority authority(row.authority);
            authority.make_key(row.key);
            const Certificate certificate =
                authority.issue("-I id -n alice -z 7 -V -1m:+5m -O source-address=127.0.0.0/8");
            CHECK(authority.verdict(certificate) == "accepted");
            CHECK(certificate.content.serial == 7);
            CHECK(certificate.content.key_id == "id");
            CHECK(certificate.content.principals == std::vector<std::string>{"alice"});
            CHECK(parse_public_key_line(authority.scratch.read("key.pub"))->blob ==
                  certificate.content.key.blob);
            // what we would have a CA sign is what OpenSSH had it sign
            CHECK(signed_part(certificate.content) == base::to_bytes(certificate.signed_part()));
        }
    }

    TEST_CASE("what must not open the door does not") {
        const Authority authority;
        authority.make_key("ed25519");
        struct Row {
            const char *options, *verdict;
        };
        const Row rows[] = {
            {"-I id -n alice -V -1m:+5m", "accepted"},
            {"-I id -n alice -V always:forever", "accepted"},
            {"-I id -h -n alice -V -1m:+5m", "wrong-kind"},
            {"-I id -n alice -V -10m:-5m", "expired"},
            {"-I id -n alice -V +5m:+10m", "not-yet-valid"},
            {"-I id -V -1m:+5m", "wrong-principal"},
            {"-I id -n alice,root -V -1m:+5m", "wrong-principal"},
            {"-I id -n alice -O source-address=10.0.0.0/8", "source-address"},
            {"-I id -n alice -O force-command=id", "critical-option"},
            {"-I id -n alice -O verify-required", "critical-option"},
            {"-I id -n alice -O critical:own@example.test=1", "critical-option"},
            {"-I id -n alice -O extension:own@example.test=1", "accepted"},
        };
        for (const Row &row : rows) {
            CAPTURE(row.options);
            CHECK(authority.verdict(authority.issue(row.options)) == row.verdict);
        }
        const Authority foreign;
        foreign.make_key("ed25519");
        CHECK(authority.verdict(foreign.issue("-I id -n alice -V -1m:+5m")) == "foreign-authority");
        authority.make_key("rsa -b 2048");
        CHECK(authority.verdict(authority.issue("-I id -n alice -V -1m:+5m")) == "weak-key");
    }

    TEST_CASE("an RSA authority that signs with SHA-1 vouches for nothing") {
        const Authority authority("rsa");
        authority.make_key("ed25519");
        const auto made =
            authority.scratch.run("ssh-keygen -q -s ca -t ssh-rsa -I id -n alice key.pub");
        REQUIRE(made.status == 0);
        const auto line = parse_key_line(authority.scratch.read("key-cert.pub"));
        REQUIRE(line.ok());
        const auto certificate = parse_certificate(line->blob);
        CHECK((!certificate.ok() || authority.verdict(*certificate) == "bad-signature"));
    }

    TEST_CASE("every byte of a certificate is vouched for") {
        const Authority authority;
        for (const char *kind : {"ed25519", "ecdsa -b 256"}) {
            authority.make_key(kind);
            const Certificate whole = authority.issue("-I id -n alice -V -1m:+5m");
            REQUIRE(authority.verdict(whole) == "accepted");
            for (std::size_t i = 0; i < whole.blob.size(); ++i) {
                for (const std::uint8_t bit : {std::uint8_t{1}, std::uint8_t{0x80}}) {
                    base::Bytes changed = whole.blob;
                    changed[i] ^= bit;
                    const auto parsed = parse_certificate(changed);
                    CAPTURE(i);
                    CHECK((!parsed.ok() || authority.verdict(*parsed) != "accepted"));
                }
            }
        }
    }

    TEST_CASE("a host certificate is accepted for the names in it") {
        const Authority authority;
        authority.make_key("ecdsa -b 256");
        const Certificate certificate = authority.issue("-I web1 -h -n web1,web1.test -V -1m:+5m");
        HostExpectation expected;
        expected.authorities = authority.expected.authorities;
        expected.now = authority.expected.now;
        for (const char *name : {"web1", "web1.test"}) {
            expected.name = name;
            const auto verdict =
                check_host_certificate(certificate, expected, crypto::SshSignatures());
            REQUIRE(std::holds_alternative<PublicKey>(verdict));
            CHECK(std::get<PublicKey>(verdict) == certificate.content.key);
        }
        expected.name = "web2";
        CHECK(std::holds_alternative<CertificateRefusal>(
            check_host_certificate(certificate, expected, crypto::SshSignatures())));
    }
}
