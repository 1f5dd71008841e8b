// SPDX-License-Identifier: Apache-2.0
// The part of a session that keeps its record going and closes it: chain heads, tails, the end, the
// seal.
#include "connection.hpp"
#include "recorder.hpp"
#include "speech.hpp"
#include "unit.hpp"

#include "sallyport/base/encoding.hpp"

namespace sallyport::supervisor {
namespace {

using model::EventKind;

std::string reason_name(wire::EndReason reason) {
    switch (reason) {
    case wire::EndReason::Exited:
        return "exited";
    case wire::EndReason::Signalled:
        return "signalled";
    case wire::EndReason::ClientClosed:
        return "client closed";
    case wire::EndReason::TargetClosed:
        return "target closed";
    case wire::EndReason::TargetUnreachable:
        return "target unreachable";
    case wire::EndReason::RecordFailed:
        return "record failed";
    case wire::EndReason::Refused:
        return "refused";
    case wire::EndReason::Killed:
        return "killed";
    case wire::EndReason::GuardBroken:
        return "guard broken";
    }
    return "unknown";
}

} // namespace

base::Status TargetSession::chain_head(const wire::ChainHead &head) {
    if (!opened_ || head.head.size() != 32)
        return base::invalid("chain head of no record");
    model::Event event_head = event(EventKind::ChainHead);
    event_head.details = {{"frames", std::to_string(head.frames)},
                          {"raw_bytes", std::to_string(head.raw_bytes)},
                          {"head", base::hex(head.head)}};
    core_.note(event_head);
    return base::success();
}

base::Status TargetSession::tail_ask(const wire::TailAsk &ask) {
    // One at a time and in order: the name of a file is never a peer's choice.
    if (!opened_ || ask.sequence != tail_number_ + 1)
        return base::invalid("tail asked out of order");
    auto tail = open_tail(core_, record_path_, ask.sequence);
    if (!tail.ok()) {
        core_.log.write(base::LogLevel::Error, "record", tail.error().message);
        return base::success(); // the old tail fills up, and output stops
    }
    tail_number_ = ask.sequence;
    std::vector<base::UniqueFd> descriptors;
    descriptors.push_back(std::move(*tail));
    connection_.send(wire::TailReady{id_, ask.sequence}, std::move(descriptors));
    return base::success();
}

base::Status TargetSession::session_ended(const wire::SessionEnded &ended) {
    if (!opened_)
        return base::invalid("end of a session that was not opened");
    model::Event event_ended = event(EventKind::ActionEnded);
    event_ended.details = {{"reason", reason_name(ended.reason)},
                           {"status", std::to_string(ended.exit_status)},
                           {"signal", base::printable(ended.signal, 40)},
                           {"bytes_in", std::to_string(ended.bytes_in)},
                           {"bytes_out", std::to_string(ended.bytes_out)},
                           {"bytes_error", std::to_string(ended.bytes_error)},
                           {"frames", std::to_string(ended.frames)},
                           {"raw_bytes", std::to_string(ended.raw_bytes)},
                           {"head", base::hex(ended.head)}};
    core_.note(event_ended);
    if (!ended.masked.empty()) {
        model::Event masked = event(EventKind::OutputMasked);
        for (const wire::MaskCount &count : ended.masked)
            masked.details.emplace_back(base::printable(count.rule, 60),
                                        std::to_string(count.count));
        core_.note(masked);
    }
    finish(reason_name(ended.reason), ended.exit_status);
    return base::success();
}

// Idempotent: the end is told by the session, or by the loss of its connection, whichever comes
// first.
void TargetSession::finish(const std::string &reason, std::int64_t exit_status) {
    if (!std::exchange(opened_, false))
        return;
    state_ = State::Over;
    const base::Status stored =
        core_.store.end_session(id_, core_.clock.now(), reason, exit_status);
    if (!stored.ok())
        core_.log.write(base::LogLevel::Error, "store", stored.error().message);
    if (request_) {
        if (approved_)
            held_.ended(request_->id);
        else
            held_.cancel(request_->id, reason);
    }
    if (unit_ && unit_->request) {
        if (unit_->running)
            held_.ended(unit_->request->id);
        else
            held_.cancel(unit_->request->id, reason);
    }
    unit_.reset();
    model::Event closed = event(EventKind::SessionClosed);
    closed.details = {{"reason", reason}, {"record", record_path_}};
    core_.note(closed);
    seal_record(core_, record_path_, id_, [&core = core_, closed](const base::Status &sealed) {
        model::Event event_sealed = closed;
        event_sealed.kind = EventKind::RecordSealed;
        event_sealed.details = {{"result", sealed.ok() ? "sealed" : sealed.error().message}};
        core.note(event_sealed);
    });
    port_->end(exit_status < 0 ? exit_internal : static_cast<std::uint32_t>(exit_status));
    connection_.channel_ended(ask_.channel);
}

void TargetSession::connection_lost() {
    if (request_ && !approved_)
        held_.cancel(request_->id, "the connection ended");
    finish("connection lost", -1);
    state_ = State::Over;
}

void TargetSession::end_by_order(const std::string &why) {
    port_->error(spoken({"ended", why}, json_));
    port_->end(exit_undecided);
    expect_end();
}

} // namespace sallyport::supervisor
