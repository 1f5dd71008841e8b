// SPDX-License-Identifier: Apache-2.0
// The Port of one channel of a connection. Text leaves in pieces that fit an edge message.
#pragma once
#include "connection.hpp"

namespace sallyport::supervisor {

class ChannelPort final : public Port {
  public:
    ChannelPort(Connection &connection, std::uint32_t channel)
        : connection_(connection), channel_(channel) {}
    void out(std::string_view text) override { write(wire::Stream::Out, text); }
    void error(std::string_view text) override { write(wire::Stream::Error, text); }
    void end(std::uint32_t exit_status) override;

  private:
    void write(wire::Stream stream, std::string_view text);

    Connection &connection_;
    std::uint32_t channel_;
    bool ended_ = false;
};

} // namespace sallyport::supervisor
