// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/channel.hpp"

#include "repairs.hpp"
#include "session_core.hpp"

#include "sallyport/wire/ssh.hpp"

#include <algorithm>
#include <climits>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace sallyport::ssh {

struct Channel::State {
    SessionCore *core = nullptr;
    ssh_channel handle = nullptr;
    ChannelSink *sink = nullptr;
    ssh_channel_callbacks_struct callbacks{};
    bool eof_sent = false;
};

namespace {

Channel::State &of(void *user) {
    Channel::State &state = *static_cast<Channel::State *>(user);
    ++state.core->loop->activity;
    return state;
}
std::string text(const char *string) {
    return string == nullptr ? std::string() : std::string(string);
}

int on_data(ssh_session, ssh_channel, void *data, std::uint32_t size, int error, void *user) {
    Channel::State &state = of(user);
    if (size > max_waiting_bytes)
        state.core->broken = true;
    if (state.sink == nullptr || state.core->broken)
        return 0;
    const base::BytesView bytes{static_cast<const std::uint8_t *>(data), size};
    return static_cast<int>(state.sink->on_data(error != 0 ? Stream::Error : Stream::Out, bytes));
}
void on_eof(ssh_session, ssh_channel, void *user) {
    if (Channel::State &state = of(user); state.sink != nullptr)
        state.sink->on_eof();
}
void on_close(ssh_session, ssh_channel, void *user) {
    if (Channel::State &state = of(user); state.sink != nullptr)
        state.sink->on_close();
}
void on_signal(ssh_session, ssh_channel, const char *name, void *user) {
    if (Channel::State &state = of(user); state.sink != nullptr)
        state.sink->on_signal(text(name));
}
void on_exit_status(ssh_session, ssh_channel, int status, void *user) {
    if (Channel::State &state = of(user); state.sink != nullptr)
        state.sink->on_exit_status(static_cast<std::uint32_t>(status));
}
void on_exit_signal(ssh_session, ssh_channel, const char *name, int core, const char *message,
                    const char *, void *user) {
    if (Channel::State &state = of(user); state.sink != nullptr)
        state.sink->on_exit_signal({text(name), text(message), core != 0});
}
int on_room(ssh_session, ssh_channel, std::uint32_t, void *user) {
    of(user); // a writer that waits for window looks again
    return 0;
}

Progress progress(int rc) {
    if (rc == SSH_OK)
        return Progress::Done;
    return rc == SSH_AGAIN ? Progress::Again : Progress::Failed;
}
int to_int(std::uint32_t number) {
    return static_cast<int>(std::min<std::uint32_t>(number, INT_MAX));
}

} // namespace

bool prepare_socket(int descriptor) {
    const int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0)
        return false;
    const int one = 1; // fails on the socketpair of a nested connection, which has no delay
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return true;
}

std::unique_ptr<Channel> make_channel(SessionCore &core, ssh_channel handle) {
    auto state = std::make_unique<Channel::State>();
    state->core = &core;
    state->handle = handle;
    ssh_channel_callbacks_struct &callbacks = state->callbacks;
    callbacks.userdata = state.get();
    callbacks.channel_data_function = on_data;
    callbacks.channel_eof_function = on_eof;
    callbacks.channel_close_function = on_close;
    callbacks.channel_signal_function = on_signal;
    callbacks.channel_exit_status_function = on_exit_status;
    callbacks.channel_exit_signal_function = on_exit_signal;
    callbacks.channel_write_wontblock_function = on_room;
    ssh_callbacks_init(&callbacks);
    ssh_set_channel_callbacks(handle, &callbacks);
    return std::make_unique<Channel>(std::move(state));
}
ssh_channel handle_of(Channel &channel) {
    return channel.state().handle;
}

Channel::Channel(std::unique_ptr<State> state) : state_(std::move(state)) {}
Channel::~Channel() {
    state_->sink = nullptr;
    ssh_remove_channel_callbacks(state_->handle, &state_->callbacks);
    ssh_channel_free(state_->handle);
}

void Channel::set_sink(ChannelSink *sink) {
    state_->sink = sink;
}

bool Channel::open() const {
    return ssh_channel_is_open(state_->handle) != 0;
}

std::size_t Channel::room() const {
    if (state_->eof_sent || !open() || !state_->core->connected())
        return 0;
    const std::size_t unsent = state_->core->meter.unsent(state_->core->session.get());
    if (unsent >= max_unsent_bytes)
        return 0;
    return std::min<std::size_t>(ssh_channel_window_size(state_->handle),
                                 max_unsent_bytes - unsent);
}

std::size_t Channel::write(Stream stream, base::BytesView bytes) {
    if (bytes.empty())
        return 0;
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), INT_MAX));
    const int written = stream == Stream::Error
                            ? ssh_channel_write_stderr(state_->handle, bytes.data(), size)
                            : ssh_channel_write(state_->handle, bytes.data(), size);
    return written < 0 ? bytes.size() : static_cast<std::size_t>(written);
}

std::size_t Channel::waiting(Stream stream) const {
    const int size = ssh_channel_poll(state_->handle, stream == Stream::Error ? 1 : 0);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

base::Bytes Channel::read_waiting(Stream stream) {
    base::Bytes bytes(waiting(stream));
    if (bytes.empty())
        return bytes;
    const int size = ssh_channel_read_nonblocking(state_->handle, bytes.data(),
                                                  static_cast<std::uint32_t>(bytes.size()),
                                                  stream == Stream::Error ? 1 : 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
}

void Channel::send_eof() {
    if (state_->eof_sent || !open())
        return;
    state_->eof_sent = true;
    ssh_channel_send_eof(state_->handle);
}
void Channel::close() {
    state_->eof_sent = true;
    ssh_channel_close(state_->handle);
}
void Channel::send_exit_status(std::uint32_t status) {
    ssh_channel_request_send_exit_status(state_->handle, static_cast<int>(status));
}
void Channel::send_exit_signal(const ExitSignal &signal) {
    ssh_channel_request_send_exit_signal(state_->handle, signal.name.c_str(),
                                         signal.core_dumped ? 1 : 0, signal.message.c_str(), "");
}

Progress Channel::open_session() {
    return progress(ssh_channel_open_session(state_->handle));
}
Progress Channel::request_terminal(const Terminal &terminal) {
    // libssh would send no pixels and no modes.
    wire::Writer writer;
    writer.string(terminal.type).uint32(terminal.size.columns).uint32(terminal.size.rows);
    writer.uint32(terminal.size.pixel_width).uint32(terminal.size.pixel_height);
    writer.string(base::BytesView(terminal.modes));
    const PackOverride complete("sdddddb", writer.bytes());
    return progress(ssh_channel_request_pty_size(state_->handle, terminal.type.c_str(),
                                                 to_int(terminal.size.columns),
                                                 to_int(terminal.size.rows)));
}
Progress Channel::request_environment(const std::string &name, const std::string &value) {
    return progress(ssh_channel_request_env(state_->handle, name.c_str(), value.c_str()));
}
Progress Channel::request_exec(const std::string &command) {
    return progress(ssh_channel_request_exec(state_->handle, command.c_str()));
}
Progress Channel::request_shell() {
    return progress(ssh_channel_request_shell(state_->handle));
}
Progress Channel::request_subsystem(const std::string &name) {
    return progress(ssh_channel_request_subsystem(state_->handle, name.c_str()));
}
void Channel::change_size(const Size &size) {
    wire::Writer writer;
    writer.uint32(size.columns).uint32(size.rows);
    writer.uint32(size.pixel_width).uint32(size.pixel_height);
    const PackOverride complete("dddd", writer.bytes());
    ssh_channel_change_pty_size(state_->handle, to_int(size.columns), to_int(size.rows));
}
void Channel::send_signal(const std::string &name) {
    ssh_channel_request_send_signal(state_->handle, name.c_str());
}
void Channel::send_break(std::uint32_t milliseconds) {
    ssh_channel_request_send_break(state_->handle, milliseconds);
}

} // namespace sallyport::ssh
