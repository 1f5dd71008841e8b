// SPDX-License-Identifier: Apache-2.0
#include "provider_double.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace provider_double;
using namespace std::chrono_literals;
using oidc::Health;
using wire::FetchKind;

TEST_SUITE_BEGIN("oidc.issuer");

namespace {

struct Fixture {
    FakeClock clock;
    FakeSignatures signatures;
    oidc::Issuer issuer{settings(), signatures, clock};

    void serve(const std::vector<std::string> &kids, const std::string &cache = {}) {
        for (auto ask = issuer.next(); ask; ask = issuer.next())
            CHECK(issuer
                      .answered(ask->kind == FetchKind::Discovery
                                    ? answer(200, metadata_text)
                                    : answer(200, keys_text(kids), cache))
                      .ok());
    }
    std::string text(const std::string &kid, const std::string &more = {}) const {
        return token(kid, R"(,"groups":["ops"])" + more, clock);
    }
};

} // namespace

TEST_CASE("endpoints come first, then keys, one ask at a time") {
    Fixture f;
    CHECK(f.issuer.health() == Health::Down);
    CHECK(f.issuer.next()->kind == FetchKind::Discovery);
    CHECK(!f.issuer.next());
    CHECK(f.issuer.busy());
    REQUIRE(f.issuer.answered(answer(200, metadata_text)).ok());
    CHECK(f.issuer.next()->kind == FetchKind::KeySet);
    CHECK(!f.issuer.next());
    REQUIRE(f.issuer.answered(answer(200, keys_text({"k1"}))).ok());
    CHECK(!f.issuer.next());
    CHECK(f.issuer.health() == Health::Fresh);
    CHECK(!f.issuer.answered(answer(200, keys_text({"k1"}))).ok());
    const auto person = f.issuer.verify(f.text("k1")).value();
    CHECK(person.person == "alice");
    CHECK(person.token_hash.size() == 64);
}

TEST_CASE("a token is good for one login") {
    Fixture f;
    f.serve({"k1"});
    const std::string text = f.text("k1");
    CHECK(f.issuer.verify(text).ok());
    CHECK(f.issuer.verify(text).error().message == "token was used before");
    CHECK(f.issuer.verify(f.text("k1", R"(,"jti":"2")")).ok());
}

TEST_CASE("a token that is refused stays usable for nothing") {
    Fixture f;
    f.serve({"k1"});
    const std::string text = token("k1", "", f.clock); // no groups
    CHECK(!f.issuer.verify(text).ok());
    CHECK(!f.issuer.verify(text).ok());
}

TEST_CASE("max-age of the keys is honoured between 5 min and 24 h, 1 h without") {
    const std::pair<const char *, std::chrono::seconds> table[] = {
        {"", 3600s},           {"max-age=60", 300s},       {"no-store", 300s},
        {"max-age=900", 900s}, {"max-age=999999", 86400s}, {"max-age=x", 3600s}};
    for (const auto &[header_of_row, age_of_row] : table) {
        const auto &header = header_of_row;
        const auto &age = age_of_row;

        Fixture f;
        f.serve({"k1"}, header);
        f.clock.advance(std::min<std::chrono::seconds>(age, 12h) - 1s);
        CHECK_MESSAGE(!f.issuer.next(), header);
        f.clock.advance(1s);
        const auto ask = f.issuer.next();
        REQUIRE_MESSAGE(ask, header);
        CHECK_MESSAGE((ask->kind == FetchKind::KeySet) == (age <= 12h), header);
    }
}

TEST_CASE("an unknown key id causes one fetch in 60 s and is remembered") {
    Fixture f;
    f.serve({"k1"});
    // the set is fresh: no fetch
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::Denied);
    CHECK(!f.issuer.next());
    f.clock.advance(61s);
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::NotFound);
    // others ask meanwhile: still one fetch
    CHECK(f.issuer.verify(f.text("k3")).error().code == base::ErrorCode::NotFound);
    REQUIRE(f.issuer.next()->kind == FetchKind::KeySet);
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::NotFound);
    CHECK(!f.issuer.next());
    REQUIRE(f.issuer.answered(answer(200, keys_text({"k1"}))).ok());
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::Denied);
    CHECK(!f.issuer.next());
    f.clock.advance(61s); // k2 is remembered as unknown, k4 is not
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::Denied);
    CHECK(!f.issuer.next());
    CHECK(f.issuer.verify(f.text("k4")).error().code == base::ErrorCode::NotFound);
    CHECK(f.issuer.next());
}

TEST_CASE(
    "after a rotation the next token fetches the new keys; a dropped key no longer verifies") {
    Fixture f;
    f.serve({"k1"});
    CHECK(f.issuer.take_added_keys().size() == 1);
    f.clock.advance(61s);
    CHECK(f.issuer.verify(f.text("k2")).error().code == base::ErrorCode::NotFound);
    f.serve({"k2"});
    CHECK(f.issuer.verify(f.text("k2")).ok());
    CHECK(f.issuer.verify(f.text("k1")).error().code == base::ErrorCode::Denied);
    const auto added = f.issuer.take_added_keys();
    REQUIRE(added.size() == 1);
    CHECK(added.at(0).kid == "k2");
    CHECK(!f.issuer.thumbprint(added.at(0)).empty());
    CHECK(f.issuer.take_added_keys().empty());
}

TEST_CASE("on errors the last good set serves for 24 h, with longer and longer pauses") {
    Fixture f;
    f.serve({"k1"});
    f.clock.advance(3600s);
    const std::chrono::seconds pauses[] = {5s, 10s, 20s, 40s, 60s, 60s};
    for (const auto pause : pauses) {
        REQUIRE(f.issuer.next());
        CHECK(!f.issuer.answered(answer(503, "")).ok());
        CHECK(f.issuer.health() == Health::Degraded);
        CHECK(!f.issuer.next());
        f.clock.advance(pause - 1s);
        CHECK(!f.issuer.next());
        f.clock.advance(1s);
    }
    CHECK(f.issuer.verify(f.text("k1")).ok());
    f.clock.advance(24h);
    CHECK(f.issuer.health() == Health::Down);
    CHECK(f.issuer.verify(f.text("k1")).error().code == base::ErrorCode::NotFound);
    f.serve({"k1"});
    CHECK(f.issuer.health() == Health::Fresh);
    CHECK(f.issuer.verify(f.text("k1", R"(,"jti":"2")")).ok());
}

TEST_CASE("a bad answer never replaces a good set") {
    for (const auto &bad : {answer(200, R"({"keys":[]})"), answer(200, "<html>"), broken(),
                            answer(404, keys_text({"k9"})), answer(302, keys_text({"k9"}))}) {
        Fixture f;
        f.serve({"k1"});
        f.clock.advance(3600s);
        REQUIRE(f.issuer.next());
        CHECK(!f.issuer.answered(bad).ok());
        CHECK(f.issuer.verify(f.text("k1")).ok());
    }
}

TEST_CASE("a stored set serves after a restart, unless it is too old, of the future or broken") {
    Fixture f;
    f.serve({"k1"});
    CHECK(f.issuer.take_changed());
    CHECK(!f.issuer.take_changed());
    const oidc::Snapshot snapshot = f.issuer.snapshot();
    oidc::Issuer later(settings(), f.signatures, f.clock);
    later.restore(snapshot);
    CHECK(later.verify(f.text("k1")).ok());
    CHECK(later.take_added_keys().empty());
    CHECK(later.next()->kind == FetchKind::Discovery); // and is refreshed all the same
    for (const oidc::Snapshot &bad :
         {oidc::Snapshot{snapshot.keys, f.clock.now() - 25h},
          oidc::Snapshot{snapshot.keys, f.clock.now() + 1s}, oidc::Snapshot{"x", f.clock.now()}}) {
        oidc::Issuer other(settings(), f.signatures, f.clock);
        other.restore(bad);
        CHECK(!other.has_keys());
    }
}

TEST_CASE("discovery by another issuer leaves the issuer down and is tried again") {
    Fixture f;
    REQUIRE(f.issuer.next());
    const auto status = f.issuer.answered(answer(200, R"({"issuer":"https://evil.example"})"));
    CHECK(status.error().message ==
          "issuer `demo`: the identity provider calls itself by another issuer name");
    CHECK(!f.issuer.metadata());
    CHECK(f.issuer.wake() == f.clock.steady() + 5s);
    f.clock.advance(5s);
    CHECK(f.issuer.next()->kind == FetchKind::Discovery);
}
TEST_SUITE_END();
