// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "sallyport/cert/key_exchange.hpp"

using namespace sallyport;
using namespace sallyport::cert;

namespace {

base::Bytes key_init(std::string_view kex, std::uint8_t number = 20) {
    wire::Writer writer;
    writer.byte(number).raw(base::Bytes(16, 1)).string(kex).string("ssh-ed25519");
    for (int i = 0; i < 8; ++i)
        writer.string(i < 6 ? "none" : "");
    writer.boolean(false).uint32(0);
    return std::move(writer).bytes();
}

struct Parts {
    std::string client = "SSH-2.0-OpenSSH_9.2p1 Debian-2", server = "SSH-2.0-Sallyport";
    base::Bytes client_init = key_init("curve25519-sha256,ext-info-c");
    base::Bytes server_init = key_init("curve25519-sha256");
    base::Bytes host_key = samples::ed25519_blob(1);
    base::Bytes e = base::Bytes(32, 1), f = base::Bytes(32, 2), k = base::Bytes(32, 3);

    base::Bytes pre_image() const {
        wire::Writer writer;
        writer.string(client).string(server);
        for (const base::Bytes *part : {&client_init, &server_init, &host_key, &e, &f, &k})
            writer.string(base::BytesView(*part));
        return std::move(writer).bytes();
    }
    Exchange exchange() const {
        const auto parsed = parse_exchange(pre_image());
        REQUIRE(parsed.ok());
        return *parsed;
    }
};

} // namespace

TEST_SUITE("cert.key_exchange") {
    TEST_CASE("a pre-image is taken apart, without its secret") {
        const Parts parts;
        const Exchange exchange = parts.exchange();
        CHECK(exchange.client_version == parts.client);
        CHECK(exchange.server_version == parts.server);
        CHECK(exchange.client_key_init == parts.client_init);
        CHECK(exchange.server_key_init == parts.server_init);
        CHECK(exchange.host_key == parts.host_key);
    }

    TEST_CASE("a pre-image that is cut anywhere or goes on is refused") {
        base::Bytes whole = Parts().pre_image();
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(parse_exchange(base::BytesView(whole).first(size)).ok());
        whole.push_back(0);
        CHECK_FALSE(parse_exchange(whole).ok());
        CHECK(parse_exchange(base::Bytes(base::max_preimage_bytes + 1, 0)).error().code ==
              base::ErrorCode::TooLarge);
    }

    TEST_CASE("fields that no exchange has are refused") {
        for (const char *version : {"", "SSH-1.99-x", "SSH-2.0-", "SSH-2.0-a\r", "SSH-2.0-a\nb",
                                    "ssh-2.0-x", "SSH-2.0-\x80"}) {
            CAPTURE(version);
            Parts parts;
            parts.client = version;
            CHECK_FALSE(parse_exchange(parts.pre_image()).ok());
            parts = Parts();
            parts.server = version;
            CHECK_FALSE(parse_exchange(parts.pre_image()).ok());
        }
        Parts parts;
        parts.client = "SSH-2.0-" + std::string(246, 'x');
        CHECK_FALSE(parse_exchange(parts.pre_image()).ok());
        for (base::Bytes Parts::*field : {&Parts::client_init, &Parts::server_init,
                                          &Parts::host_key, &Parts::e, &Parts::f, &Parts::k}) {
            parts = Parts();
            parts.*field = {};
            CHECK_FALSE(parse_exchange(parts.pre_image()).ok());
        }
        parts = Parts();
        parts.client_init = key_init("curve25519-sha256", 21);
        CHECK_FALSE(parse_exchange(parts.pre_image()).ok());
    }

    TEST_CASE("a KEXINIT gives its lists") {
        const auto init = parse_key_init(key_init("a,b"));
        REQUIRE(init.ok());
        CHECK(init->lists[0] == std::vector<std::string>{"a", "b"});
        CHECK(init->lists[1] == std::vector<std::string>{"ssh-ed25519"});
        CHECK(init->lists[9].empty());
        CHECK_FALSE(init->first_kex_packet_follows);
        base::Bytes whole = key_init("a,b");
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(parse_key_init(base::BytesView(whole).first(size)).ok());
        whole.push_back(0);
        CHECK_FALSE(parse_key_init(whole).ok());
        CHECK_FALSE(parse_key_init(key_init(std::string(5000, ','))).ok());
    }

    TEST_CASE("the marker of a first exchange is found in the list of exchanges alone") {
        struct Row {
            const char *kex;
            bool marked;
        };
        const Row rows[] = {
            {"curve25519-sha256", false},
            {"curve25519-sha256,ext-info-c", true},
            {"ext-info-c", true},
            {"a,kex-strict-c-v00@openssh.com,b", true},
            {"kex-strict-c-v01@example.test", true},
            {"ext-info-s,kex-strict-s-v00@openssh.com", false},
            {"xext-info-c,ext-info-cc", false},
            {"", false},
        };
        for (const Row &row : rows) {
            CAPTURE(row.kex);
            CHECK(carries_first_exchange_marker(key_init(row.kex)) == row.marked);
        }
        CHECK(carries_first_exchange_marker({})); // doubt refuses
        CHECK(carries_first_exchange_marker(base::Bytes(40, 20)));
    }

    TEST_CASE("a rekey repeats versions and host key and has no marker") {
        const Exchange first = Parts().exchange();
        Parts later;
        CHECK_FALSE(may_be_rekey_of(first, later.exchange())); // marked
        later.client_init = key_init("curve25519-sha256");
        CHECK(may_be_rekey_of(first, later.exchange()));
        Parts other = later;
        other.client = "SSH-2.0-Other";
        CHECK_FALSE(may_be_rekey_of(first, other.exchange()));
        other = later;
        other.server = "SSH-2.0-Other";
        CHECK_FALSE(may_be_rekey_of(first, other.exchange()));
        other = later;
        other.host_key = samples::ed25519_blob(2);
        CHECK_FALSE(may_be_rekey_of(first, other.exchange()));
    }
}
