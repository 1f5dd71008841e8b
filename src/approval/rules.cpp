// SPDX-License-Identifier: Apache-2.0
#include "sallyport/approval/rules.hpp"

#include <algorithm>
#include <set>

namespace sallyport::approval {
namespace {

using model::RequestState;

bool in_quorum(const model::Quorum &quorum, const model::Vote &vote) {
    return std::any_of(vote.groups.begin(), vote.groups.end(), [&](const std::string &group) {
        return std::find(quorum.groups.begin(), quorum.groups.end(), group) != quorum.groups.end();
    });
}

bool may_approve(const model::Need &need, const model::Vote &vote) {
    return std::any_of(need.approvals.begin(), need.approvals.end(),
                       [&](const model::Quorum &quorum) { return in_quorum(quorum, vote); });
}

// Bipartite matching by augmenting paths: seats (one for each person that a quorum needs) against
// persons. Greedy counting would be wrong: for `1 of sre and 1 of security` a person of both must
// be free to take either seat.
class Seating {
  public:
    Seating(std::vector<const model::Quorum *> seats,
            const std::vector<const model::Vote *> &voters)
        : seats_(std::move(seats)), voters_(voters), seat_of_(voters.size(), none) {}

    bool fill() {
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            std::set<std::size_t> tried;
            if (!place(seat, tried))
                return false;
        }
        return true;
    }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    // Depth is bounded by the number of voters: each is tried once.
    bool place(std::size_t seat, std::set<std::size_t> &tried) {
        for (std::size_t voter = 0; voter < voters_.size(); ++voter) {
            if (!in_quorum(*seats_[seat], *voters_[voter]) || !tried.insert(voter).second)
                continue;
            if (seat_of_[voter] == none || place(seat_of_[voter], tried)) {
                seat_of_[voter] = seat;
                return true;
            }
        }
        return false;
    }

    std::vector<const model::Quorum *> seats_;
    const std::vector<const model::Vote *> &voters_;
    std::vector<std::size_t> seat_of_;
};

std::optional<Refusal> refuse(const model::Request &request, const model::Vote &vote,
                              model::Origin origin, base::WallTime now) {
    if (request.state != RequestState::Pending)
        return Refusal::NotPending;
    if (now >= request.expires)
        return Refusal::Expired;
    if (origin != model::Origin::Human || vote.person.empty())
        return Refusal::NotAPerson;
    if (vote.person == request.person)
        return Refusal::OwnRequest;
    if (!may_approve(request.need, vote))
        return Refusal::NotApprover;
    if (request.need.confirm != model::Confirm::None && vote.channel != "ssh")
        return Refusal::WrongChannel;
    const bool voted =
        std::any_of(request.votes.begin(), request.votes.end(),
                    [&](const model::Vote &other) { return other.person == vote.person; });
    if (voted || request.votes.size() >= max_votes)
        return Refusal::AlreadyVoted;
    return std::nullopt;
}

} // namespace

std::string_view refusal_text(Refusal refusal) {
    switch (refusal) {
    case Refusal::NotPending:
        return "this request is no longer open";
    case Refusal::Expired:
        return "this request has expired";
    case Refusal::OwnRequest:
        return "you asked for this yourself: somebody else has to decide";
    case Refusal::NotAPerson:
        return "only people decide requests";
    case Refusal::NotApprover:
        return "you are in no group that may decide this request";
    case Refusal::WrongChannel:
        return "this request is decided over ssh: ssh bastion approve";
    case Refusal::AlreadyVoted:
        return "you have already answered this request";
    }
    return "refused";
}

bool satisfied(const model::Need &need, const std::vector<model::Vote> &votes) {
    std::vector<const model::Quorum *> seats;
    for (const model::Quorum &quorum : need.approvals) {
        if (quorum.count == 0 || quorum.count > max_votes - seats.size())
            return false; // nothing asked for is nothing approved, and more seats than votes are
                          // never filled
        seats.insert(seats.end(), quorum.count, &quorum);
    }
    if (seats.empty())
        return false;
    std::vector<const model::Vote *> voters;
    for (const model::Vote &vote : votes)
        if (vote.answer == model::Answer::Approve &&
            std::none_of(voters.begin(), voters.end(),
                         [&](const auto *other) { return other->person == vote.person; }))
            voters.push_back(&vote);
    return Seating(std::move(seats), voters).fill();
}

Voted cast_vote(const model::Request &request, const model::Vote &vote, model::Origin origin,
                base::WallTime now) {
    Voted voted{refuse(request, vote, origin, now), request};
    if (voted.refusal)
        return voted;
    model::Request &changed = voted.request;
    changed.votes.push_back(vote);
    ++changed.version;
    if (vote.answer == model::Answer::Deny) {
        changed.state = RequestState::Denied;
        changed.closed = now;
    } else if (satisfied(changed.need, changed.votes)) {
        changed.state = RequestState::Approved;
    }
    return voted;
}

std::string needs_text(const model::Need &need) {
    std::string text = "needs ";
    for (std::size_t i = 0; i < need.approvals.size(); ++i) {
        const model::Quorum &quorum = need.approvals[i];
        text += i == 0 ? "" : " and ";
        text += std::to_string(quorum.count) +
                (quorum.groups.size() == 1 ? " of group " : " of groups ");
        for (std::size_t g = 0; g < quorum.groups.size(); ++g)
            text += (g == 0 ? "" : ", ") + quorum.groups[g];
    }
    return text;
}

bool may_become(RequestState from, RequestState to) {
    switch (from) {
    case RequestState::Pending:
        return to == RequestState::Approved || to == RequestState::Denied ||
               to == RequestState::Cancelled || to == RequestState::Expired;
    case RequestState::Approved:
        return to == RequestState::Released || to == RequestState::Denied ||
               to == RequestState::Cancelled || to == RequestState::Expired;
    case RequestState::Released:
        return to == RequestState::Ended || to == RequestState::OutcomeUnknown;
    case RequestState::Ended:
    case RequestState::Denied:
    case RequestState::Cancelled:
    case RequestState::Expired:
    case RequestState::OutcomeUnknown:
        return false;
    }
    return false;
}

} // namespace sallyport::approval
