// SPDX-License-Identifier: Apache-2.0
#include "chat_board.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/random.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using model::EventKind;
using model::RequestState;

constexpr std::chrono::minutes notice_limit{20}; // notify retries; one answer comes

std::string hash_of(std::string_view value) {
    return base::hex(crypto::sha256(base::as_bytes(value)));
}

std::string key_of(const std::string &platform, const std::string &destination,
                   const std::string &message) {
    return platform + '\n' + destination + '\n' + message;
}

bool wanted_in(const config::Chat &chat, const model::Request &request) {
    if (chat.groups.empty())
        return true;
    for (const model::Quorum &quorum : request.need.approvals)
        for (const std::string &group : quorum.groups)
            if (std::find(chat.groups.begin(), chat.groups.end(), group) != chat.groups.end())
                return true;
    return false;
}

} // namespace

notify::Card ChatBoard::card(const model::Request &request) const {
    return {request, approval::needs_text(request.need),
            "ssh " + core_.setup->config.server.name + " approve " + request.id.text};
}

void ChatBoard::opened(const model::Request &request) {
    for (const config::Chat &chat : core_.setup->config.chats) {
        if (!wanted_in(chat, request))
            continue;
        // Each copy has its own two values: one of another message, or of a copied one, fits
        // nothing.
        const notify::Buttons buttons{notify::button_value(os::random_bytes(16)),
                                      notify::button_value(os::random_bytes(16))};
        wire::NoticeAsk ask = notify::render(card(request), buttons);
        ask.platform = chat.platform;
        ask.destination = chat.chat;
        core_.services.notify->ask<wire::NoticeAnswer>(
            std::move(ask), notice_limit,
            [this, request, buttons,
             chat](base::Result<ipc::Caller::Reply<wire::NoticeAnswer>> answer) {
                if (!answer.ok())
                    return core_.log.write(base::LogLevel::Warning, "notify",
                                           answer.error().message);
                const std::string &message = answer->message.message;
                const store::Notice notice{
                    request.id, request.opened,           chat.platform,        chat.chat,
                    message,    hash_of(buttons.approve), hash_of(buttons.deny)};
                const base::Status stored = core_.store.insert_notice(notice);
                if (!stored.ok())
                    return core_.log.write(base::LogLevel::Error, "store", stored.error().message);
                live_buttons_[key_of(chat.platform, chat.chat, message)] = buttons;
                // It may have been decided while the copy was on its way.
                const auto now = core_.store.find_request(request.id);
                if (now.ok() && *now && (*now)->opened == request.opened &&
                    (*now)->version != request.version)
                    edit(**now, notice);
            });
    }
}

void ChatBoard::edit(const model::Request &request, const store::Notice &notice) {
    const std::string key = key_of(notice.platform, notice.destination, notice.message);
    const auto buttons = live_buttons_.find(key);
    const bool open = request.state == RequestState::Pending && buttons != live_buttons_.end();
    wire::NoticeAsk ask = notify::render(card(request), open ? buttons->second : notify::Buttons{});
    ask.platform = notice.platform;
    ask.destination = notice.destination;
    ask.message = notice.message;
    if (request.state != RequestState::Pending)
        live_buttons_.erase(key);
    core_.services.notify->ask<wire::NoticeAnswer>(
        std::move(ask), notice_limit,
        [this](base::Result<ipc::Caller::Reply<wire::NoticeAnswer>> answer) {
            if (!answer.ok())
                core_.log.write(base::LogLevel::Warning, "notify",
                                "a copy was not updated: " + answer.error().message);
        });
}

void ChatBoard::changed(const model::Request &request) {
    const auto notices = core_.store.notices_of(request.id, request.opened);
    if (!notices.ok())
        return core_.log.write(base::LogLevel::Error, "store", notices.error().message);
    for (const store::Notice &notice : *notices)
        edit(request, notice);
}

void ChatBoard::reply(const wire::Click &click, const std::string &text, bool alert) {
    if (!click.click.empty())
        core_.services.notify->tell(wire::ClickReply{click.platform, click.click, text, alert});
}

void ChatBoard::refuse(const wire::Click &click, const std::string &why) {
    core_.note({EventKind::ClickRefused,
                {},
                {},
                "",
                "",
                "",
                {{"platform", click.platform},
                 {"destination", click.destination},
                 {"message", click.message},
                 {"user", click.from},
                 {"why", why}}});
    reply(click, why, true);
}

// Which request and which answer this click stands for. The message must be a copy that we posted
// in the chat of the configuration, and the value one of that very copy.
base::Result<ChatBoard::Choice> ChatBoard::choice_of(const wire::Click &click) {
    const auto &chats = core_.setup->config.chats;
    const bool ours = std::any_of(chats.begin(), chats.end(), [&](const config::Chat &chat) {
        return chat.platform == click.platform && chat.chat == click.destination;
    });
    const base::Error unknown =
        base::fail(base::ErrorCode::Denied, "this button is not one of ours");
    if (!ours)
        return unknown;
    SALLYPORT_TRY(const auto notice,
                  core_.store.find_notice(click.platform, click.destination, click.message));
    if (!notice)
        return unknown;
    const std::string hash = hash_of(click.value);
    Choice choice{notice->request, model::Answer::Deny};
    if (base::equal_constant_time(base::as_bytes(hash), base::as_bytes(notice->approve_hash)))
        choice.answer = model::Answer::Approve;
    else if (!base::equal_constant_time(base::as_bytes(hash), base::as_bytes(notice->deny_hash)))
        return unknown;
    // The id may have been used again since: the click is for the request that the copy showed.
    SALLYPORT_TRY(const auto request, core_.store.find_request(notice->request));
    if (!request || request->opened != notice->opened)
        return base::fail(base::ErrorCode::Denied, "this request is no longer open");
    return choice;
}

void ChatBoard::redeem(const wire::Click &click) {
    const auto person = links_.redeem(click.platform, click.from, click.value);
    if (!person)
        return refuse(click, "that code links nothing");
    core_.log.write(base::LogLevel::Info, "links",
                    click.platform + " " + click.from + " is " + *person);
    // Only who brought a code of ours is answered: strangers cannot make the bot talk.
    wire::NoticeAsk told;
    told.platform = click.platform;
    told.destination = click.destination;
    told.text = "This account is now linked to " + *person + ".";
    core_.services.notify->ask<wire::NoticeAnswer>(
        std::move(told), notice_limit,
        [this](base::Result<ipc::Caller::Reply<wire::NoticeAnswer>> answer) {
            if (!answer.ok())
                core_.log.write(base::LogLevel::Warning, "notify", answer.error().message);
        });
}

void ChatBoard::clicked(const wire::Click &click) {
    if (click.click.empty())
        return redeem(click);
    const auto choice = choice_of(click);
    if (!choice.ok())
        return refuse(click, choice.error().message);
    const auto person = core_.store.find_linked_person(click.platform, click.from);
    if (!person.ok() || !*person)
        return refuse(click, "your account is not linked: ssh bastion link " + click.platform);
    // Groups are those of the person's newest living login: whoever has none is nobody now.
    const auto logins = core_.store.list_logins(true, core_.clock.now());
    const store::Login *login = nullptr;
    for (std::size_t i = 0; logins.ok() && i < logins->size() && login == nullptr; ++i) {
        const store::Login &candidate = (*logins)[i];
        if (candidate.who.person == **person && candidate.who.origin == model::Origin::Human)
            login = &candidate;
    }
    if (login == nullptr)
        return refuse(click, "you have no living login: ssh login@bastion, then click again");
    const model::Vote vote{**person, login->who.groups, choice->answer, click.platform,
                           "",       core_.clock.now()};
    const auto voted = held_.vote(choice->request, vote, login->who.origin);
    if (!voted.ok())
        return reply(click, "it could not be stored", true);
    if (voted->refusal)
        return reply(click, std::string(approval::refusal_text(*voted->refusal)), true);
    reply(click, choice->answer == model::Answer::Approve ? "approved" : "denied", false);
}

} // namespace sallyport::supervisor
