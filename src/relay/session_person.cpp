// SPDX-License-Identifier: Apache-2.0
// The person's half of a session: what is asked, and input while no program takes it.
#include "session.hpp"
#include "session_guard.hpp"

#include <algorithm>

namespace sallyport::relay {
namespace {

constexpr std::size_t max_variables = 64;
constexpr std::size_t max_environment_bytes = 32 * 1024;
constexpr std::size_t max_terminal_name = 256;
constexpr std::size_t max_modes_bytes = 4096;
constexpr std::size_t max_input_message = 32 * 1024;
constexpr std::size_t max_queued_signals = 16;
constexpr std::uint8_t control_c = 0x03;
constexpr std::chrono::seconds gather_wait{10}; // for the end of a script on standard input

} // namespace

bool Session::on_request(const ssh::ChannelRequest &request) {
    switch (request.kind) {
    case ssh::RequestKind::Terminal:
        return set_terminal(request);
    case ssh::RequestKind::Environment:
        return add_variable(request);
    case ssh::RequestKind::Exec:
        return ask(wire::AskKind::Exec, request.text);
    case ssh::RequestKind::Shell:
        return ask(wire::AskKind::Shell, "");
    case ssh::RequestKind::Subsystem:
        return ask(wire::AskKind::Subsystem, request.text);
    case ssh::RequestKind::Size:
        resize(request.size);
        return true;
    case ssh::RequestKind::Break:
        if (state_ != State::Run)
            return false;
        exec_->send_break(request.milliseconds);
        return true;
    case ssh::RequestKind::Agent:
    case ssh::RequestKind::X11:
    case ssh::RequestKind::Other:
        break;
    }
    return false;
}

bool Session::set_terminal(const ssh::ChannelRequest &request) {
    if (state_ != State::Fresh || terminal_ || request.terminal.type.size() > max_terminal_name ||
        request.terminal.modes.size() > max_modes_bytes ||
        request.terminal.type.find('\0') != std::string::npos)
        return false;
    terminal_ = request.terminal;
    return true;
}

bool Session::add_variable(const ssh::ChannelRequest &request) {
    const std::size_t size = request.text.size() + request.value.size();
    const bool zero = (request.text + request.value).find('\0') != std::string::npos;
    if (state_ != State::Fresh || zero || environment_.size() >= max_variables ||
        environment_bytes_ + size > max_environment_bytes)
        return false;
    environment_bytes_ += size;
    environment_.push_back({request.text, request.value});
    return true;
}

bool Session::ask(wire::AskKind kind, const std::string &text) {
    if (state_ != State::Fresh)
        return false;
    kind_ = kind;
    text_ = text;
    state_ = context_.door == model::Door::Target ? State::Asked : State::Talk;
    wire::ChannelAsk message;
    message.channel = number_;
    message.kind = kind;
    message.text = text;
    message.environment = environment_;
    if (terminal_) {
        const ssh::Size &size = terminal_->size;
        message.pty = wire::Pty{terminal_->type,  size.columns,      size.rows,
                                size.pixel_width, size.pixel_height, terminal_->modes};
    }
    send(message);
    return true;
}

void Session::resize(const ssh::Size &size) {
    if (!terminal_)
        return;
    terminal_->size = size;
    if (path_ != nullptr)
        path_->resize(size.columns, size.rows);
    if (state_ == State::Run)
        exec_->change_size(size);
    if (guard_ != nullptr)
        guard_resize();
}

void Session::on_signal(const std::string &name) {
    if (state_ == State::Run && signals_.size() < max_queued_signals)
        signals_.push_back(name);
    else if (name == "INT")
        interrupted_ = true;
}

std::size_t Session::on_data(ssh::Stream stream, base::BytesView bytes) {
    if (stream == ssh::Stream::Error)
        return bytes.size(); // a client has no stderr to send
    switch (state_) {
    case State::Run:
        if (terminal_)
            path_->note_input();
        return guard_ ? from_guarded_person(bytes) : pump_.from_person(bytes);
    case State::Talk:
        return talk(bytes);
    case State::Closing:
    case State::Over:
        return bytes.size();
    case State::Asked:
        if (gathering_ && !gathering_->told)
            return gather(bytes);
        break;
    case State::Fresh:
    case State::Exchange:
    case State::Deciding:
    case State::Login:
    case State::Setup:
        break;
    }
    return look_for_cancel(bytes);
}

// Input waits in the channel's window for the program; only a terminal's Ctrl-C is for us.
std::size_t Session::look_for_cancel(base::BytesView bytes) {
    if (!terminal_)
        return 0;
    const auto at = std::find(bytes.begin(), bytes.end(), control_c);
    if (at == bytes.end())
        return 0;
    interrupted_ = true;
    return static_cast<std::size_t>(at - bytes.begin()) + 1;
}

base::Status Session::take_gather(ipc::Frame &frame) {
    SALLYPORT_TRY([[maybe_unused]] const auto message, frame.as<wire::GatherInput>());
    if (gathering_ || terminal_)
        return base::invalid("input was asked for twice, or of a terminal");
    base::Bytes waiting = channel_->read_waiting(ssh::Stream::Out);
    const bool full = waiting.size() > base::max_script_bytes;
    gathering_ = Gathering{std::move(waiting), context_.clock.steady() + gather_wait, full, false};
    return base::success();
}

std::size_t Session::gather(base::BytesView bytes) {
    const std::size_t held = std::min(gathering_->input.size(), base::max_script_bytes);
    const std::size_t taken = std::min(base::max_script_bytes - held, bytes.size());
    base::append(gathering_->input, bytes.first(taken));
    gathering_->full = gathering_->full || taken < bytes.size();
    return taken;
}

void Session::step_gather() {
    if (!gathering_ || gathering_->told)
        return;
    if (input_ended_ && !gathering_->full)
        tell_gathered(true);
    else if (gathering_->full || context_.clock.steady() >= gathering_->deadline)
        tell_gathered(false);
}

void Session::tell_gathered(bool complete) {
    gathering_->told = true;
    wire::GatheredInput message;
    message.channel = number_;
    message.complete = complete;
    if (complete)
        message.text = base::as_text(gathering_->input);
    send(message);
}

// Input for the front desk goes up at once, while sallyportd reads its edge.
std::size_t Session::talk(base::BytesView bytes) {
    if (context_.edge.wants_write()) {
        unread_ = true;
        return 0;
    }
    base::BytesView rest = bytes;
    while (terminal_) {
        const auto at = std::find(rest.begin(), rest.end(), control_c);
        if (at == rest.end())
            break;
        const auto before = static_cast<std::size_t>(at - rest.begin());
        send_input(rest.first(before), false);
        cancel(false);
        rest = rest.subspan(before + 1);
    }
    send_input(rest, false);
    return bytes.size();
}

void Session::send_input(base::BytesView bytes, bool end) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), max_input_message);
        send(wire::ChannelInput{number_, base::to_bytes(bytes.first(size)), false});
        bytes = bytes.subspan(size);
    }
    if (end)
        send(wire::ChannelInput{number_, {}, true});
}

void Session::step_talk() {
    pump_.step(context_.clock.steady());
    if (unread_ && !context_.edge.wants_write()) {
        unread_ = false;
        talk(channel_->read_waiting(ssh::Stream::Out));
    }
    if (input_ended_ && !unread_ && !input_end_sent_) {
        input_end_sent_ = true;
        send_input({}, true);
    }
}

void Session::cancel(bool closed) {
    send(wire::ChannelCancel{number_, closed});
}

} // namespace sallyport::relay
