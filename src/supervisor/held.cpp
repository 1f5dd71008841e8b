// SPDX-License-Identifier: Apache-2.0
#include "held.hpp"

#include "text.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using model::EventKind;
using model::RequestState;

constexpr std::chrono::milliseconds expiry_interval{1000};
constexpr std::ptrdiff_t max_open_requests = 20; // of one person: approvers are not to be flooded
constexpr std::size_t max_listed = 10000;

model::Event event_of(EventKind kind, const model::Request &request) {
    return {kind,
            request.connection,
            request.session,
            request.person,
            request.account,
            request.target,
            {{"request", request.id.text}}};
}

} // namespace

std::string binding_of(const Core &core, const model::Action &action) {
    return base::hex(crypto::binding_hash(
        core.binding_key,
        {action.who.person, action.account, action.target, action.cwd.value_or(""),
         model::action_kind_name(action.kind), action.bytes, action.input.value_or("")}));
}

Held::Held(Core &core) : core_(core) {
    timer_ = core_.loop.after(expiry_interval, [this] { tick(); });
}

Held::~Held() {
    core_.loop.cancel(timer_);
}

base::Result<model::Request> Held::open(model::Request request, OnChange changed) {
    SALLYPORT_TRY(const auto already, core_.store.list_requests(true, max_listed));
    const auto own =
        std::count_if(already.begin(), already.end(), [&](const model::Request &other) {
            return other.person == request.person && other.state != RequestState::Released;
        });
    if (own >= max_open_requests)
        return base::fail(base::ErrorCode::TooLarge,
                          "too many of your requests are open: wait for an answer, or cancel one");
    SALLYPORT_TRY(model::Request opened, core_.book.open(std::move(request)));
    model::Event event = event_of(EventKind::RequestOpened, opened);
    event.details.emplace_back("rules", joined(opened.rules, " "));
    event.details.emplace_back("needs", approval::needs_text(opened.need));
    event.details.emplace_back("command", opened.shown);
    event.details.emplace_back("binding", opened.binding);
    event.details.emplace_back("expires", base::rfc3339(opened.expires));
    const base::Status recorded = core_.record(event);
    if (!recorded.ok()) {
        [[maybe_unused]] const auto dropped =
            core_.book.close(opened.id, RequestState::Cancelled, core_.clock.now());
        return recorded.error();
    }
    waiting_[opened.id.text] = std::move(changed);
    if (board_ != nullptr)
        board_->opened(opened);
    return opened;
}

void Held::tell(const model::Request &request) {
    if (board_ != nullptr)
        board_->changed(request);
    const auto at = waiting_.find(request.id.text);
    if (at == waiting_.end() || request.state == RequestState::Pending)
        return;
    const OnChange changed = at->second;
    if (request.state != RequestState::Approved) // approved may still expire or be denied by policy
        waiting_.erase(at);
    changed(request);
}

base::Result<approval::Voted> Held::vote(const model::RequestId &id, const model::Vote &vote,
                                         model::Origin origin) {
    SALLYPORT_TRY(approval::Voted voted, core_.book.vote(id, vote, origin, core_.clock.now()));
    model::Event event =
        event_of(voted.refusal ? EventKind::ClickRefused : EventKind::RequestVote, voted.request);
    event.details.emplace_back("voter", vote.person);
    event.details.emplace_back("answer",
                               vote.answer == model::Answer::Approve ? "approve" : "deny");
    event.details.emplace_back("channel", vote.channel);
    if (!vote.why.empty())
        event.details.emplace_back("why", vote.why);
    if (voted.refusal)
        event.details.emplace_back("refused", std::string(approval::refusal_text(*voted.refusal)));
    else
        event.details.emplace_back("state",
                                   std::string(model::request_state_name(voted.request.state)));
    const base::Status recorded = core_.record(event);
    if (!recorded.ok())
        return recorded
            .error(); // what is in the store is not released: release needs its own event
    if (!voted.refusal)
        tell(voted.request);
    return voted;
}

base::Result<model::Request> Held::release(const model::RequestId &id, const std::string &binding) {
    SALLYPORT_TRY(const model::Request released,
                  core_.book.release(id, binding, core_.clock.now()));
    model::Event event = event_of(EventKind::ActionReleased, released);
    event.details.emplace_back("binding", binding);
    std::vector<std::string> approvers;
    for (const model::Vote &vote : released.votes)
        approvers.push_back(vote.person);
    event.details.emplace_back("approvers", joined(approvers, " "));
    SALLYPORT_CHECK(core_.record(event));
    waiting_.erase(id.text);
    if (board_ != nullptr)
        board_->changed(released);
    return released;
}

void Held::ended(const model::RequestId &id) {
    const auto closed = core_.book.close(id, RequestState::Ended, core_.clock.now());
    if (!closed.ok())
        core_.log.write(base::LogLevel::Warning, "requests", closed.error().message);
    else if (board_ != nullptr)
        board_->changed(*closed);
}

void Held::closed(const model::Request &request, const std::string &why) {
    model::Event event = event_of(EventKind::RequestClosed, request);
    event.details.emplace_back("state", std::string(model::request_state_name(request.state)));
    event.details.emplace_back("why", why);
    core_.note(event);
    tell(request);
}

void Held::cancel(const model::RequestId &id, const std::string &why) {
    const auto request = core_.book.close(id, RequestState::Cancelled, core_.clock.now());
    if (request.ok())
        closed(*request, why);
}

void Held::deny_by_policy(const model::RequestId &id, const std::string &rule) {
    auto request = core_.book.close(id, RequestState::Denied, core_.clock.now());
    if (!request.ok())
        return;
    request->rules = {rule}; // who waits is told what denies it now, not what held it before
    closed(*request, "policy now denies it by rule " + rule);
}

base::Status Held::recover() {
    SALLYPORT_TRY(const auto recovered, core_.book.recover(core_.clock.now()));
    for (const model::Request &request : recovered)
        closed(request, "sallyportd was restarted");
    return base::success();
}

void Held::tick() {
    timer_ = core_.loop.after(expiry_interval, [this] { tick(); });
    const auto expired = core_.book.expire(core_.clock.now());
    if (!expired.ok())
        return core_.log.write(base::LogLevel::Error, "requests", expired.error().message);
    for (const model::Request &request : *expired)
        closed(request, "nobody decided in time");
}

} // namespace sallyport::supervisor
