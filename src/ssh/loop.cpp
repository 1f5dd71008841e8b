// SPDX-License-Identifier: Apache-2.0
#include "loop_state.hpp"

#include <poll.h>

namespace sallyport::ssh {
namespace {

int on_ready(socket_t, int, void *user) {
    Watch &watch = *static_cast<Watch *>(user);
    ++watch.loop->activity;
    watch.ready();
    return 0;
}

} // namespace

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}
Loop::~Loop() {
    while (!state_->watches.empty())
        forget(state_->watches.begin()->first);
}

base::Result<std::unique_ptr<Loop>> Loop::open() {
    auto state = std::make_unique<State>();
    state->event.reset(ssh_event_new());
    if (state->event == nullptr)
        return base::fail(base::ErrorCode::Internal, "no memory for the event loop");
    return std::unique_ptr<Loop>(new Loop(std::move(state)));
}

base::Status Loop::watch(int descriptor, bool writable, std::function<void()> ready) {
    forget(descriptor);
    auto watch = std::make_unique<Watch>();
    watch->loop = state_.get();
    watch->ready = std::move(ready);
    const short events = writable ? POLLIN | POLLOUT : POLLIN;
    if (ssh_event_add_fd(state_->event.get(), descriptor, events, on_ready, watch.get()) != SSH_OK)
        return base::fail(base::ErrorCode::Internal, "a descriptor cannot be watched");
    state_->watches[descriptor] = std::move(watch);
    return base::success();
}

void Loop::forget(int descriptor) {
    if (state_->watches.count(descriptor) == 0)
        return;
    ssh_event_remove_fd(state_->event.get(), descriptor);
    state_->watches.erase(descriptor);
}

void Loop::poll(std::chrono::milliseconds limit) {
    // SSH_ERROR means that some session lost its socket; each session is asked afterwards.
    ssh_event_dopoll(state_->event.get(), static_cast<int>(limit.count()));
}

std::uint64_t Loop::activity() const {
    return state_->activity;
}

} // namespace sallyport::ssh
