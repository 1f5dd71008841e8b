// SPDX-License-Identifier: Apache-2.0
// `notify`: shows sallyportd's messages in chats, keeps trying, and hands clicks up as claims. It
// holds the bots' tokens and decides nothing. One thread, that of the loop.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/http/client.hpp"
#include "sallyport/ipc/endpoint.hpp"
#include "sallyport/notify/outbox.hpp"

#include <map>

namespace sallyport::egress {

struct BotAccess {
    notify::Bot bot; // its `platform` is how asks and clicks name it
    http::PlainHttp plain = http::PlainHttp::Never;
};

class NotifyService {
  public:
    // Says hello on `edge` and serves it; the loop is stopped when the edge closes or breaks its
    // form. `loop`, `clock` and `log` outlive it. `http.plain` is set from the bots. InvalidInput
    // for a token or an address that is not well formed, or a platform named twice.
    static base::Result<std::unique_ptr<NotifyService>>
    open(os::Loop &loop, base::UniqueFd edge, std::vector<BotAccess> bots, http::Settings http,
         const base::Clock &clock, base::Log &log);
    ~NotifyService();
    NotifyService(const NotifyService &) = delete;
    NotifyService &operator=(const NotifyService &) = delete;

  private:
    struct Desk {
        notify::Bot bot;
        notify::Outbox outbox;
        notify::Poller poller;
        std::string said_trouble;
    };
    enum class Kind : std::uint8_t { Notice, Poll, Reply };
    struct Running {
        Kind kind = Kind::Notice;
        std::size_t desk = 0;
        std::uint64_t call = 0; // Notice
        wire::ClickReply reply; // Reply
        bool last_try = false;  // Reply
    };

    NotifyService(os::Loop &loop, std::vector<BotAccess> bots, const base::Clock &clock,
                  base::Log &log);
    Desk *find(const std::string &platform);
    void receive(const ipc::Frame &frame);
    void ask(const wire::NoticeAsk &ask);
    void reply(const wire::ClickReply &reply, bool last_try);
    void drive();
    void finish(const Running &running, const base::Result<http::Response> &response);
    void pump();
    void pump_desk(std::size_t index);
    void say_trouble(Desk &desk);
    void schedule();

    os::Loop &loop_;
    const base::Clock &clock_;
    base::Log &log_;
    std::vector<Desk> desks_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<ipc::Endpoint> edge_;
    std::map<http::Ticket, Running> running_;
    os::Loop::Timer timer_ = 0;
};

} // namespace sallyport::egress
