// SPDX-License-Identifier: Apache-2.0
// Helper is the one other thread of a connection: it compresses frames while output flows and
// brings records to the disk. Started before the filter, which forbids to start another one. It
// does one piece of work after the other, in the order of posting; work must not throw. Whoever
// sleeps in an event loop watches descriptor() to see at once that something is done.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include <pthread.h>

namespace sallyport::relay {

class Helper {
  public:
    // Number of a piece of work; 0 is always done.
    using Ticket = std::uint64_t;

    Helper() = default;
    ~Helper(); // after the work that was posted
    Helper(const Helper &) = delete;
    Helper &operator=(const Helper &) = delete;

    // Without it, or if it fails, post() does the work itself.
    base::Status start();
    Ticket post(std::function<void()> work);
    bool idle() const;
    bool done(Ticket ticket) const;
    // What the work wrote may be read when this returns.
    void wait(Ticket ticket) const;
    // Readable from the end of a piece of work until clear(); -1 without the thread.
    int descriptor() const { return wake_.get(); }
    void clear();

  private:
    void run();

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<std::function<void()>> work_;
    Ticket posted_ = 0, done_ = 0;
    bool running_ = false, stopping_ = false;
    base::UniqueFd wake_; // an eventfd
    pthread_t thread_{};
};

} // namespace sallyport::relay
