// SPDX-License-Identifier: Apache-2.0
// A signer with fresh keys, a clock that stands still and a log in memory.
#pragma once
#include "sallyport/record/seal.hpp"
#include "sallyport/signer/service.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <doctest/doctest.h>

namespace sallyport::signer::testing {

inline constexpr std::uint64_t now = 1'800'000'000;
inline const std::string session = "01JD0000000000000000000000";

struct StillClock final : base::Clock {
    base::WallTime now() const override { return base::from_unix_seconds(testing::now); }
    base::SteadyTime steady() const override { return {}; }
};

struct MemoryLog final : SignatureLog {
    std::vector<LogEntry> entries;
    bool broken = false;
    base::Status append(const std::vector<LogEntry> &more) override {
        if (broken)
            return base::fail(base::ErrorCode::Unavailable, "the disk is full");
        entries.insert(entries.end(), more.begin(), more.end());
        return base::success();
    }
};

inline crypto::PrivateKey new_key(cert::KeyType type = cert::KeyType::Ed25519) {
    auto key = crypto::PrivateKey::generate(type);
    REQUIRE(key.ok());
    return std::move(*key);
}

inline Keys new_keys() {
    crypto::PrivateKey seal = new_key();
    auto spki = seal.spki();
    REQUIRE(spki.ok());
    std::vector<HostSlot> hosts;
    hosts.push_back({"host_ed25519", new_key(), {}});
    hosts.push_back({"host_ecdsa", new_key(cert::KeyType::EcdsaP256), {}});
    hosts[0].certificate = base::to_bytes("stands for a certificate");
    return {std::move(hosts), new_key(),        new_key(),
            std::move(seal),  std::move(*spki), "0123456789abcdef"};
}

struct World {
    StillClock clock;
    MemoryLog log;
    Service service;

    explicit World(Keys keys = new_keys()) : service(std::move(keys), log, clock) {}

    template <typename Reply, typename Ask>
    Reply ask(const Ask &question) {
        const auto answer = service.answer(Ask::type, wire::encode(question));
        REQUIRE_MESSAGE(answer.ok(), (answer.ok() ? "" : answer.error().message));
        REQUIRE(answer->type == Reply::type);
        auto reply = wire::decode<Reply>(answer->body);
        REQUIRE(reply.ok());
        CHECK(reply->call == question.call);
        return std::move(*reply);
    }
    wire::KeysAnswer keys() { return ask<wire::KeysAnswer>(wire::KeysAsk{1}); }
};

inline base::Bytes pre_image(base::BytesView host_key) {
    wire::Writer init;
    init.byte(20).raw(base::Bytes(16, 1)).string("curve25519-sha256").string("ssh-ed25519");
    for (int i = 0; i < 8; ++i)
        init.string("none");
    init.boolean(false).uint32(0);
    wire::Writer writer;
    writer.string("SSH-2.0-client").string("SSH-2.0-Sallyport");
    writer.string(base::BytesView(init.bytes())).string(base::BytesView(init.bytes()));
    writer.string(host_key);
    for (int i = 0; i < 3; ++i)
        writer.string(base::BytesView(base::Bytes(32, 5)));
    return std::move(writer).bytes();
}

inline wire::HostSignAsk host_sign_ask(base::BytesView host_key) {
    wire::HostSignAsk ask;
    ask.call = 2;
    ask.hash = "sha256";
    ask.algorithm = "ssh-ed25519";
    ask.pre_image = pre_image(host_key);
    return ask;
}

inline wire::UserCertificateAsk user_ask() {
    wire::UserCertificateAsk ask;
    ask.call = 3;
    ask.key = new_key().public_key().blob;
    ask.serial = 77;
    ask.key_id = "alice login=" + session;
    ask.person = "alice";
    ask.valid_after = now - 60;
    ask.valid_before = now + 8 * 3600;
    return ask;
}

inline wire::TargetLoginAsk target_ask() {
    wire::TargetLoginAsk ask;
    ask.call = 4;
    ask.session = {session};
    ask.account = "deploy";
    ask.target = "web1";
    ask.person = "alice@example.test";
    ask.exchange_hash = base::Bytes(32, 9);
    ask.source_addresses = {"192.0.2.1/32"};
    ask.force_command = "uptime";
    return ask;
}

inline wire::SealAsk seal_ask(const std::string &key_id) {
    record::Seal seal;
    seal.session = session;
    seal.start = base::from_unix_seconds(now - 5);
    seal.end = base::from_unix_seconds(now);
    seal.key_id = key_id;
    wire::SealAsk ask;
    ask.call = 5;
    ask.line = record::seal_line(seal);
    return ask;
}

} // namespace sallyport::signer::testing
