// SPDX-License-Identifier: Apache-2.0
// The store: SQLite, the truth for logins, requests, sessions, links and notices. One writing
// connection in one process: a lock on `<path>.lock` makes a second writer refuse to start
// (Debian's SQLite 3.40 corrupts a WAL that two connections checkpoint). Every call is one
// transaction, durable when it returns (WAL, synchronous=FULL). Changes of state are
// compare-and-set: they say Conflict when the row is no longer what the caller saw. One thread.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/model/principal.hpp"
#include "sallyport/model/request.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::store {

// One issued user certificate. Written before the certificate leaves.
struct Login {
    model::LoginId id;
    model::Principal who;
    std::string issuer, subject; // the stable identity; issuer `local` for `sallyport ca issue`
    base::Bytes key;             // public key blob that the certificate is for
    std::string fingerprint;     // SHA256:...
    std::uint64_t serial = 0;
    std::string from; // address that logged in
    base::WallTime issued{}, expires{};
    std::optional<base::WallTime> revoked;
    std::string revoked_by;
};

struct Session {
    model::SessionId id;
    model::ConnectionId connection;
    std::string person, account, target, from;
    model::ActionKind kind = model::ActionKind::Exec;
    std::string shown;  // masked command
    std::string record; // path below the records directory
    std::string rules;  // ids, blank separated
    base::WallTime started{};
    std::optional<base::WallTime> ended;
    std::string end_reason;
    std::int64_t exit_status = -1;
};

// (platform, user id) -> person, made while that person was logged in.
struct Link {
    std::string platform, user, person;
    base::WallTime made{};
};

// One posted copy of a request. The button values are kept as SHA-256 only.
struct Notice {
    model::RequestId request;
    base::WallTime opened{}; // of the request: its id may be used again later
    std::string platform, destination, message;
    std::string approve_hash, deny_hash; // hex
};

struct KeySetCopy {
    std::string issuer, body;
    base::WallTime fetched{};
};

class Store {
  public:
    static base::Result<std::unique_ptr<Store>> open(const std::string &path);
    ~Store();
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;

    // ---- logins
    base::Status insert_login(const Login &login); // Conflict: id or serial is used
    base::Result<std::optional<Login>> find_login(const model::LoginId &id);
    base::Result<std::optional<Login>> find_login_by_serial(std::uint64_t serial);
    base::Result<std::vector<Login>> list_logins(bool live_only, base::WallTime now);
    // Marks matching live logins; `person`, `serial` or `id` as text. The ids that were marked.
    base::Result<std::vector<model::LoginId>>
    revoke_logins(const std::string &which, const std::string &by, base::WallTime now);

    // The stable identity behind a person's name: the first (issuer, subject) to use a name keeps
    // it. Conflict when another one comes with the same name.
    base::Status bind_person(const std::string &person, const std::string &issuer,
                             const std::string &subject);
    // An administrator frees a name (a person who left, a provider that changed); Conflict if it is
    // not bound.
    base::Status free_person(const std::string &person);

    // ---- tokens are used once
    base::Status use_token(const std::string &hash, base::WallTime expires,
                           base::WallTime now); // Conflict: was used

    // ---- requests
    base::Status insert_request(const model::Request &request); // Conflict: the id is open already
    // The open request of this id, else the newest closed one.
    base::Result<std::optional<model::Request>> find_request(const model::RequestId &id);
    base::Result<std::vector<model::Request>> list_requests(bool open_only, std::size_t limit);
    // Stores state, votes and closing time if the stored version is request.version - 1; Conflict
    // otherwise.
    base::Status update_request(const model::Request &request);

    // ---- sessions
    base::Status insert_session(const Session &session);
    base::Status end_session(const model::SessionId &id, base::WallTime when,
                             const std::string &reason, std::int64_t exit_status);
    base::Result<std::optional<Session>> find_session(const model::SessionId &id);
    base::Result<std::vector<Session>> list_sessions(bool live_only,
                                                     std::size_t limit); // newest first
    // Sessions that have no end: what a crash left behind.
    base::Result<std::vector<Session>> unended_sessions();

    // ---- links and notices
    base::Status insert_link(const Link &link); // replaces the link of that platform user
    base::Result<std::optional<std::string>> find_linked_person(const std::string &platform,
                                                                const std::string &user);
    base::Result<std::vector<Link>> list_links();
    base::Status remove_link(const std::string &platform, const std::string &user);
    base::Status insert_notice(const Notice &notice);
    base::Result<std::vector<Notice>> notices_of(const model::RequestId &request,
                                                 base::WallTime opened);
    base::Result<std::optional<Notice>> find_notice(const std::string &platform,
                                                    const std::string &destination,
                                                    const std::string &message);

    // ---- issuers
    base::Status keep_key_set(const KeySetCopy &copy);
    base::Result<std::optional<KeySetCopy>> kept_key_set(const std::string &issuer);

    // PRAGMA integrity_check; the error carries its first complaint.
    base::Status check_integrity();

  private:
    struct State;
    explicit Store(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace sallyport::store
