// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::crypto;

namespace {
std::string hex_of(std::string_view name, std::string_view text) {
    const auto sum = hash_by_name(name, base::as_bytes(text));
    REQUIRE(sum.ok());
    return base::hex(*sum);
}
} // namespace

TEST_SUITE("crypto.digest") {
    TEST_CASE("hashes are those of FIPS 180-4") {
        CHECK(hex_of("sha256", "abc") ==
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        CHECK(hex_of("sha256", "") ==
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        CHECK(hex_of("sha384", "abc") ==
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7");
        CHECK(hex_of("sha512", "abc") ==
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
        for (const char *name : {"sha1", "md5", "SHA256", "", "sha512-256"})
            CHECK_FALSE(hash_by_name(name, {}).ok());
    }

    TEST_CASE("a hash of pieces is the hash of the whole, split anywhere") {
        const std::string text(200, 'x');
        const Sha256Sum whole = sha256(base::as_bytes(text));
        for (std::size_t at = 0; at <= text.size(); ++at) {
            const auto front = base::as_bytes(text).first(at),
                       back = base::as_bytes(text).subspan(at);
            Sha256 hash;
            hash.update(front);
            CHECK(hash.peek() == sha256(front));
            hash.update(back);
            CHECK(hash.finish() == whole);
            CHECK(sha256({front, back}) == whole);
            hash.update(front); // begins anew
            CHECK(hash.finish() == sha256(front));
        }
    }

    TEST_CASE("HMAC is that of RFC 4231") {
        CHECK(base::hex(hmac_sha256(base::Bytes(20, 0x0b), base::as_bytes("Hi There"))) ==
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        CHECK(base::hex(hmac_sha256(base::as_bytes("Jefe"),
                                    base::as_bytes("what do ya want for nothing?"))) ==
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        CHECK(base::hex(hmac_sha256({}, {})) ==
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    }

    TEST_CASE("a binding hash depends on key, fields and where one field ends") {
        const base::Secret key(std::string_view("key"));
        const Sha256Sum one = binding_hash(key, {"alice", "web1", "rm -rf /x"});
        CHECK(one == binding_hash(key, {"alice", "web1", "rm -rf /x"}));
        CHECK(one !=
              binding_hash(base::Secret(std::string_view("kez")), {"alice", "web1", "rm -rf /x"}));
        CHECK(one != binding_hash(key, {"alice", "web1r", "m -rf /x"}));
        CHECK(one != binding_hash(key, {"alice", "web1", "rm -rf /y"}));
        CHECK(one != binding_hash(key, {"alice", "web1", "rm -rf /x", ""}));
        CHECK(binding_hash(key, {}) != binding_hash(key, {""}));
    }

    TEST_CASE("start may be called at any time") {
        start();
        start();
    }
}
