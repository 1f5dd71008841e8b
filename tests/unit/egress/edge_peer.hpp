// SPDX-License-Identifier: Apache-2.0
// sallyportd's end of an edge in a test: sends, and turns the loop until an answer is there.
#pragma once
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/loop.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <doctest/doctest.h>

namespace edge_peer {

using namespace sallyport;

class Peer {
  public:
    Peer() {
        auto pair = os::socket_pair();
        REQUIRE(pair.ok());
        edge_ = std::make_unique<ipc::Edge>(std::move(pair->first));
        theirs = std::move(pair->second);
        loop = os::Loop::open().value();
    }
    template <typename M>
    void send(const M &message) {
        REQUIRE(edge_->send(message).ok());
    }
    void send_raw(std::uint16_t type, const std::string &body) {
        REQUIRE(edge_->send_frame(type, base::as_bytes(body)).ok());
    }
    // The next frame of that type; an empty type 0 if none came in time or the edge is closed.
    ipc::Frame next(std::uint16_t type, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end) {
            for (auto at = frames_.begin(); at != frames_.end(); ++at)
                if (at->type == type) {
                    ipc::Frame frame = std::move(*at);
                    frames_.erase(at);
                    return frame;
                }
            loop->turn(std::chrono::milliseconds(10));
            auto got = edge_->receive();
            if (!got.ok())
                return {};
            for (ipc::Frame &frame : *got)
                frames_.push_back(std::move(frame));
        }
        return {};
    }
    template <typename M>
    M await(std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        const ipc::Frame frame = next(M::type, limit);
        auto message = frame.as<M>();
        REQUIRE(message.ok());
        return std::move(message).value();
    }

    base::UniqueFd theirs;
    std::unique_ptr<os::Loop> loop;

  private:
    std::unique_ptr<ipc::Edge> edge_;
    std::vector<ipc::Frame> frames_;
};

} // namespace edge_peer
