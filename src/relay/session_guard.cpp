// SPDX-License-Identifier: Apache-2.0
// A guarded shell: every byte of either side goes through GuardedTerminal, whose actions are
// carried out here. Nothing reaches the target but prompt::ToTarget.
#include "session_guard.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/os/random.hpp"

#include <algorithm>

namespace sallyport::relay {
namespace {

constexpr std::size_t max_keys = 16 * 1024; // taken at once; the rest waits in the window
constexpr std::size_t nonce_bytes = prompt::nonce_digits / 2;

Judgement judgement_of(const wire::UnitVerdict &verdict) {
    Judgement judgement;
    judgement.text = verdict.text;
    judgement.words = verdict.words;
    switch (verdict.outcome) {
    case wire::UnitOutcome::Allowed:
        judgement.outcome = Judgement::Outcome::Allowed;
        break;
    case wire::UnitOutcome::Held:
        judgement.outcome = Judgement::Outcome::Held;
        break;
    case wire::UnitOutcome::Denied:
        if (verdict.incomplete)
            judgement.outcome = Judgement::Outcome::Incomplete;
        break;
    }
    return judgement;
}

} // namespace

std::string KernelNonces::fresh() {
    return base::hex(os::random_bytes(nonce_bytes));
}

void Session::begin_guard() {
    guard_ = std::make_unique<Guard>(terminal_->type,
                                     editor::Size{terminal_->size.columns, terminal_->size.rows});
    pump_.attach(exec_.get(), path_.get(), Pump::Input::Guarded);
    carry_out(guard_->terminal.start());
}

// ---- callbacks: take bytes if the last ones were worked on

std::size_t Session::from_guarded_target(base::BytesView bytes) {
    const bool ready = guard_->output.empty() && pump_.person_took_all();
    const std::size_t taken = ready ? std::min(bytes.size(), channel_->room()) : 0;
    base::append(guard_->output, bytes.first(taken));
    guard_->output_unread = taken < bytes.size();
    return taken;
}

std::size_t Session::from_guarded_person(base::BytesView bytes) {
    const bool ready = guard_->keys.empty() && pump_.target_took_all();
    const std::size_t taken = ready ? std::min(bytes.size(), max_keys) : 0;
    base::append(guard_->keys, bytes.first(taken));
    guard_->keys_unread = taken < bytes.size();
    return taken;
}

// ---- steps

void Session::guard_output(base::BytesView bytes) {
    if (!bytes.empty())
        carry_out(guard_->terminal.from_target(bytes));
}
void Session::guard_keys(base::BytesView bytes) {
    if (!bytes.empty())
        carry_out(guard_->terminal.from_person(bytes));
}
void Session::guard_notice(base::BytesView text) {
    if (guard_->target_ended)
        say(ssh::Stream::Error, text);
    else
        carry_out(guard_->terminal.notice(base::as_text(text)));
}
void Session::guard_resize() {
    carry_out(guard_->terminal.resize(editor::Size{terminal_->size.columns, terminal_->size.rows}));
}

void Session::step_guard() {
    signals_.clear(); // a terminal's signals come as keys
    step_guard_timer();
    if (guard_ != nullptr)
        step_guard_output();
    if (guard_ != nullptr)
        step_guard_keys();
    if (guard_ != nullptr)
        step_guard_end();
    if (guard_ != nullptr && step_output())
        end_run();
}

void Session::step_guard_timer() {
    if (!guard_->timer || *guard_->timer > context_.clock.steady())
        return;
    guard_->timer.reset();
    carry_out(guard_->terminal.timer());
}

void Session::step_guard_output() {
    guard_output(std::exchange(guard_->output, {}));
    if (guard_ == nullptr || !guard_->output_unread || !pump_.person_took_all())
        return;
    guard_->output_unread = false; // a callback inside the reads may set it again
    base::Bytes bytes = exec_->read_waiting(ssh::Stream::Out);
    base::append(bytes, exec_->read_waiting(ssh::Stream::Error));
    guard_output(bytes);
}

void Session::step_guard_keys() {
    guard_keys(std::exchange(guard_->keys, {}));
    if (guard_ == nullptr || !guard_->keys_unread || !pump_.target_took_all())
        return;
    guard_->keys_unread = false;
    guard_keys(channel_->read_waiting(ssh::Stream::Out));
}

void Session::step_guard_end() {
    const bool over = sink_.ended || sink_.closed || !client_->connected();
    if (!over || guard_->output_unread || !guard_->output.empty() || guard_->target_ended)
        return;
    guard_->target_ended = true;
    carry_out(guard_->terminal.target_eof());
}

// ---- sallyportd

base::Status Session::take_verdict(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto verdict, frame.as<wire::UnitVerdict>());
    if (guard_ == nullptr)
        return base::success();
    if (verdict.unit == guard_->unit)
        guard_->masked = verdict.masked;
    carry_out(guard_->terminal.judged(verdict.unit, judgement_of(verdict)));
    return base::success();
}

// ---- actions

void Session::carry_out(const TerminalActions &actions) {
    for (const TerminalAction &action : actions) {
        if (guard_ == nullptr) // an action before this one ended the session
            return;
        std::visit([this](const auto &one) { carry_out_one(one); }, action);
    }
}

void Session::carry_out_one(const prompt::ToTarget &action) {
    pump_.to_target(base::as_bytes(action.bytes));
}
void Session::carry_out_one(const ToPerson &action) {
    pump_.to_person(base::as_bytes(action.bytes));
}

void Session::carry_out_one(const AskUnit &action) {
    guard_->unit = action.unit;
    guard_->text = action.text;
    guard_->masked.clear();
    wire::UnitAsk message;
    message.session = opened_.session;
    message.unit = action.unit;
    message.text = action.text;
    message.cwd = action.cwd;
    message.definitions = action.definitions;
    message.shell = action.shell;
    send(message);
}

void Session::carry_out_one(const CancelUnit &) {
    cancel(false);
}

void Session::carry_out_one(const UnitStarted &) {
    guard_->started = context_.clock.steady();
    if (!path_->mark(guard_->masked).ok())
        fail(wire::EndReason::RecordFailed, 74, "the record cannot be written");
}

void Session::carry_out_one(const UnitStopped &action) {
    wire::UnitEnded message;
    message.session = opened_.session;
    message.unit = action.unit;
    message.status = static_cast<std::uint32_t>(action.status);
    message.milliseconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       context_.clock.steady() - guard_->started)
                                       .count());
    send(message);
    const auto head = path_->boundary();
    if (!head.ok())
        return fail(wire::EndReason::RecordFailed, 74, "the record cannot be written");
    send(head.value());
}

void Session::carry_out_one(const UnitNotRun &action) {
    wire::UnitEnded message;
    message.session = opened_.session;
    message.unit = action.unit;
    message.not_run = action.why;
    send(message);
}

void Session::carry_out_one(const prompt::Arm &action) {
    guard_->timer.reset();
    if (action.after.count() > 0)
        guard_->timer = context_.clock.steady() + action.after;
}

// With a status the guard itself ends the session; else the shell has ended and its exit status is
// on the way.
void Session::carry_out_one(const prompt::End &action) {
    guard_->timer.reset();
    if (action.status < 0 && action.message.empty()) {
        exec_->close();
        return;
    }
    const bool broken = !action.message.empty();
    const auto status = static_cast<std::uint32_t>(std::max(action.status, 0));
    if (broken)
        fail(wire::EndReason::GuardBroken, status, action.message);
    else {
        finish(wire::EndReason::Exited);
        close_with(status);
    }
}

} // namespace sallyport::relay
