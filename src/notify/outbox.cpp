// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/outbox.hpp"

#include <algorithm>

namespace sallyport::notify {

base::Status Outbox::put(wire::NoticeAsk ask) {
    const auto now = clock_.steady();
    Chat &chat = chats_[ask.destination];
    const bool edit = !ask.message.empty();
    if (edit)
        for (Item &item : chat.items)
            if (item.ask.message == ask.message && !item.under_way) {
                answers_.push_back({item.ask.call, {}, item.ask.message});
                item.ask = std::move(ask);
                item.give_up = now + edit_patience;
                return base::success();
            }
    if (waiting() >= max_outbox)
        return base::fail(base::ErrorCode::Unavailable, "too many messages wait");
    Item item{std::move(ask), now, now + (edit ? edit_patience : post_patience), {}, false};
    chat.items.push_back(std::move(item));
    return base::success();
}

const wire::NoticeAsk *Outbox::next() {
    const auto now = clock_.steady();
    if (now < bot_not_before_)
        return nullptr;
    for (auto &[name, chat] : chats_) {
        drop_late(chat);
        const bool busy = std::any_of(chat.items.begin(), chat.items.end(),
                                      [](const Item &item) { return item.under_way; });
        if (busy || now < chat.not_before)
            continue;
        // One that waits for its next try does not hold up the others of its chat.
        for (Item &item : chat.items)
            if (now >= item.not_before) {
                item.under_way = true;
                bot_not_before_ = now + bot_pause;
                chat.not_before = now + chat_pause;
                return &item.ask;
            }
    }
    return nullptr;
}

void Outbox::answered(std::uint64_t call, const Outcome &outcome) {
    const auto now = clock_.steady();
    for (auto &[name, chat] : chats_)
        for (std::size_t i = 0; i < chat.items.size(); ++i) {
            Item &item = chat.items[i];
            if (!item.under_way || item.ask.call != call)
                continue;
            item.under_way = false;
            switch (outcome.result) {
            case Result::Done:
                return finish(chat, i, outcome.message.empty() ? item.ask.message : outcome.message,
                              {});
            case Result::Never:
                return finish(chat, i, item.ask.message, outcome.error);
            case Result::Later:
            case Result::Conflict:
                item.pause = item.pause.count() == 0 ? std::chrono::seconds(1)
                                                     : std::min(item.pause * 2, max_pause);
                item.not_before = now + std::max(item.pause, outcome.retry_after);
                if (outcome.retry_after.count() > 0) // the platform means the bot, not the message
                    bot_not_before_ = now + outcome.retry_after;
                return;
            }
        }
}

void Outbox::finish(Chat &chat, std::size_t index, std::string message, std::string error) {
    answers_.push_back({chat.items[index].ask.call, std::move(error), std::move(message)});
    chat.items.erase(chat.items.begin() + static_cast<std::ptrdiff_t>(index));
}

void Outbox::drop_late(Chat &chat) {
    for (std::size_t i = 0; i < chat.items.size();) {
        const Item &item = chat.items[i];
        if (!item.under_way && clock_.steady() >= item.give_up)
            finish(chat, i, item.ask.message, "the platform did not take it in time");
        else
            ++i;
    }
}

std::vector<wire::NoticeAnswer> Outbox::take_answers() {
    for (auto at = chats_.begin(); at != chats_.end();)
        at = at->second.items.empty() && clock_.steady() >= at->second.not_before ? chats_.erase(at)
                                                                                  : std::next(at);
    return std::exchange(answers_, {});
}

base::SteadyTime Outbox::wake() const {
    auto when = base::SteadyTime::max();
    for (const auto &[name, chat] : chats_) {
        const bool busy = std::any_of(chat.items.begin(), chat.items.end(),
                                      [](const Item &item) { return item.under_way; });
        for (const Item &item : chat.items)
            if (!busy)
                when =
                    std::min(when, std::max({item.not_before, chat.not_before, bot_not_before_}));
    }
    return when;
}

std::size_t Outbox::waiting() const {
    std::size_t count = 0;
    for (const auto &[name, chat] : chats_)
        count += chat.items.size();
    return count;
}

} // namespace sallyport::notify
