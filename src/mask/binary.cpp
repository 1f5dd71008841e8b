// SPDX-License-Identifier: Apache-2.0
#include "sallyport/mask/text.hpp"

namespace sallyport::mask {
namespace {

constexpr bool is_binary(std::uint8_t byte) {
    constexpr std::uint32_t text = 1U << 7 | 1U << 8 | 1U << 9 | 1U << 10 | 1U << 11 | 1U << 12 |
                                   1U << 13 | 1U << 14 | 1U << 15 | 1U << 27;
    return byte < 32 && (text >> byte & 1) == 0;
}

} // namespace

std::optional<std::uint64_t> BinaryDetector::feed(base::BytesView bytes) {
    if (found_)
        return found_;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (is_binary(bytes[i])) {
            found_ = seen_ + i;
            return found_;
        }
    seen_ += bytes.size();
    return std::nullopt;
}

} // namespace sallyport::mask
