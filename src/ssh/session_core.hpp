// SPDX-License-Identifier: Apache-2.0
// What Server, Client and their channels share of one libssh session.
#pragma once
#include "handles.hpp"
#include "loop_state.hpp"

#include "sallyport/ssh/channel.hpp"

namespace sallyport::ssh {

// Written and not yet taken by the kernel: beyond it, room() is 0.
inline constexpr std::size_t max_unsent_bytes = 256 * 1024;

// Bytes that libssh holds for the socket, from its two public counters. The socket's one counts
// padding and MAC as well, so the difference sinks with every packet; 64 bytes a packet keep the
// estimate from falling below the truth, and it is zeroed whenever libssh holds nothing.
struct Meter {
    ssh_counter_struct socket{}, raw{};
    std::uint64_t base = 0;
    std::size_t unsent(ssh_session session) {
        const std::uint64_t difference = raw.out_bytes + raw.out_packets * 64 - socket.out_bytes;
        if ((ssh_get_status(session) & SSH_WRITE_PENDING) == 0)
            base = difference;
        return difference - base;
    }
};

struct SessionCore {
    Loop::State *loop = nullptr;
    SessionHandle session;
    Meter meter;
    bool broken = false; // the peer broke the protocol: the session is over
    bool watched = false;

    bool connected() const { return !broken && ssh_is_connected(session.get()) != 0; }
    ~SessionCore() {
        if (watched)
            ssh_event_remove_session(loop->event.get(), session.get());
    }
};

// O_NONBLOCK (one send() of the whole output buffer would otherwise stop the thread) and, where it
// is TCP, TCP_NODELAY.
bool prepare_socket(int descriptor);

std::unique_ptr<Channel> make_channel(SessionCore &core, ssh_channel handle);
ssh_channel handle_of(Channel &channel);

} // namespace sallyport::ssh
