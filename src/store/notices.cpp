// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

namespace sallyport::store {
namespace {

Notice read_notice(const Statement &row) {
    return {{row.text(3)}, row.time(4), row.text(0), row.text(1),
            row.text(2),   row.text(5), row.text(6)};
}

#define NOTICE_COLUMNS "platform, destination, message, request, opened, approve_hash, deny_hash"

} // namespace

base::Status Store::insert_link(const Link &link) {
    Statement insert = state_->database.prepare(
        "INSERT OR REPLACE INTO link(platform, user, person, made) VALUES(?,?,?,?)");
    const auto changed =
        insert.bind(link.platform).bind(link.user).bind(link.person).bind(link.made).run();
    return changed.ok() ? base::success() : base::Status(changed.error());
}

base::Result<std::optional<std::string>> Store::find_linked_person(const std::string &platform,
                                                                   const std::string &user) {
    Statement select =
        state_->database.prepare("SELECT person FROM link WHERE platform=? AND user=?");
    select.bind(platform).bind(user);
    return read_row<std::string>(select, [](const Statement &row) { return row.text(0); });
}

base::Result<std::vector<Link>> Store::list_links() {
    Statement select =
        state_->database.prepare("SELECT platform, user, person, made FROM link ORDER BY person");
    return read_rows<Link>(select, [](const Statement &row) {
        return Link{row.text(0), row.text(1), row.text(2), row.time(3)};
    });
}

base::Status Store::remove_link(const std::string &platform, const std::string &user) {
    Statement remove = state_->database.prepare("DELETE FROM link WHERE platform=? AND user=?");
    return changed_one(remove.bind(platform).bind(user).run(), "link");
}

base::Status Store::insert_notice(const Notice &notice) {
    Statement insert =
        state_->database.prepare("INSERT INTO notice(" NOTICE_COLUMNS ") VALUES(?,?,?,?,?,?,?)");
    insert.bind(notice.platform)
        .bind(notice.destination)
        .bind(notice.message)
        .bind(notice.request.text);
    insert.bind(notice.opened).bind(notice.approve_hash).bind(notice.deny_hash);
    return changed_one(insert.run(), "notice");
}

base::Result<std::vector<Notice>> Store::notices_of(const model::RequestId &request,
                                                    base::WallTime opened) {
    Statement select = state_->database.prepare("SELECT " NOTICE_COLUMNS
                                                " FROM notice WHERE request=? AND opened=?");
    select.bind(request.text).bind(opened);
    return read_rows<Notice>(select, read_notice);
}

base::Result<std::optional<Notice>> Store::find_notice(const std::string &platform,
                                                       const std::string &destination,
                                                       const std::string &message) {
    Statement select = state_->database.prepare(
        "SELECT " NOTICE_COLUMNS " FROM notice WHERE platform=? AND destination=? AND message=?");
    select.bind(platform).bind(destination).bind(message);
    return read_row<Notice>(select, read_notice);
}

base::Status Store::keep_key_set(const KeySetCopy &copy) {
    Statement insert = state_->database.prepare(
        "INSERT OR REPLACE INTO key_set(issuer, body, fetched) VALUES(?,?,?)");
    return changed_one(insert.bind(copy.issuer).bind(copy.body).bind(copy.fetched).run(),
                       "key set");
}

base::Result<std::optional<KeySetCopy>> Store::kept_key_set(const std::string &issuer) {
    Statement select =
        state_->database.prepare("SELECT issuer, body, fetched FROM key_set WHERE issuer=?");
    select.bind(issuer);
    return read_row<KeySetCopy>(select, [](const Statement &row) {
        return KeySetCopy{row.text(0), row.text(1), row.time(2)};
    });
}

} // namespace sallyport::store
