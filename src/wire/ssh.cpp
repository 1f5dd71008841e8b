// SPDX-License-Identifier: Apache-2.0
#include "sallyport/wire/ssh.hpp"

namespace sallyport::wire {

base::BytesView Reader::take(std::size_t size) {
    if (bad_ || size > bytes_.size() - at_) {
        bad_ = true;
        return {};
    }
    const base::BytesView piece = bytes_.subspan(at_, size);
    at_ += size;
    return piece;
}

std::uint8_t Reader::byte() {
    const base::BytesView piece = take(1);
    return piece.empty() ? std::uint8_t{0} : piece[0];
}

bool Reader::boolean() {
    return byte() != 0;
}

std::uint32_t Reader::uint32() {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(4))
        value = value << 8 | byte;
    return value;
}

std::uint64_t Reader::uint64() {
    const std::uint64_t high = uint32();
    return high << 32 | uint32();
}

base::BytesView Reader::string() {
    return take(uint32());
}
std::string Reader::text() {
    return base::to_text(string());
}
base::BytesView Reader::rest() {
    return take(bad_ ? 0 : bytes_.size() - at_);
}

Writer &Writer::byte(std::uint8_t value) {
    bytes_.push_back(value);
    return *this;
}

Writer &Writer::uint32(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
}

Writer &Writer::uint64(std::uint64_t value) {
    return uint32(static_cast<std::uint32_t>(value >> 32))
        .uint32(static_cast<std::uint32_t>(value));
}

Writer &Writer::string(base::BytesView value) {
    assert(value.size() <= 0xffffffffU);
    return uint32(static_cast<std::uint32_t>(value.size())).raw(value);
}

Writer &Writer::raw(base::BytesView value) {
    base::append(bytes_, value);
    return *this;
}

Writer &Writer::mpint(base::BytesView magnitude) {
    while (!magnitude.empty() && magnitude.front() == 0)
        magnitude = magnitude.subspan(1);
    const bool needs_zero = !magnitude.empty() && (magnitude.front() & 0x80) != 0;
    uint32(static_cast<std::uint32_t>(magnitude.size() + (needs_zero ? 1 : 0)));
    if (needs_zero)
        byte(0);
    return raw(magnitude);
}

std::vector<std::string> split_name_list(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        names.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos)
            break;
        list.remove_prefix(comma + 1);
    }
    return names;
}

} // namespace sallyport::wire
