// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/cert/public_key.hpp"

using namespace sallyport;
using namespace sallyport::cert;

TEST_SUITE("cert.public_key") {
    TEST_CASE("a key of each accepted type is read back byte for byte") {
        for (const base::Bytes &blob : samples::blob_of_each_type()) {
            const PublicKey key = samples::must_parse(blob);
            CAPTURE(key_type_name(key.type));
            CHECK(key.blob == blob);
            wire::Reader reader(blob);
            CHECK(reader.text() == key_type_name(key.type));
        }
        CHECK(rsa_bits(samples::must_parse(samples::rsa_blob(3072))) == 3072);
        CHECK(rsa_bits(samples::must_parse(samples::ed25519_blob(1))) == 0);
        CHECK(samples::must_parse(samples::sk_blob()).application == "ssh:");
    }

    TEST_CASE("a key that is cut anywhere or goes on is refused") {
        for (const base::Bytes &blob : samples::blob_of_each_type()) {
            for (std::size_t size = 0; size < blob.size(); ++size)
                CHECK_FALSE(parse_public_key(base::BytesView(blob).first(size)).ok());
            base::Bytes longer = blob;
            longer.push_back(0);
            CHECK_FALSE(parse_public_key(longer).ok());
        }
    }

    TEST_CASE("a key in another encoding than its one is refused") {
        const auto rsa = [](const base::Bytes &e, const base::Bytes &n) {
            wire::Writer writer;
            writer.string("ssh-rsa").string(base::BytesView(e)).string(base::BytesView(n));
            return std::move(writer).bytes();
        };
        base::Bytes modulus(385, 0xc5);
        modulus[0] = 0;
        REQUIRE(parse_public_key(rsa({1, 0, 1}, modulus)).ok());
        CHECK_FALSE(parse_public_key(rsa({0, 1, 0, 1}, modulus)).ok()); // padded without need
        CHECK_FALSE(parse_public_key(rsa({}, modulus)).ok());           // zero
        CHECK_FALSE(parse_public_key(rsa({0}, modulus)).ok());          // zero, badly written
        CHECK_FALSE(parse_public_key(rsa({1}, modulus)).ok());          // signs nothing
        CHECK_FALSE(parse_public_key(rsa({2}, modulus)).ok());          // even
        CHECK_FALSE(parse_public_key(rsa({0x81}, modulus)).ok());       // negative
        CHECK_FALSE(parse_public_key(rsa({1, 0, 1, 0, 1, 0, 1, 0, 1}, modulus)).ok());
        base::Bytes even = modulus;
        even.back() = 0xc4;
        CHECK_FALSE(parse_public_key(rsa({1, 0, 1}, even)).ok());
        CHECK_FALSE(parse_public_key(samples::rsa_blob(1016)).ok());
        CHECK_FALSE(parse_public_key(samples::rsa_blob(16392)).ok());

        base::Bytes compressed = samples::ecdsa_blob("nistp256", 65);
        compressed[compressed.size() - 65] = 2;
        CHECK_FALSE(parse_public_key(compressed).ok());
        CHECK_FALSE(parse_public_key(samples::ecdsa_blob("nistp256", 97)).ok());
        CHECK_FALSE(parse_public_key(samples::ecdsa_blob("nistp384", 65)).ok());
        CHECK_FALSE(parse_public_key(samples::ecdsa_blob("nistp192", 49)).ok());
        CHECK_FALSE(parse_public_key(samples::sk_blob("")).ok());
    }

    TEST_CASE("types that are not accepted and certificates are no keys") {
        for (const char *type :
             {"", "ssh-dss", "ssh-ed448", "ssh-ed25519\n", "SSH-ED25519",
              "ssh-ed25519-cert-v01@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"}) {
            CAPTURE(type);
            wire::Writer writer;
            writer.string(type).string(base::BytesView(base::Bytes(32, 1)));
            CHECK_FALSE(parse_public_key(writer.bytes()).ok());
        }
        CHECK(parse_public_key(base::Bytes(max_key_blob_bytes + 1, 0)).error().code ==
              base::ErrorCode::TooLarge);
    }

    TEST_CASE("a key line is type, base64 and a comment") {
        const base::Bytes blob = samples::ed25519_blob(1);
        const std::string text = base::base64(blob);
        for (const std::string &line :
             {"ssh-ed25519 " + text, "ssh-ed25519 " + text + "\n", "ssh-ed25519 " + text + "\r\n",
              "ssh-ed25519 " + text + " alice at home"}) {
            CAPTURE(line);
            const auto key = parse_public_key_line(line);
            REQUIRE(key.ok());
            CHECK(key->blob == blob);
        }
        CHECK(key_line(blob, "alice at home") == "ssh-ed25519 " + text + " alice at home");
        CHECK(parse_key_line(key_line(blob, "alice at home"))->comment == "alice at home");
        CHECK(key_line(blob, "") == "ssh-ed25519 " + text);

        for (const std::string &line :
             {std::string(), std::string("ssh-ed25519"), "ssh-ed25519  " + text, text, " " + text,
              "ssh-rsa " + text, "ssh-ed25519 " + text.substr(1), "ssh-ed25519 " + text + "\tx",
              "command=\"x\" ssh-ed25519 " + text, std::string("ssh-ed25519 @@@@")}) {
            CAPTURE(line);
            CHECK_FALSE(parse_public_key_line(line).ok());
        }
        CHECK(parse_key_line(std::string(max_key_line_bytes + 1, 'A')).error().code ==
              base::ErrorCode::TooLarge);
    }

    TEST_CASE("an algorithm names its key, its signature and whether a certificate comes") {
        struct Row {
            const char *name, *signature;
            KeyType key;
            bool certificate;
        };
        const Row rows[] = {
            {"ssh-ed25519", "ssh-ed25519", KeyType::Ed25519, false},
            {"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", KeyType::Ed25519, true},
            {"rsa-sha2-512", "rsa-sha2-512", KeyType::Rsa, false},
            {"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256", KeyType::Rsa, true},
            {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", KeyType::EcdsaP521, false},
            {"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com",
             KeyType::SkEd25519, true},
            {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
             KeyType::SkEcdsaP256, false},
        };
        for (const Row &row : rows) {
            CAPTURE(row.name);
            const auto algorithm = parse_algorithm(row.name);
            REQUIRE(algorithm.ok());
            CHECK(algorithm->signature == row.signature);
            CHECK(algorithm->key == row.key);
            CHECK(algorithm->certificate == row.certificate);
            CHECK(signs_with(row.key, row.signature));
        }
        // SHA-1 has no name here.
        for (const char *name : {"ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-dss", "",
                                 "rsa-sha2-512@openssh.com", "ssh-ed25519-cert-v00@openssh.com"}) {
            CAPTURE(name);
            CHECK_FALSE(parse_algorithm(name).ok());
        }
        CHECK_FALSE(signs_with(KeyType::Rsa, "ssh-rsa"));
        CHECK_FALSE(signs_with(KeyType::Ed25519, "sk-ssh-ed25519@openssh.com"));
        CHECK_FALSE(signs_with(KeyType::EcdsaP256, "ecdsa-sha2-nistp384"));
    }

    TEST_CASE("a signature blob of a security key carries flags and counter, no other does") {
        wire::Writer plain;
        plain.string("ssh-ed25519").string(base::BytesView(base::Bytes(64, 1)));
        REQUIRE(parse_signature(plain.bytes()).ok());
        wire::Writer sk;
        sk.string("sk-ssh-ed25519@openssh.com").string(base::BytesView(base::Bytes(64, 1)));
        CHECK_FALSE(parse_signature(sk.bytes()).ok());
        sk.byte(5).uint32(77);
        const auto parsed = parse_signature(sk.bytes());
        REQUIRE(parsed.ok());
        CHECK(parsed->flags == 5);
        CHECK(parsed->counter == 77);
        plain.byte(1).uint32(0);
        CHECK_FALSE(parse_signature(plain.bytes()).ok());
        wire::Writer empty;
        empty.string("ssh-ed25519").string("");
        CHECK_FALSE(parse_signature(empty.bytes()).ok());
        for (std::size_t size = 0; size < sk.bytes().size(); ++size)
            CHECK_FALSE(parse_signature(base::BytesView(sk.bytes()).first(size)).ok());
    }
}
