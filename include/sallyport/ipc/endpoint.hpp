// SPDX-License-Identifier: Apache-2.0
// Endpoint ties an Edge to a service's loop: frames come as callbacks, queued bytes leave when the
// socket takes them. The closed callback comes exactly once, with the reason; after it nothing is
// sent or received. Destroying the endpoint closes the socket. One thread, that of the loop.
#pragma once
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/loop.hpp"

#include <functional>
#include <memory>

namespace sallyport::ipc {

class Endpoint {
  public:
    using OnFrame = std::function<void(Frame)>;
    using OnClosed = std::function<void(const base::Error &)>;

    static base::Result<std::unique_ptr<Endpoint>> open(os::Loop &loop, base::UniqueFd socket,
                                                        OnFrame on_frame, OnClosed on_closed,
                                                        std::size_t max_frame = max_frame_bytes);
    ~Endpoint();
    Endpoint(const Endpoint &) = delete;
    Endpoint &operator=(const Endpoint &) = delete;

    // A failure to send closes the endpoint; the callback tells.
    template <typename M>
    void send(const M &message, std::vector<base::UniqueFd> descriptors = {}) {
        sent(edge_.send(message, std::move(descriptors)));
    }
    // Closes after what is queued has left, or now if nothing is. The closed callback still comes.
    void close(const std::string &reason);
    bool open() const { return open_; }

  private:
    Endpoint(os::Loop &loop, base::UniqueFd socket, OnFrame on_frame, OnClosed on_closed,
             std::size_t max_frame);
    void ready(os::Ready ready);
    void sent(const base::Status &status);
    void shut(const base::Error &reason);

    os::Loop &loop_;
    Edge edge_;
    OnFrame on_frame_;
    OnClosed on_closed_;
    bool open_ = true;
    std::shared_ptr<bool> alive_ =
        std::make_shared<bool>(true); // false once destroyed, for callbacks in flight
};

} // namespace sallyport::ipc
