// SPDX-License-Identifier: Apache-2.0
#include "openssl_digest.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/record/export.hpp"
#include "sallyport/record/stream_recorder.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.stream_recorder");

namespace {
struct Recorded {
    std::string exact;
    std::string summary;
};
Recorded record_stream(std::string_view text, std::string_view binary, bool all,
                       std::size_t chunk) {
    TestRecord record;
    CHECK(record.writer.begin(test_header()).ok());
    StreamRecorder stream(record.writer, record.digest, Stream::Stdout, all);
    if (!text.empty())
        stream.text(base::as_bytes(text), ms(1));
    for (std::size_t at = 0; at < binary.size(); at += chunk)
        stream.binary(base::as_bytes(binary.substr(at, chunk)), ms(2));
    stream.finish(ms(3));
    CHECK(stream.bytes() == text.size() + binary.size());
    CHECK(record.writer.finish(EndReason::Ended, 0, ms(4)).ok());
    Recorded result;
    bool header = true;
    CHECK(for_each_line(record.sink.file, [&](std::string_view line) {
              if (std::exchange(header, false))
                  return base::success();
              const CastEvent event = parse_event_line(line).value();
              if (event.code == "b1")
                  result.exact += base::to_text(base::from_base64(event.data).value());
              else if (event.code == "o")
                  result.exact += event.data;
              else if (event.code == "e")
                  result.summary = event.data;
              return base::success();
          }).ok());
    return result;
}
std::string noise(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char &byte : bytes)
        byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}
} // namespace

TEST_CASE("text is recorded whole and has no summary") {
    const std::string text(3 * 1024 * 1024, 't');
    const Recorded recorded = record_stream(text, "", false, 1);
    CHECK(recorded.exact == text);
    CHECK(recorded.summary.empty());
}

TEST_CASE("a binary stream is whole up to its limit, then known by hash, size and last bytes") {
    const OpensslDigest digest;
    const std::string small = noise(max_binary_bytes);
    CHECK(record_stream("head", small, false, 7777).exact == "head" + small);
    const std::string big = noise(max_binary_bytes + 3 * binary_tail_bytes + 11);
    for (const std::size_t chunk : {std::size_t{999}, std::size_t{100000}, big.size()}) {
        const Recorded recorded = record_stream("", big, false, chunk);
        CHECK(recorded.exact ==
              big.substr(0, max_binary_bytes) + big.substr(big.size() - binary_tail_bytes));
        CHECK(recorded.summary == "{\"kind\":\"binary-stream\",\"stream\":\"stdout\",\"bytes\":" +
                                      std::to_string(big.size()) +
                                      ",\"omitted\":" + std::to_string(2 * binary_tail_bytes + 11) +
                                      ",\"last\":65536,\"sha256\":\"" +
                                      base::hex(digest.sha256({base::as_bytes(big)})) + "\"}");
    }
}

TEST_CASE("everything is recorded where the rule asks for it") {
    const std::string big = noise(max_binary_bytes + 70000);
    CHECK(record_stream("", big, true, 30000).exact == big);
}

TEST_CASE("a stream that turned binary stays binary") {
    TestRecord record;
    REQUIRE(record.writer.begin(test_header()).ok());
    StreamRecorder stream(record.writer, record.digest, Stream::Stdout, false);
    stream.binary(base::as_bytes("\x01"), ms(1));
    stream.text(base::as_bytes("text"), ms(1));
    stream.finish(ms(1));
    REQUIRE(record.writer.finish(EndReason::Ended, 0, ms(2)).ok());
    CHECK(for_each_line(record.sink.file, [](std::string_view line) {
              CHECK(line.find("\"o\"") == std::string_view::npos);
              return base::success();
          }).ok());
}
TEST_SUITE_END();
