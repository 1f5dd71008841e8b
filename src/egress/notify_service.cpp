// SPDX-License-Identifier: Apache-2.0
#include "sallyport/egress/notify_service.hpp"

#include <algorithm>

namespace sallyport::egress {

NotifyService::NotifyService(os::Loop &loop, std::vector<BotAccess> bots, const base::Clock &clock,
                             base::Log &log)
    : loop_(loop), clock_(clock), log_(log) {
    for (BotAccess &access : bots)
        desks_.push_back(
            Desk{access.bot, notify::Outbox(clock), notify::Poller(access.bot, clock), {}});
}

NotifyService::~NotifyService() {
    loop_.cancel(timer_);
    if (client_)
        loop_.forget(client_->fd());
}

base::Result<std::unique_ptr<NotifyService>>
NotifyService::open(os::Loop &loop, base::UniqueFd edge, std::vector<BotAccess> bots,
                    http::Settings http, const base::Clock &clock, base::Log &log) {
    for (const BotAccess &access : bots) {
        if (!notify::is_bot_token(access.bot.token))
            return base::invalid("the token of `" + access.bot.platform + "` is malformed");
        SALLYPORT_CHECK(http::check_endpoint(access.bot.api, access.plain));
        if (std::count_if(bots.begin(), bots.end(), [&](const BotAccess &other) {
                return other.bot.platform == access.bot.platform;
            }) != 1)
            return base::invalid("two bots are called `" + access.bot.platform + '`');
        if (access.plain == http::PlainHttp::OnLoopback)
            http.plain = http::PlainHttp::OnLoopback;
    }
    std::unique_ptr<NotifyService> service(new NotifyService(loop, std::move(bots), clock, log));
    NotifyService *const self = service.get();
    SALLYPORT_TRY(service->client_, http::Client::open(http));
    SALLYPORT_CHECK(loop.watch(service->client_->fd(), [self](os::Ready) { self->drive(); }));
    SALLYPORT_TRY(service->edge_, ipc::Endpoint::open(
                                      loop, std::move(edge),
                                      [self](const ipc::Frame &frame) { self->receive(frame); },
                                      [self](const base::Error &) { self->loop_.stop(); }));
    service->edge_->send(wire::Hello{wire::edge_version, "notify"});
    service->pump();
    return service;
}

NotifyService::Desk *NotifyService::find(const std::string &platform) {
    for (Desk &desk : desks_)
        if (desk.bot.platform == platform)
            return &desk;
    return nullptr;
}

void NotifyService::receive(const ipc::Frame &frame) {
    if (frame.type == wire::ClickReply::type) {
        if (const auto message = frame.as<wire::ClickReply>(); message.ok())
            return reply(*message, false);
    } else if (const auto message = frame.as<wire::NoticeAsk>(); message.ok()) {
        return ask(*message);
    }
    log_.write(base::LogLevel::Error, "egress", "sallyportd broke the form of the edge");
    edge_->close("the peer broke the form of the edge");
}

void NotifyService::ask(const wire::NoticeAsk &ask) {
    Desk *const desk = find(ask.platform);
    const base::Status taken =
        desk ? desk->outbox.put(ask) : base::Status(base::invalid("no such chat platform"));
    if (!taken.ok())
        edge_->send(wire::NoticeAnswer{ask.call, taken.error().message, ask.message});
    pump();
}

void NotifyService::reply(const wire::ClickReply &reply, bool last_try) {
    Desk *const desk = find(reply.platform);
    if (!desk)
        return;
    const auto ticket =
        client_->start(notify::click_reply_request(desk->bot, reply), notify::notice_limits());
    if (ticket.ok())
        running_[*ticket] = {Kind::Reply, static_cast<std::size_t>(desk - desks_.data()), 0, reply,
                             last_try};
}

void NotifyService::drive() {
    client_->drive();
    for (http::Finished &finished : client_->take_finished()) {
        const auto found = running_.find(finished.ticket);
        if (found == running_.end())
            continue;
        const Running running = std::move(found->second);
        running_.erase(found);
        finish(running, finished.response);
    }
    pump();
}

void NotifyService::finish(const Running &running, const base::Result<http::Response> &response) {
    Desk &desk = desks_[running.desk];
    switch (running.kind) {
    case Kind::Notice:
        desk.outbox.answered(running.call, notify::read_outcome(response));
        return;
    case Kind::Poll:
        // Handed on before the next poll confirms them to the platform.
        for (const wire::Click &click : desk.poller.answered(response))
            edge_->send(click);
        say_trouble(desk);
        return;
    case Kind::Reply:
        // Worth a second try, no more: the platform forgets a press within seconds.
        if (notify::read_outcome(response).result == notify::Result::Later && !running.last_try)
            reply(running.reply, true);
        return;
    }
}

void NotifyService::say_trouble(Desk &desk) {
    if (desk.poller.trouble() == desk.said_trouble)
        return;
    desk.said_trouble = desk.poller.trouble();
    if (desk.said_trouble.empty())
        log_.write(base::LogLevel::Info, "egress", desk.bot.platform + ": clicks arrive again");
    else
        log_.write(base::LogLevel::Warning, "egress",
                   desk.bot.platform + ": no clicks arrive: " + desk.said_trouble);
}

void NotifyService::pump() {
    for (std::size_t i = 0; i < desks_.size(); ++i)
        pump_desk(i);
    schedule();
}

void NotifyService::pump_desk(std::size_t index) {
    Desk &desk = desks_[index];
    while (const wire::NoticeAsk *ask = desk.outbox.next()) {
        const std::uint64_t call = ask->call;
        const auto request = notify::notice_request(desk.bot, *ask);
        const auto ticket = request.ok() ? client_->start(*request, notify::notice_limits())
                                         : base::Result<http::Ticket>(request.error());
        if (ticket.ok())
            running_[*ticket] = {Kind::Notice, index, call, {}, false};
        else
            desk.outbox.answered(call,
                                 {request.ok() ? notify::Result::Later : notify::Result::Never,
                                  std::chrono::seconds(0),
                                  {},
                                  ticket.error().message});
    }
    if (const auto request = desk.poller.next()) {
        const auto ticket = client_->start(*request, notify::updates_limits());
        if (ticket.ok())
            running_[*ticket] = {Kind::Poll, index, 0, {}, false};
        else
            static_cast<void>(desk.poller.answered(ticket.error()));
    }
    for (const wire::NoticeAnswer &answer : desk.outbox.take_answers())
        edge_->send(answer);
}

void NotifyService::schedule() {
    loop_.cancel(timer_);
    timer_ = 0;
    auto wake = base::SteadyTime::max();
    for (const Desk &desk : desks_) {
        wake = std::min(wake, desk.outbox.wake());
        if (!desk.poller.under_way())
            wake = std::min(wake, desk.poller.wake());
    }
    if (wake == base::SteadyTime::max())
        return;
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(wake - clock_.steady());
    timer_ = loop_.after(std::max(pause, std::chrono::milliseconds(1)), [this] {
        timer_ = 0;
        pump();
    });
}

} // namespace sallyport::egress
