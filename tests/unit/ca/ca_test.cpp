// SPDX-License-Identifier: Apache-2.0
#include "ssh_keygen.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/ca/ca.hpp"
#include "sallyport/crypto/signature.hpp"

#include <functional>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::ca;

namespace {

constexpr std::uint64_t now = 1'800'000'000;
constexpr std::uint64_t hour = 3600;

crypto::PrivateKey new_key(cert::KeyType type = cert::KeyType::Ed25519) {
    auto key = crypto::PrivateKey::generate(type);
    REQUIRE(key.ok());
    return std::move(*key);
}

struct World {
    crypto::PrivateKey authority = new_key(), subject = new_key();
    base::Bytes nonce = base::Bytes(nonce_bytes, 7);

    UserRequest user() const {
        UserRequest request;
        request.key = subject.public_key();
        request.serial = 7;
        request.key_id = "alice@example.test login=01J via=oidc:okta";
        request.person = "alice@example.test";
        request.valid_after = now - 60;
        request.valid_before = now + 8 * hour;
        return request;
    }
    TargetRequest target() const {
        TargetRequest request;
        request.key = subject.public_key();
        request.serial = 8;
        request.key_id = "alice session=01J";
        request.account = "deploy";
        request.target = "web1";
        request.source_addresses = {"192.0.2.1", "2001:DB8::/64"};
        request.force_command = "uptime; echo 'a\nb'";
        request.valid_seconds = 120;
        return request;
    }
    HostRequest host() const {
        HostRequest request;
        request.key = subject.public_key();
        request.serial = 9;
        request.key_id = "web1";
        request.names = {"web1", "web1.example.test"};
        request.valid_after = now - 60;
        request.valid_before = now + 24 * hour;
        return request;
    }
};

cert::Certificate parsed(const Issued &issued) {
    const auto certificate = cert::parse_certificate(issued.certificate);
    REQUIRE(certificate.ok());
    CHECK(base::to_bytes(certificate->signed_part()) == issued.signed_part);
    return *certificate;
}

} // namespace

TEST_SUITE("ca.ca") {
    TEST_CASE("a user certificate says exactly what was asked for") {
        const World world;
        UserRequest request = world.user();
        request.source_addresses = {"10.0.0.0/8", "::1"};
        const auto issued = issue_user(world.authority, request, now, world.nonce);
        REQUIRE_MESSAGE(issued.ok(), (issued.ok() ? "" : issued.error().message));
        const cert::Certificate certificate = parsed(*issued);
        CHECK(certificate.content.kind == cert::CertificateKind::User);
        CHECK(certificate.content.principals == std::vector<std::string>{request.person});
        CHECK(certificate.content.critical ==
              std::vector<cert::Option>{{"source-address", "10.0.0.0/8,::1/128"}});
        CHECK(certificate.content.extensions == std::vector<cert::Option>{{"permit-pty", ""}});

        cert::UserExpectation expected;
        expected.authorities = {world.authority.public_key()};
        expected.now = now;
        expected.client = *base::parse_ip("10.1.1.1");
        CHECK(std::holds_alternative<cert::UserCertificate>(
            cert::check_user_certificate(certificate, expected, crypto::SshSignatures())));
    }

    TEST_CASE("a target certificate is one account at one target, one command, one origin") {
        const World world;
        const auto issued = issue_target(world.authority, world.target(), now, world.nonce);
        REQUIRE(issued.ok());
        const cert::CertificateContent content = parsed(*issued).content;
        CHECK(content.principals == std::vector<std::string>{"deploy@web1"});
        CHECK(content.valid_after == now - 60);
        CHECK(content.valid_before == now + 120);
        CHECK(content.critical ==
              std::vector<cert::Option>{{"force-command", "uptime; echo 'a\nb'"},
                                        {"source-address", "192.0.2.1/32,2001:db8::/64"}});
        CHECK(content.extensions.empty());
    }

    TEST_CASE("ssh-keygen reads what we issue, for every key and authority") {
        const support::Scratch scratch;
        for (const auto type : {cert::KeyType::Ed25519, cert::KeyType::EcdsaP256,
                                cert::KeyType::EcdsaP521, cert::KeyType::Rsa}) {
            World world;
            world.authority = new_key(type);
            world.subject = new_key(type);
            for (const auto &issued :
                 {issue_user(world.authority, world.user(), now, world.nonce),
                  issue_target(world.authority, world.target(), now, world.nonce),
                  issue_host(world.authority, world.host(), now, world.nonce)}) {
                REQUIRE(issued.ok());
                scratch.write("c.pub", cert::key_line(issued->certificate, "") + "\n");
                const auto shown = scratch.run("ssh-keygen -L -f c.pub");
                CAPTURE(shown.text);
                CHECK(shown.status == 0);
                CHECK(shown.text.find("UNKNOWN") == std::string::npos);
            }
            const auto shown = scratch.run("ssh-keygen -L -f c.pub");
            CHECK(shown.text.find("host certificate") != std::string::npos);
            CHECK(shown.text.find("web1.example.test") != std::string::npos);
        }
    }

    TEST_CASE("a user certificate beyond its limits is not issued") {
        const World world;
        const auto issues = [&](const std::function<void(UserRequest &)> &change) {
            UserRequest request = world.user();
            change(request);
            return issue_user(world.authority, request, now, world.nonce).ok();
        };
        CHECK(issues([](UserRequest &) {}));
        CHECK_FALSE(issues([](UserRequest &r) { r.serial = 0; }));
        for (const char *person : {"", "Alice", "root,alice", "alice bob", "*", "alice\n", "@x"})
            CHECK_FALSE(issues([&](UserRequest &r) { r.person = person; }));
        CHECK(issues([](UserRequest &r) { r.person = "ci:deploy"; }));
        for (const std::string &id :
             {std::string(), std::string(256, 'a'), std::string("a\nb"), std::string("a\"b"),
              std::string("a\0b", 3), std::string("a\\b"), std::string("\xc3\xa9")})
            CHECK_FALSE(issues([&](UserRequest &r) { r.key_id = id; }));
        CHECK(issues([](UserRequest &r) { r.key_id = std::string(255, 'a'); }));

        CHECK_FALSE(issues([](UserRequest &r) { r.valid_before = now + 8 * hour + 1; }));
        CHECK(issues([](UserRequest &r) {
            r.valid_after = now;
            r.valid_before = now + 8 * hour + 60; // asked a moment ago, by a clock slightly ahead
        }));
        CHECK_FALSE(issues([](UserRequest &r) {
            r.valid_after = now + hour;
            r.valid_before = now + 9 * hour; // not now, but later
        }));
        CHECK_FALSE(issues([](UserRequest &r) {
            r.valid_after = now - 121;
            r.valid_before = now + hour;
        }));
        CHECK_FALSE(issues([](UserRequest &r) { r.valid_before = now; }));
        CHECK_FALSE(issues([](UserRequest &r) { r.valid_after = r.valid_before; }));
        CHECK_FALSE(issues([](UserRequest &r) { r.valid_before = cert::forever; }));
        CHECK_FALSE(issues([](UserRequest &r) {
            r.valid_after = 0;
            r.valid_before = cert::forever;
        }));
        CHECK_FALSE(issues([](UserRequest &r) { r.source_addresses = {"10.0.0.1/8"}; }));
        CHECK_FALSE(issues([](UserRequest &r) { r.source_addresses = {"10.0.0.0/8,0.0.0.0/0"}; }));
        CHECK_FALSE(issues([](UserRequest &r) { r.source_addresses = {""}; }));
        CHECK_FALSE(issues([](UserRequest &r) {
            r.source_addresses = std::vector<std::string>(max_source_addresses + 1, "::1");
        }));

        const support::Scratch scratch;
        REQUIRE(scratch.run("ssh-keygen -q -t rsa -b 2048 -N '' -f k").status == 0);
        const auto weak = cert::parse_public_key_line(scratch.read("k.pub"));
        REQUIRE(weak.ok());
        CHECK_FALSE(issues([&](UserRequest &r) { r.key = *weak; }));
    }

    TEST_CASE("a target certificate beyond its limits is not issued") {
        const World world;
        const auto issues = [&](const std::function<void(TargetRequest &)> &change) {
            TargetRequest request = world.target();
            change(request);
            return issue_target(world.authority, request, now, world.nonce).ok();
        };
        CHECK(issues([](TargetRequest &) {}));
        CHECK(issues([](TargetRequest &r) { r.valid_seconds = 600; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.valid_seconds = 601; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.valid_seconds = 0; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.force_command.clear(); }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.force_command = std::string("id\0x", 4); }));
        CHECK(issues(
            [](TargetRequest &r) { r.force_command = std::string(base::max_script_bytes, 'x'); }));
        CHECK_FALSE(issues([](TargetRequest &r) {
            r.force_command = std::string(base::max_script_bytes + 1, 'x');
        }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.source_addresses = {}; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.source_addresses = {"any"}; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.account = "deploy@web2"; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.account = ""; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.target = "web1@web2"; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.target = ""; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.serial = 0; }));
        CHECK_FALSE(issues([](TargetRequest &r) { r.key_id = ""; }));
    }

    TEST_CASE("a host certificate names hosts") {
        const World world;
        const auto issues = [&](const std::function<void(HostRequest &)> &change) {
            HostRequest request = world.host();
            change(request);
            return issue_host(world.authority, request, now, world.nonce).ok();
        };
        CHECK(issues([](HostRequest &) {}));
        CHECK_FALSE(issues([](HostRequest &r) { r.names = {}; }));
        CHECK_FALSE(issues([](HostRequest &r) { r.names = {"web1", "*"}; }));
        CHECK_FALSE(issues([](HostRequest &r) {
            r.names = std::vector<std::string>(max_host_names + 1, "web1");
        }));
        CHECK_FALSE(issues([](HostRequest &r) { r.valid_before = now + 400 * 24 * hour; }));
    }
}
