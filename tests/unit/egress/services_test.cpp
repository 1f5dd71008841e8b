// SPDX-License-Identifier: Apache-2.0
// What identity and notify refuse without a network; what they do with one is in the integration
// tests.
#include "edge_peer.hpp"

#include "sallyport/egress/identity_service.hpp"
#include "sallyport/egress/notify_service.hpp"

using namespace sallyport;
using namespace std::chrono_literals;
using edge_peer::Peer;

TEST_SUITE_BEGIN("egress.services");

namespace {
std::vector<egress::IssuerAccess> issuers() {
    egress::IssuerAccess access;
    access.settings.name = "demo";
    access.settings.issuer = "https://127.0.0.1:1";
    access.settings.client_id = "sallyport";
    std::vector<egress::IssuerAccess> list;
    list.push_back(std::move(access));
    return list;
}
} // namespace

TEST_CASE("identity asks only the issuer's own addresses and answers each question once") {
    Peer peer;
    base::NullLog log;
    auto service =
        egress::IdentityService::open(*peer.loop, std::move(peer.theirs), issuers(), {}, log);
    REQUIRE(service.ok());
    CHECK(peer.await<wire::Hello>().service == "identity");
    auto ask = oidc::discovery_ask(issuers().at(0).settings);
    ask.call = 1;
    peer.send(ask); // nobody listens there
    const auto down = peer.await<wire::FetchAnswer>();
    CHECK(down.call == 1);
    CHECK(down.error == "no connection");
    ask.url = "https://evil.example/.well-known/openid-configuration";
    ask.call = 2;
    peer.send(ask);
    const auto evil = peer.await<wire::FetchAnswer>();
    CHECK(evil.call == 2);
    CHECK(evil.error == "endpoint is in an origin that is not the issuer's");
    ask.issuer = "another";
    ask.call = 3;
    peer.send(ask);
    CHECK(peer.await<wire::FetchAnswer>().error == "no such issuer");
    CHECK(peer.next(wire::FetchAnswer::type, 100ms).type == 0);
    peer.send_raw(wire::FetchAsk::type, "short");
    peer.loop->run(); // comes back because the service stops it
    peer.send(ask);
    CHECK(peer.next(wire::FetchAnswer::type, 100ms).type == 0);
}

TEST_CASE("settings that cannot be right do not start") {
    base::NullLog log;
    const base::SystemClock clock;
    auto bad = issuers();
    bad.at(0).settings.issuer = "http://idp.example";
    Peer one;
    CHECK(!egress::IdentityService::open(*one.loop, std::move(one.theirs), std::move(bad), {}, log)
               .ok());
    const notify::Bot bot{"telegram", "https://api.telegram.org", "1:x"};
    const auto starts = [&](const std::vector<egress::BotAccess> &bots) {
        Peer peer;
        return egress::NotifyService::open(*peer.loop, std::move(peer.theirs), bots, {}, clock, log)
            .ok();
    };
    CHECK(starts({}));
    CHECK(!starts({{{"telegram", "https://api.telegram.org", "secret"}, {}}}));
    CHECK(!starts({{{"telegram", "http://api.telegram.org", "1:x"}, {}}}));
    CHECK(!starts({{bot, {}}, {bot, {}}}));
}

TEST_CASE("notify answers what it cannot post, and drops a peer that breaks the form") {
    Peer peer;
    base::NullLog log;
    const base::SystemClock clock;
    auto service = egress::NotifyService::open(*peer.loop, std::move(peer.theirs),
                                               {{{"telegram", "https://127.0.0.1:1", "1:x"}, {}}},
                                               {}, clock, log);
    REQUIRE(service.ok());
    CHECK(peer.await<wire::Hello>().service == "notify");
    wire::NoticeAsk ask;
    ask.call = 1;
    ask.platform = "carrier-pigeon";
    peer.send(ask);
    const auto unknown = peer.await<wire::NoticeAnswer>();
    CHECK(unknown.call == 1);
    CHECK(unknown.error == "no such chat platform");
    ask.call = 2;
    ask.platform = "telegram";
    ask.destination = "not a number";
    peer.send(ask);
    const auto malformed = peer.await<wire::NoticeAnswer>();
    CHECK(malformed.call == 2);
    CHECK(malformed.error == "chat has no numeric id");
    peer.send_raw(wire::NoticeAsk::type, "short");
    peer.loop->run(); // comes back because the service stops it
    peer.send(ask);
    CHECK(peer.next(wire::NoticeAnswer::type, 100ms).type == 0);
}
TEST_SUITE_END();
