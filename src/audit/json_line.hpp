// SPDX-License-Identifier: Apache-2.0
// The little JSON that the event log needs: writing string members in order, and reading two of
// them back.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::audit {

// RFC 8259 section 7; invalid UTF-8 becomes U+FFFD, so that a line is always valid JSON.
std::string json_string(std::string_view text);

struct ChainMembers {
    std::uint64_t sequence = 0;
    std::string previous;
};
// InvalidInput unless `line` is one JSON object with a number `seq` and a hex string `prev`.
base::Result<ChainMembers> read_chain_members(std::string_view line);

} // namespace sallyport::audit
