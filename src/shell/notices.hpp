// SPDX-License-Identifier: Apache-2.0
// What a person should be told about the bytes of a unit before believing what it looks like.
#pragma once
#include "sallyport/model/command_facts.hpp"

#include <string_view>
#include <vector>

namespace sallyport::shell {

// Sorted and unique. Bidi: direction and zero-width marks. MixedScript: one run of letters mixes
// Latin with Cyrillic, Greek, Armenian or full-width letters. Linear in the text.
std::vector<model::Notice> find_notices(std::string_view text);

} // namespace sallyport::shell
