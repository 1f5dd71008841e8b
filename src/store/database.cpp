// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

namespace sallyport::store {
namespace {

base::Error failed(sqlite3 *database) {
    const int code = sqlite3_errcode(database);
    return base::fail(code == SQLITE_CONSTRAINT ? base::ErrorCode::Conflict
                                                : base::ErrorCode::Unavailable,
                      std::string("store: ") + sqlite3_errmsg(database));
}

} // namespace

Statement &Statement::bind(std::string_view text) {
    sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

Statement &Statement::bind(base::BytesView blob) {
    // A null pointer would bind NULL; an empty blob is a value.
    static constexpr std::uint8_t empty = 0;
    sqlite3_bind_blob(statement_.get(), ++bound_, blob.empty() ? &empty : blob.data(),
                      static_cast<int>(blob.size()), SQLITE_TRANSIENT);
    return *this;
}

Statement &Statement::bind(std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), ++bound_, number);
    return *this;
}

Statement &Statement::bind(std::optional<base::WallTime> time) {
    if (time)
        return bind(*time);
    sqlite3_bind_null(statement_.get(), ++bound_);
    return *this;
}

base::Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    return failed(sqlite3_db_handle(statement_.get()));
}

base::Result<int> Statement::run() {
    SALLYPORT_TRY(const bool row, step());
    assert(!row);
    return sqlite3_changes(sqlite3_db_handle(statement_.get()));
}

std::string Statement::text(int column) const {
    const unsigned char *text = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return text == nullptr
               ? std::string()
               : std::string(reinterpret_cast<const char *>(text), static_cast<std::size_t>(size));
}

base::Bytes Statement::blob(int column) const {
    const auto *bytes =
        static_cast<const std::uint8_t *>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr ? base::Bytes() : base::Bytes(bytes, bytes + size);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

base::WallTime Statement::time(int column) const {
    return base::WallTime(std::chrono::microseconds(number(column)));
}

std::optional<base::WallTime> Statement::optional_time(int column) const {
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL)
        return std::nullopt;
    return time(column);
}

base::Result<Database> Database::open(const std::string &path) {
    sqlite3 *raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                         SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                                     nullptr);
    Database database(raw);
    if (code != SQLITE_OK)
        return base::fail(base::ErrorCode::Unavailable,
                          "store `" + path +
                              "`: " + (raw != nullptr ? sqlite3_errmsg(raw) : "out of memory"));
    sqlite3_extended_result_codes(raw, 0);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    for (const char *pragma :
         {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
          "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA busy_timeout=5000"})
        SALLYPORT_CHECK(database.execute(pragma));
    return database;
}

base::Status Database::execute(const char *sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed(database_.get());
    return base::success();
}

Statement Database::prepare(const char *sql) {
    sqlite3_stmt *statement = nullptr;
    [[maybe_unused]] const int code =
        sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
    assert(code == SQLITE_OK && statement != nullptr);
    return Statement(statement);
}

int Database::user_version() {
    Statement statement = prepare("PRAGMA user_version");
    const auto row = statement.step();
    return row.ok() && *row ? static_cast<int>(statement.number(0)) : -1;
}

} // namespace sallyport::store
