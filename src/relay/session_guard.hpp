// SPDX-License-Identifier: Apache-2.0
// The guarded shell of a session: what stands between the person's keys and the target's terminal.
#pragma once
#include "session.hpp"

namespace sallyport::relay {

// 96 bits of the kernel's randomness, never twice.
class KernelNonces final : public prompt::NonceSource {
  public:
    std::string fresh() override;
};

struct Session::Guard {
    Guard(const std::string &term, editor::Size size) : terminal(nonces, term, size) {}
    KernelNonces nonces;
    GuardedTerminal terminal;
    base::Bytes output, keys; // taken in callbacks, worked on in step()
    bool output_unread = true, keys_unread = true;
    bool target_ended = false; // and the terminal was told
    std::optional<base::SteadyTime> timer;

    std::uint64_t unit = 0; // the latest one that was asked
    std::string text;       // its raw bytes, kept for a release
    std::string masked;     // as sallyportd masked it
    base::SteadyTime started{};
};

} // namespace sallyport::relay
