// SPDX-License-Identifier: Apache-2.0
// The two loops that see every byte of a session's output, sixteen bytes at a time.
#pragma once
#include <string>
#include <string_view>

namespace sallyport::record {

// Appends `text` as a JSON string, quotes included; a byte that is no UTF-8 becomes U+FFFD.
void append_json(std::string &to, std::string_view text);

bool is_utf8(std::string_view text);

} // namespace sallyport::record
