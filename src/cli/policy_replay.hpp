// SPDX-License-Identifier: Apache-2.0
// `sallyport policy replay`: what a policy would have said to recorded history. The history is the
// event log (docs/formats/events.md); its commands are masked there, and are judged as they stand.
#pragma once
#include "policy_verbs.hpp"

namespace sallyport::cli {

inline constexpr std::size_t max_event_line_bytes = 1024 * 1024;
inline constexpr std::size_t max_replay_examples = 3; // shown for each kind of change
inline constexpr std::size_t max_replay_groups = 10'000;

// Reads events from `events`, decides anew each `action-decided` that has a command, and prints the
// verdicts that changed, by person and by rule. What an event does not say (older logs) comes from
// the policy's fixtures; without those the decision is counted as left out. Exit status: 0 nothing
// changed, 1 something did, 65 no decision could be replayed, 78 the policy has faults. One thread.
int policy_replay(const PolicySource &source, const policy::Judge &judge, std::istream &events,
                  std::ostream &out, std::ostream &err);

} // namespace sallyport::cli
