// SPDX-License-Identifier: Apache-2.0
// Held requests while they are open: the book, its events, the copies in chats and the one
// connection that waits. The order of every step is compare-and-set, event, then whoever waits is
// told.
#pragma once
#include "core.hpp"

namespace sallyport::supervisor {

// Shows requests elsewhere (chat). Told after every change; never asked for anything.
class RequestBoard {
  public:
    virtual ~RequestBoard() = default;
    virtual void opened(const model::Request &request) = 0;
    virtual void changed(const model::Request &request) = 0; // a vote, or closed
};

class Held {
  public:
    using OnChange = std::function<void(const model::Request &)>;

    explicit Held(Core &core);
    ~Held();
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;

    void show_on(RequestBoard &board) { board_ = &board; }

    // Opens the request; `changed` is called once it is approved or closed. One waiter a request.
    base::Result<model::Request> open(model::Request request, OnChange changed);
    base::Result<approval::Voted> vote(const model::RequestId &id, const model::Vote &vote,
                                       model::Origin origin);
    // The asking connection asks to run it. The event is durable when this succeeds.
    base::Result<model::Request> release(const model::RequestId &id, const std::string &binding);
    void ended(const model::RequestId &id);
    // The asking side is gone or gave up; also `request deny` of an administrator. Nothing happens
    // if it is closed.
    void cancel(const model::RequestId &id, const std::string &why);
    // The policy in force now denies what was approved.
    void deny_by_policy(const model::RequestId &id, const std::string &rule);

    // After a start, before any connection.
    base::Status recover();

  private:
    void tick();
    void closed(const model::Request &request, const std::string &why);
    void tell(const model::Request &request);

    Core &core_;
    RequestBoard *board_ = nullptr;
    std::map<std::string, OnChange> waiting_; // by request id
    os::Loop::Timer timer_ = 0;
};

// The keyed hash that binds an approval (promise 3), as hex.
std::string binding_of(const Core &core, const model::Action &action);

} // namespace sallyport::supervisor
