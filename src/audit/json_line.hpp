// SPDX-License-Identifier: Apache-2.0
// The little JSON reading that the event log needs: the two members that chain its lines.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::audit {

struct ChainMembers {
    std::uint64_t sequence = 0;
    std::string previous;
};
// InvalidInput unless `line` is one JSON object with a number `seq` and a hex string `prev`.
base::Result<ChainMembers> read_chain_members(std::string_view line);

} // namespace sallyport::audit
