// SPDX-License-Identifier: Apache-2.0
// The event loop of a connection: it drives every SSH session and the descriptors beside them. One
// thread. Callbacks run inside poll() and inside any call that sends on a session, so they may only
// move bytes and set flags; states change and things are destroyed outside of callbacks.
#pragma once
#include "sallyport/base/result.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace sallyport::ssh {

class Loop {
  public:
    static base::Result<std::unique_ptr<Loop>> open();
    ~Loop();
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    // Calls `ready` whenever the descriptor is readable or hung up, or writable if asked for. A
    // second call for the same descriptor replaces the first. The caller keeps the descriptor open
    // until forget().
    base::Status watch(int descriptor, bool writable, std::function<void()> ready);
    void forget(int descriptor);

    // Waits for the first thing to happen and handles it, at most for `limit`.
    void poll(std::chrono::milliseconds limit);

    // Grows with every callback: whoever compares it before and after knows whether something
    // moved.
    std::uint64_t activity() const;

    struct State;
    State &state() { return *state_; }

  private:
    explicit Loop(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace sallyport::ssh
