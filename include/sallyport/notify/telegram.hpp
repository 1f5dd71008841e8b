// SPDX-License-Identifier: Apache-2.0
// Telegram's Bot API as values: requests out, answers in (core.telegram.org/bots/api). The token is
// part of every address, so a request is a secret and is never logged. Pure; any thread.
#pragma once
#include "sallyport/http/message.hpp"
#include "sallyport/wire/service_edges.hpp"

namespace sallyport::notify {

inline constexpr std::chrono::seconds poll_seconds{50};
inline constexpr std::size_t max_callback_bytes = 64; // Bot API, InlineKeyboardButton
inline constexpr std::size_t max_reply_units = 200;   // Bot API, answerCallbackQuery
inline constexpr std::size_t max_answer_bytes = 1024 * 1024;

struct Bot {
    std::string platform = "telegram"; // as asks, answers and clicks name it
    std::string api = "https://api.telegram.org";
    std::string token;
};
// Whether the token has the form `digits:letters` of at most 128 bytes.
bool is_bot_token(std::string_view text);

// Posts when `ask.message` is empty, else edits. InvalidInput if a button's value does not have 1
// to 64 bytes or destination or message is no number.
base::Result<http::Request> notice_request(const Bot &bot, const wire::NoticeAsk &ask);
http::Request click_reply_request(const Bot &bot, const wire::ClickReply &reply);
// Waits up to poll_seconds for updates; all before `offset` are thereby confirmed.
http::Request updates_request(const Bot &bot, std::int64_t offset);
http::Limits notice_limits();  // 5 s, 15 s
http::Limits updates_limits(); // poll_seconds and 15 s

enum class Result : std::uint8_t {
    Done,
    Later,    // transport, 5xx or 429: try again, not before retry_after
    Never,    // the platform will not take it
    Conflict, // 409: another poller uses the same token
};
struct Outcome {
    Result result = Result::Later;
    std::chrono::seconds retry_after{0};
    std::string message; // id of the posted or edited message
    std::string error;   // fixed or printable, at most 200 bytes
};
// An edit to what the message already says counts as done.
Outcome read_outcome(const base::Result<http::Response> &response);

struct Updates {
    Outcome outcome;
    // In order. A press of a button has `click` set. A text typed to the bot in a private chat that
    // begins with `/link ` comes without `click`, its text in `value`: a person claims the account.
    std::vector<wire::Click> clicks;
    std::int64_t next_offset = 0; // 0: nothing came
};
// Updates that are none of the two, or malformed, are passed over but confirmed.
Updates read_updates(const Bot &bot, const base::Result<http::Response> &response);

} // namespace sallyport::notify
