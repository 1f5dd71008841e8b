// SPDX-License-Identifier: Apache-2.0
#include "ssh_keygen.hpp"

#include "sallyport/crypto/signature.hpp"
#include "sallyport/signer/keys.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::signer;

namespace {

base::ErrorCode load_error(const support::Scratch &scratch) {
    const auto keys = load_keys(scratch.path("keys"), KeyFolder::Private);
    REQUIRE_FALSE(keys.ok());
    CHECK_FALSE(keys.error().message.empty());
    return keys.error().code;
}

} // namespace

TEST_SUITE("signer.keys") {
    TEST_CASE("keys that were made are loaded, and closed to others") {
        const support::Scratch scratch;
        REQUIRE(create_keys(scratch.path("keys")).ok());
        const auto keys = load_keys(scratch.path("keys"), KeyFolder::Private);
        REQUIRE_MESSAGE(keys.ok(), (keys.ok() ? "" : keys.error().message));
        REQUIRE(keys->hosts.size() == 3);
        CHECK(keys->hosts[0].key.public_key().type == cert::KeyType::Ed25519);
        CHECK(keys->hosts[1].key.public_key().type == cert::KeyType::EcdsaP256);
        CHECK(keys->hosts[2].key.public_key().type == cert::KeyType::Rsa);
        CHECK(keys->seal_key_id == crypto::spki_key_id(keys->seal_spki));
        for (const char *name :
             {"host_ed25519", "host_ecdsa", "host_rsa", "user_ca", "target_ca", "seal"}) {
            CAPTURE(name);
            const std::string file = std::string("keys/") + name;
            CHECK(scratch.run("stat -c %a " + file).text == "600\n");
            CHECK(scratch.run("ssh-keygen -y -P '' -f " + file).text ==
                  scratch.read(file + ".pub"));
        }
        CHECK(scratch.run("stat -c %a keys").text == "700\n");
        // the public seal key in the form that openssl takes
        CHECK(scratch.run("openssl pkey -pubin -in keys/seal.pem -outform DER | sha256sum")
                  .text.substr(0, 16) == keys->seal_key_id);
    }

    TEST_CASE("a key is never overwritten") {
        const support::Scratch scratch;
        for (const char *name : {"seal", "host_rsa"}) {
            scratch.run("rm -rf keys; mkdir keys");
            scratch.write(std::string("keys/") + name, "precious");
            const auto made = create_keys(scratch.path("keys"));
            REQUIRE_FALSE(made.ok());
            CHECK(made.error().code == base::ErrorCode::Conflict);
            CHECK(scratch.run("ls keys").text == std::string(name) + "\n");
        }
    }

    TEST_CASE("what is not in order is not loaded") {
        const support::Scratch scratch;
        REQUIRE(create_keys(scratch.path("good")).ok());
        const auto begin = [&] { scratch.run("rm -rf keys; cp -a good keys"); };

        for (const char *mode : {"640", "604", "660", "644", "620"}) {
            begin();
            scratch.run(std::string("chmod ") + mode + " keys/user_ca");
            CAPTURE(mode);
            CHECK(load_error(scratch) == base::ErrorCode::Denied);
        }
        for (const char *name : {"user_ca", "target_ca", "seal"}) {
            begin();
            scratch.run(std::string("rm keys/") + name);
            CHECK(load_error(scratch) == base::ErrorCode::NotFound);
            begin();
            scratch.write(std::string("keys/") + name, "no key");
            CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        }
        begin();
        scratch.run("rm keys/host_*");
        CHECK(load_error(scratch) == base::ErrorCode::NotFound);
        begin();
        scratch.run("cp keys/host_ecdsa keys/seal");
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        begin();
        scratch.run("cp keys/user_ca keys/target_ca"); // one CA never serves both sides
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        begin();
        scratch.run("cp keys/host_ed25519 keys/seal");
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        begin();
        scratch.run("ssh-keygen -q -p -N secret -P '' -f keys/seal");
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        begin();
        scratch.run("rm keys/host_rsa keys/host_ecdsa"); // fewer host keys are fine
        CHECK(load_keys(scratch.path("keys"), KeyFolder::Private).ok());
    }

    TEST_CASE("credentials are closed by their mount, not by their mode") {
        const support::Scratch scratch;
        REQUIRE(create_keys(scratch.path("keys")).ok());
        scratch.run("chmod 440 keys/*");
        CHECK(load_error(scratch) == base::ErrorCode::Denied);
        CHECK(load_keys(scratch.path("keys"), KeyFolder::Credentials).ok());
    }

    TEST_CASE("a host certificate belongs to the key beside it") {
        const support::Scratch scratch;
        REQUIRE(create_keys(scratch.path("keys")).ok());
        REQUIRE(scratch
                    .run("ssh-keygen -q -N '' -f ca && ssh-keygen -q -s ca -h -I b -n bastion "
                         "keys/host_ed25519.pub")
                    .status == 0);
        const auto keys = load_keys(scratch.path("keys"), KeyFolder::Private);
        REQUIRE(keys.ok());
        CHECK_FALSE(keys->hosts[0].certificate.empty());
        CHECK(keys->hosts[1].certificate.empty());
        scratch.run("cp keys/host_ed25519-cert.pub keys/host_ecdsa-cert.pub");
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
        scratch.run("rm keys/host_ecdsa-cert.pub; ssh-keygen -q -s ca -I b -n x "
                    "keys/host_ed25519.pub"); // a user certificate
        CHECK(load_error(scratch) == base::ErrorCode::InvalidInput);
    }
}
