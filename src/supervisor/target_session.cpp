// SPDX-License-Identifier: Apache-2.0
#include "target_session.hpp"

#include "connection.hpp"
#include "speech.hpp"
#include "stdin_script.hpp"
#include "text.hpp"
#include "unit.hpp"

#include "sallyport/os/random.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;
using model::ActionKind;
using model::EventKind;
using model::Verdict;

constexpr std::chrono::milliseconds end_limit = 10s;

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
    const model::Decision may = known ? core_.decider.decide_now(action_) : model::Decision();
    // An unknown target and one that the person may not reach get the same answer; the event tells.
    if (may.verdict != Verdict::Allow) {
        model::Event refused = event(EventKind::ActionDecided);
        refused.details = {{"action", "connect"},
                           {"verdict", "deny"},
                           {"rules", known ? joined(may.rules, " ") : "unknown-target"}};
        core_.note(refused);
        return refuse(speech_unreachable(false), exit_unreachable);
    }
    if (ask_.kind == wire::AskKind::Subsystem)
        return refuse(
            {"denied",
             "subsystem `" + base::printable(ask_.text, 60) + "` is not built yet: nothing was run",
             "not-built"},
            exit_refused);
    if (ask_.kind == wire::AskKind::Shell && !ask_.pty) {
        action_.kind = ActionKind::Script;
        action_.cwd = model::home_of(*target_, action_.account);
        return gather();
    }
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

void TargetSession::gather() {
    state_ = State::Gathering;
    gathered_ = true;
    connection_.send(wire::GatherInput{ask_.channel});
}

base::Status TargetSession::gathered(wire::GatheredInput input) {
    if (state_ == State::Over)
        return base::success();
    if (state_ != State::Gathering || input.text.size() > base::max_script_bytes)
        return base::invalid("input that was not asked for");
    state_ = State::Deciding;
    if (!input.complete) {
        input_is_open();
        return base::success();
    }
    if (input.text.find('\0') != std::string::npos) {
        refuse({"denied",
                "the script holds a NUL byte, which shells read differently: nothing was run",
                "not-shell"},
               exit_refused);
        return base::success();
    }
    if (action_.kind == ActionKind::Script) {
        action_.bytes = std::move(input.text);
        action_.input = ""; // it is run with nothing on standard input
        decide();
        return base::success();
    }
    action_.input = std::move(input.text);
    // For people it is shown as what it is, a script; only constant words of it may be masked.
    model::Action script = action_;
    script.kind = ActionKind::Script;
    script.bytes = *action_.input;
    script.input = "";
    core_.decider.decide(script, "",
                         [this, alive = alive_, script](const decider::Decided &outcome) {
                             if (!*alive || state_ == State::Over)
                                 return;
                             shown_input_ = shown_command(*setup_, script, outcome.facts);
                             decide();
                         });
    return base::success();
}

// What follows on standard input cannot be judged: policy decides on that (`stdin-script`).
void TargetSession::input_is_open() {
    port_->error(
        spoken({"note", "the script on standard input is longer than 1 MiB or did not end in 10 s: "
                        "it cannot be judged before it runs"},
               json_));
    if (action_.kind == ActionKind::Script)
        action_.bytes = login_shell(action_.dialect);
    decide();
}

void TargetSession::decided(const decider::Decided &outcome) {
    if (outcome.facts.reads_script && !gathered_ && !action_.terminal)
        return gather();
    decision_ = outcome.decision;
    decided_ = true;
    programs_ = outcome.facts.programs;
    shown_ = shown_command(*setup_, action_, outcome.facts);
    if (action_.kind == ActionKind::Exec && action_.input)
        shown_ += with_input(*action_.input, shown_input_);
    model::Event taken = event(EventKind::ActionDecided);
    taken.details = {{"action", std::string(model::action_kind_name(action_.kind))},
                     {"command", shown_},
                     {"verdict", std::string(model::verdict_name(decision_.verdict))},
                     {"rules", joined(decision_.rules, " ")},
                     {"policy", decision_.policy_hash}};
    if (const std::string opaque = opaque_text(outcome.facts); !opaque.empty())
        taken.details.emplace_back("opaque", opaque);
    add_circumstances(taken, action_);
    core_.note(taken);
    if (const auto missing = speech_not_built(decision_))
        return refuse(*missing, exit_refused);
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
    case Verdict::Deny:
        break;
    }
    refuse(speech_denied(decision_, setup_->config.server.contact), exit_refused);
}

void TargetSession::hold(const model::Decision &decision) {
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
