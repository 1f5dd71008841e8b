// SPDX-License-Identifier: Apache-2.0
#include "speech.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("supervisor.speech");

namespace {
const base::WallTime noon = base::from_unix_seconds(1772618400);

model::Request request(model::RequestState state) {
    model::Request held;
    held.id = {"7F3K2Q"};
    held.rules = {"prod-destroy", "ops-prod"};
    held.need.approvals = {{{"sre"}, 1}};
    held.opened = noon;
    held.expires = noon + 10min;
    held.state = state;
    return held;
}
} // namespace

TEST_CASE("the lines are those of the surface") {
    CHECK(supervisor::spoken(supervisor::speech_held(request(model::RequestState::Pending)),
                             false) == "sallyport: held by rule prod-destroy: needs 1 of group "
                                       "sre. Request 7F3K2Q, open 10 min. Ctrl-C cancels.\n");
    model::Request approved = request(model::RequestState::Approved);
    approved.votes = {
        {"bob@example.com", {"sre"}, model::Answer::Approve, "telegram", "", noon + 14s}};
    CHECK(supervisor::spoken(supervisor::speech_outcome(approved, noon + 14s), false) ==
          "sallyport: approved by bob@example.com (telegram) after 14 s\n");
    model::Decision decision;
    decision.rules = {"secret-files"};
    decision.message = "files under /etc/ssl/private are not readable";
    CHECK(supervisor::spoken(supervisor::speech_denied(decision, "#sre"), false) ==
          "sallyport: denied by rule secret-files: files under /etc/ssl/private are not readable. "
          "Ask: #sre\n");
}

TEST_CASE("for scripts each line is one JSON object, whatever is in it") {
    const supervisor::Speech speech{"denied", "a \"b\"\n\xff", "r", "7F3K2Q", true};
    CHECK(supervisor::spoken(speech, true) ==
          "{\"sallyport\":\"denied\",\"rule\":\"r\",\"message\":\"a "
          "\\\"b\\\"\\n\xef\xbf\xbd\",\"request\":\"7F3K2Q\","
          "\"retryable\":true}\n");
}

TEST_CASE("every end of a request has its words, and says whether trying again may help") {
    struct Row {
        model::RequestState state;
        const char *kind;
        bool retryable;
    };
    for (const Row &row : {Row{model::RequestState::Denied, "denied", false},
                           Row{model::RequestState::Expired, "expired", true},
                           Row{model::RequestState::Cancelled, "cancelled", true},
                           Row{model::RequestState::Pending, "error", false},
                           Row{model::RequestState::Released, "error", false}}) {
        const supervisor::Speech speech = supervisor::speech_outcome(request(row.state), noon);
        CHECK(speech.kind == row.kind);
        CHECK(speech.retryable == row.retryable);
    }
}

TEST_CASE("a request that the policy denies after an approval names the rule") {
    model::Request denied = request(model::RequestState::Denied);
    denied.votes = {{"bob", {"sre"}, model::Answer::Approve, "ssh", "", noon}};
    denied.rules = {"secret-files"};
    const supervisor::Speech speech = supervisor::speech_outcome(denied, noon);
    CHECK(speech.message == "request " + denied.id.text +
                                " denied: the policy in force now denies it by rule secret-files");
    CHECK(speech.rule == "secret-files");
}

TEST_CASE("a reason cannot bring the terminal to do anything") {
    model::Request denied = request(model::RequestState::Denied);
    denied.votes = {{"bob",
                     {"sre"},
                     model::Answer::Deny,
                     "ssh",
                     "no\x1b]52;c;x\x07\r\nsallyport: approved",
                     noon}};
    const std::string line = supervisor::spoken(supervisor::speech_outcome(denied, noon), false);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\n') == line.size() - 1);
}
TEST_SUITE_END();
