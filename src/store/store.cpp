// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"
#include "state.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace sallyport::store {
namespace {

base::Result<base::UniqueFd> take_lock(const std::string &path) {
    base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return base::fail(base::ErrorCode::Unavailable,
                          "store lock `" + path + "`: " + std::strerror(errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return base::fail(base::ErrorCode::Conflict,
                          "store lock `" + path +
                              "` is held: another sallyportd writes to this store");
    return fd;
}

base::Status migrate(Database &database) {
    const auto latest = static_cast<int>(schema_steps.size());
    int version = database.user_version();
    if (version < 0 || version > latest)
        return base::invalid("store has schema version " + std::to_string(version) +
                             ", this program knows up to " + std::to_string(latest));
    for (; version < latest; ++version) {
        const std::string step = std::string("BEGIN IMMEDIATE;") +
                                 schema_steps[static_cast<std::size_t>(version)] +
                                 "PRAGMA user_version=" + std::to_string(version + 1) + ";COMMIT;";
        SALLYPORT_CHECK(database.execute(step.c_str()));
    }
    return base::success();
}

} // namespace

base::Result<std::unique_ptr<Store>> Store::open(const std::string &path) {
    SALLYPORT_TRY(auto lock, take_lock(path + ".lock"));
    SALLYPORT_TRY(auto database, Database::open(path));
    ::chmod(path.c_str(), 0600);
    SALLYPORT_CHECK(migrate(database));
    auto state = std::make_unique<State>(State{std::move(lock), std::move(database)});
    return std::unique_ptr<Store>(new Store(std::move(state)));
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

base::Status Store::check_integrity() {
    Statement statement = state_->database.prepare("PRAGMA integrity_check(1)");
    SALLYPORT_TRY(const bool row, statement.step());
    if (!row || statement.text(0) != "ok")
        return base::fail(base::ErrorCode::Internal,
                          "store integrity: " + (row ? statement.text(0) : "no answer"));
    return base::success();
}

std::string join_groups(const std::vector<std::string> &groups) {
    std::string text;
    for (const std::string &group : groups)
        text += (text.empty() ? "" : "\n") + group;
    return text;
}

std::vector<std::string> split_groups(const std::string &text) {
    std::vector<std::string> groups;
    for (std::size_t at = 0; !text.empty();) {
        const std::size_t end = text.find('\n', at);
        groups.push_back(text.substr(at, end - at));
        if (end == std::string::npos)
            break;
        at = end + 1;
    }
    return groups;
}

} // namespace sallyport::store
