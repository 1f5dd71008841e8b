// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/caller.hpp"

namespace sallyport::ipc {

base::Result<std::unique_ptr<Caller>> Caller::open(os::Loop &loop, base::UniqueFd socket,
                                                   std::string service, OnOther on_other,
                                                   OnLost on_lost) {
    std::unique_ptr<Caller> caller(
        new Caller(loop, std::move(service), std::move(on_other), std::move(on_lost)));
    Caller *self = caller.get();
    SALLYPORT_TRY(caller->endpoint_,
                  Endpoint::open(
                      loop, std::move(socket),
                      [self](Frame frame) { self->received(std::move(frame)); },
                      [self](const base::Error &reason) { self->lost(reason); }));
    return caller;
}

Caller::Caller(os::Loop &loop, std::string service, OnOther on_other, OnLost on_lost)
    : loop_(loop), service_(std::move(service)), on_other_(std::move(on_other)),
      on_lost_(std::move(on_lost)) {}

Caller::~Caller() {
    for (const auto &[call, pending] : pending_)
        loop_.cancel(pending.timer);
}

void Caller::expect(std::uint64_t call, std::uint16_t type, std::chrono::milliseconds limit,
                    OnAnswer done) {
    answer_types_[type] = 1;
    const auto failed = [this, call](const std::string &why) {
        finish(call, base::fail(base::ErrorCode::Unavailable, service_ + why));
    };
    // A lost service answers in the next turn, so that the asker never hears back inside its own
    // question.
    const auto delay = endpoint_->open() ? limit : std::chrono::milliseconds(0);
    const bool open = endpoint_->open();
    const os::Loop::Timer timer = loop_.after(
        delay, [failed, open] { failed(open ? " did not answer in time" : " is not there"); });
    pending_[call] = {type, std::move(done), timer};
}

void Caller::received(Frame frame) {
    if (answer_types_.count(frame.type) == 0)
        return on_other_(std::move(frame));
    wire::Reader reader(frame.body);
    const std::uint64_t call = reader.uint64(); // the first field of every answer
    const auto at = pending_.find(call);
    if (at == pending_.end())
        return; // timed out before: the answer comes too late for anybody
    if (at->second.type != frame.type)
        return endpoint_->close(service_ + " answered with the wrong message");
    finish(call, std::move(frame));
}

void Caller::finish(std::uint64_t call, base::Result<Frame> result) {
    const auto at = pending_.find(call);
    if (at == pending_.end())
        return;
    const Pending pending = std::move(at->second);
    pending_.erase(at);
    loop_.cancel(pending.timer);
    pending.done(std::move(result));
}

void Caller::lost(const base::Error &reason) {
    while (!pending_.empty())
        finish(pending_.begin()->first,
               base::fail(base::ErrorCode::Unavailable, service_ + " is gone"));
    on_lost_(reason);
}

} // namespace sallyport::ipc
