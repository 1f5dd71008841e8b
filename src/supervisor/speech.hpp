// SPDX-License-Identifier: Apache-2.0
// What Sallyport says to a person on the channel: one line `sallyport: ...`, or one
// JSON object a line for scripts and agents. Untrusted text inside is made printable here.
#pragma once
#include "sallyport/approval/rules.hpp"
#include "sallyport/model/decision.hpp"
#include "sallyport/model/request.hpp"

#include <optional>
#include <string>

namespace sallyport::supervisor {

// Exit statuses that a channel ends with when the command itself did not give one.
inline constexpr std::uint32_t exit_unreachable = 69, exit_internal = 70, exit_record = 74,
                               exit_undecided = 75, exit_host_key = 76, exit_refused = 77,
                               exit_configuration = 78;

struct Speech {
    std::string kind;    // held, approved, denied, cancelled, expired, unreachable, error, ...
    std::string message; // after `sallyport: `
    std::string rule{}, request{};
    bool retryable = false;
};
// With its newline.
std::string spoken(const Speech &speech, bool json);

// An unknown target, one that the person may not reach and one that does not answer are told apart
// by nothing but `retryable`.
Speech speech_unreachable(bool retryable);
// For a decision that wants what this version cannot ask for: a second factor, or an approver's
// confirmation by totp or web.
std::optional<Speech> speech_not_built(const model::Decision &decision);
Speech speech_denied(const model::Decision &decision, const std::string &contact);
Speech speech_held(const model::Request &request);
// What became of a held request, for the person who waits.
Speech speech_outcome(const model::Request &request, base::WallTime now);

} // namespace sallyport::supervisor
