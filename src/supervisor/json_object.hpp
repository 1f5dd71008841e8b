// SPDX-License-Identifier: Apache-2.0
// Writing a JSON object with its members in order.
#pragma once
#include "sallyport/base/json_text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sallyport::supervisor {

using JsonMembers = std::vector<std::pair<std::string, std::string>>;
std::string json_object(const JsonMembers &members);
// Members whose values are JSON already.
std::string json_object_raw(const JsonMembers &members);

} // namespace sallyport::supervisor
