// SPDX-License-Identifier: Apache-2.0
// Outbox sends what a platform is to show, one message at a time in a chat, with retries and the
// platform's pace; Poller asks it for clicks. Both only decide: the owner sends what next() gives
// and reports with answered(). One of each a bot. Not thread-safe.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/notify/telegram.hpp"

#include <deque>
#include <map>
#include <optional>

namespace sallyport::notify {

inline constexpr std::size_t max_outbox = 1000;
inline constexpr std::chrono::milliseconds chat_pause{1000}; // one message a second in a chat
inline constexpr std::chrono::milliseconds bot_pause{40};    // about 25 a second in all
inline constexpr std::chrono::seconds post_patience{600};   // later nobody could answer it any more
inline constexpr std::chrono::seconds edit_patience{86400}; // a stale copy must not stay
inline constexpr std::chrono::seconds max_pause{60};        // between tries of one message

class Outbox {
  public:
    explicit Outbox(const base::Clock &clock) : clock_(clock) {}

    // Unavailable when max_outbox wait. An edit replaces an edit of the same message that waits:
    // the older ask is answered as done, since what it showed is outdated.
    base::Status put(wire::NoticeAsk ask);
    // What may be sent now; it counts as under way until answered(). The pointer is good until the
    // next call of any method.
    const wire::NoticeAsk *next();
    void answered(std::uint64_t call, const Outcome &outcome);
    // Asks that are over: exactly one answer for each ask that put() took.
    std::vector<wire::NoticeAnswer> take_answers();
    // When next() may have something without further events.
    base::SteadyTime wake() const;
    std::size_t waiting() const;

  private:
    struct Item {
        wire::NoticeAsk ask;
        base::SteadyTime not_before, give_up;
        std::chrono::seconds pause{0};
        bool under_way = false;
    };
    struct Chat {
        std::deque<Item> items;
        base::SteadyTime not_before{};
    };
    void finish(Chat &chat, std::size_t index, std::string message, std::string error);
    void drop_late(Chat &chat);

    const base::Clock &clock_;
    std::map<std::string, Chat> chats_;
    base::SteadyTime bot_not_before_{};
    std::vector<wire::NoticeAnswer> answers_;
};

class Poller {
  public:
    Poller(Bot bot, const base::Clock &clock) : bot_(std::move(bot)), clock_(clock) {}

    // The next long poll, if none is under way and no pause is due. It confirms all that answered()
    // returned before: hand those on first.
    std::optional<http::Request> next();
    std::vector<wire::Click> answered(const base::Result<http::Response> &response);
    base::SteadyTime wake() const { return not_before_; }
    bool under_way() const { return under_way_; }
    // Why the last poll failed, for the log; empty after one that worked.
    const std::string &trouble() const { return trouble_; }

  private:
    Bot bot_;
    const base::Clock &clock_;
    std::int64_t offset_ = 0;
    bool under_way_ = false;
    base::SteadyTime not_before_{};
    std::chrono::seconds pause_{0};
    std::string trouble_;
};

} // namespace sallyport::notify
