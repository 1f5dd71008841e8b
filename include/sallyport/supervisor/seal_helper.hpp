// SPDX-License-Identifier: Apache-2.0
// The helper process that walks one record: a record is hostile input, so it is parsed here and
// nowhere in sallyportd. Descriptors: 3 answer, 4 frame file (read and write, for recovery), from 5
// on the last tails. It completes a record that a crash left unfinished, then writes the seal's
// line; sallyportd checks whose it is and has it signed.
#pragma once
#include "sallyport/base/result.hpp"

#include <functional>
#include <string>

namespace sallyport::supervisor {

inline constexpr int seal_helper_first_tail = 5;
inline constexpr std::size_t seal_helper_max_tails = 2;

// `enter_sandbox` is called before the first byte of the record is parsed.
base::Status run_seal_helper(const std::string &key_id,
                             const std::function<base::Status()> &enter_sandbox);

} // namespace sallyport::supervisor
