// SPDX-License-Identifier: Apache-2.0
// The rules of a decision on a held request, pure: request and vote in, changed request or a
// refusal out. A vote is a claim that was already traced to a person; here it is decided whether
// that person may vote, and what the votes amount to. Nothing here can release anything: Approved
// only lets the asking connection ask again. Any thread.
#pragma once
#include "sallyport/model/request.hpp"

#include <string_view>

namespace sallyport::approval {

enum class Refusal : std::uint8_t {
    NotPending,   // decided, cancelled or expired already
    Expired,      // the clock says so, even if nobody has noticed yet
    OwnRequest,   // whoever asked can never approve, by any account
    NotAPerson,   // machines and agents do not vote
    NotApprover,  // in no group that the request needs
    WrongChannel, // the rule wants the answer over ssh
    AlreadyVoted,
};
// One fixed sentence for the person; never names who else may have voted.
std::string_view refusal_text(Refusal refusal);

struct Voted {
    std::optional<Refusal> refusal;
    model::Request request; // with the vote counted and the version raised; unchanged when refused
};

inline constexpr std::size_t max_votes = 64;

// Deny by anyone who may vote denies. Approve counts; when every quorum has its distinct persons
// the request is Approved. `origin` is the voter's.
Voted cast_vote(const model::Request &request, const model::Vote &vote, model::Origin origin,
                base::WallTime now);

// Whether the approving votes fill every quorum, one person in one place only.
bool satisfied(const model::Need &need, const std::vector<model::Vote> &votes);

// `needs 1 of group sre`, `needs 2 of groups dba, sre and 1 of group security`.
std::string needs_text(const model::Need &need);

// The table of states: pending -> approved -> released -> ended and the ways out.
bool may_become(model::RequestState from, model::RequestState to);

} // namespace sallyport::approval
