// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/record/export.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.writer");

namespace {
std::vector<CastEvent> events(const MemorySink &sink) {
    std::vector<CastEvent> all;
    bool header = true;
    CHECK(for_each_line(sink.file, [&](std::string_view line) {
              if (!std::exchange(header, false))
                  all.push_back(parse_event_line(line).value());
              return base::success();
          }).ok());
    return all;
}
// The exact bytes of a stream by the reader's rule: a shadow stands for the line before it.
std::string exact_bytes(const std::vector<CastEvent> &all, std::string_view code) {
    std::string bytes;
    bool shadow = false;
    for (const CastEvent &event : all) {
        if (event.code == code)
            bytes += base::to_text(base::from_base64(event.data).value());
        else if (event.code == "o" && !shadow && code == "b1")
            bytes += event.data;
        shadow = event.code == "b1" || event.code == "b2";
    }
    return bytes;
}
} // namespace

TEST_CASE("output reads back exactly and UTF-8 stays whole at every split") {
    const std::string text = "a\xC3\xBC\xE6\xBC\xA2\xF0\x9F\x98\x80 \xFF\x80 end\xE2\x82";
    for (std::size_t split = 0; split <= text.size(); ++split) {
        TestRecord record;
        REQUIRE(record.writer.begin(test_header()).ok());
        record.writer.output(base::as_bytes(text).first(split), ms(1));
        CHECK(record.writer.flush(ms(1)).ok());
        record.writer.output(base::as_bytes(text).subspan(split), ms(2));
        REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(3)).ok());
        const auto all = events(record.sink);
        CHECK(exact_bytes(all, "b1") == text);
        std::string shown;
        for (const CastEvent &event : all)
            shown += event.code == "o" ? event.data : "";
        CHECK(shown.find("a\xC3\xBC\xE6\xBC\xA2\xF0\x9F\x98\x80 \xEF\xBF\xBD\xEF\xBF\xBD end") ==
              0);
        CHECK(all.back() == CastEvent{ms(3), "x", "0"});
    }
}

TEST_CASE("plain output after bare bytes is not taken for their shadow") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    record.writer.exact(Stream::Stderr, base::as_bytes("\x01"), ms(1));
    record.writer.output(base::as_bytes("text"), ms(2));
    record.writer.error_output(base::as_bytes("oops"), ms(3));
    record.writer.output(base::as_bytes("more"), ms(4));
    REQUIRE(record.writer.finish(EndReason::Ended, -1, ms(5)).ok());
    const auto all = events(record.sink);
    CHECK(exact_bytes(all, "b1") == "textmore");
    CHECK(exact_bytes(all, "b2") == "\x01oops");
}

TEST_CASE("every byte that flush() let through is in the frames or in a tail") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    record.writer.output(base::as_bytes("prompt$ "), ms(1));
    REQUIRE(record.writer.flush(ms(1)).ok());
    CHECK(record.writer.chain_head().sequence == 0);
    const auto lines = read_tail(record.sink.tails[0], test_head().session, 0);
    CHECK(lines.value().find("prompt$ ") != std::string::npos);
    REQUIRE(record.writer.boundary(ms(2)).ok());
    CHECK(record.writer.chain_head().sequence == 1);
    const std::string bulk(40 * 1024, 'x');
    const std::size_t tail_size = record.sink.tails[0].size();
    record.writer.output(base::as_bytes(bulk), ms(3));
    REQUIRE(record.writer.flush(ms(3)).ok());
    CHECK(record.writer.chain_head().sequence == 2); // straight into a frame
    CHECK(record.sink.tails[0].size() == tail_size);
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(4)).ok());
    CHECK(exact_bytes(events(record.sink), "b1") == "prompt$ " + bulk);
}

TEST_CASE("an idle tail becomes a frame after two seconds") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    record.writer.output(base::as_bytes("x"), ms(100));
    REQUIRE(record.writer.flush(ms(100)).ok());
    CHECK(record.writer.deadline() == ms(2100));
    CHECK(record.writer.tick(ms(2099)).ok());
    CHECK(record.writer.chain_head().sequence == 0);
    CHECK(record.writer.tick(ms(2100)).ok());
    CHECK(record.writer.chain_head().sequence == 1);
    CHECK(!record.writer.deadline());
}

TEST_CASE("what bulk needed is given back after two seconds without any") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    record.writer.output(base::as_bytes(std::string(bulk_bytes, 'x')), ms(100));
    REQUIRE(record.writer.flush(ms(100)).ok());
    CHECK(record.writer.chain_head().sequence == 1);
    CHECK(record.writer.deadline() == ms(2100));
    CHECK(record.writer.tick(ms(2100)).ok());
    CHECK(record.writer.chain_head().sequence == 1);
    CHECK(!record.writer.deadline());
    record.writer.output(base::as_bytes("little"), ms(3000));
    REQUIRE(record.writer.flush(ms(3000)).ok());
    REQUIRE(record.writer.boundary(ms(3001)).ok());
    CHECK(!record.writer.deadline());
}

TEST_CASE("a full tail is replaced, and until then output goes into frames") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    const std::string chunk(8 * 1024, 'y');
    int at = 0;
    while (record.sink.wanted == 0 && at < 1000) {
        record.writer.output(base::as_bytes(chunk), ms(++at));
        REQUIRE(record.writer.flush(ms(at)).ok());
    }
    CHECK(record.sink.wanted == 2);
    for (int i = 0; i < 400; ++i) {
        record.writer.output(base::as_bytes(chunk), ms(++at));
        REQUIRE(record.writer.flush(ms(at)).ok());
    }
    CHECK(record.sink.tails[0].size() < 2 * tail_bytes + frame_bytes);
    record.sink.tails.push_back({});
    REQUIRE(record.writer.tail_ready(2, ms(++at)).ok());
    CHECK(decode_tail_head(record.sink.tails[1]).value().number == 2);
    record.writer.output(base::as_bytes("last"), ms(++at));
    REQUIRE(record.writer.flush(ms(at)).ok());
    CHECK(record.sink.tails[1].size() > tail_head_bytes);
    CHECK(!record.writer.tail_ready(3, ms(at)).ok()); // nobody asked
}

TEST_CASE("after a failed write every call fails") {
    for (long writes = 0; writes < 4; ++writes) {
        TestRecord record;
        record.sink.writes_left = writes;
        bool ok = record.writer.begin(test_header()).ok();
        record.writer.output(base::as_bytes("x"), ms(1));
        ok = record.writer.flush(ms(1)).ok() && ok;
        ok = record.writer.boundary(ms(1)).ok() && ok;
        CHECK(!ok);
        record.sink.writes_left = -1;
        CHECK(!record.writer.flush(ms(2)).ok());
        CHECK(!record.writer.boundary(ms(2)).ok());
        CHECK(!record.writer.finish(EndReason::Failed, -1, ms(2)).ok());
    }
}

TEST_CASE("what was recorded in one go becomes as many frames as it needs") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    const std::string big(3 * 1024 * 1024, '\x01'); // six bytes each in JSON
    record.writer.output(base::as_bytes(big), ms(1));
    record.writer.marker("after", ms(2));
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(3)).ok());
    CHECK(record.writer.chain_head().sequence > 10);
    const auto report = verify(record.sink.file, "", {}, {}, record.digest);
    CHECK(report.intact());
    CHECK(report.markers == 1);
    CHECK(exact_bytes(events(record.sink), "b1") == big);
}

TEST_CASE("time never runs backwards") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    record.writer.output(base::as_bytes("a"), ms(10));
    record.writer.output(base::as_bytes("b"), ms(5));
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(1)).ok());
    for (const CastEvent &event : events(record.sink))
        CHECK(event.time == ms(10));
}
TEST_SUITE_END();
