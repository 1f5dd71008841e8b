// SPDX-License-Identifier: Apache-2.0
// The book of held requests: rules.hpp over the store. Every method is one compare-and-set; what it
// gives back is what is stored. The caller writes the event after it and before anything is
// released. One thread.
#pragma once
#include "sallyport/approval/rules.hpp"
#include "sallyport/store/store.hpp"

#include <functional>

namespace sallyport::approval {

class Book {
  public:
    // `random` gives that many random bytes, for request ids.
    Book(store::Store &store, std::function<base::Bytes(std::size_t)> random)
        : store_(store), random_(std::move(random)) {}

    // Stores it as Pending under a fresh id.
    base::Result<model::Request> open(model::Request request);
    base::Result<Voted> vote(const model::RequestId &id, const model::Vote &vote,
                             model::Origin origin, base::WallTime now);
    // Approved -> Released, only if `binding` is the one that was approved (constant time) and the
    // clock has not run out. Denied otherwise.
    base::Result<model::Request> release(const model::RequestId &id, const std::string &binding,
                                         base::WallTime now);
    // Moves to Cancelled, Ended, Denied (a policy that now denies) or OutcomeUnknown. Conflict if
    // the table of states does not have it.
    base::Result<model::Request> close(const model::RequestId &id, model::RequestState state,
                                       base::WallTime now);
    // Everything pending or approved whose time is over becomes Expired.
    base::Result<std::vector<model::Request>> expire(base::WallTime now);
    // After a start: no connection is left, so pending and approved are cancelled, released has an
    // unknown outcome.
    base::Result<std::vector<model::Request>> recover(base::WallTime now);

  private:
    base::Result<model::Request> find_open(const model::RequestId &id);
    base::Result<model::Request> move(model::Request request, model::RequestState state,
                                      base::WallTime now);

    store::Store &store_;
    std::function<base::Bytes(std::size_t)> random_;
};

} // namespace sallyport::approval
