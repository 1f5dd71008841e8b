// SPDX-License-Identifier: Apache-2.0
#include "sallyport/relay/helper.hpp"

#include <csignal>

#include <sys/eventfd.h>
#include <unistd.h>

namespace sallyport::relay {
namespace {
constexpr std::size_t stack_bytes = 256 * 1024; // touched pages count only
} // namespace

base::Status Helper::start() {
    base::UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake)
        return base::fail(base::ErrorCode::Unavailable, "no descriptor for the helper thread");
    wake_ = std::move(wake);
    // Signals are the main thread's.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    const auto entry = [](void *self) -> void * {
        static_cast<Helper *>(self)->run();
        return nullptr;
    };
    const int rc = pthread_create(&thread_, &attributes, entry, this);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (rc != 0) {
        wake_.reset();
        return base::fail(base::ErrorCode::Unavailable, "the helper thread cannot be started");
    }
    // A thread begins with system calls that the filter no longer knows.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_; });
    return base::success();
}

Helper::~Helper() {
    if (!running_)
        return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    pthread_join(thread_, nullptr);
}

void Helper::run() {
    std::unique_lock lock(mutex_);
    running_ = true;
    changed_.notify_all();
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !work_.empty(); });
        if (work_.empty())
            return;
        std::function<void()> work = std::move(work_.front());
        work_.pop_front();
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
        ++done_;
        changed_.notify_all();
        const std::uint64_t one = 1; // a full counter is readable as well
        (void)!::write(wake_.get(), &one, sizeof one);
    }
}

Helper::Ticket Helper::post(std::function<void()> work) {
    if (!running_) {
        work();
        return 0;
    }
    Ticket ticket = 0;
    {
        const std::lock_guard lock(mutex_);
        work_.push_back(std::move(work));
        ticket = ++posted_;
    }
    changed_.notify_all();
    return ticket;
}

void Helper::clear() {
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof count);
}

bool Helper::idle() const {
    const std::lock_guard lock(mutex_);
    return posted_ == done_;
}
bool Helper::done(Ticket ticket) const {
    const std::lock_guard lock(mutex_);
    return done_ >= ticket;
}
void Helper::wait(Ticket ticket) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ >= ticket; });
}

} // namespace sallyport::relay
