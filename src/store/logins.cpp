// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

namespace sallyport::store {
namespace {

#define LOGIN_COLUMNS                                                                              \
    "id, person, groups, origin, issuer, subject, key, fingerprint, serial, address, issued, "     \
    "expires, revoked, "                                                                           \
    "revoked_by"

Login read_login(const Statement &row) {
    Login login;
    login.id = {row.text(0)};
    login.who = {row.text(1), split_groups(row.text(2)), static_cast<model::Origin>(row.number(3)),
                 login.id};
    login.issuer = row.text(4);
    login.subject = row.text(5);
    login.key = row.blob(6);
    login.fingerprint = row.text(7);
    login.serial = static_cast<std::uint64_t>(row.number(8));
    login.from = row.text(9);
    login.issued = row.time(10);
    login.expires = row.time(11);
    login.revoked = row.optional_time(12);
    login.revoked_by = row.text(13);
    return login;
}

} // namespace

base::Status Store::insert_login(const Login &login) {
    Statement insert = state_->database.prepare("INSERT INTO login(" LOGIN_COLUMNS
                                                ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(login.id.text).bind(login.who.person).bind(join_groups(login.who.groups));
    insert.bind(static_cast<std::int64_t>(login.who.origin)).bind(login.issuer).bind(login.subject);
    insert.bind(base::BytesView(login.key))
        .bind(login.fingerprint)
        .bind(static_cast<std::int64_t>(login.serial));
    insert.bind(login.from)
        .bind(login.issued)
        .bind(login.expires)
        .bind(login.revoked)
        .bind(login.revoked_by);
    return changed_one(insert.run(), "login");
}

base::Result<std::optional<Login>> Store::find_login(const model::LoginId &id) {
    Statement select = state_->database.prepare("SELECT " LOGIN_COLUMNS " FROM login WHERE id=?");
    select.bind(id.text);
    return read_row<Login>(select, read_login);
}

base::Result<std::optional<Login>> Store::find_login_by_serial(std::uint64_t serial) {
    Statement select =
        state_->database.prepare("SELECT " LOGIN_COLUMNS " FROM login WHERE serial=?");
    select.bind(static_cast<std::int64_t>(serial));
    return read_row<Login>(select, read_login);
}

base::Result<std::vector<Login>> Store::list_logins(bool live_only, base::WallTime now) {
    Statement select = state_->database.prepare("SELECT " LOGIN_COLUMNS
                                                " FROM login WHERE ?=0 OR (revoked IS NULL AND "
                                                "expires>?) ORDER BY issued DESC LIMIT 10000");
    select.bind(static_cast<std::int64_t>(live_only)).bind(now);
    return read_rows<Login>(select, read_login);
}

base::Result<std::vector<model::LoginId>>
Store::revoke_logins(const std::string &which, const std::string &by, base::WallTime now) {
    Statement update = state_->database.prepare(
        "UPDATE login SET revoked=?, revoked_by=? WHERE revoked IS NULL AND expires>? AND "
        "(id=? OR person=? OR printf('%llu', serial)=? OR fingerprint=?) RETURNING id");
    update.bind(now).bind(by).bind(now).bind(which).bind(which).bind(which).bind(which);
    return read_rows<model::LoginId>(
        update, [](const Statement &row) { return model::LoginId{row.text(0)}; });
}

base::Status Store::bind_person(const std::string &person, const std::string &issuer,
                                const std::string &subject) {
    Statement insert = state_->database.prepare(
        "INSERT OR IGNORE INTO person(name, issuer, subject) VALUES(?,?,?)");
    const auto inserted = insert.bind(person).bind(issuer).bind(subject).run();
    if (!inserted.ok())
        return inserted.error();
    Statement select = state_->database.prepare(
        "SELECT count(*) FROM person WHERE name=? AND issuer=? AND subject=?");
    SALLYPORT_TRY(const bool row, select.bind(person).bind(issuer).bind(subject).step());
    if (!row || select.number(0) != 1)
        return base::fail(base::ErrorCode::Conflict, "the name belongs to another identity");
    return base::success();
}

base::Status Store::free_person(const std::string &person) {
    Statement remove = state_->database.prepare("DELETE FROM person WHERE name=?");
    return changed_one(remove.bind(person).run(), "person");
}

base::Status Store::use_token(const std::string &hash, base::WallTime expires, base::WallTime now) {
    Statement forget = state_->database.prepare("DELETE FROM used_token WHERE expires<?");
    const auto forgotten = forget.bind(now).run();
    if (!forgotten.ok())
        return forgotten.error();
    Statement insert =
        state_->database.prepare("INSERT INTO used_token(hash, expires) VALUES(?,?)");
    return changed_one(insert.bind(hash).bind(expires).run(), "token");
}

} // namespace sallyport::store
