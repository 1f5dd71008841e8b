// SPDX-License-Identifier: Apache-2.0
// Raw bytes: owning (Bytes) and borrowed (BytesView), and the two crossings between bytes and text.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::base {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

// The view lives as long as `text`.
inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}
// The view lives as long as the bytes behind `bytes`.
inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) {
    return {text.begin(), text.end()};
}
inline Bytes to_bytes(BytesView bytes) {
    return {bytes.begin(), bytes.end()};
}
inline std::string to_text(BytesView bytes) {
    return std::string(as_text(bytes));
}
inline void append(Bytes &to, BytesView more) {
    to.insert(to.end(), more.begin(), more.end());
}

// Compares in a time that depends on the lengths alone. Use it for every secret, MAC, hash and
// token.
bool equal_constant_time(BytesView a, BytesView b);

} // namespace sallyport::base
