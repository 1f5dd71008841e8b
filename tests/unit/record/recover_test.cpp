// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/record/export.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.recover");

namespace {
std::string asciicast(base::BytesView file) {
    std::string all;
    CHECK(export_record(file, {}, [&](std::string_view piece) {
              all += piece;
              return base::success();
          }).ok());
    return all;
}
base::Bytes recovered(base::BytesView file, const std::vector<base::BytesView> &tails) {
    const OpensslDigest digest;
    const Recovery recovery = recover(file, tails, digest).value();
    base::Bytes whole = base::to_bytes(file.first(static_cast<std::size_t>(recovery.keep)));
    base::append(whole, recovery.append);
    return whole;
}
} // namespace

TEST_CASE("a container cut at every length is whole again and keeps its whole frames") {
    TestRecord record;
    TestRecord::fill(record);
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(30)).ok());
    const base::BytesView file = record.sink.file;
    const std::string full = asciicast(file);
    for (std::size_t size = record_header_bytes + head_bytes; size < file.size(); ++size) {
        const base::Bytes whole = recovered(file.first(size), {});
        const VerifyReport report = verify(whole, "", {}, {}, record.digest);
        CHECK_MESSAGE(report.intact(), size);
        CHECK(report.foot->reason == EndReason::Crash);
        CHECK(full.rfind(asciicast(whole), 0) == 0);
    }
    for (std::size_t size = 0; size < record_header_bytes + head_bytes; ++size)
        CHECK(!recover(file.first(size), {}, record.digest).ok());
    CHECK(!recover(file, {}, record.digest).value().needed);
}

TEST_CASE("what a tail holds beyond the frames becomes a recovered frame, cut anywhere") {
    TestRecord record;
    TestRecord::fill(record);
    const std::string before = asciicast(record.sink.file);
    record.writer.marker("vi", ms(40));
    record.writer.output(base::as_bytes("one"), ms(41));
    REQUIRE(record.writer.flush(ms(41)).ok());
    record.writer.output(base::as_bytes("two"), ms(42));
    REQUIRE(record.writer.flush(ms(42)).ok());
    const base::BytesView tail = record.sink.tails[0];
    std::size_t longest = 0;
    for (std::size_t size = 0; size <= tail.size(); ++size) {
        const base::Bytes whole = recovered(record.sink.file, {tail.first(size)});
        const VerifyReport report = verify(whole, "", {}, record.heads, record.digest);
        CHECK_MESSAGE(report.intact(), size);
        const std::string all = asciicast(whole);
        CHECK(all.rfind(before, 0) == 0);
        CHECK(all.size() >= longest);
        longest = all.size();
    }
    const base::Bytes whole = recovered(record.sink.file, {tail});
    const std::string all = asciicast(whole);
    CHECK(all.substr(before.size()) ==
          "[0.040000, \"m\", \"vi\"]\n[0.041000, \"o\", \"one\"]\n[0.042000, \"o\", \"two\"]\n");
    CHECK(verify(whole, "", {}, {}, record.digest).foot->markers.back().label == "vi");
}

TEST_CASE("a session that died before its first frame is recovered with its header line") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    const base::Bytes whole = recovered(record.sink.file, {record.sink.tails[0]});
    CHECK(verify(whole, "", {}, {}, record.digest).intact());
    CHECK(asciicast(whole) == header_line(test_header()));
}

TEST_CASE("a damaged frame ends what is kept, and the tail of a later state adds nothing") {
    TestRecord record;
    TestRecord::fill(record);
    Walker walker = Walker::open(record.sink.file).value();
    const Frame first = walker.next().value().value();
    base::Bytes file = record.sink.file;
    file[static_cast<std::size_t>(first.file_offset) + 150] ^= 1;
    const Recovery recovery = recover(file, {}, record.digest).value();
    CHECK(recovery.keep == first.file_offset);
}

TEST_CASE("a frame whose link lies about its times is not kept, nor a tail that runs backwards") {
    TestRecord record;
    TestRecord::fill(record);
    Walker walker = Walker::open(record.sink.file).value();
    const Frame first = walker.next().value().value();
    Link link = first.link;
    link.last_us += 5;
    link.chain = chain_next(chain_start(test_head(), record.digest), link, record.digest);
    base::Bytes file = encode_head(test_head());
    base::append(file, encode_link(link));
    base::append(file, first.bytes);
    CHECK(recover(file, {}, record.digest).value().keep == first.file_offset);
    base::Bytes tail = encode_tail_head({test_head().session, 1});
    const std::string early = "[0.000001, \"o\", \"x\"]\n";
    base::append(tail, encode_tail_piece_head(static_cast<std::uint32_t>(early.size()),
                                              record.writer.raw_bytes()));
    base::append(tail, base::as_bytes(early));
    const base::Bytes whole = recovered(record.sink.file, {tail});
    CHECK(verify(whole, "", {}, {}, record.digest).intact());
    CHECK(asciicast(whole).find("\"x\"") == std::string::npos);
}

TEST_CASE(
    "a foot that counts something else is replaced, a right one with bytes after it is kept") {
    TestRecord record;
    TestRecord::fill(record);
    const base::Bytes frames = record.sink.file;
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(30)).ok());
    base::Bytes longer = record.sink.file;
    longer.push_back(0);
    CHECK(recover(longer, {}, record.digest).value().keep == record.sink.file.size());
    CHECK(recovered(longer, {}) == record.sink.file);
    Foot foot;
    foot.frames = 2;
    base::Bytes wrong = frames;
    base::append(wrong, encode_foot(foot));
    CHECK(recover(wrong, {}, record.digest).value().needed);
    const base::Bytes whole = recovered(wrong, {});
    CHECK(verify(whole, "", {}, record.heads, record.digest).intact());
}

TEST_CASE("lines that are no events end what a tail gives") {
    TestRecord record;
    TestRecord::fill(record);
    base::Bytes tail = encode_tail_head({test_head().session, 1});
    const std::string lines = "[9.0, \"o\", \"x\"]\nnonsense\n[9.1, \"o\", \"y\"]\n";
    base::append(tail, encode_tail_piece_head(static_cast<std::uint32_t>(lines.size()),
                                              record.writer.raw_bytes()));
    base::append(tail, base::as_bytes(lines));
    const base::Bytes whole = recovered(record.sink.file, {tail});
    CHECK(verify(whole, "", {}, {}, record.digest).intact());
    CHECK(asciicast(whole).find("\"x\"") != std::string::npos);
    CHECK(asciicast(whole).find("\"y\"") == std::string::npos);
}
TEST_SUITE_END();
