// SPDX-License-Identifier: Apache-2.0
#include "sallyport/approval/book.hpp"

namespace sallyport::approval {

using model::RequestState;

base::Result<model::Request> Book::find_open(const model::RequestId &id) {
    SALLYPORT_TRY(const auto found, store_.find_request(id));
    if (!found)
        return base::fail(base::ErrorCode::NotFound, "there is no request `" + id.text + "`");
    return *found;
}

base::Result<model::Request> Book::move(model::Request request, RequestState state,
                                        base::WallTime now) {
    if (!may_become(request.state, state))
        return base::fail(base::ErrorCode::Conflict,
                          "request " + request.id.text + " is " +
                              std::string(request_state_name(request.state)) +
                              " and cannot become " + std::string(request_state_name(state)));
    request.state = state;
    ++request.version;
    if (state != RequestState::Approved && state != RequestState::Released)
        request.closed = now;
    SALLYPORT_CHECK(store_.update_request(request));
    return request;
}

base::Result<model::Request> Book::open(model::Request request) {
    constexpr int attempts = 16; // 2^30 ids against at most some thousand open ones
    request.state = RequestState::Pending;
    request.version = 0;
    for (int i = 0; i < attempts; ++i) {
        request.id = {model::make_request_text(random_(4))};
        const base::Status stored = store_.insert_request(request);
        if (stored.ok())
            return request;
        if (stored.error().code != base::ErrorCode::Conflict)
            return stored.error();
    }
    return base::fail(base::ErrorCode::Unavailable, "no free request id");
}

base::Result<Voted> Book::vote(const model::RequestId &id, const model::Vote &vote,
                               model::Origin origin, base::WallTime now) {
    SALLYPORT_TRY(const auto request, find_open(id));
    Voted voted = cast_vote(request, vote, origin, now);
    if (!voted.refusal)
        SALLYPORT_CHECK(store_.update_request(voted.request));
    return voted;
}

base::Result<model::Request> Book::release(const model::RequestId &id, const std::string &binding,
                                           base::WallTime now) {
    SALLYPORT_TRY(const auto request, find_open(id));
    if (request.state != RequestState::Approved)
        return base::fail(base::ErrorCode::Denied, "request " + id.text + " is not approved");
    if (now >= request.expires)
        return base::fail(base::ErrorCode::Denied, "request " + id.text + " has expired");
    if (!base::equal_constant_time(base::as_bytes(request.binding), base::as_bytes(binding)))
        return base::fail(base::ErrorCode::Denied, "what came is not what was approved");
    return move(request, RequestState::Released, now);
}

base::Result<model::Request> Book::close(const model::RequestId &id, RequestState state,
                                         base::WallTime now) {
    SALLYPORT_TRY(auto request, find_open(id));
    return move(std::move(request), state, now);
}

base::Result<std::vector<model::Request>> Book::expire(base::WallTime now) {
    constexpr std::size_t most = 10000;
    SALLYPORT_TRY(const auto open, store_.list_requests(true, most));
    std::vector<model::Request> expired;
    for (const model::Request &request : open) {
        if (now < request.expires || !may_become(request.state, RequestState::Expired))
            continue;
        SALLYPORT_TRY(auto closed, move(request, RequestState::Expired, now));
        expired.push_back(std::move(closed));
    }
    return expired;
}

base::Result<std::vector<model::Request>> Book::recover(base::WallTime now) {
    constexpr std::size_t most = 100000;
    SALLYPORT_TRY(const auto open, store_.list_requests(true, most));
    std::vector<model::Request> recovered;
    for (const model::Request &request : open) {
        const RequestState state = request.state == RequestState::Released
                                       ? RequestState::OutcomeUnknown
                                       : RequestState::Cancelled;
        SALLYPORT_TRY(auto closed, move(request, state, now));
        recovered.push_back(std::move(closed));
    }
    return recovered;
}

} // namespace sallyport::approval
