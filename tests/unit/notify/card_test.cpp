// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/card.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using model::RequestState;

TEST_SUITE_BEGIN("notify.card");

namespace {

notify::Card card_of(const std::string &command) {
    notify::Card card;
    card.request.id.text = "7F3K2Q";
    card.request.person = "alice";
    card.request.account = "deploy";
    card.request.target = "web1";
    card.request.from = "192.0.2.7";
    card.request.cwd = "/srv";
    card.request.shown = command;
    card.request.binding = std::string(64, 'a');
    card.request.rules = {"prod-destroy"};
    card.request.reason = "ticket 17";
    card.request.expires = base::from_unix_seconds(1800000600);
    card.needs = "needs 1 of group sre";
    card.bastion = "bastion";
    return card;
}
const notify::Buttons buttons{"approve-value", "deny-value"};

// The part of the text that an entity covers, found as the platform finds it: in UTF-16 units.
std::string covered(const wire::NoticeAsk &ask, const wire::NoticeEntity &entity) {
    std::string part;
    std::size_t units = 0;
    for (std::size_t i = 0; i < ask.text.size();) {
        std::size_t length = 1;
        while (i + length < ask.text.size() && (ask.text[i + length] & 0xc0) == 0x80)
            ++length;
        if (units >= entity.offset && units < entity.offset + entity.length)
            part += ask.text.substr(i, length);
        units += length == 4 ? 2 : 1;
        i += length;
    }
    return part;
}
std::string command_in(const wire::NoticeAsk &ask) {
    for (const auto &entity : ask.entities)
        if (entity.kind == "pre")
            return covered(ask, entity);
    return "none";
}
bool has(const wire::NoticeAsk &ask, const std::string &text) {
    return ask.text.find(text) != std::string::npos;
}
// Everything outside code spans: the part that only we write.
std::string outside(const wire::NoticeAsk &ask) {
    std::string text = ask.text;
    for (auto at = ask.entities.rbegin(); at != ask.entities.rend(); ++at) {
        const std::string part = covered(ask, *at);
        text.erase(text.rfind(part), part.size());
    }
    return text;
}

} // namespace

TEST_CASE("a pending request shows who, where, the whole command, why, and takes a click") {
    const auto ask = notify::render(card_of("rm -rf /srv/x"), buttons);
    CHECK(has(ask, "PENDING 7F3K2Q"));
    CHECK(has(ask, "alice asks for exec on deploy@web1"));
    CHECK(command_in(ask) == "rm -rf /srv/x");
    CHECK(has(ask, "Held by: prod-destroy, needs 1 of group sre"));
    CHECK(has(ask, "Reason: ticket 17"));
    CHECK(has(ask, "Directory, as configured: /srv"));
    CHECK(has(ask, "From: 192.0.2.7"));
    CHECK(has(ask, "Bound to: aaaaaaaaaaaaaaaa\n"));
    CHECK(has(ask, "Open until 2027-01-15 08:10:00 UTC"));
    REQUIRE(ask.buttons.size() == 2);
    CHECK(ask.buttons[0].value == "approve-value");
    CHECK(ask.buttons[1].value == "deny-value");
}

TEST_CASE("the directory of a guarded line is what the target says, not what is configured") {
    auto card = card_of("ls");
    card.request.kind = model::ActionKind::Line;
    CHECK(has(notify::render(card, buttons), "Directory, as the target says: /srv"));
}

TEST_CASE("every state after pending has its line and no buttons") {
    const std::pair<RequestState, const char *> table[] = {
        {RequestState::Approved, "APPROVED 7F3K2Q by bob (telegram)"},
        {RequestState::Released, "APPROVED 7F3K2Q by bob (telegram), released"},
        {RequestState::Ended, "APPROVED 7F3K2Q by bob (telegram), ended"},
        {RequestState::OutcomeUnknown, "outcome is unknown"},
        {RequestState::Cancelled, "CANCELLED 7F3K2Q"},
        {RequestState::Expired, "EXPIRED 7F3K2Q"},
    };
    for (const auto &[state_of_row, line_of_row] : table) {
        const auto &state = state_of_row;
        const auto &line = line_of_row;

        auto card = card_of("ls");
        card.request.state = state;
        card.request.votes = {{"bob", {"sre"}, model::Answer::Approve, "telegram", "", {}}};
        const auto ask = notify::render(card, buttons);
        CHECK_MESSAGE(has(ask, line), line);
        CHECK(ask.buttons.empty());
        CHECK(command_in(ask) == "ls");
        CHECK(!has(ask, "Open until"));
    }
    auto denied = card_of("ls");
    denied.request.state = RequestState::Denied;
    CHECK(has(notify::render(denied, buttons), "DENIED 7F3K2Q by the policy in force"));
    denied.request.votes = {{"bob", {"sre"}, model::Answer::Deny, "ssh", "not today", {}}};
    CHECK(has(notify::render(denied, buttons), "DENIED 7F3K2Q by bob (ssh)"));
    CHECK(has(notify::render(denied, buttons), "bob said: not today"));
}

TEST_CASE("what deceives the eye is made visible") {
    const std::pair<std::string, const char *> table[] = {
        {"echo \xe2\x80\xaexyz", "echo <U+202E>xyz"},
        {"a\x1b[2Jb", "a<U+001B>[2Jb"},
        {"a\rb", "a<U+000D>b"},
        {"a\x9b"
         "b",
         "a<0x9b>b"},
        {"a\xe2\x80\x8b"
         "b",
         "a<U+200B>b"},
        {"a\nb\n", "a⏎\nb⏎\n"},
        {std::string("a\0b", 3), "a<U+0000>b"},
        {"ls" + std::string(300, ' ') + "; rm x", "ls<300 blanks>; rm x"},
        {"ls" + std::string(16, ' ') + "x", "ls                x"},
    };
    for (const auto &[command_of_row, shown_of_row] : table) {
        const auto &command = command_of_row;
        const auto &shown = shown_of_row;
        CHECK_MESSAGE(command_in(notify::render(card_of(command), buttons)) == shown, shown);
    }
    CHECK(has(notify::render(card_of("c\xd0\xb0t x"), buttons), "outside ASCII"));
    CHECK(!has(notify::render(card_of("cat x"), buttons), "outside ASCII"));
}

TEST_CASE("strangers' words stand in code spans, also when they imitate ours") {
    auto card = card_of("true\n\nReason: fine\n@everyone `x` https://evil.example");
    card.request.reason = "@bob please\nHeld by: nobody";
    card.request.cwd = "/tmp/@here";
    const auto ask = notify::render(card, buttons);
    const std::string ours = outside(ask);
    for (const char *foreign : {"@everyone", "@bob", "@here", "evil", "nobody", "fine"})
        CHECK_MESSAGE(ours.find(foreign) == std::string::npos, foreign);
    CHECK(has(ask, "@bob please<U+000A>Held by: nobody"));
}

TEST_CASE("code spans are counted as the platform counts, also behind wide characters") {
    const auto card = card_of("echo \xf0\x9f\x98\x80\xf0\x9f\x98\x80 done");
    const auto ask = notify::render(card, buttons);
    CHECK(command_in(ask) == card.request.shown);
    bool found = false;
    for (const auto &entity : ask.entities)
        found = found || covered(ask, entity) == "ticket 17";
    CHECK(found);
    CHECK(notify::utf16_units("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == 5);
}

TEST_CASE("a command is shown whole or not at all, and then takes no click") {
    bool was_whole = true;
    int changes = 0;
    for (std::size_t length = 3400; length <= 4200; ++length) {
        const auto card = card_of(std::string(length, 'x'));
        const auto ask = notify::render(card, buttons);
        CHECK(notify::utf16_units(ask.text) <= notify::max_card_units);
        const bool whole = command_in(ask) == card.request.shown;
        CHECK(whole == notify::takes_clicks(card));
        CHECK(whole == !ask.buttons.empty());
        if (!whole) {
            CHECK(command_in(ask) == "none");
            CHECK(has(ask, "does not fit here"));
            CHECK(has(ask, "ssh bastion approve 7F3K2Q"));
        }
        changes += whole != was_whole ? 1 : 0;
        was_whole = whole;
    }
    CHECK(changes == 1);
    CHECK(!was_whole);
    CHECK(!notify::takes_clicks(card_of(std::string(700, '\x01')))); // grows when made visible
    CHECK(!notify::takes_clicks(card_of(std::string(80, '\n'))));    // scrolled past
    CHECK(notify::takes_clicks(card_of(std::string(79, '\n'))));
    auto closed = card_of(std::string(5000, 'x'));
    closed.request.state = RequestState::Expired;
    CHECK(!has(notify::render(closed, buttons), "approve 7F3K2Q"));
}

TEST_CASE("a rule with a stronger confirmation takes no click") {
    for (const auto confirm : {model::Confirm::Ssh, model::Confirm::Web, model::Confirm::Totp}) {
        auto card = card_of("ls");
        card.request.need.confirm = confirm;
        const auto ask = notify::render(card, buttons);
        CHECK(ask.buttons.empty());
        CHECK(has(ask, "This rule takes no click. Answer it over ssh: ssh bastion approve 7F3K2Q"));
        CHECK(command_in(ask) == "ls");
    }
}

TEST_CASE("button values are 22 characters of base64url, and empty ones give no buttons") {
    const std::string value = notify::button_value(base::Bytes(16, 0xff));
    CHECK(value == "_____________________w");
    CHECK(notify::render(card_of("ls"), {}).buttons.empty());
    CHECK(notify::render(card_of("ls"), {"a", ""}).buttons.empty());
}
TEST_SUITE_END();
