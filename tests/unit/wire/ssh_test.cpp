// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"
#include "sallyport/wire/ssh.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("wire.ssh");

TEST_CASE("the examples of RFC 4251 section 5 are written byte for byte") {
    CHECK(base::hex(wire::Writer().uint32(699921578).bytes()) == "29b7f4aa");
    CHECK(base::hex(wire::Writer().string("testing").bytes()) == "0000000774657374696e67");
    struct Row {
        const char *magnitude, *encoded;
    };
    for (const Row &row :
         {Row{"", "00000000"}, Row{"09a378f9b2e332a7", "0000000809a378f9b2e332a7"},
          Row{"80", "000000020080"}, Row{"0000ff", "0000000200ff"}, Row{"0000", "00000000"}})
        CHECK(base::hex(wire::Writer().mpint(base::from_hex(row.magnitude).value()).bytes()) ==
              row.encoded);
}

TEST_CASE("every cut of a message makes the reader bad, never wrong") {
    const base::Bytes whole =
        wire::Writer().byte(7).boolean(true).uint32(42).uint64(1ULL << 40).string("abc").bytes();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        wire::Reader reader(base::BytesView(whole).first(size));
        const bool values = reader.byte() == 7 && reader.boolean() && reader.uint32() == 42 &&
                            reader.uint64() == 1ULL << 40 && reader.text() == "abc";
        CHECK(reader.done() == (size == whole.size()));
        CHECK(values == (size == whole.size()));
    }
}

TEST_CASE("a length beyond the end takes nothing") {
    const base::Bytes lie{0xff, 0xff, 0xff, 0xff, 'a'};
    wire::Reader reader(lie);
    CHECK(reader.string().empty());
    CHECK(reader.bad());
    CHECK(reader.uint32() == 0);
}

TEST_CASE("name lists split at commas") {
    CHECK(wire::split_name_list("").empty());
    CHECK(wire::split_name_list("a") == std::vector<std::string>{"a"});
    CHECK(wire::split_name_list("a,b,c") == std::vector<std::string>{"a", "b", "c"});
}
TEST_SUITE_END();
