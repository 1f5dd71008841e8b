// SPDX-License-Identifier: Apache-2.0
// A held action and its life: pending -> approved -> released -> ended, or denied, cancelled,
// expired.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/model/action.hpp"
#include "sallyport/model/decision.hpp"
#include "sallyport/model/ids.hpp"

namespace sallyport::model {

enum class RequestState : std::uint8_t {
    Pending,
    Approved,
    Released,
    Ended,
    Denied,
    Cancelled,
    Expired,
    OutcomeUnknown, // released, and no end was seen
};
template <>
constexpr RequestState enum_last<RequestState>() {
    return RequestState::OutcomeUnknown;
}
std::string_view request_state_name(RequestState state);
base::Result<RequestState> parse_request_state(std::string_view text);

enum class Answer : std::uint8_t { Approve, Deny };
template <>
constexpr Answer enum_last<Answer>() {
    return Answer::Deny;
}

struct Vote {
    std::string person;
    std::vector<std::string> groups; // as known when the vote was cast
    Answer answer = Answer::Approve;
    std::string channel; // ssh, telegram, cli, page
    std::string why;
    base::WallTime at{};
    bool operator==(const Vote &) const = default;
    SALLYPORT_FIELDS(person, groups, answer, channel, why, at)
};

struct Request {
    RequestId id;
    ConnectionId connection;
    SessionId session;
    std::string person, account, target, from, cwd;
    ActionKind kind = ActionKind::Exec;
    std::string shown; // the complete command, masked as `mask` allows in commands, otherwise exact
    std::string
        binding; // hex of the keyed hash over person, account, target, cwd and the exact bytes
    std::vector<std::string> rules; // that hold it; once denied by the policy, that deny it
    Need need;
    RequestState state = RequestState::Pending;
    std::uint64_t version = 0; // grows with every change of state; what compare-and-set compares
    std::vector<Vote> votes;
    std::string reason; // the requester's own words
    base::WallTime opened{}, expires{}, closed{};
    bool operator==(const Request &) const = default;
    SALLYPORT_FIELDS(id, connection, session, person, account, target, from, cwd, kind, shown,
                     binding, rules, need, state, version, votes, reason, opened, expires, closed)
};

// Who says in which directory it would run: `as the target says` of a guarded line, `as configured`
// of everything that a new process of the target's sshd runs.
std::string_view directory_source(ActionKind kind);

} // namespace sallyport::model
