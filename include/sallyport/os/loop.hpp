// SPDX-License-Identifier: Apache-2.0
// The event loop of a service: one thread, epoll, timers. Callbacks run one after another inside
// run(); one may watch, forget, arm, cancel or stop anything, also itself. Not thread-safe.
// `forget` a descriptor before it is closed.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace sallyport::os {

struct Ready {
    bool readable = false, writable = false, hung_up = false;
};

class Loop {
  public:
    using Callback = std::function<void(Ready)>;
    using Task = std::function<void()>;
    using Timer = std::uint64_t; // 0: none

    static base::Result<std::unique_ptr<Loop>> open();
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    // Calls back when `fd` is readable, or hung up; also when writable if asked for.
    base::Status watch(int fd, Callback callback);
    void want_write(int fd, bool wanted); // REQUIRES: fd is watched
    void forget(int fd);

    Timer after(std::chrono::milliseconds delay, Task task);
    void cancel(Timer timer);
    // Runs in the next turn; the way out of a callback that must not recurse.
    void post(Task task);

    void run(); // until stop()
    void stop() { running_ = false; }
    // One turn of at most `limit`; for tests and for waits with a condition of the caller's.
    void turn(std::chrono::milliseconds limit);

  private:
    explicit Loop(base::UniqueFd epoll) : epoll_(std::move(epoll)) {}
    struct Watch {
        std::shared_ptr<Callback> callback; // kept alive while it runs, even if it forgets itself
        bool write = false;
    };
    using Due = std::pair<std::chrono::steady_clock::time_point, Timer>;
    void update(int fd, const Watch &watch);
    int wait_limit(std::chrono::milliseconds limit) const;
    void run_due();

    base::UniqueFd epoll_;
    std::map<int, Watch> watches_;
    std::map<Due, Task> timers_;
    Timer last_timer_ = 0;
    std::vector<Task> posted_;
    bool running_ = false;
};

} // namespace sallyport::os
