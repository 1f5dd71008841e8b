// SPDX-License-Identifier: Apache-2.0
#include "provider_double.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("oidc.person");

namespace {

base::Result<oidc::ProvenPerson> map(const std::string &claims,
                                     const oidc::Settings &settings = provider_double::settings()) {
    jwt::Claims verified;
    verified.issuer = "https://idp.example";
    verified.subject = "s1";
    verified.all = jwt::parse_json(claims, {1024 * 1024, 16}).value();
    return oidc::map_claims(settings, verified);
}
oidc::Settings with(const std::string &person, const std::string &groups = "/groups") {
    auto settings = provider_double::settings();
    settings.claims.person = person;
    settings.claims.groups = groups;
    return settings;
}
std::string many_groups(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += (i == 0 ? "\"g" : ",\"g") + std::to_string(i) + '"';
    return R"({"sub":"alice","groups":[)" + list + "]}";
}

} // namespace

TEST_CASE("person and groups come from their claims") {
    const auto person = map(R"({"sub":"alice","groups":["ops","dev","ops","/eng/db"]})").value();
    CHECK(person.person == "alice");
    CHECK(person.subject == "s1");
    CHECK(person.issuer_name == "demo");
    CHECK(person.groups == std::vector<std::string>{"/eng/db", "dev", "ops"});
    CHECK(person.groups_left_out == 0);
    CHECK(map(R"({"sub":"alice","groups":"ops"})")->groups == std::vector<std::string>{"ops"});
    CHECK(map(R"({"sub":"alice","groups":[]})")->groups.empty());
}

TEST_CASE("nested claims are reached by their pointer") {
    const auto settings = with("/x/name", "/realm_access/roles");
    const auto person =
        map(R"({"x":{"name":"alice"},"realm_access":{"roles":["dev"]}})", settings).value();
    CHECK(person.person == "alice");
    CHECK(person.groups == std::vector<std::string>{"dev"});
}

TEST_CASE("a name that is not one of ours is refused") {
    for (const char *name : {"Alice", "", "-a", "al ice", "a\\u0000", "\\u0430lice", "ci:deploy",
                             "ci:deploy@example.com", "a@b@c", "a\\nb", "alice@"})
        CHECK_MESSAGE(!map(R"({"groups":[],"sub":")" + std::string(name) + "\"}").ok(), name);
    for (const char *claims :
         {R"({"groups":[]})", R"({"groups":[],"sub":7})", R"({"groups":[],"sub":["alice"]})"})
        CHECK_MESSAGE(map(claims).error().code == base::ErrorCode::Denied, claims);
}

TEST_CASE("a domain is appended to a name without one and cannot smuggle a machine in") {
    auto settings = with("/sub");
    settings.claims.domain = "example.com";
    CHECK(map(R"({"sub":"alice","groups":[]})", settings)->person == "alice@example.com");
    CHECK(map(R"({"sub":"alice@other.com","groups":[]})", settings)->person == "alice@other.com");
    CHECK(!map(R"({"sub":"ci:x","groups":[]})", settings).ok());
}

TEST_CASE("an e-mail address names a person only if verified and of a listed domain") {
    auto settings = with("/email");
    settings.claims.email_domains = {"example.test"};
    CHECK(map(R"({"email":"alice@example.test","email_verified":true,"groups":[]})", settings)
              ->person == "alice@example.test");
    for (const char *claims : {
             R"({"email":"alice@example.test","email_verified":false,"groups":[]})", // mallory
             R"({"email":"alice@example.test","groups":[]})",
             R"({"email":"alice@example.test","email_verified":"true","groups":[]})",
             R"({"email":"alice@example.test","email_verified":1,"groups":[]})",
             R"({"email":"alice@evil.test","email_verified":true,"groups":[]})",
             R"({"email":"alice@example.test@evil.test","email_verified":true,"groups":[]})",
             R"({"email":"alice@sub.example.test","email_verified":true,"groups":[]})",
             R"({"email":"alice","email_verified":true,"groups":[]})",
             R"({"email":"@","email_verified":true,"groups":[]})",
         })
        CHECK_MESSAGE(!map(claims, settings).ok(), claims);
}

TEST_CASE("groups that are missing or replaced by a reference are never taken for none") {
    for (const char *claims : {
             R"({"sub":"alice"})",
             R"({"sub":"alice","hasgroups":true})",
             R"({"sub":"alice","_claim_names":{"groups":"src1"},"_claim_sources":{}})",
             R"({"sub":"alice","groups":[],"_claim_names":{"groups":"src1"}})",
             R"({"sub":"alice","groups":[],"_claim_names":"groups"})",
         })
        CHECK_MESSAGE(map(claims).error().code == base::ErrorCode::Denied, claims);
    auto optional = with("/sub");
    optional.claims.groups_optional = true;
    CHECK(map(R"({"sub":"alice"})", optional)->groups.empty());
    CHECK(!map(R"({"sub":"alice","hasgroups":true})", optional).ok());
    CHECK(!map(R"({"sub":"alice","_claim_names":{"groups":"src1"}})", optional).ok());
    CHECK(map(R"({"sub":"alice","groups":["a"],"_claim_names":{"other":"src1"}})").ok());
}

TEST_CASE("malformed groups are refused, unusable names are counted") {
    for (const char *claims :
         {R"({"sub":"alice","groups":{}})", R"({"sub":"alice","groups":7})",
          R"({"sub":"alice","groups":null})", R"({"sub":"alice","groups":["a",1]})",
          R"({"sub":"alice","groups":[["a"]]})"})
        CHECK_MESSAGE(!map(claims).ok(), claims);
    const auto person = map(R"({"sub":"alice","groups":["Domain Users","a,b","","ops"]})").value();
    CHECK(person.groups == std::vector<std::string>{"ops"});
    CHECK(person.groups_left_out == 3);
    CHECK(map(many_groups(2000))->groups.size() == 2000);
    CHECK(!map(many_groups(2001)).ok());
    CHECK(!map(R"({"sub":"alice","groups":[")" + std::string(257, 'g') + "\"]}").ok());
}

TEST_CASE("settings that cannot be right are refused") {
    CHECK(oidc::check(provider_double::settings()).ok());
    const auto bad = [](auto change) {
        auto settings = provider_double::settings();
        change(settings);
        return !oidc::check(settings).ok();
    };
    CHECK(bad([](auto &s) { s.name = ""; }));
    CHECK(bad([](auto &s) { s.name = "De mo"; }));
    CHECK(bad([](auto &s) { s.issuer = "http://idp.example"; }));
    CHECK(bad([](auto &s) { s.issuer = "http://127.0.0.1:1"; }));
    CHECK(bad([](auto &s) { s.issuer = "https://login.example/{tenantid}/v2.0"; }));
    CHECK(bad([](auto &s) { s.issuer = "https://idp.example?x"; }));
    CHECK(bad([](auto &s) { s.client_id = ""; }));
    CHECK(bad([](auto &s) { s.algorithms = {}; }));
    CHECK(bad([](auto &s) { s.scopes = {"profile"}; }));
    CHECK(bad([](auto &s) { s.scopes = {"openid", "a b"}; }));
    CHECK(bad([](auto &s) { s.claims.person = "sub"; }));
    CHECK(bad([](auto &s) { s.claims.groups = ""; }));
    CHECK(bad([](auto &s) { s.claims.person = "/email"; }));
    CHECK(bad([](auto &s) { s.claims.domain = "-x"; }));
    CHECK(bad([](auto &s) { s.origins = {"http://keys.example"}; }));
}
TEST_SUITE_END();
