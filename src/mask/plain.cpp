// SPDX-License-Identifier: Apache-2.0
#include "projection.hpp"

#include <cstring>

namespace sallyport::mask {
namespace {

constexpr std::uint64_t each(std::uint64_t byte) {
    return byte * 0x0101010101010101ULL;
}

// The top bit of each of eight bytes that is a control character or DEL.
std::uint64_t controls(const char *bytes) {
    std::uint64_t v;
    std::memcpy(&v, bytes, sizeof v);
    const std::uint64_t not_control = ((v & each(0x7f)) + each(0x60)) | v;
    const std::uint64_t x = v ^ each(0x7f);
    const std::uint64_t not_delete = ((x & each(0x7f)) + each(0x7f)) | x;
    return ~(not_control & not_delete) & each(0x80);
}

} // namespace

std::size_t plain_prefix(std::string_view bytes, bool lone_cr) {
    const auto is_plain = [&](std::size_t at) {
        const auto c = static_cast<unsigned char>(bytes[at]);
        if (c == '\r')
            return lone_cr || (at + 1 < bytes.size() && bytes[at + 1] == '\n');
        return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n';
    };
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8)
        for (std::uint64_t found = controls(bytes.data() + at); found != 0; found &= found - 1) {
            const std::size_t one = at + static_cast<std::size_t>(__builtin_ctzll(found)) / 8;
            if (!is_plain(one))
                return one;
        }
    while (at < bytes.size() && is_plain(at))
        ++at;
    return at;
}

} // namespace sallyport::mask
