// SPDX-License-Identifier: Apache-2.0
// The schema, one step a version. A step is never edited after a release: the next version gets a
// new one.
#pragma once
#include <array>

namespace sallyport::store {

inline constexpr std::array schema_steps{
    R"sql(
CREATE TABLE login(
  id TEXT PRIMARY KEY, person TEXT NOT NULL, groups TEXT NOT NULL, origin INTEGER NOT NULL, issuer TEXT NOT NULL,
  subject TEXT NOT NULL, key BLOB NOT NULL, fingerprint TEXT NOT NULL, serial INTEGER NOT NULL UNIQUE,
  address TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER,
  revoked_by TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX login_person ON login(person);
CREATE TABLE person(name TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL) STRICT;
CREATE TABLE used_token(hash TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT;
CREATE TABLE request(
  id TEXT NOT NULL, opened INTEGER NOT NULL, open INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(id, opened)) STRICT;
CREATE UNIQUE INDEX request_open ON request(id) WHERE open = 1;
CREATE INDEX request_newest ON request(opened);
CREATE TABLE session(
  id TEXT PRIMARY KEY, connection TEXT NOT NULL, person TEXT NOT NULL, account TEXT NOT NULL, target TEXT NOT NULL,
  address TEXT NOT NULL, kind INTEGER NOT NULL, shown TEXT NOT NULL, record TEXT NOT NULL, rules TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, end_reason TEXT NOT NULL DEFAULT '', exit_status INTEGER NOT NULL DEFAULT -1)
  STRICT;
CREATE INDEX session_newest ON session(started);
CREATE INDEX session_live ON session(id) WHERE ended IS NULL;
CREATE TABLE link(
  platform TEXT NOT NULL, user TEXT NOT NULL, person TEXT NOT NULL, made INTEGER NOT NULL,
  PRIMARY KEY(platform, user)) STRICT;
CREATE TABLE notice(
  platform TEXT NOT NULL, destination TEXT NOT NULL, message TEXT NOT NULL, request TEXT NOT NULL,
  opened INTEGER NOT NULL, approve_hash TEXT NOT NULL, deny_hash TEXT NOT NULL,
  PRIMARY KEY(platform, destination, message)) STRICT;
CREATE INDEX notice_request ON notice(request, opened);
CREATE TABLE key_set(issuer TEXT PRIMARY KEY, body TEXT NOT NULL, fetched INTEGER NOT NULL) STRICT;
)sql",
};

} // namespace sallyport::store
