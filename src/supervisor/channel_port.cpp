// SPDX-License-Identifier: Apache-2.0
#include "channel_port.hpp"

namespace sallyport::supervisor {

void ChannelPort::write(wire::Stream stream, std::string_view text) {
    constexpr std::size_t piece = 32 * 1024;
    while (!text.empty() && !ended_) {
        connection_.send(
            wire::ChannelText{channel_, stream, base::to_bytes(text.substr(0, piece))});
        text.remove_prefix(std::min(piece, text.size()));
    }
}

void ChannelPort::end(std::uint32_t exit_status) {
    if (std::exchange(ended_, true))
        return;
    connection_.send(wire::ChannelEnd{channel_, exit_status});
    connection_.channel_ended(channel_);
}

} // namespace sallyport::supervisor
