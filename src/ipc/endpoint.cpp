// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/endpoint.hpp"

namespace sallyport::ipc {

base::Result<std::unique_ptr<Endpoint>> Endpoint::open(os::Loop &loop, base::UniqueFd socket,
                                                       OnFrame on_frame, OnClosed on_closed,
                                                       std::size_t max_frame) {
    std::unique_ptr<Endpoint> endpoint(new Endpoint(loop, std::move(socket), std::move(on_frame),
                                                    std::move(on_closed), max_frame));
    Endpoint *self = endpoint.get();
    SALLYPORT_CHECK(
        loop.watch(self->edge_.descriptor(), [self](os::Ready ready) { self->ready(ready); }));
    return endpoint;
}

Endpoint::Endpoint(os::Loop &loop, base::UniqueFd socket, OnFrame on_frame, OnClosed on_closed,
                   std::size_t max_frame)
    : loop_(loop), edge_(std::move(socket), max_frame), on_frame_(std::move(on_frame)),
      on_closed_(std::move(on_closed)) {}

Endpoint::~Endpoint() {
    *alive_ = false;
    if (open_)
        loop_.forget(edge_.descriptor());
}

void Endpoint::ready(os::Ready ready) {
    const std::shared_ptr<bool> alive = alive_;
    if (ready.writable)
        sent(edge_.flush());
    if (!*alive || !open_ || (!ready.readable && !ready.hung_up))
        return;
    auto frames = edge_.receive();
    if (!frames.ok())
        return shut(frames.error());
    for (Frame &frame : *frames) {
        on_frame_(std::move(frame));
        if (!*alive || !open_)
            return;
    }
}

void Endpoint::sent(const base::Status &status) {
    if (!open_)
        return;
    if (!status.ok()) {
        // Not from inside the sender: it may hold references that the closed callback destroys.
        loop_.post([this, alive = alive_, error = status.error()] {
            if (*alive)
                shut(error);
        });
        return;
    }
    loop_.want_write(edge_.descriptor(), edge_.wants_write());
}

void Endpoint::close(const std::string &reason) {
    [[maybe_unused]] const auto flushed = edge_.flush();
    loop_.post([this, alive = alive_, reason] {
        if (*alive)
            shut(base::fail(base::ErrorCode::Unavailable, reason));
    });
}

void Endpoint::shut(const base::Error &reason) {
    if (!open_)
        return;
    open_ = false;
    loop_.forget(edge_.descriptor());
    on_closed_(reason);
}

} // namespace sallyport::ipc
