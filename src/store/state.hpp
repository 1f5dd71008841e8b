// SPDX-License-Identifier: Apache-2.0
// What an open store holds; shared by the files that implement its parts.
#pragma once
#include "database.hpp"

#include "sallyport/base/unique_fd.hpp"
#include "sallyport/store/store.hpp"

namespace sallyport::store {

struct Store::State {
    base::UniqueFd lock;
    Database database;
};

std::string
join_groups(const std::vector<std::string> &groups); // newline separated: no group name holds one
std::vector<std::string> split_groups(const std::string &text);

// Reads every row of `statement` with `read`.
template <typename T, typename Read>
base::Result<std::vector<T>> read_rows(Statement &statement, const Read &read) {
    std::vector<T> rows;
    for (;;) {
        SALLYPORT_TRY(const bool row, statement.step());
        if (!row)
            return rows;
        rows.push_back(read(statement));
    }
}

template <typename T, typename Read>
base::Result<std::optional<T>> read_row(Statement &statement, const Read &read) {
    SALLYPORT_TRY(const bool row, statement.step());
    return row ? std::optional<T>(read(statement)) : std::nullopt;
}

inline base::Status changed_one(const base::Result<int> &changed, const char *what) {
    if (!changed.ok())
        return changed.error();
    if (*changed != 1)
        return base::fail(base::ErrorCode::Conflict, std::string(what) + " is no longer as it was");
    return base::success();
}

} // namespace sallyport::store
