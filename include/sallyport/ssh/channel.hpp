// SPDX-License-Identifier: Apache-2.0
// One SSH channel, of a Server or of a Client session, with explicit back-pressure in both
// directions: room() tells how much may be written now, and what its sink does not take stays in
// the channel's window. Destroy a channel before its session, never inside a callback.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sallyport::ssh {

enum class Stream : std::uint8_t { Out, Error };
enum class Progress : std::uint8_t { Again, Done, Failed };

struct Size {
    std::uint32_t columns = 0, rows = 0, pixel_width = 0, pixel_height = 0;
};
struct Terminal {
    std::string type;
    Size size;
    base::Bytes modes; // encoded terminal modes, RFC 4254 section 8
};
struct ExitSignal {
    std::string name, message; // name without SIG, as RFC 4254 section 6.10 has it
    bool core_dumped = false;
};

// Receives what the peer sends. Called inside the loop and inside writes: move bytes and set flags,
// nothing else.
class ChannelSink {
  public:
    virtual ~ChannelSink() = default;
    // Returns how many of the bytes it took; the rest waits in the channel, is not offered again by
    // itself, and is fetched with read_waiting().
    virtual std::size_t on_data(Stream stream, base::BytesView bytes) = 0;
    virtual void on_eof() = 0;
    virtual void on_close() = 0;
    virtual void on_exit_status(std::uint32_t) {}
    virtual void on_exit_signal(const ExitSignal &) {}
    virtual void on_signal(const std::string &) {}
};

class Channel {
  public:
    ~Channel();
    Channel(const Channel &) = delete;
    Channel &operator=(const Channel &) = delete;

    // The sink must live until the channel is destroyed or another one, or none, is set.
    void set_sink(ChannelSink *sink);

    bool open() const; // false before the open was confirmed and after either side closed
    // Bytes that may be written now: the peer's window, and a cap on what the kernel has not taken.
    std::size_t room() const;
    // Bytes taken; may be fewer, also 0, while keys are renewed: the caller keeps the rest.
    // Everything is taken, and lost, once the channel is gone.
    std::size_t write(Stream stream, base::BytesView bytes);
    std::size_t waiting(Stream stream) const;
    // Everything that waits, at once: each read re-opens the window by its size, so reading in
    // small pieces would let a stalled reader's peer fill memory.
    base::Bytes read_waiting(Stream stream);

    void send_eof();
    void close();
    void send_exit_status(std::uint32_t status);
    void send_exit_signal(const ExitSignal &signal);

    // Client side. Repeat until not Again; one of these at a time on a channel.
    Progress open_session();
    Progress request_terminal(const Terminal &terminal);
    Progress request_environment(const std::string &name, const std::string &value);
    Progress request_exec(const std::string &command);
    Progress request_shell();
    Progress request_subsystem(const std::string &name);
    // Client side, no answer comes.
    void change_size(const Size &size);
    void send_signal(const std::string &name);
    void send_break(std::uint32_t milliseconds);

    struct State;
    explicit Channel(std::unique_ptr<State> state);
    State &state() { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

} // namespace sallyport::ssh
