// SPDX-License-Identifier: Apache-2.0
// SQLite handles made safe: a connection, a statement that is bound, stepped and read by position.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/clock.hpp"
#include "sallyport/base/result.hpp"

#include <memory>
#include <optional>
#include <string>

#include <sqlite3.h>

namespace sallyport::store {

struct CloseDatabase {
    void operator()(sqlite3 *database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
};

class Statement {
  public:
    explicit Statement(sqlite3_stmt *statement) : statement_(statement) {}

    Statement &bind(std::string_view text);
    Statement &bind(base::BytesView blob);
    Statement &bind(std::int64_t number);
    Statement &bind(base::WallTime time) { return bind(time.time_since_epoch().count()); }
    Statement &bind(std::optional<base::WallTime> time);

    // True: a row is there to be read; false: done. Conflict for a broken uniqueness.
    base::Result<bool> step();
    // For statements without rows: the number of rows changed.
    base::Result<int> run();

    std::string text(int column) const;
    base::Bytes blob(int column) const;
    std::int64_t number(int column) const;
    base::WallTime time(int column) const;
    std::optional<base::WallTime> optional_time(int column) const;

  private:
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
    int bound_ = 0;
};

class Database {
  public:
    static base::Result<Database> open(const std::string &path);
    base::Status execute(const char *sql);
    // REQUIRES: `sql` is a literal of this program: a syntax error in it is a broken invariant.
    Statement prepare(const char *sql);
    int user_version();

  private:
    explicit Database(sqlite3 *database) : database_(database) {}
    std::unique_ptr<sqlite3, CloseDatabase> database_;
};

} // namespace sallyport::store
