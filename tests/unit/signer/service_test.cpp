// SPDX-License-Identifier: Apache-2.0
#include "service_world.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/ca/ca.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/signature.hpp"

#include <functional>

using namespace sallyport;
using namespace sallyport::signer;
using namespace sallyport::signer::testing;

namespace {

cert::PublicKey key_of(const base::Bytes &blob) {
    const auto key = cert::parse_public_key(blob);
    REQUIRE(key.ok());
    return *key;
}

std::string sum(base::BytesView bytes) {
    return base::hex(crypto::sha256(bytes));
}

// An RSA key is slow to make: not every test has one.
Keys keys_with_rsa() {
    Keys keys = new_keys();
    keys.hosts.push_back({"host_rsa", new_key(cert::KeyType::Rsa), {}});
    return keys;
}

} // namespace

TEST_SUITE("signer.service") {
    TEST_CASE("a message that is no question ends the edge, whatever it holds") {
        World world;
        for (std::uint16_t type = 0; type < 200; ++type) {
            const bool question = type >= 20 && type <= 28 && type % 2 == 0;
            CAPTURE(type);
            // No question is well formed with these bodies.
            for (const base::Bytes &body :
                 {base::Bytes{}, base::Bytes{1}, base::Bytes(7, 0), base::Bytes(500, 0xff)})
                CHECK_FALSE(world.service.answer(type, body).ok());
            if (!question)
                CHECK_FALSE(world.service.answer(type, wire::encode(wire::KeysAsk{1})).ok());
        }
        CHECK(world.log.entries.empty());
    }

    TEST_CASE("each question that is cut, goes on, or has no number ends the edge") {
        World world;
        const auto host_key = world.keys().host_keys[0].blob;
        const auto broken = [&](auto ask) {
            const std::uint16_t type = decltype(ask)::type;
            base::Bytes whole = wire::encode(ask);
            REQUIRE(world.service.answer(type, whole).ok());
            for (std::size_t size = 0; size < whole.size(); ++size)
                CHECK_FALSE(
                    world.service.answer(type, base::to_bytes(base::BytesView(whole).first(size)))
                        .ok());
            whole.push_back(0);
            CHECK_FALSE(world.service.answer(type, whole).ok());
            ask.call = 0;
            CHECK_FALSE(world.service.answer(type, wire::encode(ask)).ok());
            using Ask = decltype(ask);
            CHECK_FALSE(
                world.service.answer(type, base::Bytes(wire::message_limit<Ask>() + 1, 0)).ok());
        };
        broken(wire::KeysAsk{1});
        broken(host_sign_ask(host_key));
        broken(user_ask());
        broken(target_ask());
        broken(seal_ask("0123456789abcdef"));
    }

    TEST_CASE("the public halves of all keys are told") {
        World world(keys_with_rsa());
        const wire::KeysAnswer keys = world.keys();
        CHECK(keys.error.empty());
        REQUIRE(keys.host_keys.size() == 3);
        CHECK(keys.host_keys[0].algorithm == "ssh-ed25519");
        CHECK(keys.host_keys[1].algorithm == "ecdsa-sha2-nistp256");
        CHECK(keys.host_keys[2].algorithm == "ssh-rsa");
        CHECK_FALSE(keys.host_keys[0].certificate.empty());
        CHECK(key_of(keys.user_ca).type == cert::KeyType::Ed25519);
        CHECK_FALSE(keys.user_ca == keys.target_ca);
        CHECK(keys.seal_key_id == "0123456789abcdef");
        CHECK(world.log.entries.empty());
    }

    TEST_CASE("an exchange with our own host key is signed, by that key") {
        World world(keys_with_rsa());
        const wire::KeysAnswer keys = world.keys();
        struct Row {
            std::size_t slot;
            const char *algorithm, *hash;
        };
        for (const Row &row :
             {Row{0, "ssh-ed25519", "sha256"}, Row{0, "ssh-ed25519", "sha512"},
              Row{1, "ecdsa-sha2-nistp256", "sha384"}, Row{2, "rsa-sha2-256", "sha256"},
              Row{2, "rsa-sha2-512", "sha512"}}) {
            CAPTURE(row.algorithm);
            wire::HostSignAsk ask = host_sign_ask(keys.host_keys[row.slot].blob);
            ask.algorithm = row.algorithm;
            ask.hash = row.hash;
            const auto answer = world.ask<wire::HostSignAnswer>(ask);
            CHECK(answer.error.empty());
            CHECK(answer.exchange_hash == *crypto::hash_by_name(row.hash, ask.pre_image));
            CHECK(crypto::verify_ssh_signature(key_of(keys.host_keys[row.slot].blob), row.algorithm,
                                               answer.exchange_hash, answer.signature));
            REQUIRE_FALSE(world.log.entries.empty());
            CHECK(world.log.entries.back().what == "host-exchange");
            CHECK(world.log.entries.back().sha256 == sum(answer.exchange_hash));
        }
        // the certificate in place of the key
        const auto answer =
            world.ask<wire::HostSignAnswer>(host_sign_ask(keys.host_keys[0].certificate));
        CHECK(answer.error.empty());
        CHECK(crypto::verify_ssh_signature(key_of(keys.host_keys[0].blob), "ssh-ed25519",
                                           answer.exchange_hash, answer.signature));
    }

    TEST_CASE("nothing else is signed by a host key") {
        World world;
        const wire::KeysAnswer keys = world.keys();
        const base::Bytes &own = keys.host_keys[0].blob;
        const auto refused = [&](const std::function<void(wire::HostSignAsk &)> &change) {
            wire::HostSignAsk ask = host_sign_ask(own);
            change(ask);
            const auto answer = world.ask<wire::HostSignAnswer>(ask);
            return !answer.error.empty() && answer.signature.empty() &&
                   answer.exchange_hash.empty();
        };
        CHECK_FALSE(refused([](wire::HostSignAsk &) {}));
        world.log.entries.clear();
        CHECK(refused([](auto &ask) { ask.pre_image = pre_image(new_key().public_key().blob); }));
        CHECK(refused([&](auto &ask) { ask.pre_image = pre_image(keys.user_ca); }));
        CHECK(refused([](auto &ask) { ask.pre_image = {}; }));
        CHECK(refused([](auto &ask) { ask.pre_image = base::Bytes(32, 1); })); // a bare hash
        CHECK(refused([](auto &ask) { ask.pre_image.push_back(0); }));
        CHECK(refused([](auto &ask) { ask.pre_image.pop_back(); }));
        CHECK(refused([](auto &ask) { ask.hash = "sha1"; }));
        CHECK(refused([](auto &ask) { ask.hash = ""; }));
        for (const char *algorithm : {"", "ssh-rsa", "rsa-sha2-512", "ecdsa-sha2-nistp256",
                                      "ssh-ed25519-cert-v01@openssh.com"})
            CHECK(refused([&](auto &ask) { ask.algorithm = algorithm; }));
        for (std::size_t i = 0; i < own.size(); ++i) // any altered host key
            CHECK(refused([&](auto &ask) {
                base::Bytes changed = own;
                changed[i] ^= 1;
                ask.pre_image = pre_image(changed);
            }));
        CHECK(world.log.entries.empty());
    }

    TEST_CASE("a user certificate is the person's, by the user CA") {
        World world;
        const wire::UserCertificateAsk ask = user_ask();
        const auto answer = world.ask<wire::UserCertificateAnswer>(ask);
        REQUIRE(answer.error.empty());
        const auto certificate = cert::parse_certificate(answer.certificate);
        REQUIRE(certificate.ok());
        cert::UserExpectation expected;
        expected.authorities = {key_of(world.keys().user_ca)};
        expected.now = now;
        expected.principal = "alice";
        const auto verdict =
            cert::check_user_certificate(*certificate, expected, crypto::SshSignatures());
        REQUIRE(std::holds_alternative<cert::UserCertificate>(verdict));
        CHECK(std::get<cert::UserCertificate>(verdict).serial == 77);
        CHECK(std::get<cert::UserCertificate>(verdict).key.blob == ask.key);
        REQUIRE(world.log.entries.size() == 1);
        CHECK(world.log.entries[0].what == "user-certificate");
        CHECK(world.log.entries[0].serial == 77);
        CHECK(world.log.entries[0].id == ask.key_id);
        CHECK(world.log.entries[0].sha256 == sum(certificate->signed_part()));
    }

    TEST_CASE("a user certificate beyond its limits is refused") {
        World world;
        const auto refused = [&](const std::function<void(wire::UserCertificateAsk &)> &change) {
            wire::UserCertificateAsk ask = user_ask();
            change(ask);
            const auto answer = world.ask<wire::UserCertificateAnswer>(ask);
            return !answer.error.empty() && answer.certificate.empty();
        };
        CHECK(refused([](auto &ask) { ask.key = {}; }));
        CHECK(refused([](auto &ask) { ask.key.push_back(0); }));
        CHECK(refused([](auto &ask) { ask.person = "Alice"; }));
        CHECK(refused([](auto &ask) { ask.person = ""; }));
        CHECK(refused([](auto &ask) { ask.serial = 0; }));
        CHECK(refused([](auto &ask) { ask.key_id = "a\",\"x\":\""; })); // would forge a log line
        CHECK(refused([](auto &ask) { ask.key_id = "a\nb"; }));
        CHECK(refused([](auto &ask) { ask.valid_before = now + 9 * 3600; }));
        CHECK(refused([](auto &ask) { ask.valid_after = 0; }));
        CHECK(refused([](auto &ask) { ask.source_addresses = {"everywhere"}; }));
        CHECK(world.log.entries.empty());
    }

    TEST_CASE("a target login is one certificate and one signature that fit each other") {
        World world;
        const wire::TargetLoginAsk ask = target_ask();
        const auto answer = world.ask<wire::TargetLoginAnswer>(ask);
        REQUIRE(answer.error.empty());
        const auto certificate = cert::parse_certificate(answer.certificate);
        REQUIRE(certificate.ok());
        const cert::CertificateContent &content = certificate->content;
        CHECK(content.authority.blob == world.keys().target_ca);
        CHECK(crypto::SshSignatures().verify(content.authority, certificate->signed_part(),
                                             certificate->signature, false));
        CHECK(content.principals == std::vector<std::string>{"deploy@web1"});
        CHECK(content.key_id == "session=" + session + " person=alice@example.test");
        CHECK(content.serial == answer.serial);
        CHECK(content.valid_after == now - 60);
        CHECK(content.valid_before == now + 120);
        CHECK(content.critical == std::vector<cert::Option>{{"force-command", "uptime"},
                                                            {"source-address", "192.0.2.1/32"}});
        CHECK(content.extensions.empty());

        const base::Bytes raw = cert::user_auth_request(
            "deploy", "ssh-ed25519-cert-v01@openssh.com", answer.certificate);
        CHECK(crypto::verify_ssh_signature(content.key, "ssh-ed25519",
                                           cert::signed_data(ask.exchange_hash, raw, raw.size()),
                                           answer.signature));
        // for this exchange alone
        CHECK_FALSE(crypto::verify_ssh_signature(
            content.key, "ssh-ed25519", cert::signed_data(base::Bytes(32, 8), raw, raw.size()),
            answer.signature));
        REQUIRE(world.log.entries.size() == 2);
        CHECK(world.log.entries[0].what == "target-certificate");
        CHECK(world.log.entries[0].sha256 == sum(certificate->signed_part()));
        CHECK(world.log.entries[1].what == "target-login");
        CHECK(world.log.entries[1].serial == answer.serial);
    }

    TEST_CASE("every target login has a key of its own") {
        World world;
        const auto one = world.ask<wire::TargetLoginAnswer>(target_ask());
        const auto two = world.ask<wire::TargetLoginAnswer>(target_ask());
        CHECK_FALSE(cert::parse_certificate(one.certificate)->content.key ==
                    cert::parse_certificate(two.certificate)->content.key);
        CHECK(one.serial != two.serial);
    }

    TEST_CASE("a long person is cut in the key id, the session is not") {
        World world;
        wire::TargetLoginAsk ask = target_ask();
        ask.person = std::string(64, 'a') + "@" + std::string(189, 'b');
        const auto answer = world.ask<wire::TargetLoginAnswer>(ask);
        REQUIRE(answer.error.empty());
        const std::string id = cert::parse_certificate(answer.certificate)->content.key_id;
        CHECK(id.size() == cert::max_key_id_bytes);
        CHECK(id.starts_with("session=" + session + " person="));
    }

    TEST_CASE("a target login beyond its limits is refused") {
        World world;
        const auto refused = [&](const std::function<void(wire::TargetLoginAsk &)> &change) {
            wire::TargetLoginAsk ask = target_ask();
            change(ask);
            const auto answer = world.ask<wire::TargetLoginAnswer>(ask);
            return !answer.error.empty() && answer.certificate.empty() && answer.signature.empty();
        };
        CHECK(refused([](auto &ask) { ask.force_command = ""; }));
        CHECK(refused([](auto &ask) { ask.force_command = std::string("a\0b", 3); }));
        CHECK(refused([](auto &ask) { ask.source_addresses = {}; }));
        CHECK(refused([](auto &ask) { ask.source_addresses = {"192.0.2.1", "web1"}; }));
        CHECK(refused([](auto &ask) { ask.valid_seconds = 601; }));
        CHECK(refused([](auto &ask) { ask.valid_seconds = 0; }));
        CHECK(refused([](auto &ask) { ask.account = "root@web2,deploy"; }));
        CHECK(refused([](auto &ask) { ask.target = "web1 web2"; }));
        CHECK(refused([](auto &ask) { ask.person = ""; }));
        CHECK(refused([](auto &ask) { ask.session.text = ""; }));
        CHECK(refused([](auto &ask) { ask.session.text = "x"; }));
        for (const std::size_t size : {0U, 20U, 31U, 33U, 63U, 65U, 4096U})
            CHECK(refused([&](auto &ask) { ask.exchange_hash = base::Bytes(size, 1); }));
        for (const std::size_t size : {32U, 48U, 64U})
            CHECK_FALSE(refused([&](auto &ask) { ask.exchange_hash = base::Bytes(size, 1); }));
    }

    TEST_CASE("a seal in canonical form is signed, and nothing else") {
        World world;
        const wire::KeysAnswer keys = world.keys();
        const wire::SealAsk good = seal_ask(keys.seal_key_id);
        const auto answer = world.ask<wire::SealAnswer>(good);
        REQUIRE(answer.error.empty());
        CHECK(crypto::verify_ed25519(keys.seal_key, record::seal_message(good.line),
                                     answer.signature));
        CHECK_FALSE(
            crypto::verify_ed25519(keys.seal_key, base::as_bytes(good.line), answer.signature));
        REQUIRE(world.log.entries.size() == 1);
        CHECK(world.log.entries[0].id == "session=" + session);
        for (const std::string &line :
             {std::string(), std::string("{}"), good.line + "\n", good.line + " ", " " + good.line,
              good.line.substr(1), seal_ask("fedcba9876543210").line}) {
            wire::SealAsk ask = good;
            ask.line = line;
            const auto refusal = world.ask<wire::SealAnswer>(ask);
            CHECK_FALSE(refusal.error.empty());
            CHECK(refusal.signature.empty());
        }
        CHECK(world.log.entries.size() == 1);
    }

    TEST_CASE("what cannot be logged is not signed") {
        World world;
        world.log.broken = true;
        const wire::KeysAnswer keys = world.keys();
        const auto host = world.ask<wire::HostSignAnswer>(host_sign_ask(keys.host_keys[0].blob));
        CHECK_FALSE(host.error.empty());
        CHECK(host.signature.empty());
        CHECK(world.ask<wire::UserCertificateAnswer>(user_ask()).certificate.empty());
        const auto login = world.ask<wire::TargetLoginAnswer>(target_ask());
        CHECK(login.certificate.empty());
        CHECK(login.signature.empty());
        CHECK(world.ask<wire::SealAnswer>(seal_ask(keys.seal_key_id)).signature.empty());
    }
}
