// SPDX-License-Identifier: Apache-2.0
// Little-endian fields of the container's records.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::record {

class Packer {
  public:
    template <typename T>
    Packer &number(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * i));
        return *this;
    }
    Packer &bytes(base::BytesView more) {
        base::append(bytes_, more);
        return *this;
    }
    Packer &text(std::string_view more) { return bytes(base::as_bytes(more)); }
    base::Bytes take() { return std::move(bytes_); }

  private:
    base::Bytes bytes_;
};

// Reads within `bytes`; what goes past the end reads as zero and makes ok() false.
class Unpacker {
  public:
    explicit Unpacker(base::BytesView bytes) : bytes_(bytes) {}
    template <typename T>
    T number() {
        const base::BytesView field = view(sizeof(T));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < field.size(); ++i)
            value |= std::uint64_t{field[i]} << 8 * i;
        return static_cast<T>(value);
    }
    template <std::size_t Size>
    std::array<std::uint8_t, Size> array() {
        std::array<std::uint8_t, Size> to{};
        const base::BytesView field = view(Size);
        std::copy(field.begin(), field.end(), to.begin());
        return to;
    }
    base::BytesView view(std::size_t size);
    bool tag(std::string_view expected) { return base::as_text(view(expected.size())) == expected; }
    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && at_ == bytes_.size(); }

  private:
    base::BytesView bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

// A skippable frame around a payload.
base::Bytes skippable(base::BytesView payload);
base::Bytes head_payload(const Head &head);
base::Bytes link_payload(const Link &link);
inline std::uint64_t microseconds(base::WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
inline base::WallTime wall_time(std::uint64_t us) {
    return base::WallTime{std::chrono::microseconds{static_cast<std::int64_t>(us)}};
}
// Times past the year 9999 are refused: arithmetic on them stays within 64 bits.
inline constexpr std::uint64_t max_time_us = 253402300800ULL * 1000000ULL;

} // namespace sallyport::record
