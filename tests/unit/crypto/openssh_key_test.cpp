// SPDX-License-Identifier: Apache-2.0
// Private key files between us, ssh-keygen and openssl.
#include "ssh_keygen.hpp"

#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/crypto/signature.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::crypto;
using cert::KeyType;

namespace {

bool signs(const PrivateKey &key) {
    const base::Bytes data{1, 2, 3};
    const auto signature = key.sign(key.algorithm(), data);
    return signature.ok() && SshSignatures().verify(key.public_key(), data, *signature, false);
}

} // namespace

TEST_SUITE("crypto.openssh_key") {
    TEST_CASE("ssh-keygen reads what we write") {
        const support::Scratch scratch;
        for (const KeyType type : {KeyType::Ed25519, KeyType::EcdsaP256, KeyType::EcdsaP384,
                                   KeyType::EcdsaP521, KeyType::Rsa}) {
            const auto key = PrivateKey::generate(type);
            REQUIRE(key.ok());
            const auto text = key->openssh_text("made by us");
            REQUIRE(text.ok());
            scratch.write("key", base::as_text(text->reveal()));
            const auto read = scratch.run("ssh-keygen -y -P '' -f key");
            CAPTURE(read.text);
            CHECK(read.status == 0);
            CHECK(read.text == cert::key_line(key->public_key().blob, "made by us") + "\n");
            const auto print = scratch.run("ssh-keygen -l -f key");
            CHECK(print.text.find(fingerprint(key->public_key().blob)) != std::string::npos);

            const auto back = PrivateKey::parse(text->reveal());
            REQUIRE(back.ok());
            CHECK(back->public_key() == key->public_key());
            CHECK(signs(*back));
        }
    }

    TEST_CASE("we read what ssh-keygen writes, in each of its formats") {
        const support::Scratch scratch;
        for (const char *kind :
             {"ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 2048",
              "rsa -b 3072", "ecdsa -m PEM", "rsa -m PEM", "ecdsa -m PKCS8", "rsa -m PKCS8"}) {
            CAPTURE(kind);
            scratch.run("rm -f key key.pub");
            const auto made =
                scratch.run(std::string("ssh-keygen -q -N '' -C c -f key -t ") + kind);
            REQUIRE(made.status == 0);
            const auto key = PrivateKey::parse(base::as_bytes(scratch.read("key")));
            REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
            CHECK(cert::key_line(key->public_key().blob, "c") + "\n" == scratch.read("key.pub"));
            CHECK(signs(*key));
        }
    }

    TEST_CASE("openssl verifies a seal's signature") {
        const support::Scratch scratch;
        const auto key = PrivateKey::generate(KeyType::Ed25519);
        REQUIRE(key.ok());
        scratch.write("data", "sealed");
        scratch.write("sig", base::as_text(*key->sign_raw(base::as_bytes("sealed"))));
        scratch.write("pub.der", base::as_text(*key->spki()));
        const auto outcome = scratch.run("openssl pkeyutl -verify -pubin -inkey pub.der -keyform "
                                         "DER -rawin -in data -sigfile sig");
        CAPTURE(outcome.text);
        CHECK(outcome.status == 0);
    }

    TEST_CASE("an encrypted key is refused without asking anybody") {
        const support::Scratch scratch;
        for (const char *kind : {"ed25519", "rsa -b 2048 -m PEM", "ecdsa -m PKCS8"}) {
            CAPTURE(kind);
            scratch.run("rm -f key key.pub");
            REQUIRE(scratch.run(std::string("ssh-keygen -q -N secret -f key -t ") + kind).status ==
                    0);
            CHECK_FALSE(PrivateKey::parse(base::as_bytes(scratch.read("key"))).ok());
        }
    }

    TEST_CASE("a damaged key file is refused") {
        const auto key = PrivateKey::generate(KeyType::Ed25519);
        REQUIRE(key.ok());
        const auto secret = key->openssh_text("x");
        REQUIRE(secret.ok());
        const std::string text = base::to_text(secret->reveal());
        for (std::size_t size = 0; size + 1 < text.size(); ++size) // the last newline may go
            CHECK_FALSE(PrivateKey::parse(base::as_bytes(text).first(size)).ok());
        std::size_t survived = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string changed = text;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            const auto read = PrivateKey::parse(base::as_bytes(changed));
            if (!read)
                continue;
            ++survived; // letters of the comment, the last newline
            CHECK(read->public_key() == key->public_key());
        }
        CHECK(survived <= 3);
        for (const char *other : {"", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "ssh-ed25519 AAAA",
                                  "-----BEGIN PUBLIC KEY-----\n"})
            CHECK_FALSE(PrivateKey::parse(base::as_bytes(other)).ok());
        CHECK(PrivateKey::parse(base::Bytes(max_private_key_bytes + 1, 'A')).error().code ==
              base::ErrorCode::TooLarge);
    }

    TEST_CASE("keys that no SSH host should have are refused") {
        const support::Scratch scratch;
        REQUIRE(scratch
                    .run("openssl genpkey -algorithm X25519 -out x && openssl genpkey "
                         "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k && openssl "
                         "genrsa -traditional -out r 1024")
                    .status == 0);
        for (const char *name : {"x", "k", "r"}) {
            CAPTURE(name);
            CHECK_FALSE(PrivateKey::parse(base::as_bytes(scratch.read(name))).ok());
        }
        CHECK_FALSE(PrivateKey::generate(KeyType::SkEd25519).ok());
    }
}
