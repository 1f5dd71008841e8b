// SPDX-License-Identifier: Apache-2.0
// The relying party against a certified provider: whole logins in each algorithm that it signs
// with, and bad tokens that carry its own good signature.
#include "child.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/jwk.hpp"
#include "sallyport/http/client.hpp"
#include "sallyport/oidc/device_flow.hpp"

#include <cstdlib>
#include <functional>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;
using oidc::FlowEnd;

TEST_SUITE_BEGIN("integration.oidc_provider");

namespace {

// The real time, plus what the test skips of it.
class SkippingClock final : public base::Clock {
  public:
    base::WallTime now() const override { return system_.now() + skipped_; }
    base::SteadyTime steady() const override { return system_.steady() + skipped_; }
    void skip(std::chrono::seconds by) { skipped_ += by; }

  private:
    base::SystemClock system_;
    std::chrono::seconds skipped_{0};
};

class Provider {
  public:
    Provider() : child_({child::node_path(), SALLYPORT_SOURCE_ROOT "/tests/provider/op.mjs", "0"}) {
        http::Settings settings;
        settings.plain = http::PlainHttp::OnLoopback;
        client_ = http::Client::open(settings).value();
        issuer_ = child::text_member(child_.read_line(20000), "issuer");
        REQUIRE(!issuer_.empty());
    }
    const std::string &issuer() const { return issuer_; }
    http::Client &client() { return *client_; }

    std::string control(const std::string &path, const std::string &body = "{}") {
        const auto response =
            client_->fetch({http::Method::Post, issuer_ + "/_test/" + path, {}, body});
        REQUIRE(response.ok());
        REQUIRE(response->status == 200);
        return response->body;
    }
    std::string mint(const std::string &arguments) {
        return child::text_member(control("mint", arguments), "token");
    }
    int answer(const oidc::Prompt &prompt, const std::string &person, const std::string &yes) {
        return child::run({"python3", SALLYPORT_SOURCE_ROOT "/tests/provider/approve.py",
                           prompt.url, prompt.code, person, yes});
    }

  private:
    child::Child child_;
    std::unique_ptr<http::Client> client_;
    std::string issuer_;
};

struct Party {
    explicit Party(Provider &provider, const std::string &client_id = "sallyport-cli",
                   const std::function<void(oidc::Settings &)> &change = {})
        : provider_(provider), issuer(settings_of(provider, client_id, change), signatures, clock) {
    }

    static oidc::Settings settings_of(Provider &provider, const std::string &client_id,
                                      const std::function<void(oidc::Settings &)> &change) {
        oidc::Settings settings;
        settings.name = "demo";
        settings.issuer = provider.issuer();
        settings.client_id = client_id;
        settings.plain = http::PlainHttp::OnLoopback;
        settings.scopes = {"openid", "profile", "email", "groups"};
        if (change)
            change(settings);
        REQUIRE(oidc::check(settings).ok());
        return settings;
    }
    // What `identity` does.
    wire::FetchAnswer fetch(const wire::FetchAsk &ask) {
        const auto request = oidc::http_request(ask, issuer.settings(), {});
        REQUIRE(request.ok());
        return oidc::fetch_answer(1,
                                  provider_.client().fetch(*request, oidc::http_limits(ask.kind)));
    }
    base::Status serve() {
        for (auto ask = issuer.next(); ask; ask = issuer.next())
            if (auto status = issuer.answered(fetch(*ask)); !status.ok())
                return status;
        return base::success();
    }
    // One login from its first ask to its end.
    void log_in(oidc::DeviceFlow &flow, const std::string &person, const std::string &yes) {
        REQUIRE(serve().ok());
        bool answered = false;
        for (int turn = 0; turn < 50 && !flow.end(); ++turn) {
            if (const auto ask = flow.next()) {
                flow.answered(fetch(*ask));
                REQUIRE(serve().ok());
            } else {
                clock.skip(1s);
            }
            if (flow.prompt() && !answered && turn > 8) { // after one poll that is pending
                CHECK(provider_.answer(*flow.prompt(), person, yes) == 0);
                answered = true;
            }
        }
    }
    std::string verify(const std::string &token) {
        const auto person = issuer.verify(token);
        return person.ok() ? "accepted" : person.error().message;
    }

    Provider &provider_;
    SkippingClock clock;
    crypto::JwkSignatures signatures;
    oidc::Issuer issuer;
};

std::string claims(Provider &provider, const std::string &replaced = {},
                   const std::string &member = {}) {
    const auto now = base::unix_seconds(base::SystemClock().now());
    const std::pair<const char *, std::string> all[] = {
        {"iss", "\"iss\":\"" + provider.issuer() + '"'},
        {"sub", R"("sub":"alice")"},
        {"aud", R"("aud":"sallyport-cli")"},
        {"exp", "\"exp\":" + std::to_string(now + 300)},
        {"iat", "\"iat\":" + std::to_string(now)},
        {"groups", R"("groups":["ops"])"}};
    std::string text;
    for (const auto &[name_of_row, value_of_row] : all) {
        const auto &name = name_of_row;
        const auto &value = value_of_row;

        const std::string &piece = name == replaced ? member : value;
        if (!piece.empty())
            text += (text.empty() ? "" : ",") + piece;
    }
    if (replaced.empty() && !member.empty())
        text += ',' + member;
    return '{' + text + '}';
}
std::string quoted(const std::string &text) {
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return result + '"';
}

bool tools_are_there() {
    if (!child::node_path().empty())
        return true;
    const char *required = std::getenv("SALLYPORT_REQUIRE_TOOLS");
    REQUIRE_MESSAGE((required == nullptr || std::string(required) != "1"),
                    "run `npm ci --ignore-scripts` in tests/provider");
    MESSAGE("skipped: run `npm ci --ignore-scripts` in tests/provider");
    return false;
}

} // namespace

TEST_CASE("a person logs in with a token of each algorithm that the provider signs with") {
    if (!tools_are_there())
        return;
    Provider provider;
    const std::pair<const char *, jwt::Algorithm> table[] = {
        {"sallyport-cli", jwt::Algorithm::RS256},   {"sallyport-ps256", jwt::Algorithm::PS256},
        {"sallyport-es256", jwt::Algorithm::ES256}, {"sallyport-es384", jwt::Algorithm::ES384},
        {"sallyport-eddsa", jwt::Algorithm::EdDSA},
    };
    for (const auto &[client_id_of_row, algorithm_of_row] : table) {
        const auto &client_id = client_id_of_row;
        const auto &algorithm = algorithm_of_row;

        const auto only = algorithm;
        Party party(provider, client_id, [only](oidc::Settings &s) { s.algorithms = {only}; });
        oidc::DeviceFlow flow(party.issuer, party.clock);
        party.log_in(flow, "alice", "yes");
        REQUIRE_MESSAGE(flow.end() == FlowEnd::Proven, client_id << ": " << flow.message());
        CHECK(flow.person().person == "alice");
        CHECK(flow.person().subject == "alice");
        CHECK(flow.person().groups == std::vector<std::string>{"dev", "ops"});
    }
}

TEST_CASE("no is no, and a login that nobody confirms ends") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    oidc::DeviceFlow refused(party.issuer, party.clock);
    party.log_in(refused, "alice", "no");
    CHECK(refused.end() == FlowEnd::Denied);
    oidc::DeviceFlow forgotten(party.issuer, party.clock);
    for (int i = 0; i < 400 && !forgotten.end(); ++i) {
        if (const auto ask = forgotten.next())
            forgotten.answered(party.fetch(*ask));
        else
            party.clock.skip(5s);
    }
    CHECK(forgotten.end() == FlowEnd::Expired);
}

TEST_CASE("a device code is good for one token, and for its own client") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    REQUIRE(party.serve().ok());
    const auto device =
        oidc::read_device_authorization(party.fetch(oidc::device_authorization_ask(
                                            party.issuer.settings(), *party.issuer.metadata())),
                                        party.issuer.settings())
            .value();
    const auto poll = [&](Party &of) {
        return oidc::read_token(of.fetch(
            oidc::token_ask(of.issuer.settings(), *party.issuer.metadata(), device.device_code)));
    };
    CHECK(poll(party).state == oidc::TokenState::Pending);
    CHECK(provider.answer({device.verification_url, device.user_code, "", 0s}, "bob", "yes") == 0);
    Party other(provider, "other-app");
    CHECK(poll(other).state == oidc::TokenState::Spent);
    const auto token = poll(party);
    REQUIRE(token.state == oidc::TokenState::Issued);
    CHECK(poll(party).state == oidc::TokenState::Spent);
    const std::string text(base::as_text(token.id_token.reveal()));
    CHECK(other.serve().ok());
    CHECK(other.verify(text) == "token is for another audience");
    CHECK(party.issuer.verify(text)->groups == std::vector<std::string>{"ops", "sre"});
    CHECK(party.verify(text) == "token was used before");
}

TEST_CASE("bad tokens are refused although the provider's own signature is on them") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    REQUIRE(party.serve().ok());
    const auto now = base::unix_seconds(base::SystemClock().now());
    const auto minted = [&](const std::string &text, const std::string &more = {}) {
        return party.verify(provider.mint("{\"payload\":" + quoted(text) + more + '}'));
    };
    const auto with = [&](const std::string &name, const std::string &member) {
        return minted(claims(provider, name, member));
    };
    CHECK(minted(claims(provider)) == "accepted");
    CHECK(with("aud", R"("aud":["sallyport-cli"])") == "accepted");
    CHECK(with("", R"("azp":"sallyport-cli","at_hash":"unused")") == "accepted");
    for (const char *algorithm : {"PS256", "ES256", "ES384", "EdDSA"})
        CHECK_MESSAGE(minted(claims(provider), std::string(",\"alg\":\"") + algorithm + '"') ==
                          "accepted",
                      algorithm);
    CHECK(minted(claims(provider), R"(,"alg":"EdDSA","header":{"alg":"Ed25519"})") == "accepted");

    CHECK(with("aud", R"("aud":"other-app")") == "token is for another audience");
    CHECK(with("iss", "\"iss\":\"" + provider.issuer() + "/\"") == "token is of another issuer");
    CHECK(with("exp", "\"exp\":" + std::to_string(now - 61)) == "token has expired");
    CHECK(with("iat", "\"iat\":" + std::to_string(now - 700)) == "token is not fresh");
    CHECK(with("iat", "\"iat\":" + std::to_string(now + 120)) == "token was issued in the future");
    CHECK(with("iat", "") == "token's times are missing or malformed");
    CHECK(with("exp", "") == "token's times are missing or malformed");
    CHECK(with("", "\"nbf\":" + std::to_string(now + 120)) == "token is not valid yet");
    CHECK(with("", R"("azp":"other-app")") == "token was issued to another party");
    CHECK(with("aud", R"("aud":["sallyport-cli","other-app"],"azp":"sallyport-cli")") ==
          "token is also for an audience that is not trusted");
    CHECK(with("", R"("nonce":"unasked")") == "token's nonce is not the one of this login");
    CHECK(with("", R"("sub":"bob")") == "token claims are malformed"); // a second `sub`
    CHECK(with("groups", R"("_claim_names":{"groups":"src1"},"_claim_sources":{})")
              .starts_with("you are in too many groups"));
    CHECK(with("groups", "").starts_with("the identity provider sends no groups"));

    CHECK(minted(claims(provider), R"(,"header":{"crit":["exp"]})") ==
          "token has a critical header");
    CHECK(minted(claims(provider), R"(,"header":{"typ":"at+jwt"})") == "token is not of type JWT");
    CHECK(minted(claims(provider), R"(,"header":{"kid":"ES256-1"})") ==
          "token's key does not fit its algorithm");
    CHECK(minted(claims(provider), R"(,"header":{"kid":"PS256-1"})") ==
          "token's key does not fit its algorithm"); // the key's `alg` is another
    CHECK(minted(claims(provider), R"(,"header":{"alg":"RS384"})") ==
          "token's key does not fit its algorithm");
    CHECK(minted(claims(provider), R"(,"header":{"kid":"nobody"})") ==
          "token's key is not in the issuer's key set");
    CHECK(minted(claims(provider), R"(,"header":{"alg":"none"})") ==
          "token's algorithm is not allowed");
    CHECK(minted(claims(provider), R"(,"alg":"HS256")") == "token's algorithm is not allowed");
    CHECK(minted(claims(provider),
                 R"(,"header_text":"{\"alg\":\"RS256\",\"kid\":\"RS256-1\",\"alg\":\"RS256\"}")") ==
          "token header is malformed");
    Party narrow(provider, "sallyport-cli",
                 [](oidc::Settings &s) { s.algorithms = {jwt::Algorithm::ES256}; });
    REQUIRE(narrow.serve().ok());
    CHECK(narrow.verify(provider.mint("{\"payload\":" + quoted(claims(provider)) + '}')) ==
          "token's algorithm is not allowed");
}

TEST_CASE("several audiences need an authorized party") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider, "sallyport-cli",
                [](oidc::Settings &s) { s.trusted_audiences = {"other-app"}; });
    REQUIRE(party.serve().ok());
    const auto verify = [&](const std::string &member) {
        return party.verify(
            provider.mint("{\"payload\":" + quoted(claims(provider, "aud", member)) + '}'));
    };
    CHECK(verify(R"("aud":["sallyport-cli","other-app"])") ==
          "token has several audiences and no authorized party");
    CHECK(verify(R"("aud":["sallyport-cli","other-app"],"azp":"sallyport-cli")") == "accepted");
}

TEST_CASE("a signature with one bit changed is refused in every algorithm") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    REQUIRE(party.serve().ok());
    for (const char *algorithm : {"RS256", "PS256", "ES256", "ES384", "EdDSA"}) {
        const std::string token = provider.mint("{\"payload\":" + quoted(claims(provider)) +
                                                ",\"alg\":\"" + algorithm + "\"}");
        const std::size_t dot = token.rfind('.');
        base::Bytes signature = base::from_base64url(token.substr(dot + 1)).value();
        signature[signature.size() / 3] ^= 4;
        CHECK_MESSAGE(party.verify(token.substr(0, dot + 1) + base::base64url(signature)) ==
                          "token's signature is wrong",
                      algorithm);
        CHECK_MESSAGE(party.verify(token) == "accepted", algorithm);
    }
}

TEST_CASE("keys rotate: the new one is fetched once, a dropped one no longer verifies") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    REQUIRE(party.serve().ok());
    CHECK(party.issuer.take_added_keys().size() == 5);
    const auto token = [&] {
        return provider.mint("{\"payload\":" + quoted(claims(provider)) + '}');
    };
    const std::string old_one = token();
    provider.control("rotate?drop=1");
    CHECK(party.verify(token()) == "token's key is not in the issuer's key set");
    CHECK(!party.issuer.next()); // the set is not a minute old
    party.clock.skip(61s);
    CHECK(party.verify(token()) == "token's key is not in the issuer's key set");
    REQUIRE(party.serve().ok());
    CHECK(party.verify(token()) == "accepted");
    CHECK(party.verify(old_one) == "token's key is not in the issuer's key set");
    CHECK(party.issuer.take_added_keys().size() == 5);
}

TEST_CASE("while the key set cannot be read the last good one serves") {
    if (!tools_are_there())
        return;
    Provider provider;
    Party party(provider);
    REQUIRE(party.serve().ok());
    provider.control("jwks_fail?n=1");
    party.clock.skip(61s);
    CHECK(party.verify(provider.mint("{\"payload\":" + quoted(claims(provider)) +
                                     R"(,"header":{"kid":"new"}})")) ==
          "token's key is not in the issuer's key set");
    CHECK(!party.serve().ok());
    CHECK(party.issuer.health() == oidc::Health::Degraded);
    CHECK(party.verify(provider.mint("{\"payload\":" + quoted(claims(provider)) + '}')) ==
          "accepted");
    party.clock.skip(5s);
    CHECK(party.serve().ok());
    CHECK(party.issuer.health() == oidc::Health::Fresh);
}

TEST_CASE("an unverified address does not make mallory alice") {
    if (!tools_are_there())
        return;
    Provider provider;
    const auto by_email = [](oidc::Settings &s) {
        s.claims.person = "/email";
        s.claims.email_domains = {"example.com"};
    };
    Party party(provider, "sallyport-cli", by_email);
    oidc::DeviceFlow flow(party.issuer, party.clock);
    party.log_in(flow, "mallory", "yes");
    CHECK(flow.end() == FlowEnd::Refused);
    CHECK(flow.message() ==
          "your e-mail address is not verified at the identity provider, or of another domain");
    Party again(provider, "sallyport-cli", by_email);
    oidc::DeviceFlow alice(again.issuer, again.clock);
    again.log_in(alice, "alice", "yes");
    REQUIRE(alice.end() == FlowEnd::Proven);
    CHECK(alice.person().person == "alice@example.com");
}
TEST_SUITE_END();
