// SPDX-License-Identifier: Apache-2.0
// The verdict on one action with its explanation. Made by `policy`, carried out by `sallyportd`.
#pragma once
#include "sallyport/model/fields.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::model {

enum class Verdict : std::uint8_t { Deny, Allow, StepUp, Approve };
template <>
constexpr Verdict enum_last<Verdict>() {
    return Verdict::Approve;
}
std::string_view verdict_name(Verdict verdict); // deny allow step-up approve

enum class Scope : std::uint8_t { Once, Exact, Rule };
template <>
constexpr Scope enum_last<Scope>() {
    return Scope::Rule;
}
std::string_view scope_name(Scope scope);

enum class Confirm : std::uint8_t { None, Totp, Web, Ssh };
template <>
constexpr Confirm enum_last<Confirm>() {
    return Confirm::Ssh;
}
std::string_view confirm_name(Confirm confirm);

// `count` distinct persons of any of `groups`. Several of these in one Need are AND; one person
// counts once in each quorum and never for two.
struct Quorum {
    std::vector<std::string> groups;
    std::uint32_t count = 1;
    bool operator==(const Quorum &) const = default;
    SALLYPORT_FIELDS(groups, count)
};

struct Need {
    std::vector<Quorum> approvals;
    std::uint32_t ttl_seconds = 600; // how long the request stays open
    Scope scope = Scope::Once;
    Confirm confirm = Confirm::None;
    bool step_up = false;
    bool reason = false;
    std::vector<std::string> mask, notify;
    bool operator==(const Need &) const = default;
    SALLYPORT_FIELDS(approvals, ttl_seconds, scope, confirm, step_up, reason, mask, notify)
};

struct Decision {
    Verdict verdict = Verdict::Deny;
    std::vector<std::string>
        rules; // ids of the rules that decided, most telling first; `default` when none covered
    std::vector<std::string> held_by; // of these, the rules whose approval is waited for
    std::string message;              // for the person: what is not allowed and what to do now
    Need need;
    std::vector<std::string> explanation; // lines of `explain`
    std::string policy_hash;              // hex SHA-256 of the policy in force
    std::string mask_mode = "text";       // output that is no terminal: text, always, refuse-binary
    bool record_all = false;              // rule says `record = all`
    bool operator==(const Decision &) const = default;
    SALLYPORT_FIELDS(verdict, rules, held_by, message, need, explanation, policy_hash, mask_mode,
                     record_all)
};

} // namespace sallyport::model
