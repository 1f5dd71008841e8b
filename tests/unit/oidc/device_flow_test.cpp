// SPDX-License-Identifier: Apache-2.0
#include "provider_double.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace provider_double;
using namespace std::chrono_literals;
using oidc::FlowEnd;
using wire::FetchKind;

TEST_SUITE_BEGIN("oidc.device_flow");

namespace {

const auto pending = [] { return answer(400, R"({"error":"authorization_pending"})"); };

struct Fixture {
    FakeClock clock;
    FakeSignatures signatures;
    oidc::Issuer issuer{settings(), signatures, clock};
    oidc::DeviceFlow flow{issuer, clock};

    void serve_issuer() {
        for (auto ask = issuer.next(); ask; ask = issuer.next())
            REQUIRE(issuer
                        .answered(ask->kind == FetchKind::Discovery
                                      ? answer(200, metadata_text)
                                      : answer(200, keys_text({"k1"})))
                        .ok());
    }
    // Up to the prompt.
    void begin(const std::string &text = device_text) {
        serve_issuer();
        REQUIRE(flow.next()->kind == FetchKind::DeviceAuthorization);
        flow.answered(answer(200, text));
    }
    // Moves to the next poll and says how long that took.
    std::chrono::seconds until_poll() {
        for (auto waited = 0s; waited < 120s; waited += 1s) {
            if (const auto ask = flow.next()) {
                CHECK(ask->kind == FetchKind::DeviceToken);
                return waited;
            }
            clock.advance(1s);
        }
        return -1s;
    }
    std::string issued(const std::string &kid = "k1") const {
        return R"({"id_token":")" + token(kid, R"(,"groups":["ops"])", clock) + "\"}";
    }
};

} // namespace

TEST_CASE("a login: prompt, polls at the interval, person") {
    Fixture f;
    CHECK(!f.flow.next()); // no endpoints yet
    f.begin();
    REQUIRE(f.flow.prompt());
    CHECK(f.flow.prompt()->code == "ABCD-EFGH");
    CHECK(f.flow.prompt()->url == "https://idp.example/go");
    CHECK(f.flow.prompt()->valid == 300s); // not the provider's 600
    CHECK(f.until_poll() == 5s);
    CHECK(!f.flow.next()); // one at a time
    f.flow.answered(pending());
    CHECK(f.until_poll() == 5s);
    f.flow.answered(answer(200, f.issued()));
    REQUIRE(f.flow.end() == FlowEnd::Proven);
    CHECK(f.flow.person().person == "alice");
    CHECK(f.flow.person().groups == std::vector<std::string>{"ops"});
    CHECK(!f.flow.next());
}

TEST_CASE("slow_down adds 5 s for good; errors of transport double the pause for a while") {
    Fixture f;
    f.begin();
    CHECK(f.until_poll() == 5s);
    f.flow.answered(answer(400, R"({"error":"slow_down"})"));
    CHECK(f.until_poll() == 10s);
    f.flow.answered(pending());
    CHECK(f.until_poll() == 10s);
    f.flow.answered(broken());
    CHECK(f.until_poll() == 20s);
    f.flow.answered(answer(502, "<html>"));
    CHECK(f.until_poll() == 40s);
    f.flow.answered(pending());
    CHECK(f.until_poll() == 10s);
}

TEST_CASE("the provider's interval is kept, up to a minute") {
    for (const auto &[text_of_row, wanted_of_row] :
         {std::pair{"7", 7s}, std::pair{"0", 5s}, std::pair{"3600", 60s}}) {
        const auto &text = text_of_row;
        const auto &wanted = wanted_of_row;

        Fixture f;
        std::string body = device_text;
        body.insert(1, R"("interval":)" + std::string(text) + ',');
        f.begin(body);
        CHECK_MESSAGE(f.until_poll() == wanted, text);
    }
}

TEST_CASE("each end state has its fixed text") {
    const std::tuple<const char *, FlowEnd, const char *> table[] = {
        {"access_denied", FlowEnd::Denied, "the login was refused at the identity provider"},
        {"expired_token", FlowEnd::Expired, "nobody confirmed this login in time"},
        {"invalid_grant", FlowEnd::Refused, "the identity provider no longer knows this login"},
        {"invalid_client", FlowEnd::Misset,
         "the bastion's registration at the identity provider is at fault"},
        {"odd", FlowEnd::Refused, "the identity provider refused the login"}};
    for (const auto &[error_of_row, end_of_row, text_of_row] : table) {
        const auto &error = error_of_row;
        const auto &end = end_of_row;
        const auto &text = text_of_row;

        Fixture f;
        f.begin();
        f.until_poll();
        f.flow.answered(answer(400, R"({"error_description":"\u001b[2Jhaha","error":")" +
                                        std::string(error) + "\"}"));
        CHECK_MESSAGE(f.flow.end() == end, error);
        CHECK(f.flow.message() == text);
        CHECK(f.flow.detail() == error);
        CHECK(!f.flow.next());
    }
}

TEST_CASE("a flow ends after the provider's time or 5 min, whichever is less") {
    for (const auto &[text_of_row, wanted_of_row] : {std::pair{"600", 300}, std::pair{"60", 60}}) {
        const auto &text = text_of_row;
        const auto &wanted = wanted_of_row;

        Fixture f;
        std::string body = device_text;
        body.replace(body.find("600"), 3, text);
        f.begin(body);
        int seconds = 0;
        while (!f.flow.end() && seconds < 1000) {
            if (f.flow.next())
                f.flow.answered(pending());
            f.clock.advance(1s);
            ++seconds;
        }
        CHECK(f.flow.end() == FlowEnd::Expired);
        CHECK(std::abs(seconds - wanted) <= 1);
    }
}

TEST_CASE("a provider that does not answer ends the flow in words for the person") {
    Fixture f;
    CHECK(!f.flow.next());
    f.clock.advance(15s);
    CHECK(!f.flow.next());
    CHECK(f.flow.end() == FlowEnd::Unavailable);
    Fixture g;
    g.serve_issuer();
    REQUIRE(g.flow.next());
    g.flow.answered(broken());
    CHECK(g.flow.end() == FlowEnd::Unavailable);
    Fixture h;
    h.serve_issuer();
    REQUIRE(h.flow.next());
    h.flow.answered(answer(400, R"({"error":"unauthorized_client"})"));
    CHECK(h.flow.end() == FlowEnd::Misset);
}

TEST_CASE("a token of a new key waits for the keys and then logs in") {
    Fixture f;
    f.begin();
    f.clock.advance(60s);
    f.until_poll();
    f.flow.answered(answer(200, f.issued("k2")));
    CHECK(!f.flow.end());
    REQUIRE(f.issuer.next()->kind == FetchKind::KeySet);
    CHECK(!f.flow.next());
    CHECK(!f.flow.end());
    REQUIRE(f.issuer.answered(answer(200, keys_text({"k1", "k2"}))).ok());
    CHECK(!f.flow.next());
    CHECK(f.flow.end() == FlowEnd::Proven);
}

TEST_CASE("a token of a key that the set still lacks is refused") {
    Fixture f;
    f.begin();
    f.clock.advance(60s);
    f.until_poll();
    f.flow.answered(answer(200, f.issued("k2")));
    f.serve_issuer();
    f.flow.next();
    CHECK(f.flow.end() == FlowEnd::Refused);
    CHECK(f.flow.message() == "token's key is not in the issuer's key set");
}

TEST_CASE("a token whose keys never come ends as unavailable") {
    Fixture f;
    f.begin();
    f.clock.advance(60s);
    f.until_poll();
    f.flow.answered(answer(200, f.issued("k2")));
    for (int i = 0; i < 20 && !f.flow.end(); ++i) {
        if (f.issuer.next())
            CHECK(!f.issuer.answered(broken()).ok());
        f.flow.next();
        f.clock.advance(1s);
    }
    CHECK(f.flow.end() == FlowEnd::Unavailable);
}

TEST_CASE("a token that does not verify refuses the login") {
    Fixture f;
    f.begin();
    f.until_poll();
    std::string body = f.issued();
    body[body.size() - 10] = body[body.size() - 10] == 'A' ? 'B' : 'A';
    f.flow.answered(answer(200, body));
    CHECK(f.flow.end() == FlowEnd::Refused);
    CHECK(f.flow.message() == "token's signature is wrong");
}

TEST_CASE("a cancelled flow asks no more and ignores what still comes") {
    Fixture f;
    f.begin();
    f.until_poll();
    f.flow.cancel();
    f.flow.answered(answer(200, f.issued()));
    CHECK(f.flow.end() == FlowEnd::Cancelled);
    CHECK(!f.flow.next());
    CHECK(f.flow.wake() == base::SteadyTime::max());
}

TEST_CASE("answers that nobody waits for change nothing") {
    Fixture f;
    f.flow.answered(answer(200, f.issued()));
    CHECK(!f.flow.end());
    f.begin();
    f.flow.answered(answer(200, f.issued()));
    CHECK(!f.flow.end());
}

TEST_CASE("open flows are bounded per address and in all") {
    oidc::FlowQuota quota(2, 3);
    CHECK(quota.enter("a"));
    CHECK(quota.enter("a"));
    CHECK(!quota.enter("a"));
    CHECK(quota.enter("b"));
    CHECK(!quota.enter("c"));
    quota.leave("a");
    quota.leave("nobody");
    CHECK(quota.enter("c"));
    CHECK(quota.open() == 3);
}
TEST_SUITE_END();
