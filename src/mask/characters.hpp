// SPDX-License-Identifier: Apache-2.0
// Character tests that know no locale.
#pragma once
#include <string_view>

namespace sallyport::mask {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
inline char to_lower(char c) {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}
inline bool is_word(char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '_';
}
// Cuts end every line and every match. cut_edge ends a full row of the alternate screen: a value
// may have been cut there.
inline constexpr char cut = '\n';
inline constexpr char cut_edge = '\x1e';
inline bool is_cut(char c) {
    return c == '\n' || c == '\r' || c == cut_edge;
}

} // namespace sallyport::mask
