// SPDX-License-Identifier: Apache-2.0
#include "sallyport/approval/rules.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;
using approval::Refusal;
using model::Answer;
using model::RequestState;

TEST_SUITE_BEGIN("approval.rules");

namespace {
const base::WallTime noon = base::from_unix_seconds(1772618400);

model::Vote vote(const std::string &person, std::vector<std::string> groups,
                 Answer answer = Answer::Approve, const std::string &channel = "telegram") {
    return {person, std::move(groups), answer, channel, "", noon};
}

model::Request request(std::vector<model::Quorum> approvals = {{{"sre"}, 1}}) {
    model::Request request;
    request.id = {"7F3K2Q"};
    request.person = "alice";
    request.need.approvals = std::move(approvals);
    request.opened = noon;
    request.expires = noon + 10min;
    return request;
}

std::optional<Refusal> refusal(const model::Request &held, const model::Vote &cast,
                               model::Origin origin = model::Origin::Human,
                               base::WallTime now = noon) {
    const approval::Voted voted = approval::cast_vote(held, cast, origin, now);
    if (voted.refusal)
        CHECK(voted.request == held); // a refused vote changes nothing
    return voted.refusal;
}
} // namespace

TEST_CASE("one of the group approves, anybody of the group denies") {
    const auto approved =
        approval::cast_vote(request(), vote("bob", {"sre"}), model::Origin::Human, noon);
    CHECK(!approved.refusal);
    CHECK(approved.request.state == RequestState::Approved);
    CHECK(approved.request.version == 1);
    const auto denied = approval::cast_vote(request(), vote("bob", {"sre"}, Answer::Deny),
                                            model::Origin::Human, noon);
    CHECK(denied.request.state == RequestState::Denied);
    CHECK(denied.request.closed == noon);
}

TEST_CASE("whoever may not vote is refused and nothing changes") {
    const model::Request held = request();
    CHECK(refusal(held, vote("alice", {"sre"})) == Refusal::OwnRequest);
    CHECK(refusal(held, vote("alice", {"sre"}, Answer::Deny)) == Refusal::OwnRequest);
    CHECK(refusal(held, vote("bob", {"dev"})) == Refusal::NotApprover);
    CHECK(refusal(held, vote("bob", {})) == Refusal::NotApprover);
    CHECK(refusal(held, vote("", {"sre"})) == Refusal::NotAPerson);
    CHECK(refusal(held, vote("ci:deploy", {"sre"}), model::Origin::Machine) == Refusal::NotAPerson);
    CHECK(refusal(held, vote("bob", {"sre"}), model::Origin::Agent) == Refusal::NotAPerson);
    CHECK(refusal(held, vote("bob", {"sre"}), model::Origin::Human, noon + 10min) ==
          Refusal::Expired);
}

TEST_CASE("every state but pending refuses every vote") {
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<RequestState>()); ++i) {
        model::Request held = request();
        held.state = static_cast<RequestState>(i);
        for (const Answer answer : {Answer::Approve, Answer::Deny})
            CHECK((refusal(held, vote("bob", {"sre"}, answer)) == Refusal::NotPending) ==
                  (held.state != RequestState::Pending));
    }
}

TEST_CASE("a rule that wants ssh takes no click") {
    model::Request held = request();
    held.need.confirm = model::Confirm::Ssh;
    CHECK(refusal(held, vote("bob", {"sre"})) == Refusal::WrongChannel);
    CHECK(!refusal(held, vote("bob", {"sre"}, Answer::Approve, "ssh")));
}

TEST_CASE("a person answers once, whatever the groups") {
    const model::Request held = request({{{"sre", "ops"}, 2}});
    const auto first =
        approval::cast_vote(held, vote("bob", {"sre", "ops"}), model::Origin::Human, noon);
    CHECK(first.request.state == RequestState::Pending);
    CHECK(refusal(first.request, vote("bob", {"ops"}, Answer::Approve, "ssh")) ==
          Refusal::AlreadyVoted);
    const auto second =
        approval::cast_vote(first.request, vote("carol", {"ops"}), model::Origin::Human, noon);
    CHECK(second.request.state == RequestState::Approved);
}

TEST_CASE("quorums are AND and one person takes one seat") {
    struct Row {
        const char *what;
        std::vector<model::Quorum> quorums;
        std::vector<model::Vote> votes;
        bool enough;
    };
    const std::vector<model::Quorum> sre_and_security{{{"sre"}, 1}, {{"security"}, 1}};
    const Row rows[] = {
        {"one person of both groups takes one seat",
         sre_and_security,
         {vote("b", {"sre", "security"})},
         false},
        {"two persons", sre_and_security, {vote("b", {"sre"}), vote("c", {"security"})}, true},
        {"the one of both groups moves to the seat that nobody else can take",
         sre_and_security,
         {vote("b", {"sre", "security"}), vote("c", {"sre"})},
         true},
        {"the same person twice is one",
         {{{"sre"}, 2}},
         {vote("b", {"sre"}), vote("b", {"sre"})},
         false},
        {"a denial is no approval", {{{"sre"}, 1}}, {vote("b", {"sre"}, Answer::Deny)}, false},
        {"nothing asked for is nothing approved", {}, {vote("b", {"sre"})}, false},
        {"a quorum of zero is nothing approved", {{{"sre"}, 0}}, {vote("b", {"sre"})}, false},
        {"a quorum that overflows every limit is never full",
         {{{"sre"}, 4000000000U}},
         {vote("b", {"sre"})},
         false},
    };
    for (const Row &row : rows) {
        model::Need need;
        need.approvals = row.quorums;
        CHECK_MESSAGE(approval::satisfied(need, row.votes) == row.enough, row.what);
    }
}

TEST_CASE("the table of states has exactly these arrows") {
    using S = RequestState;
    const std::pair<S, S> arrows[] = {
        {S::Pending, S::Approved},        {S::Pending, S::Denied},    {S::Pending, S::Cancelled},
        {S::Pending, S::Expired},         {S::Approved, S::Released}, {S::Approved, S::Denied},
        {S::Approved, S::Cancelled},      {S::Approved, S::Expired},  {S::Released, S::Ended},
        {S::Released, S::OutcomeUnknown},
    };
    for (unsigned from = 0; from <= static_cast<unsigned>(model::enum_last<S>()); ++from)
        for (unsigned to = 0; to <= static_cast<unsigned>(model::enum_last<S>()); ++to) {
            const std::pair<S, S> arrow{static_cast<S>(from), static_cast<S>(to)};
            const bool listed =
                std::find(std::begin(arrows), std::end(arrows), arrow) != std::end(arrows);
            CHECK(approval::may_become(arrow.first, arrow.second) == listed);
        }
}

TEST_CASE("what is needed reads as a sentence") {
    model::Need need;
    need.approvals = {{{"dba", "sre"}, 2}, {{"security"}, 1}};
    CHECK(approval::needs_text(need) == "needs 2 of groups dba, sre and 1 of group security");
}
TEST_SUITE_END();
