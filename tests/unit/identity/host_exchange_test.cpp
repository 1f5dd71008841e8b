// SPDX-License-Identifier: Apache-2.0
#include "people.hpp"

#include "sallyport/crypto/signature.hpp"
#include "sallyport/identity/host_exchange.hpp"

#include <doctest/doctest.h>

using namespace people;

TEST_SUITE_BEGIN("identity.host_exchange");

namespace {
base::Bytes key_init(const std::string &kex) {
    wire::Writer writer;
    writer.byte(20).raw(base::Bytes(16, 3)).string(kex);
    for (int i = 0; i < 9; ++i)
        writer.string("x");
    return writer.boolean(false).uint32(0).bytes();
}

base::Bytes pre_image(const base::Bytes &host_key, const std::string &client_kex,
                      const std::string &client = "SSH-2.0-OpenSSH_9.2", std::uint8_t secret = 1) {
    wire::Writer writer;
    writer.string(client).string("SSH-2.0-Sallyport");
    writer.string(base::BytesView(key_init(client_kex)))
        .string(base::BytesView(key_init("curve25519-sha256")));
    writer.string(base::BytesView(host_key)).string("e").string("f");
    return writer.string(base::BytesView(base::Bytes{secret})).bytes();
}

constexpr const char *first_kex = "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com";
constexpr const char *rekey_kex = "curve25519-sha256";
} // namespace

TEST_CASE("one host signature before login, rekeys of the same connection after it") {
    const base::Bytes host = make_key().public_key().blob;
    identity::HostExchange exchange;
    const base::Bytes first = pre_image(host, first_kex);
    REQUIRE(exchange.may_sign(first, false).ok());
    REQUIRE(exchange.signed_now(first, base::Bytes(32, 5)).ok());
    CHECK(exchange.session_id() == base::Bytes(32, 5));
    const base::Bytes rekey = pre_image(host, rekey_kex, "SSH-2.0-OpenSSH_9.2", 2);
    CHECK(!exchange.may_sign(rekey, false).ok());
    CHECK(exchange.may_sign(rekey, true).ok());
    REQUIRE(exchange.signed_now(rekey, base::Bytes(32, 6)).ok());
    CHECK(exchange.session_id() == base::Bytes(32, 5)); // the first one stays
}

TEST_CASE("what could be somebody's first exchange is no rekey") {
    const base::Bytes host = make_key().public_key().blob, other = make_key().public_key().blob;
    identity::HostExchange exchange;
    REQUIRE(exchange.signed_now(pre_image(host, first_kex), base::Bytes(32, 5)).ok());
    for (const base::Bytes &bad : {pre_image(host, first_kex), pre_image(host, "ext-info-c"),
                                   pre_image(host, "kex-strict-c-v00@openssh.com"),
                                   pre_image(host, rekey_kex, "SSH-2.0-Other"),
                                   pre_image(other, rekey_kex), base::Bytes{1, 2, 3}})
        CHECK(!exchange.may_sign(bad, true).ok());
}

TEST_CASE("a target is who its pin says and signed this very exchange") {
    const crypto::PrivateKey host = make_key(), stranger = make_key();
    const crypto::SshSignatures verifier;
    const base::Bytes image = pre_image(host.public_key().blob, first_kex);
    const base::Bytes hash = crypto::hash_by_name("sha256", image).value();
    const base::Bytes signature = host.sign(host.algorithm(), hash).value();

    identity::TargetExchange good({host.public_key().blob}, {}, "web1");
    CHECK(good.verify("sha256", image, signature, 1, verifier).ok());
    CHECK(good.verified());
    CHECK(good.session_id() == hash);

    identity::TargetExchange wrong_pin({stranger.public_key().blob}, {}, "web1");
    CHECK(wrong_pin.verify("sha256", image, signature, 1, verifier).error().code ==
          base::ErrorCode::Denied);
    CHECK(!wrong_pin.verified());
    identity::TargetExchange altered({host.public_key().blob}, {}, "web1");
    base::Bytes other = image;
    other.back() ^= 1; // another shared secret: another exchange
    CHECK(!altered.verify("sha256", other, signature, 1, verifier).ok());
    CHECK(!altered.verify("sha512", image, signature, 1, verifier).ok());
    const base::Bytes forged = stranger.sign(stranger.algorithm(), hash).value();
    CHECK(!altered.verify("sha256", image, forged, 1, verifier).ok());
    CHECK(!altered.verified());
}

TEST_CASE("a rekey with the target is verified too and must be the same host") {
    const crypto::PrivateKey host = make_key(), twin = make_key();
    const crypto::SshSignatures verifier;
    identity::TargetExchange exchange({host.public_key().blob, twin.public_key().blob}, {}, "web1");
    const auto run = [&](const crypto::PrivateKey &key, std::uint8_t secret) {
        const base::Bytes image =
            pre_image(key.public_key().blob, rekey_kex, "SSH-2.0-Sallyport", secret);
        const base::Bytes hash = crypto::hash_by_name("sha256", image).value();
        return exchange.verify("sha256", image, key.sign(key.algorithm(), hash).value(), 1,
                               verifier);
    };
    REQUIRE(run(host, 1).ok());
    const base::Bytes first = exchange.session_id();
    CHECK(run(host, 2).ok());
    CHECK(exchange.session_id() == first);
    CHECK(!run(twin, 3).ok()); // pinned as well, but not who we began with
}

TEST_CASE("a host certificate counts for its name and its CA alone") {
    const crypto::PrivateKey ca = make_key(), host = make_key();
    const crypto::SshSignatures verifier;
    cert::CertificateContent wanted = content(host.public_key(), ca.public_key());
    wanted.kind = cert::CertificateKind::Host;
    wanted.principals = {"web1"};
    wanted.extensions.clear();
    const base::Bytes certificate = certify(wanted, ca);
    const base::Bytes image = pre_image(certificate, first_kex);
    const base::Bytes hash = crypto::hash_by_name("sha256", image).value();
    const base::Bytes signature = host.sign(host.algorithm(), hash).value();
    const std::uint64_t now = base::unix_seconds(noon);
    const auto verify = [&](std::vector<cert::PublicKey> authorities, const std::string &name) {
        identity::TargetExchange exchange({}, std::move(authorities), name);
        return exchange.verify("sha256", image, signature, now, verifier).ok();
    };
    CHECK(verify({ca.public_key()}, "web1"));
    CHECK(!verify({ca.public_key()}, "web2"));
    CHECK(!verify({host.public_key()}, "web1"));
    CHECK(!verify({}, "web1"));
}
TEST_SUITE_END();
