// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/record/verify.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <zstd.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.verify");

namespace {
constexpr std::string_view key_id = "0123456789abcdef";
// Stands for Ed25519: the signature is the hash twice.
base::Bytes sign(base::BytesView message) {
    const Hash hash = OpensslDigest().sha256({message});
    base::Bytes signature = base::to_bytes(hash);
    base::append(signature, hash);
    return signature;
}
bool check_signature(std::string_view id, base::BytesView message, base::BytesView signature) {
    return id == key_id && base::equal_constant_time(sign(message), signature);
}
struct Sealed : TestRecord {
    std::string seal;
    Sealed() {
        fill(*this);
        CHECK(writer.finish(EndReason::Ended, 0, ms(30)).ok());
        const std::string line = seal_line(make_seal(sink.file, key_id, digest).value());
        seal = seal_file(line, sign(seal_message(line)));
    }
    VerifyReport check(base::BytesView file) const {
        return verify(file, seal, check_signature, heads, digest);
    }
};
bool has(const VerifyReport &report, Fault fault) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding &finding) { return finding.fault == fault; });
}
} // namespace

TEST_CASE("a sealed record is intact, and its report counts what is there") {
    const Sealed record;
    const VerifyReport report = record.check(record.sink.file);
    CHECK(report.intact());
    CHECK(report.sealed);
    CHECK(report.frames == 3);
    CHECK(report.events == 5);
    CHECK(report.markers == 2);
    CHECK(report.foot->markers[1].label == "id");
    CHECK(report.chain == record.writer.chain_head());
    CHECK(!verify(record.sink.file, "", {}, record.heads, record.digest).sealed);
    CHECK(verify(record.sink.file, "", {}, record.heads, record.digest).intact());
}

TEST_CASE("a seal is made in one walk that tells how far it has come") {
    const Sealed record;
    std::vector<std::uint64_t> offsets;
    const auto seal = make_seal(record.sink.file, "0123456789abcdef", record.digest,
                                [&offsets](std::uint64_t offset) { offsets.push_back(offset); });
    REQUIRE(seal.ok());
    CHECK(seal->file == record.digest.sha256({record.sink.file}));
    CHECK(offsets.size() == record.check(record.sink.file).frames + 1);
    CHECK(std::is_sorted(offsets.begin(), offsets.end()));
    CHECK(offsets.front() > 0);
    CHECK(offsets.back() == record.sink.file.size());
}

TEST_CASE("every flipped byte of the record and of its seal is found") {
    const Sealed record;
    for (std::size_t i = 0; i < record.sink.file.size(); ++i) {
        base::Bytes file = record.sink.file;
        file[i] ^= 1;
        const VerifyReport report = record.check(file);
        CHECK_MESSAGE(!report.intact(), i);
        CHECK(!report.sealed);
    }
    for (std::size_t i = 0; i < record.seal.size(); ++i) {
        std::string seal = record.seal;
        seal[i] = static_cast<char>(seal[i] ^ 1);
        CHECK_MESSAGE(
            !verify(record.sink.file, seal, check_signature, record.heads, record.digest).sealed,
            i);
    }
}

TEST_CASE("without a seal a flipped byte of head, links and frames is found all the same") {
    const Sealed record;
    const std::size_t foot =
        record.sink.file.size() - encode_foot(*record.check(record.sink.file).foot).size();
    for (std::size_t i = 0; i < foot; ++i) {
        base::Bytes file = record.sink.file;
        file[i] ^= 1;
        CHECK_MESSAGE(!verify(file, "", {}, {}, record.digest).intact(), i);
    }
}

TEST_CASE("a record that is cut anywhere, or longer, is not intact") {
    const Sealed record;
    for (std::size_t size = 0; size < record.sink.file.size(); ++size) {
        const auto cut = base::BytesView(record.sink.file).first(size);
        CHECK_MESSAGE(!verify(cut, "", {}, {}, record.digest).intact(), size);
    }
    base::Bytes longer = record.sink.file;
    longer.push_back(0);
    CHECK(!record.check(longer).intact());
}

TEST_CASE("a record cut back to an earlier, well-formed end is found by the event log") {
    const Sealed record;
    Walker walker = Walker::open(record.sink.file).value();
    REQUIRE(walker.next().value());
    const auto first = static_cast<std::size_t>(walker.offset());
    base::Bytes file(record.sink.file.begin(), record.sink.file.begin() + static_cast<long>(first));
    const Recovery forged = recover(file, {}, record.digest).value();
    base::append(file, forged.append);
    CHECK(verify(file, "", {}, {}, record.digest).intact());
    CHECK(has(verify(file, "", {}, record.heads, record.digest), Fault::Cut));
    CHECK(has(record.check(file), Fault::Seal));
}

TEST_CASE("a chain head of the event log that differs is found, for every frame and the start") {
    const Sealed record;
    for (std::uint64_t sequence = 0; sequence <= 3; ++sequence) {
        const std::vector<ChainHead> other = {{sequence, Hash{}}};
        CHECK(has(verify(record.sink.file, "", {}, other, record.digest), Fault::Event));
    }
}

TEST_CASE("a seal of an unknown key or of another record is no seal") {
    const Sealed record;
    const auto no_key = [](auto, auto, auto) { return false; };
    CHECK(has(verify(record.sink.file, record.seal, no_key, {}, record.digest), Fault::Seal));
    TestRecord other;
    TestRecord::fill(other);
    REQUIRE(other.writer.finish(EndReason::Killed, -1, ms(40)).ok());
    const VerifyReport report = record.check(other.sink.file);
    CHECK(has(report, Fault::FileHash));
    CHECK(!report.sealed);
}

TEST_CASE("a frame that claims or holds more than its link says is refused before it is unpacked") {
    const OpensslDigest digest;
    const std::string bomb(8 * 1024 * 1024, '\n');
    base::Bytes packed(ZSTD_compressBound(bomb.size()));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), bomb.data(), bomb.size(), 3));
    for (const std::uint32_t claimed : {1U, 1024U * 1024U}) {
        Link link;
        link.sequence = 1;
        link.raw_length = claimed;
        link.frame_length = static_cast<std::uint32_t>(packed.size());
        link.frame = digest.sha256({packed});
        link.chain = chain_next(chain_start(test_head(), digest), link, digest);
        base::Bytes file = encode_head(test_head());
        base::append(file, encode_link(link));
        base::append(file, packed);
        CHECK(has(verify(file, "", {}, {}, digest), Fault::Form));
    }
}

TEST_CASE("an unknown record is refused, not skipped") {
    base::Bytes file = encode_head(test_head());
    base::append(file, base::Bytes{0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 'S', 'P', 'R', 'X'});
    CHECK(has(verify(file, "", {}, {}, OpensslDigest()), Fault::Form));
}
TEST_SUITE_END();
