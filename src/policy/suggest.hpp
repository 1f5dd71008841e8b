// SPDX-License-Identifier: Apache-2.0
// What somebody who mistyped a name probably meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::policy {

// `; did you mean \`name\`?`, or nothing when no known name is near: one slip for short names, two
// for longer ones. A slip is a letter too many, too few or wrong, or two that changed places.
std::string did_you_mean(std::string_view text, const std::vector<std::string> &known);

} // namespace sallyport::policy
