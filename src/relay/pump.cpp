// SPDX-License-Identifier: Apache-2.0
#include "pump.hpp"

#include <algorithm>

namespace sallyport::relay {
namespace {

constexpr std::size_t kept_capacity = 64 * 1024; // of an empty carry

} // namespace

void Pump::attach(runtime::Exec *target, OutputPath *path, Input input) {
    target_ = target;
    path_ = path;
    // Input may have waited for the program.
    up_.unread = target != nullptr && input == Input::Direct;
}

std::size_t Pump::from_person(base::BytesView bytes) {
    const std::size_t room = up_.free() && target_ != nullptr ? target_->room() : 0;
    const std::size_t taken = std::min(bytes.size(), room);
    base::append(up_.carry, bytes.first(taken));
    up_.unread = taken < bytes.size();
    return taken;
}

std::size_t Pump::from_target(ssh::Stream stream, base::BytesView bytes) {
    Flow &down = flow(stream);
    const std::size_t room = down.free() && path_ != nullptr ? person_.room() : 0;
    const std::size_t taken = std::min(bytes.size(), room);
    if (taken > 0)
        through_path(stream, bytes.first(taken));
    down.unread = taken < bytes.size();
    return taken;
}

void Pump::check(const base::Status &status) {
    if (!status.ok() && !path_error_)
        path_error_ = status.error();
}

void Pump::through_path(ssh::Stream stream, base::BytesView bytes) {
    if (path_error_ || path_ == nullptr)
        return;
    Flow &down = flow(stream);
    const std::size_t before = down.carry.size();
    check(path_->take(stream, bytes, down.carry));
    if (path_error_)
        down.carry.resize(before);
    down.total += down.carry.size() - before;
}

void Pump::say(ssh::Stream stream, base::BytesView text) {
    base::append(flow(stream).carry, text);
}

template <typename Write>
void Pump::flush(Flow &flow, Write write) {
    while (flow.left() > 0) {
        flow.busy = true;
        const std::size_t written = write(base::BytesView(flow.carry).subspan(flow.sent));
        flow.busy = false;
        if (written == 0)
            return;
        flow.sent += written;
    }
    flow.sent = 0;
    flow.carry.clear();
    if (flow.carry.capacity() > kept_capacity)
        flow.carry.shrink_to_fit();
}

void Pump::step_down(ssh::Stream stream) {
    Flow &down = flow(stream);
    for (;;) {
        flush(down, [&](base::BytesView bytes) {
            const std::size_t size = std::min(bytes.size(), person_.room());
            return person_.write(stream, bytes.first(size));
        });
        const bool room = person_.room() > 0 || path_error_.has_value();
        if (!down.carry.empty() || !down.unread || target_ == nullptr || !room)
            break;
        down.unread = false;
        down.busy = true;
        const base::Bytes bytes = target_->read_waiting(stream);
        down.busy = false;
        through_path(stream, bytes);
    }
    if (finishing_ && !down.unread && !down.finished && path_ != nullptr && !path_error_) {
        down.finished = true;
        const std::size_t before = down.carry.size();
        check(path_->finish(stream, down.carry));
        if (path_error_)
            down.carry.resize(before);
        down.total += down.carry.size() - before;
    }
}

void Pump::step_up() {
    if (target_ == nullptr)
        return;
    for (;;) {
        flush(up_, [&](base::BytesView bytes) {
            const std::size_t taken =
                target_->write(bytes.first(std::min(bytes.size(), target_->room())));
            bytes_in_ += taken;
            return taken;
        });
        if (!up_.carry.empty() || !up_.unread || target_->room() == 0)
            break;
        up_.unread = false;
        up_.busy = true;
        base::Bytes bytes = person_.read_waiting(ssh::Stream::Out);
        up_.busy = false;
        up_.carry = std::move(bytes);
    }
    if (input_ended_ && !input_end_sent_ && up_.carry.empty() && !up_.unread) {
        input_end_sent_ = true;
        target_->send_eof();
    }
}

void Pump::step(base::SteadyTime now) {
    step_up();
    for (const ssh::Stream stream : {ssh::Stream::Out, ssh::Stream::Error}) {
        if (path_ != nullptr && !path_error_ && path_->due() && *path_->due() <= now) {
            Flow &down = flow(stream);
            const std::size_t before = down.carry.size();
            check(path_->release_due(stream, down.carry));
            down.total += down.carry.size() - before;
        }
        step_down(stream);
    }
}

void Pump::finish_output() {
    finishing_ = true;
    step_down(ssh::Stream::Out);
    step_down(ssh::Stream::Error);
    step_down(ssh::Stream::Out); // what finish() gave
    step_down(ssh::Stream::Error);
}

bool Pump::drained() const {
    return out_.carry.empty() && error_.carry.empty() &&
           (path_error_.has_value() || (!out_.unread && !error_.unread));
}

bool Pump::backlog() const {
    return up_.unread || out_.unread || error_.unread || !up_.carry.empty() ||
           !out_.carry.empty() || !error_.carry.empty();
}

} // namespace sallyport::relay
