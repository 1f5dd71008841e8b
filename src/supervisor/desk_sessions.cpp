// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "json_object.hpp"
#include "speech.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::size_t most_sessions = 200;

bool visible(const Desk &desk, const store::Session &session) {
    return desk.asker().administrator() || session.person == desk.asker().who.person;
}

std::string as_json(const store::Session &session) {
    return json_object({{"session", session.id.text},
                        {"connection", session.connection.text},
                        {"person", session.person},
                        {"account", session.account},
                        {"target", session.target},
                        {"from", session.from},
                        {"kind", std::string(model::action_kind_name(session.kind))},
                        {"command", session.shown},
                        {"rules", session.rules},
                        {"record", session.record},
                        {"started", base::rfc3339(session.started)},
                        {"ended", session.ended ? base::rfc3339(*session.ended) : ""},
                        {"end_reason", session.end_reason},
                        {"exit_status", std::to_string(session.exit_status)}}) +
           "\n";
}

std::string as_line(const store::Session &session) {
    return columns(
        {{session.id.text, 27},
         {session.ended ? "ended" : "live", 6},
         {session.person, 14},
         {session.account + "@" + session.target, 20},
         {base::printable(session.kind == model::ActionKind::Shell ? "(terminal)" : session.shown,
                          100),
          0}});
}

void sessions(Desk &desk, const Words &arguments) {
    Words words = arguments;
    const bool live = take_flag(words, "--live");
    const auto list = desk.core().store.list_sessions(live, most_sessions);
    if (!list.ok())
        return desk.fail(list.error().message);
    for (const store::Session &session : *list)
        if (visible(desk, session))
            desk.port().out(desk.json() ? as_json(session) : as_line(session));
    desk.done();
}

std::optional<store::Session> named_session(Desk &desk, const Words &words) {
    if (words.size() == 1 && model::is_ulid(words.front())) {
        const auto found = desk.core().store.find_session({words.front()});
        if (found.ok() && *found && visible(desk, **found))
            return **found;
    }
    desk.fail("there is no such session for you");
    return std::nullopt;
}

void show(Desk &desk, const Words &words) {
    if (const auto session = named_session(desk, words)) {
        desk.port().out(as_json(*session));
        desk.done();
    }
}

void kill(Desk &desk, const Words &words) {
    const auto row = named_session(desk, words);
    if (!row)
        return;
    TargetSession *session = desk.house().connections.find_session(row->id);
    if (session == nullptr)
        return desk.fail("that session has ended");
    const std::string by =
        desk.asker().administrator() ? "an administrator" : desk.asker().who.person;
    session->end_by_order("this session was ended by " + by);
    desk.port().out("session " + row->id.text + " is ended\n");
    desk.done();
}

} // namespace

std::vector<DeskCommand> session_commands() {
    return {
        {"sessions", "[--live]", "sessions: mine (an administrator: all)", true, true, sessions},
        {"session list", "[--live]", "sessions: mine (an administrator: all)", true, true,
         sessions},
        {"session show", "SESSION", "one session as JSON", true, true, show},
        {"session kill", "SESSION", "end a session", true, true, kill},
        {"kill", "SESSION", "the same", true, true, kill},
    };
}

} // namespace sallyport::supervisor
