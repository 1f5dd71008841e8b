// SPDX-License-Identifier: Apache-2.0
// JSON strings and UTF-8 (RFC 8259 section 7, RFC 3629), sixteen bytes at a time: every byte of a
// session's output goes through here. Pure; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport::base {

// `text` as a JSON string with its quotes. Each byte that is no UTF-8 becomes U+FFFD, so that what
// is written is always valid JSON.
std::string json_string(std::string_view text);
void append_json(std::string &to, std::string_view text);

// How many characters from the start a JSON string shows as they are: ASCII without controls,
// quotes and backslashes. May stop early.
std::size_t json_plain_run(std::string_view text);

bool is_utf8(std::string_view text);

// Length of the valid UTF-8 character at `text[at]`; 0 if it is none; `cut` is set if it may become
// one with more bytes.
std::size_t utf8_length(std::string_view text, std::size_t at, bool &cut);

} // namespace sallyport::base
