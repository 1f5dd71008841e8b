// SPDX-License-Identifier: Apache-2.0
// Edge is one end of an internal descriptor between two of our processes: framed messages over a
// unix stream socket, with descriptors beside them. Non-blocking; one thread. A frame is u32
// length, u16 tag, body; the tag's low 13 bits are the message type, its high 3 bits the number of
// descriptors (at most 4). Whatever does not fit this form, or a limit, breaks the edge for good:
// receive() fails and the owner ends the peer.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/limits.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/wire/message.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

namespace sallyport::ipc {

inline constexpr std::size_t max_frame_bytes =
    16 * 1024 * 1024; // the greatest limit of any message
inline constexpr std::size_t max_queued_bytes = 32 * 1024 * 1024;

struct Frame {
    std::uint16_t type = 0;
    base::Bytes body;
    std::vector<base::UniqueFd> descriptors;

    // The message if the frame is one of type M, well formed and within its limit.
    template <typename M>
    base::Result<M> as() const {
        if (type != M::type)
            return base::invalid("edge message of type " + std::to_string(type) + " came where " +
                                 std::to_string(M::type) + " is due");
        return wire::decode<M>(body);
    }
};

class Edge {
  public:
    // Takes a connected unix stream socket; `max_frame` is the greatest body that this side
    // accepts.
    explicit Edge(base::UniqueFd socket, std::size_t max_frame = max_frame_bytes);

    template <typename M> // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved on
    base::Status send(const M &message, std::vector<base::UniqueFd> descriptors = {}) {
        return send_frame(M::type, wire::encode(message), std::move(descriptors));
    }
    // Queues the frame and writes what the socket takes. TooLarge when max_queued_bytes would be
    // exceeded: the peer does not read. Unavailable when it is gone.
    base::Status send_frame(std::uint16_t type, base::BytesView body,
                            std::vector<base::UniqueFd> descriptors = {});

    // Writes queued bytes; call when the socket is writable and wants_write().
    base::Status flush();
    bool wants_write() const { return !queue_.empty(); }

    // Reads what is there. Empty: nothing complete yet. Unavailable: the peer has closed and every
    // frame was handed out before. InvalidInput or TooLarge: the peer broke the form.
    base::Result<std::vector<Frame>> receive();

    // Blocks until a frame of `type` came, sends what is queued meanwhile; other frames wait for
    // the next receive(). Unavailable after `limit`. For the places where a library's callback
    // needs an answer.
    base::Result<Frame> await(std::uint16_t type, std::chrono::milliseconds limit);

    int descriptor() const { return socket_.get(); }

  private:
    struct Outgoing {
        base::Bytes bytes;
        std::size_t sent = 0;
        std::vector<base::UniqueFd> descriptors; // leave with the first byte
    };
    base::Status read_some(bool &closed, bool &more);
    base::Status take_frames(std::vector<Frame> &frames);

    base::UniqueFd socket_;
    std::size_t max_frame_;
    std::deque<Outgoing> queue_;
    std::size_t queued_bytes_ = 0;
    base::Bytes input_;
    std::deque<base::UniqueFd> arrived_;
    std::vector<Frame> waiting_; // came during await()
    std::optional<base::Error> broken_;
};

} // namespace sallyport::ipc
