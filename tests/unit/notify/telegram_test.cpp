// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/telegram.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using notify::Result;

TEST_SUITE_BEGIN("notify.telegram");

namespace {

const notify::Bot bot{"telegram", "https://api.telegram.org", "123:secret"};

wire::NoticeAsk ask_of(const std::string &message = {}) {
    wire::NoticeAsk ask;
    ask.destination = "-100200";
    ask.message = message;
    ask.text = "say \"hi\"\n";
    ask.entities = {{"code", 4, 4}};
    ask.buttons = {{"Approve", "AAAA"}, {"Deny", "BBBB"}};
    return ask;
}
base::Result<http::Response> answer(std::uint32_t status, const std::string &body) {
    return http::Response{status, {}, body};
}
std::string updates_of(const std::string &list) {
    return R"({"ok":true,"result":[)" + list + "]}";
}
std::string press(const std::string &id, const std::string &more = {}) {
    return R"({"update_id":)" + id +
           R"(,"callback_query":{"id":"q1","from":{"id":42,"is_bot":false,"username":"bob"},)"
           R"("message":{"message_id":7,"chat":{"id":-100200}},"data":"AAAA")" +
           more + "}}";
}

} // namespace

TEST_CASE("a post and an edit carry text, entities and buttons, and no parse mode") {
    const auto post = notify::notice_request(bot, ask_of()).value();
    CHECK(post.method == http::Method::Post);
    CHECK(post.url == "https://api.telegram.org/bot123:secret/sendMessage");
    CHECK(
        post.body ==
        R"({"chat_id":-100200,"entities":[{"length":4,"offset":4,"type":"code"}],)"
        R"("link_preview_options":{"is_disabled":true},"reply_markup":{"inline_keyboard":)"
        R"([[{"callback_data":"AAAA","text":"Approve"},{"callback_data":"BBBB","text":"Deny"}]]},)"
        R"("text":"say \"hi\"\n"})");
    const auto edit = notify::notice_request(bot, ask_of("7")).value();
    CHECK(edit.url.ends_with("/editMessageText"));
    CHECK(edit.body.find(R"("message_id":7)") != std::string::npos);
    auto closed = ask_of("7");
    closed.buttons.clear();
    CHECK(notify::notice_request(bot, closed)->body.find(R"("inline_keyboard":[])") !=
          std::string::npos);
}

TEST_CASE("a button's value has 1 to 64 bytes and ids are numbers") {
    auto ask = ask_of();
    ask.buttons[0].value = std::string(64, 'a');
    CHECK(notify::notice_request(bot, ask).ok());
    ask.buttons[0].value += 'a';
    CHECK(!notify::notice_request(bot, ask).ok());
    ask.buttons[0].value.clear();
    CHECK(!notify::notice_request(bot, ask).ok());
    for (const char *id : {"", "@channel", "1 2", "--1", "-", "1234567890123456789"}) {
        ask = ask_of();
        ask.destination = id;
        CHECK_MESSAGE(!notify::notice_request(bot, ask).ok(), id);
    }
    CHECK(!notify::notice_request(bot, ask_of("x")).ok());
}

TEST_CASE("tokens have their form") {
    CHECK(notify::is_bot_token("123456:ABC-def_9"));
    for (const std::string token :
         {"", ":", "123:", ":abc", "12a:b", "123:a/b", "123:a b", "123:a\n", "123"})
        CHECK_MESSAGE(!notify::is_bot_token(token), token);
    CHECK(!notify::is_bot_token("1:" + std::string(200, 'a')));
}

TEST_CASE("outcomes: done, later, never, conflict") {
    const auto done = notify::read_outcome(answer(200, R"({"ok":true,"result":{"message_id":9}})"));
    CHECK(done.result == Result::Done);
    CHECK(done.message == "9");
    const auto slow = notify::read_outcome(answer(
        429, R"({"ok":false,"description":"Too Many Requests","parameters":{"retry_after":17}})"));
    CHECK(slow.result == Result::Later);
    CHECK(slow.retry_after.count() == 17);
    const std::tuple<std::uint32_t, const char *, Result> table[] = {
        {500, "oops", Result::Later},
        {502, R"({"ok":false})", Result::Later},
        {200, R"({"ok":false})", Result::Later},
        {200, "", Result::Later},
        {200, "[]", Result::Later},
        {200, R"({"ok":"true"})", Result::Later},
        {302, R"({"ok":true})", Result::Later},
        {409, R"({"ok":false,"description":"Conflict: terminated by other getUpdates"})",
         Result::Conflict},
        {400, R"({"ok":false,"description":"Bad Request: message is not modified: x"})",
         Result::Done},
        {400, R"({"ok":false,"description":"Bad Request: chat not found"})", Result::Never},
        {401, R"({"ok":false,"description":"Unauthorized"})", Result::Never},
        {403, "<html>", Result::Never},
    };
    for (const auto &[status_of_row, body_of_row, result_of_row] : table) {
        const auto &status = status_of_row;
        const auto &body = body_of_row;
        const auto &result = result_of_row;
        CHECK_MESSAGE(notify::read_outcome(answer(status, body)).result == result, body);
    }
    CHECK(notify::read_outcome(base::fail(base::ErrorCode::Unavailable, "no connection")).result ==
          Result::Later);
    const auto odd = notify::read_outcome(
        answer(429, R"({"parameters":{"retry_after":-5},"description":"\u001b[2J"})"));
    CHECK(odd.retry_after.count() == 0);
    CHECK(odd.error.find('\x1b') == std::string::npos);
    CHECK(notify::read_outcome(answer(429, R"({"parameters":{"retry_after":99999999}})"))
              .retry_after.count() == 3600);
}

TEST_CASE("a press of a button becomes a claim with the platform's ids") {
    const auto updates = notify::read_updates(bot, answer(200, updates_of(press("5"))));
    CHECK(updates.next_offset == 6);
    REQUIRE(updates.clicks.size() == 1);
    const auto &click = updates.clicks.at(0);
    CHECK(click.platform == "telegram");
    CHECK(click.destination == "-100200");
    CHECK(click.message == "7");
    CHECK(click.from == "42");
    CHECK(click.from_name == "@bob");
    CHECK(click.value == "AAAA");
    CHECK(click.click == "q1");
}

TEST_CASE("a text in a private chat can claim a link; nothing else typed is heard") {
    const auto typed = [](const std::string &text, const std::string &chat) {
        return updates_of(
            R"({"update_id":1,"message":{"message_id":3,"from":{"id":42,"first_name":"B"},)"
            R"("chat":)" +
            chat + R"(,"text":")" + text + "\"}}");
    };
    const std::string own = R"({"id":42,"type":"private"})";
    const auto link = notify::read_updates(bot, answer(200, typed("/link ABCDEF", own)));
    REQUIRE(link.clicks.size() == 1);
    CHECK(link.clicks.at(0).click.empty());
    CHECK(link.clicks.at(0).value == "/link ABCDEF");
    CHECK(link.clicks.at(0).from == "42");
    for (const auto &body :
         {typed("hello", own), typed("/link ABCDEF", R"({"id":-1,"type":"group"})"),
          typed("/link ABCDEF", R"({"id":43,"type":"private"})"),
          typed("/link " + std::string(80, 'A'), own)}) {
        const auto updates = notify::read_updates(bot, answer(200, body));
        CHECK_MESSAGE(updates.clicks.empty(), body);
        CHECK(updates.next_offset == 2);
    }
}

TEST_CASE("malformed updates are passed over and confirmed, good ones beside them are taken") {
    const std::string bad[] = {
        R"({"update_id":5})",
        R"({"update_id":5,"callback_query":7})",
        R"({"update_id":5,"callback_query":{"id":"q","data":"A"}})",
        R"({"update_id":5,"callback_query":{"id":"q","from":{"id":"42"},"message":{"message_id":7,"chat":{"id":1}},"data":"A"}})",
        R"({"update_id":5,"callback_query":{"id":"q","from":{"id":42,"is_bot":true},"message":{"message_id":7,"chat":{"id":1}},"data":"A"}})",
        R"({"update_id":5,"callback_query":{"id":"q","from":{"id":42},"inline_message_id":"x","data":"A"}})",
        R"({"update_id":5,"callback_query":{"id":"q","from":{"id":42},"message":{"message_id":7.5,"chat":{"id":1}},"data":"A"}})",
        R"({"update_id":5,"callback_query":{"id":"q","from":{"id":42},"message":{"message_id":7,"chat":{"id":1}},"data":")" +
            std::string(65, 'A') + "\"}}",
        R"({"update_id":5,"message":[]})",
    };
    for (const std::string &update : bad) {
        const auto updates =
            notify::read_updates(bot, answer(200, updates_of(update + ',' + press("6"))));
        CHECK_MESSAGE(updates.clicks.size() == 1, update);
        CHECK_MESSAGE(updates.next_offset == 7, update);
    }
    for (const std::string &list :
         {std::string("null"), std::string("7"), std::string(R"({"update_id":"5"})"),
          std::string(R"({"update_id":-5})"), std::string(R"({"update_id":18446744073709551615})")})
        CHECK_MESSAGE(notify::read_updates(bot, answer(200, updates_of(list))).next_offset == 0,
                      list);
    CHECK(notify::read_updates(bot, answer(200, R"({"ok":true,"result":{}})")).outcome.result ==
          Result::Later);
    CHECK(notify::read_updates(bot, answer(200, updates_of(press("6")) + std::string(1, '\0')))
              .clicks.empty());
    const std::string whole = updates_of(press("6"));
    for (std::size_t i = 0; i < whole.size(); ++i)
        CHECK(notify::read_updates(bot, answer(200, whole.substr(0, i))).clicks.empty());
}

TEST_CASE("a reply to a click is cut to what the platform takes") {
    wire::ClickReply reply{"telegram", "q1", std::string(400, 'x'), true};
    const auto request = notify::click_reply_request(bot, reply);
    CHECK(request.url.ends_with("/answerCallbackQuery"));
    CHECK(request.body.size() < 300);
    CHECK(request.body.find(R"("show_alert":true)") != std::string::npos);
}
TEST_SUITE_END();
