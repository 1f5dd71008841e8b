// SPDX-License-Identifier: Apache-2.0
// The part of a session that decides the units typed in its guarded shell.
#include "connection.hpp"
#include "speech.hpp"
#include "text.hpp"
#include "unit.hpp"

namespace sallyport::supervisor {
namespace {

using model::EventKind;
using model::Verdict;

} // namespace

base::Status TargetSession::unit_ask(const wire::UnitAsk &ask) {
    // One unit at a time, counted up. One that runs is over when the shell asks for the next: it
    // was not run (its definitions are judged again) or its end is told first.
    if (state_ != State::Running || action_.kind != model::ActionKind::Shell ||
        ask.unit <= last_unit_ || (unit_ && !unit_->running))
        return base::invalid("unit asked out of order");
    last_unit_ = ask.unit;
    unit_ = std::make_unique<Unit>();
    unit_->number = ask.unit;
    unit_->definitions = ask.definitions;
    unit_->action = action_;
    unit_->action.kind = model::ActionKind::Line;
    unit_->action.bytes = ask.text;
    unit_->action.at = core_.clock.now();
    if (ask.cwd.starts_with('/'))
        unit_->action.cwd = ask.cwd;
    core_.decider.decide(
        unit_->action, ask.definitions,
        [this, alive = alive_, number = ask.unit](const decider::Decided &outcome) {
            if (*alive && unit_ && unit_->number == number && state_ == State::Running)
                unit_decided(outcome);
        });
    return base::success();
}

void TargetSession::answer_unit(wire::UnitOutcome outcome, const std::string &text,
                                bool incomplete) {
    wire::UnitVerdict verdict{id_, unit_->number, outcome, text, {}, incomplete, {}};
    if (outcome == wire::UnitOutcome::Allowed) {
        verdict.words = unit_->programs;
        verdict.masked = unit_->shown;
    }
    connection_.send(verdict);
    if (outcome == wire::UnitOutcome::Denied)
        unit_.reset();
}

void TargetSession::unit_decided(const decider::Decided &outcome) {
    if (outcome.facts.state == model::ParseState::Incomplete)
        return answer_unit(wire::UnitOutcome::Denied, "", true);
    unit_->decision = outcome.decision;
    unit_->programs = outcome.facts.programs;
    unit_->shown = shown_command(*setup_, unit_->action, outcome.facts);
    model::Event taken = event(EventKind::ActionDecided);
    taken.details = {{"action", "line"},
                     {"unit", std::to_string(unit_->number)},
                     {"command", unit_->shown},
                     {"verdict", std::string(model::verdict_name(unit_->decision.verdict))},
                     {"rules", joined(unit_->decision.rules, " ")},
                     {"policy", unit_->decision.policy_hash}};
    add_circumstances(taken, unit_->action);
    core_.note(taken);
    if (const auto missing = speech_not_built(unit_->decision))
        return answer_unit(wire::UnitOutcome::Denied, spoken(*missing, json_));
    switch (unit_->decision.verdict) {
    case Verdict::Allow: {
        model::Event released = event(EventKind::ActionReleased);
        released.details = {{"unit", std::to_string(unit_->number)}, {"command", unit_->shown}};
        if (!core_.record(released).ok())
            return answer_unit(
                wire::UnitOutcome::Denied,
                spoken({"error", "the event log cannot be written, so nothing is run"}, json_));
        return allow_unit();
    }
    case Verdict::Approve:
        return hold_unit(outcome);
    case Verdict::StepUp:
    case Verdict::Deny:
        break;
    }
    answer_unit(wire::UnitOutcome::Denied,
                spoken(speech_denied(unit_->decision, setup_->config.server.contact), json_));
}

void TargetSession::allow_unit() {
    unit_->running = true;
    answer_unit(wire::UnitOutcome::Allowed, "");
}

void TargetSession::hold_unit(const decider::Decided &outcome) {
    const auto opened =
        held_.open(make_request(unit_->action, outcome.decision, unit_->shown,
                                binding_of(core_, unit_->action), connection_.origin().id, id_,
                                core_.clock.now()),
                   [this, alive = alive_, number = unit_->number](const model::Request &request) {
                       if (*alive && unit_ && unit_->number == number)
                           unit_changed(request);
                   });
    if (!opened.ok())
        return answer_unit(
            wire::UnitOutcome::Denied,
            spoken({"error", "the request cannot be stored: " + opened.error().message}, json_));
    unit_->request = *opened;
    answer_unit(wire::UnitOutcome::Held, spoken(speech_held(*opened), json_));
}

void TargetSession::unit_changed(const model::Request &request) {
    unit_->request = request;
    const std::string text = spoken(speech_outcome(request, core_.clock.now()), json_);
    if (request.state != model::RequestState::Approved) {
        return answer_unit(wire::UnitOutcome::Denied, text);
    }
    answer_unit(wire::UnitOutcome::Held, text);
    connection_.send(wire::ReleaseReady{id_, unit_->number});
}

base::Status TargetSession::release_unit(const wire::ReleaseAsk &ask) {
    if (!unit_ || unit_->number != ask.unit || !unit_->request || unit_->running ||
        unit_->request->state != model::RequestState::Approved)
        return base::invalid("release of a unit asked without an approval");
    model::Action action = unit_->action;
    action.bytes = ask.text;
    const std::string binding = binding_of(core_, action);
    core_.decider.decide(
        action, unit_->definitions,
        [this, alive = alive_, binding, number = ask.unit](const decider::Decided &again) {
            if (!*alive || !unit_ || unit_->number != number || unit_->running ||
                state_ != State::Running)
                return;
            if (again.decision.verdict == Verdict::Deny)
                return held_.deny_by_policy(unit_->request->id, joined(again.decision.rules, " "));
            const auto released = held_.release(unit_->request->id, binding);
            if (!released.ok())
                return answer_unit(wire::UnitOutcome::Denied,
                                   spoken({"denied", released.error().message}, json_));
            unit_->request = *released;
            allow_unit();
        });
    return base::success();
}

base::Status TargetSession::unit_ended(const wire::UnitEnded &ended) {
    if (!unit_ || unit_->number != ended.unit || !unit_->running)
        return base::invalid("end of a unit that does not run");
    model::Event event_ended = event(EventKind::ActionEnded);
    event_ended.details = {{"unit", std::to_string(ended.unit)},
                           {"status", std::to_string(ended.status)},
                           {"milliseconds", std::to_string(ended.milliseconds)}};
    core_.note(event_ended);
    if (unit_->request)
        held_.ended(unit_->request->id);
    unit_.reset();
    return base::success();
}

} // namespace sallyport::supervisor
