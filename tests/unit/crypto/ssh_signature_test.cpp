// SPDX-License-Identifier: Apache-2.0
// Signatures by our own keys and by hand-made authenticators.
#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/wire/ssh.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::crypto;
using cert::KeyType;

namespace {

const base::Bytes &data() {
    static const base::Bytes bytes = base::to_bytes("what is signed");
    return bytes;
}

PrivateKey key_of(KeyType type) {
    auto key = PrivateKey::generate(type);
    REQUIRE(key.ok());
    return std::move(*key);
}

// A security key made of software: the same curve, the same signed bytes.
struct Authenticator {
    PrivateKey key;
    cert::PublicKey public_key;
    std::string type;

    explicit Authenticator(KeyType inner) : key(key_of(inner)) {
        const bool ec = inner == KeyType::EcdsaP256;
        type = ec ? "sk-ecdsa-sha2-nistp256@openssh.com" : "sk-ssh-ed25519@openssh.com";
        wire::Writer writer;
        writer.string(type);
        if (ec)
            writer.string("nistp256");
        writer.string(base::BytesView(key.public_key().point)).string("ssh:");
        auto parsed = cert::parse_public_key(writer.bytes());
        REQUIRE(parsed.ok());
        public_key = *parsed;
    }
    base::Bytes sign(std::uint8_t flags, std::uint8_t claimed) const {
        wire::Writer message;
        message.raw(sha256(base::as_bytes("ssh:"))).byte(flags).uint32(7).raw(sha256(data()));
        auto blob = key.sign(key.algorithm(), message.bytes());
        REQUIRE(blob.ok());
        wire::Reader reader(*blob);
        reader.string();
        wire::Writer writer;
        writer.string(type).string(reader.string()).byte(claimed).uint32(7);
        return std::move(writer).bytes();
    }
};

} // namespace

TEST_SUITE("crypto.ssh_signature") {
    TEST_CASE("every key type signs and verifies; any changed bit is refused") {
        const SshSignatures verifier;
        for (const KeyType type : {KeyType::Ed25519, KeyType::EcdsaP256, KeyType::EcdsaP384,
                                   KeyType::EcdsaP521, KeyType::Rsa}) {
            const PrivateKey key = key_of(type);
            CAPTURE(key.algorithm());
            const auto signature = key.sign(key.algorithm(), data());
            REQUIRE(signature.ok());
            const cert::PublicKey &own = key.public_key();
            CHECK(verifier.verify(own, data(), *signature, false));
            CHECK(verify_ssh_signature(own, key.algorithm(), data(), *signature));
            // no plain key can show that a user was verified
            CHECK_FALSE(verifier.verify(own, data(), *signature, true));

            for (std::size_t i = 0; i < signature->size(); ++i) {
                base::Bytes changed = *signature;
                changed[i] ^= 1;
                CHECK_FALSE(verifier.verify(own, data(), changed, false));
            }
            for (std::size_t size = 0; size < signature->size(); ++size)
                CHECK_FALSE(
                    verifier.verify(own, data(), base::BytesView(*signature).first(size), false));
            base::Bytes other = data();
            other[0] ^= 1;
            CHECK_FALSE(verifier.verify(own, other, *signature, false));
            CHECK_FALSE(verifier.verify(key_of(type).public_key(), data(), *signature, false));
        }
    }

    TEST_CASE("RSA signs with SHA-2 only, and as announced") {
        const PrivateKey key = key_of(KeyType::Rsa);
        CHECK(cert::rsa_bits(key.public_key()) == 3072);
        const auto signature = key.sign("rsa-sha2-256", data());
        REQUIRE(signature.ok());
        CHECK(verify_ssh_signature(key.public_key(), "rsa-sha2-256", data(), *signature));
        CHECK_FALSE(verify_ssh_signature(key.public_key(), "rsa-sha2-512", data(), *signature));
        CHECK_FALSE(key.sign("ssh-rsa", data()).ok());
        CHECK_FALSE(key.sign("ssh-ed25519", data()).ok());
        // the name alone makes no SHA-1 signature acceptable
        wire::Reader reader(*signature);
        reader.string();
        wire::Writer renamed;
        renamed.string("ssh-rsa").string(reader.string());
        CHECK_FALSE(SshSignatures().verify(key.public_key(), data(), renamed.bytes(), false));
    }

    TEST_CASE("a security key counts only when touched, and as verified only when it says so") {
        const SshSignatures verifier;
        for (const KeyType inner : {KeyType::Ed25519, KeyType::EcdsaP256}) {
            const Authenticator sk(inner);
            CAPTURE(sk.type);
            struct Row {
                std::uint8_t flags;
                bool touched, verified;
            };
            const Row rows[] = {{0, false, false},
                                {1, true, false},
                                {4, false, false},
                                {5, true, true},
                                {0xfa, false, false}};
            for (const Row &row : rows) {
                CAPTURE(int{row.flags});
                const base::Bytes signature = sk.sign(row.flags, row.flags);
                CHECK(verifier.verify(sk.public_key, data(), signature, false) == row.touched);
                CHECK(verifier.verify(sk.public_key, data(), signature, true) == row.verified);
            }
            // flags that were not signed
            CHECK_FALSE(verifier.verify(sk.public_key, data(), sk.sign(0, 1), false));
            CHECK_FALSE(verifier.verify(sk.public_key, data(), sk.sign(1, 5), true));
            // the inner key's own signature, without the authenticator's frame
            const auto plain = sk.key.sign(sk.key.algorithm(), data());
            REQUIRE(plain.ok());
            CHECK_FALSE(verifier.verify(sk.public_key, data(), *plain, false));
        }
    }

    TEST_CASE("a point off its curve verifies nothing") {
        cert::PublicKey key = key_of(KeyType::EcdsaP256).public_key();
        key.point.back() ^= 1;
        wire::Writer one;
        one.mpint(base::Bytes{1}).mpint(base::Bytes{1});
        wire::Writer signature;
        signature.string("ecdsa-sha2-nistp256").string(base::BytesView(one.bytes()));
        CHECK_FALSE(SshSignatures().verify(key, data(), signature.bytes(), false));
    }

    TEST_CASE("raw Ed25519 verifies under its own SubjectPublicKeyInfo alone") {
        const PrivateKey key = key_of(KeyType::Ed25519);
        const auto signature = key.sign_raw(data());
        const auto spki = key.spki();
        REQUIRE(signature.ok());
        REQUIRE(spki.ok());
        CHECK(signature->size() == 64);
        CHECK(verify_ed25519(*spki, data(), *signature));
        CHECK(spki_key_id(*spki) == base::hex(sha256(*spki)).substr(0, 16));
        base::Bytes changed = *signature;
        changed[63] ^= 1;
        CHECK_FALSE(verify_ed25519(*spki, data(), changed));
        base::Bytes longer = *spki;
        longer.push_back(0);
        CHECK_FALSE(verify_ed25519(longer, data(), *signature));
        CHECK_FALSE(verify_ed25519({}, data(), *signature));
        CHECK_FALSE(verify_ed25519(*key_of(KeyType::EcdsaP256).spki(), data(), *signature));
        CHECK_FALSE(verify_ed25519(*key_of(KeyType::Ed25519).spki(), data(), *signature));
    }
}
