// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include "sallyport/wire/message.hpp"

namespace sallyport::store {
namespace {

bool is_open(model::RequestState state) {
    return state == model::RequestState::Pending || state == model::RequestState::Approved ||
           state == model::RequestState::Released;
}

base::Result<std::vector<model::Request>> decode_rows(Statement &select) {
    SALLYPORT_TRY(const auto bodies,
                  read_rows<base::Bytes>(select, [](const Statement &row) { return row.blob(0); }));
    std::vector<model::Request> requests;
    for (const base::Bytes &body : bodies) {
        SALLYPORT_TRY(auto request, wire::decode<model::Request>(body));
        requests.push_back(std::move(request));
    }
    return requests;
}

} // namespace

base::Status Store::insert_request(const model::Request &request) {
    Statement insert = state_->database.prepare(
        "INSERT INTO request(id, opened, open, version, body) VALUES(?,?,?,?,?)");
    insert.bind(request.id.text)
        .bind(request.opened)
        .bind(static_cast<std::int64_t>(is_open(request.state)));
    insert.bind(static_cast<std::int64_t>(request.version))
        .bind(base::BytesView(wire::encode(request)));
    return changed_one(insert.run(), "request");
}

base::Result<std::optional<model::Request>> Store::find_request(const model::RequestId &id) {
    Statement select = state_->database.prepare(
        "SELECT body FROM request WHERE id=? ORDER BY open DESC, opened DESC LIMIT 1");
    select.bind(id.text);
    SALLYPORT_TRY(auto found, decode_rows(select));
    return found.empty() ? std::optional<model::Request>() : std::move(found.front());
}

base::Result<std::vector<model::Request>> Store::list_requests(bool open_only, std::size_t limit) {
    Statement select = state_->database.prepare(
        "SELECT body FROM request WHERE open>=? ORDER BY opened DESC LIMIT ?");
    select.bind(static_cast<std::int64_t>(open_only)).bind(static_cast<std::int64_t>(limit));
    return decode_rows(select);
}

base::Status Store::update_request(const model::Request &request) {
    Statement update = state_->database.prepare(
        "UPDATE request SET open=?, version=?, body=? WHERE id=? AND opened=? AND version=?");
    update.bind(static_cast<std::int64_t>(is_open(request.state)))
        .bind(static_cast<std::int64_t>(request.version));
    update.bind(base::BytesView(wire::encode(request))).bind(request.id.text).bind(request.opened);
    update.bind(static_cast<std::int64_t>(request.version) - 1);
    return changed_one(update.run(), "request");
}

} // namespace sallyport::store
