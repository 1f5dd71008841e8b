// SPDX-License-Identifier: Apache-2.0
// What concerns the SSH library as a whole: its start, and the repairs that this module makes to
// it. The library is linked statically with some of its inner functions replaced at link time
// (src/ssh/repairs.cpp); a repair that is no longer reached after an update would be a silent hole,
// so each counts its calls and an end-to-end test demands that every one was hit.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::ssh {

// Initialises the library and silences its log. Before the sandbox closes, and behind
// crypto::start(): with an Ed25519 host key alone OpenSSL would look for its configuration file
// only in the first exchange.
base::Status start_library();

struct RepairCount {
    std::string name;
    std::uint64_t calls = 0;
};
// One entry a repair, in a fixed order, for this process.
std::vector<RepairCount> repair_counts();

} // namespace sallyport::ssh
