// SPDX-License-Identifier: Apache-2.0
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/record_digest.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE("crypto.record_digest") {
    TEST_CASE("the port gives SHA-256 of the pieces one after the other") {
        const crypto::RecordDigest digest;
        const base::BytesView one = base::as_bytes("ab"), two = base::as_bytes("c");
        CHECK(digest.sha256({one, two}) == crypto::sha256(base::as_bytes("abc")));
        const auto hasher = digest.hasher();
        CHECK(hasher->finish() == crypto::sha256({}));
    }
}
