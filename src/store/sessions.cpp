// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

namespace sallyport::store {
namespace {

#define SESSION_COLUMNS                                                                            \
    "id, connection, person, account, target, address, kind, shown, record, rules, started, "      \
    "ended, end_reason, "                                                                          \
    "exit_status"

Session read_session(const Statement &row) {
    Session session;
    session.id = {row.text(0)};
    session.connection = {row.text(1)};
    session.person = row.text(2);
    session.account = row.text(3);
    session.target = row.text(4);
    session.from = row.text(5);
    session.kind = static_cast<model::ActionKind>(row.number(6));
    session.shown = row.text(7);
    session.record = row.text(8);
    session.rules = row.text(9);
    session.started = row.time(10);
    session.ended = row.optional_time(11);
    session.end_reason = row.text(12);
    session.exit_status = row.number(13);
    return session;
}

} // namespace

base::Status Store::insert_session(const Session &session) {
    Statement insert = state_->database.prepare("INSERT INTO session(" SESSION_COLUMNS
                                                ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(session.id.text)
        .bind(session.connection.text)
        .bind(session.person)
        .bind(session.account);
    insert.bind(session.target)
        .bind(session.from)
        .bind(static_cast<std::int64_t>(session.kind))
        .bind(session.shown);
    insert.bind(session.record).bind(session.rules).bind(session.started).bind(session.ended);
    insert.bind(session.end_reason).bind(session.exit_status);
    return changed_one(insert.run(), "session");
}

base::Status Store::end_session(const model::SessionId &id, base::WallTime when,
                                const std::string &reason, std::int64_t exit_status) {
    Statement update = state_->database.prepare(
        "UPDATE session SET ended=?, end_reason=?, exit_status=? WHERE id=? AND ended IS NULL");
    return changed_one(update.bind(when).bind(reason).bind(exit_status).bind(id.text).run(),
                       "session");
}

base::Result<std::optional<Session>> Store::find_session(const model::SessionId &id) {
    Statement select =
        state_->database.prepare("SELECT " SESSION_COLUMNS " FROM session WHERE id=?");
    select.bind(id.text);
    return read_row<Session>(select, read_session);
}

base::Result<std::vector<Session>> Store::list_sessions(bool live_only, std::size_t limit) {
    Statement select = state_->database.prepare(
        "SELECT " SESSION_COLUMNS
        " FROM session WHERE ?=0 OR ended IS NULL ORDER BY started DESC LIMIT ?");
    select.bind(static_cast<std::int64_t>(live_only)).bind(static_cast<std::int64_t>(limit));
    return read_rows<Session>(select, read_session);
}

base::Result<std::vector<Session>> Store::unended_sessions() {
    Statement select =
        state_->database.prepare("SELECT " SESSION_COLUMNS " FROM session WHERE ended IS NULL");
    return read_rows<Session>(select, read_session);
}

} // namespace sallyport::store
