// SPDX-License-Identifier: Apache-2.0
// The part of a session between its decision and its run: the way to the target, the record, the
// exchange with the host, and the release.
#include "addresses.hpp"
#include "connection.hpp"
#include "guarded_exec.hpp"
#include "recorder.hpp"
#include "speech.hpp"
#include "stdin_script.hpp"
#include "text.hpp"
#include "unit.hpp"

#include "sallyport/os/files.hpp"
#include "sallyport/prompt/boot.hpp"

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;
using model::ActionKind;
using model::EventKind;
using model::Verdict;

constexpr std::chrono::milliseconds service_limit = 15s;

wire::OutputMask output_mask(const std::string &mode, bool terminal) {
    if (terminal || mode == "always")
        return wire::OutputMask::Always;
    return mode == "refuse-binary" ? wire::OutputMask::RefuseBinary : wire::OutputMask::Text;
}

} // namespace

void TargetSession::dial() {
    if (dialling_ || socket_)
        return;
    dialling_ = true;
    core_.services.dial->ask<wire::ResolveAnswer>(
        wire::ResolveAsk{0, target_->host}, service_limit,
        [this, alive = alive_](base::Result<ipc::Caller::Reply<wire::ResolveAnswer>> answer) {
            if (*alive)
                resolved(answer.ok() ? answer->message.addresses : std::vector<std::string>());
        });
}

void TargetSession::resolved(const std::vector<std::string> &addresses) {
    if (state_ == State::Over || state_ == State::Held) {
        dialling_ = false;
        return;
    }
    const auto address = first_allowed_address(addresses, *target_);
    if (!address) {
        dialling_ = false;
        core_.log.write(base::LogLevel::Warning, "dial",
                        target_->name + ": no address that may be dialled");
        return refuse(speech_unreachable(true), exit_unreachable);
    }
    core_.services.dial->ask<wire::DialAnswer>(
        wire::DialAsk{0, *address, target_->port}, service_limit,
        [this, alive = alive_](base::Result<ipc::Caller::Reply<wire::DialAnswer>> answer) {
            if (!*alive)
                return;
            dialling_ = false;
            if (answer.ok() && answer->descriptors.size() == 1)
                return dialled(std::move(answer->descriptors.front()),
                               answer->message.local_address);
            if (state_ != State::Over && state_ != State::Held)
                refuse(speech_unreachable(true), exit_unreachable);
        });
}

void TargetSession::dialled(base::UniqueFd socket, const std::string &local_address) {
    if (state_ == State::Over || state_ == State::Held)
        return;
    socket_ = std::move(socket);
    local_address_ = local_address;
    open_session();
}

// ---- record, exchange, release

void TargetSession::open_session() {
    if (state_ != State::Dialling || !decided_ || !socket_)
        return;
    auto record = open_record(core_, id_);
    auto mask = os::sealed_memory("mask", setup_->mask_database);
    const store::Session row{id_,
                             connection_.origin().id,
                             action_.who.person,
                             action_.account,
                             action_.target,
                             action_.from,
                             action_.kind,
                             headline(shown_),
                             record.ok() ? record->path : "",
                             joined(decision_.rules, " "),
                             core_.clock.now(),
                             std::nullopt,
                             "",
                             -1};
    if (!record.ok() || !mask.ok() || !core_.store.insert_session(row).ok()) {
        core_.log.write(base::LogLevel::Error, "record",
                        record.ok() ? "session cannot be stored" : record.error().message);
        if (request_)
            held_.cancel(request_->id, "the record cannot be written");
        return state_ == State::Over
                   ? void()
                   : refuse({"error", "the record cannot be written, so nothing is run", "record",
                             "", true},
                            exit_record);
    }
    record_path_ = record->path;
    exchange_ = make_target_exchange(*target_);
    opened_ = true;
    state_ = State::Opened;
    core_.note(event(EventKind::SessionOpened));
    wire::SessionOpened message;
    message.channel = ask_.channel;
    message.session = id_;
    message.target = target_->name;
    message.key_algorithms = pinned_algorithms(*target_);
    message.record_head = record->head;
    message.connection = connection_.origin().id.text;
    message.person = action_.who.person;
    message.account = action_.account;
    message.command = action_.kind == ActionKind::Shell ? "" : headline(shown_);
    message.mask = output_mask(decision_.mask_mode, action_.terminal);
    message.guarded = action_.kind == ActionKind::Shell;
    message.record_all = decision_.record_all;
    message.json = json_;
    std::vector<base::UniqueFd> descriptors;
    descriptors.push_back(std::move(socket_));
    descriptors.push_back(std::move(record->frames));
    descriptors.push_back(std::move(record->tail));
    descriptors.push_back(std::move(*mask));
    connection_.send(message, std::move(descriptors));
    if (request_)
        connection_.send(wire::ReleaseReady{id_, 0});
}

base::Status TargetSession::target_exchange(const wire::TargetExchange &message) {
    if (!exchange_)
        return base::invalid("target exchange of a session that has none");
    const bool first = !exchange_->verified();
    const base::Status verified =
        exchange_->verify(message.hash, message.pre_image, message.signature,
                          base::unix_seconds(core_.clock.now()), core_.verifier);
    model::Event seen = event(EventKind::TargetExchange);
    seen.details = {{"result", verified.ok() ? "verified" : verified.error().message},
                    {"host_key", exchange_->host_key_text()}};
    if (first || !verified.ok())
        core_.note(seen);
    if (!verified.ok() && !first)
        return verified
            .error(); // a rekey that went wrong: the connection is not to be trusted any more
    if (!verified.ok()) {
        if (request_)
            held_.cancel(request_->id, "the target is not the expected host");
        if (state_ != State::Over)
            refuse({"host-key",
                    "the target's host key or certificate is not the expected one: " +
                        verified.error().message,
                    "host-key"},
                   exit_host_key);
        return base::success();
    }
    try_release();
    return base::success();
}

// The same bytes again, for what was approved: bound by hash, judged once more under the policy in
// force.
base::Status TargetSession::release_ask(const wire::ReleaseAsk &ask) {
    if (ask.unit != 0)
        return release_unit(ask);
    if (!request_ || state_ != State::Opened || approved_)
        return base::invalid("release asked without an approval");
    model::Action action = action_;
    action.bytes = ask.text;
    const std::string binding = binding_of(core_, action);
    core_.decider.decide(
        action, "", [this, alive = alive_, binding](const decider::Decided &again) {
            if (!*alive || state_ != State::Opened)
                return;
            if (again.decision.verdict == Verdict::Deny) {
                held_.deny_by_policy(request_->id, joined(again.decision.rules, " "));
                return state_ == State::Over
                           ? void()
                           : refuse(speech_denied(again.decision, setup_->config.server.contact),
                                    exit_refused);
            }
            const auto released = held_.release(request_->id, binding);
            if (!released.ok())
                return refuse({"denied", released.error().message, "", request_->id.text},
                              exit_refused);
            request_ = *released;
            approved_ = released_event_ = true;
            try_release();
        });
    return base::success();
}

void TargetSession::try_release() {
    const bool may_run = request_ ? approved_ : decision_.verdict == Verdict::Allow;
    if (state_ != State::Opened || !may_run || !exchange_->verified())
        return;
    if (!released_event_) {
        model::Event released = event(EventKind::ActionReleased);
        released.details = {{"command", headline(shown_)}, {"rules", joined(decision_.rules, " ")}};
        if (!core_.record(released).ok())
            return refuse(
                {"error", "the event log cannot be written, so nothing is run", "record", "", true},
                exit_record);
        released_event_ = true;
    }
    state_ = State::Releasing;
    ask_signer();
}

// What the target's sshd is made to run.
std::string TargetSession::command_at_target() const {
    if (action_.kind == ActionKind::Shell)
        return std::string(prompt::boot_text());
    const std::string check = target_->guarded_exec ? name_check(programs_) : "";
    if (!action_.input)
        return check + action_.bytes;
    return check + (action_.kind == ActionKind::Script
                        ? run_script(action_.bytes, action_.dialect, check)
                        : run_with_input(action_.bytes, *action_.input));
}

void TargetSession::ask_signer() {
    wire::TargetLoginAsk ask;
    ask.session = id_;
    ask.account = action_.account;
    ask.target = action_.target;
    ask.person = action_.who.person;
    ask.exchange_hash = exchange_->session_id();
    ask.source_addresses = setup_->config.server.egress_addresses;
    ask.force_command = command_at_target();
    ask.permit_pty = action_.terminal;
    core_.services.signer->ask<wire::TargetLoginAnswer>(
        std::move(ask), service_limit,
        [this, alive = alive_](base::Result<ipc::Caller::Reply<wire::TargetLoginAnswer>> answer) {
            if (!*alive || state_ != State::Releasing)
                return;
            if (!answer.ok()) {
                core_.log.write(base::LogLevel::Error, "signer", answer.error().message);
                return refuse({"error", "no credential for the target: " + answer.error().message},
                              exit_internal);
            }
            state_ = State::Running;
            connection_.send(wire::Released{
                id_, action_.account, std::move(answer->message.certificate),
                std::move(answer->message.signature), wire::AskKind::Exec, command_at_target()});
        });
}

} // namespace sallyport::supervisor
