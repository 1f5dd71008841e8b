// SPDX-License-Identifier: Apache-2.0
// The loops that see every byte of a session's output, sixteen bytes at a time.
#pragma once
#include <string>
#include <string_view>

namespace sallyport::record {

// Appends `text` as a JSON string, quotes included; a byte that is no UTF-8 becomes U+FFFD.
void append_json(std::string &to, std::string_view text);

// How many characters from the start a JSON string shows as they are: ASCII without controls,
// quotes and backslashes. May stop early.
std::size_t plain_run(std::string_view text);

bool is_utf8(std::string_view text);

} // namespace sallyport::record
