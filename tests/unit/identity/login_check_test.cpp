// SPDX-License-Identifier: Apache-2.0
#include "people.hpp"

#include "sallyport/crypto/signature.hpp"
#include "sallyport/identity/login_check.hpp"

#include <functional>

#include <doctest/doctest.h>

using namespace people;
using identity::LoginAnswer;

TEST_SUITE_BEGIN("identity.login_check");

namespace {
const base::Bytes session_id(32, 9);

struct Bench : StoreInFolder {
    crypto::PrivateKey ca = make_key(), alice = make_key();
    crypto::SshSignatures verifier;
    identity::LoginContext context{session_id, "192.0.2.7", ca.public_key(), noon};

    Bench() {
        store::Login login;
        login.id = {"A"};
        login.who = {"alice", {"dev", "ops"}, model::Origin::Human, {"A"}};
        login.key = alice.public_key().blob;
        login.fingerprint = crypto::fingerprint(alice.public_key().blob);
        login.serial = 42;
        login.issued = noon;
        login.expires = noon + 1h;
        REQUIRE(store->insert_login(login).ok());
    }
    cert::CertificateContent plain() const { return content(alice.public_key(), ca.public_key()); }
    identity::LoginOutcome login(const base::Bytes &certificate,
                                 const std::string &user = "deploy@web1") {
        return check(signed_request(user, certificate_algorithm, certificate, session_id, alice));
    }
    identity::LoginOutcome check(const base::Bytes &raw) {
        return identity::check_login(raw, context, *store, verifier);
    }
};
} // namespace

TEST_CASE(
    "a certificate with a living login lets its person in, and the signed user name says where") {
    Bench bench;
    const auto outcome = bench.login(certify(bench.plain(), bench.ca));
    REQUIRE_MESSAGE(outcome.answer == LoginAnswer::Accepted, outcome.reason);
    CHECK(outcome.who == model::Principal{"alice", {"dev", "ops"}, model::Origin::Human, {"A"}});
    CHECK(outcome.address == model::Address{model::Door::Target, "deploy", "deploy", "web1"});
    CHECK(outcome.permit_pty);
    CHECK(bench.login(certify(bench.plain(), bench.ca), "alice").address.door ==
          model::Door::FrontDesk);
}

TEST_CASE("a query is answered and lets nobody in") {
    Bench bench;
    const auto outcome =
        bench.check(query("deploy@web1", certificate_algorithm, certify(bench.plain(), bench.ca)));
    CHECK(outcome.answer == LoginAnswer::Acceptable);
}

TEST_CASE("every certificate that is not exactly right is refused with its reason") {
    struct Row {
        const char *reason;
        std::function<void(cert::CertificateContent &)> spoil;
    };
    const Row rows[] = {
        {"host", [](auto &c) { c.kind = cert::CertificateKind::Host; }},
        {"expired", [](auto &c) { c.valid_before = base::unix_seconds(noon); }},
        {"not valid before", [](auto &c) { c.valid_after = base::unix_seconds(noon) + 5; }},
        {"principal", [](auto &c) { c.principals = {}; }},
        {"principal",
         [](auto &c) {
             c.principals = {"alice", "bob"};
         }},
        {"belongs to somebody else", [](auto &c) { c.principals = {"bob"}; }},
        {"serial", [](auto &c) { c.serial = 43; }},
        {"option",
         [](auto &c) {
             c.critical = {{"force-command", "ls"}};
         }},
        {"option",
         [](auto &c) {
             c.critical = {{"no-such-option@example.com", ""}};
         }},
        {"may not be used from",
         [](auto &c) {
             c.critical = {{"source-address", "198.51.100.0/24"}};
         }},
    };
    for (const Row &row : rows) {
        Bench bench;
        cert::CertificateContent spoiled = bench.plain();
        row.spoil(spoiled);
        const auto outcome = bench.login(certify(spoiled, bench.ca));
        CHECK_MESSAGE(outcome.answer == LoginAnswer::Refused, row.reason);
        CHECK_MESSAGE(outcome.reason.find(row.reason) != std::string::npos, outcome.reason);
    }
}

TEST_CASE("a certificate of another CA is refused, also when it names ours") {
    Bench bench;
    const crypto::PrivateKey other = make_key();
    CHECK(
        bench.login(certify(content(bench.alice.public_key(), other.public_key()), other)).answer ==
        LoginAnswer::Refused);
    CHECK(bench.login(certify(bench.plain(), other)).answer == LoginAnswer::Refused);
}

TEST_CASE("a login that was revoked, has expired or was for another key lets nobody in") {
    Bench bench;
    const base::Bytes certificate = certify(bench.plain(), bench.ca);
    const crypto::PrivateKey stranger = make_key();
    const base::Bytes other_key =
        certify(content(stranger.public_key(), bench.ca.public_key()), bench.ca);
    const auto stolen = bench.check(
        signed_request("deploy@web1", certificate_algorithm, other_key, session_id, stranger));
    CHECK(stolen.reason == "the login of this serial was for another key");
    REQUIRE(bench.store->revoke_logins("alice", "admin", noon)->size() == 1);
    CHECK(bench.login(certificate).reason == "this login was revoked");
    CHECK(bench.login(certificate).answer == LoginAnswer::Refused);
}

TEST_CASE("a signature over anything but this session id and these bytes is refused") {
    Bench bench;
    const base::Bytes certificate = certify(bench.plain(), bench.ca);
    // Signed for another session: what a man in the middle would relay.
    const base::Bytes elsewhere(32, 8);
    const auto relayed = bench.check(
        signed_request("deploy@web1", certificate_algorithm, certificate, elsewhere, bench.alice));
    CHECK(relayed.reason == "the signature does not verify");
    // The user name changed under the signature: what a lying connection would send.
    base::Bytes raw =
        signed_request("deploy@web1", certificate_algorithm, certificate, session_id, bench.alice);
    raw[4] ^= 1; // `eeploy@web1`
    CHECK(bench.check(raw).reason == "the signature does not verify");
    // Every byte of a good request matters.
    const base::Bytes good =
        signed_request("deploy@web1", certificate_algorithm, certificate, session_id, bench.alice);
    for (std::size_t i = 0; i < good.size(); ++i) {
        base::Bytes bad = good;
        bad[i] ^= 0x40;
        CHECK_MESSAGE(bench.check(bad).answer == LoginAnswer::Refused, i);
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK(
            bench.check(base::Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)))
                .answer == LoginAnswer::Refused);
}

TEST_CASE("a plain key opens the login door and nothing else, without counting as an attack") {
    Bench bench;
    const base::Bytes key = bench.alice.public_key().blob;
    const auto door =
        bench.check(signed_request("login", "ssh-ed25519", key, session_id, bench.alice));
    CHECK(door.answer == LoginAnswer::Accepted);
    CHECK(door.address.door == model::Door::Login);
    CHECK(door.who.person.empty());
    CHECK(door.key == key);
    for (const char *user : {"deploy@web1", "alice", "login@web1"}) {
        const auto refused =
            bench.check(signed_request(user, "ssh-ed25519", key, session_id, bench.alice));
        CHECK_MESSAGE(refused.answer == LoginAnswer::Refused, user);
        CHECK(!refused.counts_as_try);
    }
}

TEST_CASE("other methods and services are refused") {
    Bench bench;
    const auto request = [](const char *service, const char *method) {
        return wire::Writer().string("alice").string(service).string(method).string("").bytes();
    };
    CHECK(bench.check(request("ssh-connection", "password")).answer == LoginAnswer::Refused);
    CHECK(
        !bench.check(wire::Writer().string("alice").string("ssh-connection").string("none").bytes())
             .counts_as_try);
    CHECK(bench.check(query("alice", certificate_algorithm, {})).answer == LoginAnswer::Refused);
    CHECK(bench.check({}).answer == LoginAnswer::Refused);
}
TEST_SUITE_END();
