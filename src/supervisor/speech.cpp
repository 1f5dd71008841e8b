// SPDX-License-Identifier: Apache-2.0
#include "speech.hpp"

#include "json_object.hpp"

#include "sallyport/base/log.hpp"

namespace sallyport::supervisor {
namespace {

std::string first_rule(const std::vector<std::string> &rules) {
    return rules.empty() ? "default" : rules.front();
}

std::string minutes(std::uint32_t seconds) {
    return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min"
                             : std::to_string(seconds) + " s";
}

const model::Vote *last_vote(const model::Request &request, model::Answer answer) {
    for (auto vote = request.votes.rbegin(); vote != request.votes.rend(); ++vote)
        if (vote->answer == answer)
            return &*vote;
    return nullptr;
}

std::string by(const model::Vote *vote) {
    if (vote == nullptr)
        return "";
    std::string text = " by " + vote->person + " (" + vote->channel + ")";
    if (!vote->why.empty())
        text += ": " + base::printable(vote->why, 200);
    return text;
}

} // namespace

std::string spoken(const Speech &speech, bool json) {
    if (!json)
        return "sallyport: " + speech.message + "\n";
    std::string line = "{\"sallyport\":" + base::json_string(speech.kind) +
                       ",\"rule\":" + base::json_string(speech.rule) +
                       ",\"message\":" + base::json_string(speech.message) +
                       ",\"request\":" + base::json_string(speech.request);
    return line + ",\"retryable\":" + (speech.retryable ? "true" : "false") + "}\n";
}

Speech speech_denied(const model::Decision &decision, const std::string &contact) {
    const std::string rule = first_rule(decision.rules);
    std::string message = "denied by rule " + rule + ": " + decision.message;
    if (!contact.empty())
        message += (message.ends_with('.') ? " Ask: " : ". Ask: ") + contact;
    return {"denied", std::move(message), rule, "", false};
}

Speech speech_unreachable(bool retryable) {
    return {"unreachable", "target not reachable, or no such target for you", "connect", "",
            retryable};
}

std::optional<Speech> speech_not_built(const model::Decision &decision) {
    using model::Confirm;
    const Confirm confirm = decision.need.confirm;
    if (decision.verdict == model::Verdict::StepUp)
        return Speech{"denied", "this needs a second factor, which is not built yet: denied",
                      first_rule(decision.rules)};
    if (decision.verdict == model::Verdict::Approve &&
        (confirm == Confirm::Totp || confirm == Confirm::Web))
        return Speech{"denied", "this rule wants a confirmation that is not built yet: denied",
                      first_rule(decision.rules)};
    return std::nullopt;
}

Speech speech_held(const model::Request &request) {
    const auto open_for =
        std::chrono::duration_cast<std::chrono::seconds>(request.expires - request.opened);
    std::string message = "held by rule " + first_rule(request.rules) + ": " +
                          approval::needs_text(request.need) + ". Request " + request.id.text +
                          ", open " + minutes(static_cast<std::uint32_t>(open_for.count())) +
                          ". Ctrl-C cancels.";
    return {"held", std::move(message), first_rule(request.rules), request.id.text, true};
}

Speech speech_outcome(const model::Request &request, base::WallTime now) {
    const std::string rule = first_rule(request.rules);
    const auto waited =
        std::chrono::duration_cast<std::chrono::seconds>(now - request.opened).count();
    switch (request.state) {
    case model::RequestState::Approved:
        return {"approved",
                "approved" + by(last_vote(request, model::Answer::Approve)) + " after " +
                    std::to_string(waited) + " s",
                rule, request.id.text, false};
    case model::RequestState::Denied:
        if (const model::Vote *vote = last_vote(request, model::Answer::Deny))
            return {"denied", "request " + request.id.text + " denied" + by(vote), rule,
                    request.id.text, false};
        return {"denied",
                "request " + request.id.text +
                    " denied: the policy in force now denies it by rule " + rule,
                rule, request.id.text, false};
    case model::RequestState::Expired:
        return {"expired", "request " + request.id.text + " expired: nobody decided in time", rule,
                request.id.text, true};
    case model::RequestState::Cancelled:
        return {"cancelled", "request " + request.id.text + " cancelled", rule, request.id.text,
                true};
    case model::RequestState::Pending:
    case model::RequestState::Released:
    case model::RequestState::Ended:
    case model::RequestState::OutcomeUnknown:
        break;
    }
    return {"error", "request " + request.id.text + " is in an unexpected state", rule,
            request.id.text, false};
}

} // namespace sallyport::supervisor
