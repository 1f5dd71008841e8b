// SPDX-License-Identifier: Apache-2.0
// Pump moves bytes between the person's channel and a program at the target, in both directions,
// stdout and stderr apart, and never holds more than what the two windows allow: what the other
// side has no room for stays in libssh, whose window then closes. The from_ functions are for
// channel callbacks; they fill an empty carry and never write, so no callback runs inside another
// one's work.
#pragma once
#include "sallyport/relay/output_path.hpp"
#include "sallyport/runtime/exec.hpp"
#include "sallyport/ssh/channel.hpp"

namespace sallyport::relay {

class Pump {
  public:
    explicit Pump(ssh::Channel &person) : person_(person) {}

    enum class Input { Direct, Guarded }; // Guarded: only to_target() feeds the program
    // From then on bytes flow; both outlive the pump or the next attach().
    void attach(runtime::Exec *target, OutputPath *path, Input input = Input::Direct);

    // For a guarded shell, which stands between the two: what it gives to either side, and whether
    // that side has taken all of what it was given before.
    void to_target(base::BytesView bytes) { base::append(up_.carry, bytes); }
    void to_person(base::BytesView bytes) { through_path(ssh::Stream::Out, bytes); }
    bool target_took_all() const { return up_.free(); }
    bool person_took_all() const { return out_.free() && person_.room() > 0; }

    std::size_t from_person(base::BytesView bytes);
    std::size_t from_target(ssh::Stream stream, base::BytesView bytes);
    void person_ended_input() { input_ended_ = true; }

    // Sallyport's own text, behind what is on its way already.
    void say(ssh::Stream stream, base::BytesView text);

    // Moves what can be moved. Call after each poll. A failed record stops the output for good.
    void step(base::SteadyTime now);
    // The target sends no more: reads and forwards what is left, then drained() becomes true.
    void finish_output();

    // Why the path lets nothing more through.
    const std::optional<base::Error> &path_error() const { return path_error_; }
    // Nothing of the target's, or of ours, is left to be written to the person.
    bool drained() const;
    bool backlog() const; // something waits for room
    std::size_t text_backlog() const { return out_.left() + error_.left(); }
    std::uint64_t bytes_in() const { return bytes_in_; }
    std::uint64_t bytes_out() const { return out_.total; }
    std::uint64_t bytes_error() const { return error_.total; }

  private:
    struct Flow {
        base::Bytes carry;
        std::size_t sent = 0;
        bool unread = false;   // libssh has more
        bool busy = false;     // carry is being written, or unread bytes fetched
        bool finished = false; // the path gave its last byte
        std::uint64_t total = 0;
        std::size_t left() const { return carry.size() - sent; }
        bool free() const { return carry.empty() && !busy; }
    };
    Flow &flow(ssh::Stream stream) { return stream == ssh::Stream::Out ? out_ : error_; }
    void through_path(ssh::Stream stream, base::BytesView bytes);
    void check(const base::Status &status);
    void step_down(ssh::Stream stream);
    void step_up();
    template <typename Write>
    static void flush(Flow &flow, Write write);

    ssh::Channel &person_;
    runtime::Exec *target_ = nullptr;
    OutputPath *path_ = nullptr;
    Flow up_, out_, error_;
    bool input_ended_ = false, input_end_sent_ = false, finishing_ = false;
    std::optional<base::Error> path_error_;
    std::uint64_t bytes_in_ = 0;
};

} // namespace sallyport::relay
