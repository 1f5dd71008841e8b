// SPDX-License-Identifier: Apache-2.0
#include "target_session.hpp"

#include "addresses.hpp"
#include "connection.hpp"
#include "recorder.hpp"
#include "speech.hpp"
#include "text.hpp"
#include "unit.hpp"

#include "sallyport/cert/certificate.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/random.hpp"
#include "sallyport/prompt/boot.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;
using model::ActionKind;
using model::EventKind;
using model::Verdict;

constexpr std::chrono::milliseconds service_limit = 15s;
constexpr std::chrono::milliseconds end_limit = 10s;

const char *unreachable_text = "target not reachable, or no such target for you";

std::string opaque_text(const model::CommandFacts &facts) {
    std::string text;
    const auto add = [&text](const model::Opaque &opaque) {
        text += (text.empty() ? "" : " ") + std::string(model::opaque_reason_name(opaque.reason));
    };
    for (const model::Opaque &opaque : facts.opaque)
        add(opaque);
    for (const model::Command &command : facts.commands)
        for (const model::Opaque &opaque : command.opaque)
            add(opaque);
    return text;
}

wire::OutputMask output_mask(const std::string &mode, bool terminal) {
    if (terminal || mode == "always")
        return wire::OutputMask::Always;
    return mode == "refuse-binary" ? wire::OutputMask::RefuseBinary : wire::OutputMask::Text;
}

} // namespace

TargetSession::TargetSession(Connection &connection, Held &held, std::unique_ptr<Port> port,
                             wire::ChannelAsk ask)
    : connection_(connection), core_(connection.core()), held_(held), port_(std::move(port)),
      ask_(std::move(ask)), id_{model::make_ulid(core_.clock.now(), os::random_bytes(10))},
      setup_(core_.setup) {}

TargetSession::~TargetSession() {
    *alive_ = false;
}

model::Event TargetSession::event(EventKind kind) const {
    return {kind, connection_.origin().id, id_, action_.who.person, action_.account, action_.target,
            {}};
}

void TargetSession::refuse(const Speech &speech, std::uint32_t exit_status) {
    state_ = State::Over;
    port_->error(spoken(speech, json_));
    port_->end(exit_status);
    expect_end();
}

// The connection has to close its record and say so; one that does not is not trusted with another
// second.
void TargetSession::expect_end() {
    if (!opened_)
        return;
    core_.loop.after(end_limit, [this, alive = alive_] {
        if (*alive && opened_)
            connection_.kill("a session did not end in time");
    });
}

// Fills action_ from the login and the ask; false if the ask is something that is refused as such.
bool TargetSession::describe_action() {
    const identity::LoginOutcome &login = connection_.login();
    action_.who = login.who;
    action_.account = login.address.account;
    action_.target = login.address.target;
    action_.from = connection_.origin().address;
    action_.at = core_.clock.now();
    action_.bytes = ask_.text;
    action_.terminal = ask_.pty.has_value();
    json_ = login.who.origin != model::Origin::Human;
    for (const model::EnvironmentEntry &entry : ask_.environment)
        json_ = json_ || (entry.name == "SALLYPORT_OUTPUT" && entry.value == "json");
    const auto found = setup_->targets.find(action_.target);
    target_ = found == setup_->targets.end() ? nullptr : &found->second;
    if (target_ == nullptr)
        return false;
    action_.labels = target_->labels;
    action_.dialect = target_->shell;
    action_.sh = target_->sh;
    if (action_.account.empty() && target_->accounts.size() == 1)
        action_.account = target_->accounts.front();
    const auto &accounts = target_->accounts;
    return accounts.empty()
               ? !action_.account.empty()
               : std::find(accounts.begin(), accounts.end(), action_.account) != accounts.end();
}

void TargetSession::begin() {
    const bool known = describe_action();
    action_.kind = ActionKind::Connect;
    // An unknown target and one that the person may not reach get the same answer.
    if (!known || core_.decider.decide_now(action_).verdict != Verdict::Allow) {
        model::Event refused = event(EventKind::ActionDecided);
        refused.details = {{"action", "connect"},
                           {"verdict", "deny"},
                           {"rules", known ? "default" : "unknown-target"}};
        core_.note(refused);
        return refuse({"unreachable", unreachable_text, "connect"}, exit_unreachable);
    }
    if (ask_.kind == wire::AskKind::Subsystem)
        return refuse(
            {"denied",
             "subsystem `" + base::printable(ask_.text, 60) + "` is not built yet: nothing was run",
             "not-built"},
            exit_refused);
    if (ask_.kind == wire::AskKind::Shell && !ask_.pty)
        return refuse({"denied",
                       "a script on stdin is not judged yet: give the command as an argument",
                       "not-built"},
                      exit_refused);
    action_.kind = ask_.kind == wire::AskKind::Shell ? ActionKind::Shell : ActionKind::Exec;
    if (action_.kind == ActionKind::Exec) // a guarded shell tells where it is with every line
        action_.cwd = model::home_of(*target_, action_.account);
    decide();
}

void TargetSession::decide() {
    if (action_.kind == ActionKind::Shell)
        return decided({core_.decider.decide_now(action_), {}});
    core_.decider.decide(action_, "", [this, alive = alive_](const decider::Decided &outcome) {
        if (*alive && state_ != State::Over)
            decided(outcome);
    });
    // The way to the target is sought while the judge works; a held or refused action lets it go
    // again.
    dial();
}

void TargetSession::decided(const decider::Decided &outcome) {
    decision_ = outcome.decision;
    decided_ = true;
    shown_ = shown_command(*setup_, action_, outcome.facts);
    model::Event taken = event(EventKind::ActionDecided);
    taken.details = {{"action", std::string(model::action_kind_name(action_.kind))},
                     {"command", shown_},
                     {"verdict", std::string(model::verdict_name(decision_.verdict))},
                     {"rules", joined(decision_.rules, " ")},
                     {"policy", decision_.policy_hash}};
    if (const std::string opaque = opaque_text(outcome.facts); !opaque.empty())
        taken.details.emplace_back("opaque", opaque);
    core_.note(taken);
    switch (decision_.verdict) {
    case Verdict::Allow:
        if (state_ == State::Deciding) {
            state_ = State::Dialling;
            dial();
        }
        return open_session();
    case Verdict::Approve:
        return hold(decision_);
    case Verdict::StepUp:
        return refuse({"denied", "this needs a second factor, which is not built yet: denied",
                       decision_.rules.empty() ? "" : decision_.rules.front()},
                      exit_refused);
    case Verdict::Deny:
        break;
    }
    refuse(speech_denied(decision_, setup_->config.server.contact), exit_refused);
}

void TargetSession::hold(const model::Decision &decision) {
    if (decision.need.confirm == model::Confirm::Totp ||
        decision.need.confirm == model::Confirm::Web)
        return refuse({"denied", "this rule wants a confirmation that is not built yet: denied",
                       decision.rules.front()},
                      exit_refused);
    // A target closes a connection that does not log in: it is dialled again once the answer is
    // there.
    socket_.reset();
    state_ = State::Held;
    const auto opened =
        held_.open(make_request(action_, decision, shown_, binding_of(core_, action_),
                                connection_.origin().id, id_, core_.clock.now()),
                   [this, alive = alive_](const model::Request &request) {
                       if (*alive)
                           held_changed(request);
                   });
    if (!opened.ok())
        return refuse({"error", "the request cannot be stored: " + opened.error().message},
                      exit_record);
    request_ = *opened;
    port_->error(spoken(speech_held(*opened), json_));
}

void TargetSession::held_changed(const model::Request &request) {
    request_ = request;
    if (state_ == State::Over)
        return;
    const Speech speech = speech_outcome(request, core_.clock.now());
    if (request.state != model::RequestState::Approved)
        return refuse(speech,
                      request.state == model::RequestState::Denied ? exit_refused : exit_undecided);
    port_->error(spoken(speech, json_));
    state_ = State::Dialling;
    dial();
}

// ---- the way to the target

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
        return refuse({"unreachable", unreachable_text, "connect", "", true}, exit_unreachable);
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
                refuse({"unreachable", unreachable_text, "connect", "", true}, exit_unreachable);
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
                             shown_,
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
    message.command = action_.kind == ActionKind::Shell ? "" : shown_;
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
        released.details = {{"command", shown_}, {"rules", joined(decision_.rules, " ")}};
        if (!core_.record(released).ok())
            return refuse(
                {"error", "the event log cannot be written, so nothing is run", "record", "", true},
                exit_record);
        released_event_ = true;
    }
    state_ = State::Releasing;
    ask_signer();
}

void TargetSession::ask_signer() {
    wire::TargetLoginAsk ask;
    ask.session = id_;
    ask.account = action_.account;
    ask.target = action_.target;
    ask.person = action_.who.person;
    ask.exchange_hash = exchange_->session_id();
    ask.source_addresses = setup_->config.server.egress_addresses;
    ask.force_command =
        action_.kind == ActionKind::Shell ? std::string(prompt::boot_text()) : action_.bytes;
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
            connection_.send(
                wire::Released{id_, action_.account, std::move(answer->message.certificate),
                               std::move(answer->message.signature), wire::AskKind::Exec,
                               action_.kind == ActionKind::Shell ? std::string(prompt::boot_text())
                                                                 : action_.bytes});
        });
}

base::Status TargetSession::received(const ipc::Frame &frame) {
    switch (frame.type) {
    case wire::TargetExchange::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::TargetExchange>());
        return target_exchange(message);
    }
    case wire::ReleaseAsk::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::ReleaseAsk>());
        return release_ask(message);
    }
    case wire::UnitAsk::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::UnitAsk>());
        return unit_ask(message);
    }
    case wire::UnitEnded::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::UnitEnded>());
        return unit_ended(message);
    }
    case wire::ChainHead::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::ChainHead>());
        return chain_head(message);
    }
    case wire::SessionEnded::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::SessionEnded>());
        return session_ended(message);
    }
    case wire::TailAsk::type: {
        SALLYPORT_TRY(const auto message, frame.as<wire::TailAsk>());
        return tail_ask(message);
    }
    default:
        return base::invalid("no message of a session");
    }
}

void TargetSession::input(base::BytesView, bool) {
} // stdin waits in the channel's window until it runs

void TargetSession::cancel(bool closed) {
    if (unit_ && unit_->request)
        return held_.cancel(unit_->request->id,
                            closed ? "the client closed the channel" : "cancelled with Ctrl-C");
    if (request_ && !approved_)
        held_.cancel(request_->id,
                     closed ? "the client closed the channel" : "cancelled with Ctrl-C");
    if (!opened_ && state_ != State::Over) {
        state_ = State::Over;
        port_->end(exit_undecided);
    }
}

} // namespace sallyport::supervisor
