// SPDX-License-Identifier: Apache-2.0
// The data types of RFC 4251 section 5: byte, boolean, uint32, uint64, string, mpint, name-list.
// Pure; both classes are values of one thread. Our edges use the same types (message.hpp).
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"

#include <vector>

namespace sallyport::wire {

// Reads from borrowed bytes. After a short or over-long field the reader is `bad()`: every later
// read gives zero or empty, so a parser reads all its fields first and asks `done()` once.
class Reader {
  public:
    explicit Reader(base::BytesView bytes) : bytes_(bytes) {}

    std::uint8_t byte();
    bool boolean(); // any value but 0 is true
    std::uint32_t uint32();
    std::uint64_t uint64();
    base::BytesView string(); // view into the input
    std::string text();
    base::BytesView take(std::size_t size);
    base::BytesView rest();

    bool bad() const { return bad_; }
    bool done() const { return !bad_ && at_ == bytes_.size(); } // all read, nothing left over
    std::size_t position() const { return at_; }
    std::size_t left() const { return bytes_.size() - at_; }
    void mark_bad() { bad_ = true; }

  private:
    base::BytesView bytes_;
    std::size_t at_ = 0;
    bool bad_ = false;
};

class Writer {
  public:
    Writer &byte(std::uint8_t value);
    Writer &boolean(bool value) { return byte(value ? 1 : 0); }
    Writer &uint32(std::uint32_t value);
    Writer &uint64(std::uint64_t value);
    Writer &string(base::BytesView value); // REQUIRES: value.size() < 2^32
    Writer &string(std::string_view value) { return string(base::as_bytes(value)); }
    Writer &raw(base::BytesView value);
    // A positive big-endian number as mpint: leading zeros cut, a zero byte in front of a set top
    // bit.
    Writer &mpint(base::BytesView magnitude);

    const base::Bytes &bytes() const & { return bytes_; }
    base::Bytes bytes() && { return std::move(bytes_); }

  private:
    base::Bytes bytes_;
};

std::vector<std::string>
split_name_list(std::string_view list); // RFC 4251 section 5: comma separated, may be empty

} // namespace sallyport::wire
