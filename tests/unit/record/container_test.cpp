// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/base/encoding.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.container");

namespace {
base::BytesView payload(const base::Bytes &record) {
    return base::BytesView(record).subspan(record_header_bytes);
}
Link test_link() {
    Link link;
    link.flags = link_command | link_bulk;
    link.sequence = 3;
    link.first_us = 10;
    link.last_us = 20;
    link.raw_offset = 99;
    link.raw_length = 5;
    link.frame_length = 6;
    link.events = 7;
    link.markers = 1;
    link.frame.fill(1);
    link.chain.fill(2);
    return link;
}
} // namespace

TEST_CASE("records read back and have the sizes of the format") {
    const base::Bytes head = encode_head(test_head());
    CHECK(head.size() == 8 + 96);
    CHECK(base::hex(base::BytesView(head).first(12)) == "5a2a4d186000000053505248");
    CHECK(decode_head(payload(head)).value() == test_head());
    const base::Bytes link = encode_link(test_link());
    CHECK(link.size() == 8 + 128);
    CHECK(decode_link(payload(link)).value() == test_link());
    Foot foot;
    foot.reason = EndReason::Killed;
    foot.exit = -1;
    foot.frames = 2;
    foot.markers = {{1, 5, 104, "ls"}, {2, 6, 300, ""}};
    CHECK(decode_foot(payload(encode_foot(foot))).value() == foot);
}

TEST_CASE("a record that is cut anywhere or longer is refused") {
    const base::Bytes records[] = {encode_head(test_head()), encode_link(test_link()),
                                   encode_foot(Foot{})};
    for (const base::Bytes &record : records) {
        for (std::size_t size = 0; size < payload(record).size(); ++size) {
            const base::BytesView cut = payload(record).first(size);
            CHECK(!decode_head(cut).ok());
            CHECK(!decode_link(cut).ok());
            CHECK(!decode_foot(cut).ok());
        }
        base::Bytes longer = record;
        longer.push_back(0);
        CHECK(!decode_head(payload(longer)).ok());
        CHECK(!decode_link(payload(longer)).ok());
        CHECK(!decode_foot(payload(longer)).ok());
    }
}

TEST_CASE("a link with impossible values is refused") {
    const auto refused = [](auto change) {
        Link link = test_link();
        change(link);
        return !decode_link(payload(encode_link(link))).ok();
    };
    CHECK(refused([](Link &link) { link.flags = 8; }));
    CHECK(refused([](Link &link) { link.first_us = 21; }));
    CHECK(refused([](Link &link) { link.raw_length = 0; }));
    CHECK(refused([](Link &link) { link.raw_length = max_frame_raw_bytes + 1; }));
    CHECK(refused([](Link &link) { link.frame_length = max_frame_bytes + 1; }));
    CHECK(refused([](Link &link) { link.markers = 8; }));
    CHECK(refused([](Link &link) { link.last_us = ~0ULL; }));
}

TEST_CASE("the chain depends on the head and on every covered byte of a link") {
    const OpensslDigest digest;
    const Hash start = chain_start(test_head(), digest);
    Head other = test_head();
    other.nonce[31] ^= 1;
    CHECK(chain_start(other, digest) != start);
    const Hash next = chain_next(start, test_link(), digest);
    Link changed = test_link();
    changed.frame[31] ^= 1;
    CHECK(chain_next(start, changed, digest) != next);
    CHECK(chain_next(next, test_link(), digest) != next);
    Link chained = test_link();
    chained.chain[0] ^= 1; // the value itself is not part of what it covers
    CHECK(chain_next(start, chained, digest) == next);
}

TEST_CASE("the worked example of the format's description is true") {
    Head head;
    const base::Bytes id = base::from_hex("01563e3ab5d3d6764c61efb99302bd5b").value();
    std::copy(id.begin(), id.end(), head.session.begin());
    CHECK(base::crockford(head.session) == "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    head.start = base::WallTime{std::chrono::seconds{1772622000}};
    head.config.fill(7);
    head.nonce.fill(9);
    CHECK(base::hex(base::BytesView(encode_head(head)).first(40)) ==
          "5a2a4d1860000000535052480100000001563e3ab5d3d6764c61efb99302bd5b008ca1b8304c0600");
    CHECK(base::hex(chain_start(head, OpensslDigest())) ==
          "68721fe68fe5a3cd1209e1ea21e9cf158e9f13ba0b92913dd339eb869406a187");
}

TEST_CASE("a tail gives its whole lines from a given offset on, however it is cut") {
    const auto session = test_head().session;
    base::Bytes tail = encode_tail_head({session, 1});
    const auto piece = [&](std::string_view lines, std::uint64_t offset) {
        base::append(tail,
                     encode_tail_piece_head(static_cast<std::uint32_t>(lines.size()), offset));
        base::append(tail, base::as_bytes(lines));
    };
    piece("one\n", 0);
    piece("two\nthree\n", 4);
    piece("late\n", 50); // bulk went past the tail in between
    CHECK(read_tail(tail, session, 0).value() == "one\ntwo\nthree\n");
    CHECK(read_tail(tail, session, 4).value() == "two\nthree\n");
    CHECK(read_tail(tail, session, 8).value() == "three\n");
    CHECK(read_tail(tail, session, 14).value().empty());
    CHECK(read_tail(tail, session, 50).value() == "late\n");
    for (std::size_t size = 0; size < tail.size(); ++size) {
        const auto lines = read_tail(base::BytesView(tail).first(size), session, 0);
        CHECK(lines.ok() == (size >= tail_head_bytes));
        if (lines.ok())
            CHECK(std::string("one\ntwo\nthree\n").rfind(lines.value(), 0) == 0);
    }
    auto foreign = session;
    foreign[3] ^= 1;
    CHECK(!read_tail(tail, foreign, 0).ok());
}
TEST_SUITE_END();
