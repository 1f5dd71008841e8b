// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/telegram.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace sallyport::notify {
namespace {

using nlohmann::json;

constexpr std::size_t max_token_bytes = 128;
constexpr std::size_t max_error_bytes = 200;
constexpr std::size_t max_name_bytes = 128;
constexpr std::size_t max_link_text_bytes = 64;
constexpr std::int64_t max_retry_seconds = 3600;
constexpr std::int64_t max_update_id = std::int64_t{1} << 53;
constexpr std::string_view link_command = "/link ";

http::Request call(const Bot &bot, std::string_view method, const json &arguments) {
    http::Request request;
    request.method = http::Method::Post;
    request.url = bot.api + "/bot" + bot.token + '/' + std::string(method);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = arguments.dump(-1, ' ', false, json::error_handler_t::replace);
    return request;
}

// Ids are numbers of up to 52 bits there and texts here.
std::optional<std::int64_t> number(std::string_view text) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || digits.size() > 18 ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::int64_t value = 0;
    for (const char c : digits)
        value = value * 10 + (c - '0');
    return text.starts_with('-') ? -value : value;
}

const json *member(const json &object, const char *name) {
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}
const json *member(const json *object, const char *name) {
    return object ? member(*object, name) : nullptr;
}
std::string id_of(const json *value) {
    return value && value->is_number_integer() ? std::to_string(value->get<std::int64_t>()) : "";
}
std::string text_of(const json *value, std::size_t limit) {
    if (!value || !value->is_string())
        return {};
    const auto &text = value->get_ref<const std::string &>();
    return text.size() <= limit ? text : std::string();
}

json parse(const http::Response &response) {
    // the parser takes a NUL for the end of its input
    if (response.body.size() > max_answer_bytes || response.body.find('\0') != std::string::npos)
        return json();
    json document = json::parse(response.body, nullptr, false);
    return document.is_object() ? document : json();
}

json entities_of(const std::vector<wire::NoticeEntity> &entities) {
    json list = json::array();
    for (const wire::NoticeEntity &entity : entities)
        list.push_back(
            {{"type", entity.kind}, {"offset", entity.offset}, {"length", entity.length}});
    return list;
}

std::string shown_name(const json *from) {
    const std::string user = text_of(member(from, "username"), max_name_bytes);
    const std::string first = text_of(member(from, "first_name"), 4 * max_name_bytes);
    return base::printable(user.empty() ? first : '@' + user, max_name_bytes);
}

bool is_person(const json *from) {
    const json *bot = member(from, "is_bot");
    return from && (!bot || !bot->is_boolean() || !bot->get<bool>());
}

std::optional<wire::Click> read_press(const Bot &bot, const json &query) {
    const json *message = member(query, "message");
    const json *from = member(query, "from");
    wire::Click click;
    click.platform = bot.platform;
    click.destination = id_of(member(member(message, "chat"), "id"));
    click.message = id_of(member(message, "message_id"));
    click.from = id_of(member(from, "id"));
    click.from_name = shown_name(from);
    click.value = text_of(member(query, "data"), max_callback_bytes);
    click.click = text_of(member(query, "id"), max_name_bytes);
    if (click.destination.empty() || click.message.empty() || click.from.empty() ||
        click.value.empty() || click.click.empty() || !is_person(from))
        return std::nullopt;
    return click;
}

std::optional<wire::Click> read_link(const Bot &bot, const json &message) {
    const json *from = member(message, "from");
    const json *chat = member(message, "chat");
    wire::Click click;
    click.platform = bot.platform;
    click.destination = id_of(member(chat, "id"));
    click.message = id_of(member(message, "message_id"));
    click.from = id_of(member(from, "id"));
    click.from_name = shown_name(from);
    click.value = text_of(member(message, "text"), max_link_text_bytes);
    if (text_of(member(chat, "type"), max_name_bytes) != "private" || !is_person(from) ||
        click.from.empty() || click.destination != click.from || click.message.empty() ||
        !click.value.starts_with(link_command))
        return std::nullopt;
    return click;
}

} // namespace

bool is_bot_token(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (text.size() > max_token_bytes || colon == std::string_view::npos)
        return false;
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const std::string_view digits = text.substr(0, colon);
    const std::string_view rest = text.substr(colon + 1);
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
           !rest.empty() && rest.find_first_not_of(letters) == std::string_view::npos;
}

base::Result<http::Request> notice_request(const Bot &bot, const wire::NoticeAsk &ask) {
    const auto chat = number(ask.destination);
    if (!chat)
        return base::invalid("chat has no numeric id");
    json arguments{{"chat_id", *chat},
                   {"text", ask.text},
                   {"entities", entities_of(ask.entities)},
                   {"link_preview_options", {{"is_disabled", true}}}};
    json row = json::array();
    for (const wire::NoticeButton &button : ask.buttons) {
        if (button.value.empty() || button.value.size() > max_callback_bytes)
            return base::invalid("a button's value does not have 1 to 64 bytes");
        row.push_back({{"text", button.label}, {"callback_data", button.value}});
    }
    // An edit without a keyboard takes the old one away; an empty one says so in plain words.
    json keyboard = json::array();
    if (!row.empty())
        keyboard.push_back(row);
    arguments["reply_markup"] = {{"inline_keyboard", keyboard}};
    if (ask.message.empty())
        return call(bot, "sendMessage", arguments);
    const auto message = number(ask.message);
    if (!message)
        return base::invalid("message has no numeric id");
    arguments["message_id"] = *message;
    return call(bot, "editMessageText", arguments);
}

http::Request click_reply_request(const Bot &bot, const wire::ClickReply &reply) {
    return call(bot, "answerCallbackQuery",
                {{"callback_query_id", reply.click},
                 {"text", base::printable(reply.text, max_reply_units - 4)},
                 {"show_alert", reply.alert}});
}

http::Request updates_request(const Bot &bot, std::int64_t offset) {
    return call(bot, "getUpdates",
                {{"offset", offset},
                 {"timeout", poll_seconds.count()},
                 {"limit", 50},
                 {"allowed_updates", {"callback_query", "message"}}});
}

http::Limits notice_limits() {
    http::Limits limits;
    limits.total = std::chrono::seconds(15);
    return limits;
}

http::Limits updates_limits() {
    http::Limits limits;
    limits.total = poll_seconds + std::chrono::seconds(15);
    limits.max_body = max_answer_bytes;
    return limits;
}

Outcome read_outcome(const base::Result<http::Response> &response) {
    Outcome outcome;
    if (!response.ok()) {
        outcome.error = response.error().message;
        return outcome;
    }
    const json document = parse(*response);
    const json *good = member(document, "ok");
    if (response->status == 200 && good && good->is_boolean() && good->get<bool>()) {
        outcome.result = Result::Done;
        outcome.message = id_of(member(member(document, "result"), "message_id"));
        return outcome;
    }
    const std::string described = text_of(member(document, "description"), 4096);
    outcome.error = "status " + std::to_string(response->status) + ": " +
                    base::printable(described, max_error_bytes);
    const json *wait = member(member(document, "parameters"), "retry_after");
    if (wait && wait->is_number_integer())
        outcome.retry_after = std::chrono::seconds(
            std::clamp<std::int64_t>(wait->get<std::int64_t>(), 0, max_retry_seconds));
    if (response->status == 400 && described.find("message is not modified") != std::string::npos)
        outcome.result = Result::Done;
    else if (response->status == 409)
        outcome.result = Result::Conflict;
    else if (response->status >= 400 && response->status < 500 && response->status != 429 &&
             response->status != 408)
        outcome.result = Result::Never;
    return outcome;
}

Updates read_updates(const Bot &bot, const base::Result<http::Response> &response) {
    Updates updates;
    updates.outcome = read_outcome(response);
    if (updates.outcome.result != Result::Done)
        return updates;
    const json document = parse(*response);
    const json *list = member(document, "result");
    if (!list || !list->is_array()) {
        updates.outcome = {};
        updates.outcome.error = "the answer has no list of updates";
        return updates;
    }
    for (const json &update : *list) {
        const json *id = member(update, "update_id");
        if (!id || !id->is_number_integer() || id->get<std::int64_t>() < 0 ||
            id->get<std::int64_t>() > max_update_id)
            continue;
        updates.next_offset = std::max(updates.next_offset, id->get<std::int64_t>() + 1);
        std::optional<wire::Click> click;
        if (const json *query = member(update, "callback_query"))
            click = read_press(bot, *query);
        else if (const json *message = member(update, "message"))
            click = read_link(bot, *message);
        if (click)
            updates.clicks.push_back(std::move(*click));
    }
    return updates;
}

} // namespace sallyport::notify
