// SPDX-License-Identifier: Apache-2.0
// A unit of a guarded shell that is being decided, and the helpers that exec and unit share.
#pragma once
#include "target_session.hpp"

namespace sallyport::supervisor {

struct TargetSession::Unit {
    std::uint64_t number = 0;
    model::Action action;
    std::string definitions, shown;
    model::Decision decision;
    std::vector<std::string> programs;
    std::optional<model::Request> request;
    bool running = false;
};

model::Request make_request(const model::Action &action, const model::Decision &decision,
                            const std::string &shown, const std::string &binding,
                            const model::ConnectionId &connection, const model::SessionId &session,
                            base::WallTime now);

// What else policy looked at, so that the decision can be replayed from the event log alone.
void add_circumstances(model::Event &event, const model::Action &action);
// The command as approvers, events and lists show it: constant text inside one word may be masked,
// nothing else ever.
std::string shown_command(const Setup &setup, const model::Action &action,
                          const model::CommandFacts &facts);

std::unique_ptr<identity::TargetExchange> make_target_exchange(const model::Target &target);
std::vector<std::string> pinned_algorithms(const model::Target &target);

} // namespace sallyport::supervisor
