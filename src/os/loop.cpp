// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/epoll.h>

namespace sallyport::os {

base::Result<std::unique_ptr<Loop>> Loop::open() {
    base::UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll)
        return base::fail(base::ErrorCode::Internal,
                          std::string("epoll_create1: ") + std::strerror(errno));
    return std::unique_ptr<Loop>(new Loop(std::move(epoll)));
}

base::Status Loop::watch(int fd, Callback callback) {
    const auto [at, fresh] = watches_.try_emplace(fd);
    assert(fresh);
    at->second.callback = std::make_shared<Callback>(std::move(callback));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        watches_.erase(at);
        return base::fail(base::ErrorCode::Internal,
                          std::string("epoll_ctl: ") + std::strerror(errno));
    }
    return base::success();
}

void Loop::update(int fd, const Watch &watch) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | (watch.write ? static_cast<unsigned>(EPOLLOUT) : 0U);
    event.data.fd = fd;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::want_write(int fd, bool wanted) {
    const auto at = watches_.find(fd);
    assert(at != watches_.end());
    if (std::exchange(at->second.write, wanted) != wanted)
        update(fd, at->second);
}

void Loop::forget(int fd) {
    if (watches_.erase(fd) > 0)
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

Loop::Timer Loop::after(std::chrono::milliseconds delay, Task task) {
    const Timer timer = ++last_timer_;
    timers_.emplace(Due{std::chrono::steady_clock::now() + delay, timer}, std::move(task));
    return timer;
}

void Loop::cancel(Timer timer) {
    const auto at = std::find_if(timers_.begin(), timers_.end(),
                                 [&](const auto &entry) { return entry.first.second == timer; });
    if (at != timers_.end())
        timers_.erase(at);
}

void Loop::post(Task task) {
    posted_.push_back(std::move(task));
}

int Loop::wait_limit(std::chrono::milliseconds limit) const {
    if (!posted_.empty())
        return 0;
    if (!timers_.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            timers_.begin()->first.first - std::chrono::steady_clock::now());
        limit = std::clamp(left, std::chrono::milliseconds(0), limit);
    }
    return static_cast<int>(limit.count());
}

void Loop::run_due() {
    while (!timers_.empty() && timers_.begin()->first.first <= std::chrono::steady_clock::now()) {
        const Task task = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        task();
    }
    for (const Task &task : std::exchange(posted_, {}))
        task();
}

void Loop::turn(std::chrono::milliseconds limit) {
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   wait_limit(limit));
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<std::size_t>(i)];
        const auto at = watches_.find(event.data.fd);
        if (at == watches_.end())
            continue; // forgotten by an earlier callback of this turn
        const std::shared_ptr<Callback> callback = at->second.callback;
        (*callback)({(event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                     (event.events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0});
    }
    run_due();
}

void Loop::run() {
    running_ = true;
    while (running_)
        turn(std::chrono::minutes(1));
}

} // namespace sallyport::os
