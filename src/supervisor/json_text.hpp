// SPDX-License-Identifier: Apache-2.0
// Writing JSON: one string with its quotes, or an object of string members in order. Invalid UTF-8
// becomes U+FFFD.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::supervisor {

std::string json_text(std::string_view text);
using JsonMembers = std::vector<std::pair<std::string, std::string>>;
std::string json_object(const JsonMembers &members);
// Members whose values are JSON already.
std::string json_object_raw(const JsonMembers &members);

} // namespace sallyport::supervisor
