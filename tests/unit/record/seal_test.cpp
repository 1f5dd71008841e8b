// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/seal.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::record;

TEST_SUITE_BEGIN("record.seal");

namespace {
Seal test_seal() {
    Seal seal;
    seal.session = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    seal.frames = 12;
    seal.raw_bytes = 3456;
    seal.chain.fill(0xab);
    seal.start = base::WallTime{std::chrono::microseconds{1772622000000001}};
    seal.end = base::WallTime{std::chrono::microseconds{1772622005000000}};
    seal.reason = EndReason::Closed;
    seal.key_id = "0123456789abcdef";
    return seal;
}
} // namespace

TEST_CASE("a seal has one text and reads back") {
    const std::string line = seal_line(test_seal());
    CHECK(
        line.rfind("{\"v\":1,\"session\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"frames\":12,\"raw\":3456,"
                   "\"chain\":\"abab",
                   0) == 0);
    CHECK(parse_seal_line(line).value() == test_seal());
    const base::Bytes signature(64, 5);
    const auto file = parse_seal_file(seal_file(line, signature));
    CHECK(file.value().seal == test_seal());
    CHECK(file.value().signature == signature);
    CHECK(base::to_text(file.value().message) == std::string("sallyport-seal-v1\0", 18) + line);
}

TEST_CASE("another form of the same content is refused") {
    const std::string line = seal_line(test_seal());
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string other = line;
        other.replace(other.find(from), from.size(), to);
        return parse_seal_line(other).ok();
    };
    CHECK(changed("12", "13"));
    CHECK(!changed("12", "012"));
    CHECK(!changed("abab", "ABab"));
    CHECK(!changed(",\"frames\"", ", \"frames\""));
    CHECK(!changed("\"closed\"", "\"other\""));
    CHECK(!changed("01ARZ3", "91ARZ3"));
    CHECK(!changed("\"v\":1", "\"v\":2"));
    CHECK(!parse_seal_line(line + " ").ok());
    for (std::size_t size = 0; size < line.size(); ++size)
        CHECK(!parse_seal_line(line.substr(0, size)).ok());
}

TEST_CASE("a seal file that is cut, longer or without a signature is refused") {
    const std::string file = seal_file(seal_line(test_seal()), base::Bytes(64, 5));
    for (std::size_t size = 0; size < file.size(); ++size)
        CHECK(!parse_seal_file(file.substr(0, size)).ok());
    CHECK(!parse_seal_file(file + "\n").ok());
    CHECK(!parse_seal_file(seal_file(seal_line(test_seal()), base::Bytes(63, 5))).ok());
    CHECK(!parse_seal_file(std::string(max_seal_bytes + 1, 'x')).ok());
}
TEST_SUITE_END();
