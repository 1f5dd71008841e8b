// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"
#include "edge_peer.hpp"

#include "sallyport/crypto/jwk.hpp"
#include "sallyport/egress/identity_service.hpp"
#include "sallyport/egress/notify_service.hpp"
#include "sallyport/notify/card.hpp"
#include "sallyport/oidc/device_flow.hpp"

#include <cstdlib>
#include <thread>

using namespace sallyport;
using namespace std::chrono_literals;
using edge_peer::Peer;

TEST_SUITE_BEGIN("integration.egress");

namespace {

class Chat {
  public:
    Chat() : child_({"python3", SALLYPORT_SOURCE_ROOT "/tests/chat/telegram_double.py"}) {
        http::Settings settings;
        settings.plain = http::PlainHttp::OnLoopback;
        client_ = http::Client::open(settings).value();
        const std::string line = child_.read_line(10000);
        api = child::text_member(line, "api");
        REQUIRE(!api.empty());
    }
    std::string control(const std::string &path, const std::string &body = "{}") {
        http::Limits limits;
        limits.total = 20s;
        const auto response =
            client_->fetch({http::Method::Post, api + "/control/" + path, {}, body}, limits);
        REQUIRE(response.ok());
        return response->body;
    }
    std::string api;

  private:
    child::Child child_;
    std::unique_ptr<http::Client> client_;
};

struct Fixture {
    Chat chat;
    Peer peer;
    base::NullLog log;
    base::SystemClock clock;
    std::unique_ptr<egress::NotifyService> service =
        egress::NotifyService::open(
            *peer.loop, std::move(peer.theirs),
            {{{"telegram", chat.api, "1:TEST"}, http::PlainHttp::OnLoopback}}, {}, clock, log)
            .value();

    // A person who acts while the services go on.
    template <typename Act>
    std::thread person(Act act) {
        return std::thread(std::move(act));
    }
};

notify::Card card() {
    notify::Card card;
    card.request.id.text = "7F3K2Q";
    card.request.person = "alice";
    card.request.account = "deploy";
    card.request.target = "web1";
    card.request.shown = "rm -rf /srv/\xf0\x9f\x98\x80 `x` @here <b> \xe2\x80\xae";
    card.request.rules = {"prod-destroy"};
    card.request.reason = "ticket \xf0\x9f\x98\x80 17";
    card.request.expires = base::SystemClock().now() + 600s;
    card.needs = "needs 1 of group sre";
    card.bastion = "bastion";
    return card;
}
wire::NoticeAsk ask_of(std::uint64_t call, const notify::Card &card,
                       const std::string &message = {}) {
    auto ask = notify::render(
        card, {notify::button_value(base::Bytes(16, 1)), notify::button_value(base::Bytes(16, 2))});
    ask.call = call;
    ask.platform = "telegram";
    ask.destination = "-1001";
    ask.message = message;
    return ask;
}

} // namespace

TEST_CASE("a request is posted, a click arrives as a claim, the copy is updated") {
    Fixture f;
    f.peer.send(ask_of(1, card()));
    const auto posted = f.peer.await<wire::NoticeAnswer>();
    CHECK(posted.call == 1);
    REQUIRE(posted.error.empty());
    CHECK(posted.message == "1");

    std::string told;
    auto bob = f.person([&] {
        told = child::run({"python3", SALLYPORT_SOURCE_ROOT "/tests/chat/click.py", "--control",
                           f.chat.api + "/control", "7F3K2Q", "approve", "--as", "bob"}) == 0
                   ? "told"
                   : "not told";
    });
    const auto click = f.peer.await<wire::Click>();
    CHECK(click.platform == "telegram");
    CHECK(click.destination == "-1001");
    CHECK(click.message == posted.message);
    CHECK(click.from == "1002");
    CHECK(click.from_name == "@bob");
    CHECK(click.value == notify::button_value(base::Bytes(16, 1)));
    f.peer.send(wire::ClickReply{"telegram", click.click, "recorded", false});
    auto decided = card();
    decided.request.state = model::RequestState::Approved;
    decided.request.votes = {{"bob", {"sre"}, model::Answer::Approve, "telegram", "", {}}};
    f.peer.send(ask_of(2, decided, posted.message));
    const auto edited = f.peer.await<wire::NoticeAnswer>();
    CHECK(edited.call == 2);
    CHECK(edited.error.empty());
    bob.join();
    CHECK(told == "told");
    const std::string messages = f.chat.control("messages");
    CHECK(messages.find("APPROVED 7F3K2Q by bob") != std::string::npos);
    CHECK(messages.find("\"buttons\": []") != std::string::npos);
    CHECK(messages.find("\"edits\": 1") != std::string::npos);
}

TEST_CASE("a message goes through errors, 429 and a broken connection; the long poll goes on") {
    Fixture f;
    f.chat.control("fault", R"({"method":"sendMessage","status":500})");
    f.chat.control("fault", R"({"method":"sendMessage","status":429,"retry_after":1})");
    f.chat.control("fault", R"({"method":"sendMessage","drop":true})");
    const auto begun = std::chrono::steady_clock::now();
    f.peer.send(ask_of(1, card()));
    const auto posted = f.peer.await<wire::NoticeAnswer>(20s);
    CHECK(posted.error.empty());
    CHECK(std::chrono::steady_clock::now() - begun >= 1s);
    CHECK(f.chat.control("stats").find("\"sendMessage\": 4") != std::string::npos);
    CHECK(f.chat.control("messages").find("\"message\": 2") == std::string::npos);
    f.chat.control("click", R"({"as":"carol","id":"7F3K2Q","button":"deny","wait":0})");
    CHECK(f.peer.await<wire::Click>().from == "1003");
}

TEST_CASE("what the platform will not take is answered, and does not hold up the rest") {
    Fixture f;
    auto lost = ask_of(1, card());
    lost.destination = "-999";
    f.peer.send(lost);
    CHECK(f.peer.await<wire::NoticeAnswer>().error.find("chat not found") != std::string::npos);
    f.peer.send(ask_of(2, card(), "4711"));
    CHECK(f.peer.await<wire::NoticeAnswer>().error.find("not found") != std::string::npos);
    f.peer.send(ask_of(3, card()));
    CHECK(f.peer.await<wire::NoticeAnswer>().error.empty());
}

TEST_CASE("forged and malformed updates reach nobody but as what they are") {
    Fixture f;
    f.chat.control("update", R"({"callback_query":{"id":"x"}})");
    f.chat.control("update", R"({"message":{"message_id":5,"from":{"id":9},"chat":{"id":-1001,)"
                             R"("type":"group"},"text":"/link ABCDEF"}})");
    f.chat.control("click",
                   R"({"as":"mallory","message":4711,"chat":-1001,"value":"guess","wait":0})");
    const auto guess = f.peer.await<wire::Click>();
    CHECK(guess.from == "1004");
    CHECK(guess.message == "4711");
    CHECK(guess.value == "guess");
    CHECK(f.peer.next(wire::Click::type, 300ms).type == 0);
}

TEST_CASE("a private message can claim a link and is answered") {
    Fixture f;
    std::string seen;
    auto bob =
        f.person([&] { seen = f.chat.control("say", R"({"as":"bob","text":"/link K7Q2"})"); });
    const auto claim = f.peer.await<wire::Click>();
    CHECK(claim.click.empty());
    CHECK(claim.value == "/link K7Q2");
    CHECK(claim.from == "1002");
    wire::NoticeAsk answer;
    answer.call = 9;
    answer.platform = "telegram";
    answer.destination = claim.destination;
    answer.text = "linked to bob";
    f.peer.send(answer);
    CHECK(f.peer.await<wire::NoticeAnswer>().error.empty());
    bob.join();
    CHECK(seen.find("linked to bob") != std::string::npos);
}

TEST_CASE("a login over the edge of identity, against the real provider") {
    if (child::node_path().empty()) {
        const char *required = std::getenv("SALLYPORT_REQUIRE_TOOLS");
        REQUIRE_MESSAGE((required == nullptr || std::string(required) != "1"),
                        "run `npm ci --ignore-scripts` in tests/provider");
        MESSAGE("skipped: run `npm ci --ignore-scripts` in tests/provider");
        return;
    }
    child::Child provider(
        {child::node_path(), SALLYPORT_SOURCE_ROOT "/tests/provider/op.mjs", "0"});
    const auto settings = [&, url = child::text_member(provider.read_line(20000), "issuer")] {
        oidc::Settings s;
        s.name = "demo";
        s.issuer = url;
        s.client_id = "sallyport-cli";
        s.plain = http::PlainHttp::OnLoopback;
        return s;
    }();
    Peer peer;
    base::NullLog log;
    base::SystemClock clock;
    std::vector<egress::IssuerAccess> issuers;
    issuers.push_back({settings, {}});
    const auto service = egress::IdentityService::open(*peer.loop, std::move(peer.theirs),
                                                       std::move(issuers), {}, log)
                             .value();
    const crypto::JwkSignatures signatures;
    oidc::Issuer issuer(settings, signatures, clock);
    oidc::DeviceFlow flow(issuer, clock);
    std::uint64_t call = 0;
    const auto exchange = [&](wire::FetchAsk ask) {
        ask.call = ++call;
        peer.send(ask);
        const auto answer = peer.await<wire::FetchAnswer>();
        CHECK(answer.call == call);
        return answer;
    };
    bool confirmed = false;
    for (int turn = 0; turn < 300 && !flow.end(); ++turn) {
        while (const auto ask = issuer.next())
            REQUIRE(issuer.answered(exchange(*ask)).ok());
        if (const auto ask = flow.next())
            flow.answered(exchange(*ask));
        if (flow.prompt() && !confirmed) {
            CHECK(child::run({"python3", SALLYPORT_SOURCE_ROOT "/tests/provider/approve.py",
                              flow.prompt()->url, flow.prompt()->code, "bob", "yes"}) == 0);
            confirmed = true;
        }
        std::this_thread::sleep_for(50ms);
    }
    REQUIRE(flow.end() == oidc::FlowEnd::Proven);
    CHECK(flow.person().person == "bob");
    CHECK(flow.person().groups == std::vector<std::string>{"ops", "sre"});
}
TEST_SUITE_END();
