// SPDX-License-Identifier: Apache-2.0
#include "provider_double.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace provider_double;
using oidc::TokenState;

TEST_SUITE_BEGIN("oidc.protocol");

namespace {
std::string with_issuer(const std::string &issuer, const std::string &keys) {
    return R"({"issuer":")" + issuer + R"(","jwks_uri":")" + keys +
           R"(","token_endpoint":"https://idp.example/token",)"
           R"("device_authorization_endpoint":"https://idp.example/device"})";
}
} // namespace

TEST_CASE("the discovery document lies under the issuer, with or without its last slash") {
    auto s = settings();
    CHECK(oidc::discovery_ask(s).url == "https://idp.example/.well-known/openid-configuration");
    s.issuer = "https://idp.example/realm/";
    CHECK(oidc::discovery_ask(s).url ==
          "https://idp.example/realm/.well-known/openid-configuration");
}

TEST_CASE("discovery: the issuer is the configured one byte for byte, endpoints are its own") {
    const auto s = settings();
    const auto good = oidc::read_metadata(answer(200, metadata_text), s).value();
    CHECK(good.key_set_url == "https://idp.example/jwks");
    CHECK(good.token_url == "https://idp.example/token");
    CHECK(good.device_authorization_url == "https://idp.example/device");
    using base::ErrorCode;
    const std::pair<std::string, ErrorCode> bad[] = {
        {with_issuer("https://idp.example/", "https://idp.example/jwks"), ErrorCode::Denied},
        {with_issuer("https://evil.example", "https://idp.example/jwks"), ErrorCode::Denied},
        {with_issuer("https://idp.example", "http://idp.example/jwks"), ErrorCode::Denied},
        {with_issuer("https://idp.example", "https://evil.example/jwks"), ErrorCode::Denied},
        {with_issuer("https://idp.example", "https://idp.example:444/jwks"), ErrorCode::Denied},
        {with_issuer("https://idp.example", "file:///etc/passwd"), ErrorCode::Denied},
        {"{}", ErrorCode::Denied},
        {R"({"issuer":"https://idp.example"})", ErrorCode::Unavailable},
        {"[]", ErrorCode::Unavailable},
        {"<html>", ErrorCode::Unavailable},
    };
    for (const auto &[text_of_row, code_of_row] : bad) {
        const auto &text = text_of_row;
        const auto &code = code_of_row;
        CHECK_MESSAGE(oidc::read_metadata(answer(200, text), s).error().code == code, text);
    }
    CHECK(!oidc::read_metadata(answer(302, metadata_text), s).ok());
    CHECK(!oidc::read_metadata(answer(500, metadata_text), s).ok());
    CHECK(!oidc::read_metadata(broken(), s).ok());
    auto wide = s;
    wide.origins = {"https://keys.example"};
    CHECK(oidc::read_metadata(
              answer(200, with_issuer("https://idp.example", "https://keys.example/jwks")), wide)
              .ok());
}

TEST_CASE("asks become requests only for the issuer's own addresses") {
    const auto s = settings();
    const oidc::Metadata metadata{"https://idp.example/jwks", "https://idp.example/device",
                                  "https://idp.example/token"};
    const auto get = oidc::http_request(oidc::key_set_ask(s, metadata), s, {}).value();
    CHECK(get.method == http::Method::Get);
    CHECK(get.url == "https://idp.example/jwks");
    CHECK(get.body.empty());
    const auto post =
        oidc::http_request(oidc::device_authorization_ask(s, metadata), s, {}).value();
    CHECK(post.method == http::Method::Post);
    CHECK(post.body == "client_id=sallyport-cli&scope=openid%20profile%20groups");
    const auto poll = oidc::http_request(oidc::token_ask(s, metadata, "d c"), s, {}).value();
    CHECK(poll.body == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&"
                       "device_code=d%20c&client_id=sallyport-cli");

    auto ask = oidc::key_set_ask(s, metadata);
    ask.url = "https://evil.example/jwks";
    CHECK(oidc::http_request(ask, s, {}).error().code == base::ErrorCode::Denied);
    ask.url = "http://169.254.169.254/latest";
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::discovery_ask(s);
    ask.url = "https://idp.example/other";
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::key_set_ask(s, metadata);
    ask.issuer = "another";
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::key_set_ask(s, metadata);
    ask.form = {{"a", "b"}};
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::token_ask(s, metadata, "dc");
    ask.form.clear();
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::token_ask(s, metadata, "dc");
    ask.form.push_back({"client_secret", "x"});
    CHECK(!oidc::http_request(ask, s, {}).ok());
    ask = oidc::token_ask(s, metadata, std::string(20000, 'x'));
    CHECK(oidc::http_request(ask, s, {}).error().code == base::ErrorCode::TooLarge);
}

TEST_CASE("the client secret is added in the configured way, and only to a post") {
    auto s = settings();
    s.authentication = oidc::ClientAuthentication::SecretBasic;
    const oidc::Metadata metadata{"https://idp.example/jwks", "https://idp.example/device",
                                  "https://idp.example/token"};
    const base::Bytes secret = base::to_bytes(std::string_view("p:w"));
    const auto basic = oidc::http_request(oidc::token_ask(s, metadata, "dc"), s, secret).value();
    CHECK(basic.headers.back() ==
          http::Header{"Authorization",
                       "Basic " + base::base64(base::as_bytes("sallyport-cli:p%3Aw"))});
    CHECK(oidc::http_request(oidc::key_set_ask(s, metadata), s, secret)->headers.size() == 1);
    s.authentication = oidc::ClientAuthentication::SecretPost;
    const auto post = oidc::http_request(oidc::token_ask(s, metadata, "dc"), s, secret).value();
    CHECK(post.body.ends_with("&client_secret=p%3Aw"));
}

TEST_CASE("the device answer is read, with 5 s where it names no interval") {
    const auto s = settings();
    const auto device = oidc::read_device_authorization(answer(200, device_text), s).value();
    CHECK(device.device_code == "dc");
    CHECK(device.user_code == "ABCD-EFGH");
    CHECK(device.verification_url == "https://idp.example/go");
    CHECK(device.complete_url == "https://idp.example/go?c=ABCD-EFGH");
    CHECK(device.expires_in.count() == 600);
    CHECK(device.interval.count() == 5);
}

TEST_CASE("a device answer that must not reach a terminal is refused") {
    const auto s = settings();
    const auto text = [](const std::string &code, const std::string &url,
                         const std::string &expires = "600") {
        return R"({"device_code":"dc","user_code":")" + code + R"(","verification_uri":")" + url +
               R"(","expires_in":)" + expires + '}';
    };
    const std::string good = "https://idp.example/go";
    CHECK(oidc::read_device_authorization(answer(200, text("AB", good)), s).ok());
    for (const std::string &body :
         {text("A\\u001b[2J", good), text("A B", good), text("", good),
          text(std::string(65, 'A'), good), text("\\u202eAB", good),
          text("AB", "http://idp.example"), text("AB", "javascript:alert(1)"),
          text("AB", "https://idp.example/\\u001b[2J"), text("AB", "https://a@idp.example"),
          text("AB", good, "0"), text("AB", good, "-1"), text("AB", good, "\"600\""),
          std::string("{}"), std::string("[]")})
        CHECK_MESSAGE(!oidc::read_device_authorization(answer(200, body), s).ok(), body);
    CHECK(oidc::read_device_authorization(answer(400, R"({"error":"invalid_client"})"), s)
              .error()
              .code == base::ErrorCode::Denied);
    CHECK(oidc::read_device_authorization(answer(503, ""), s).error().code ==
          base::ErrorCode::Unavailable);
    CHECK(oidc::read_device_authorization(broken(), s).error().code ==
          base::ErrorCode::Unavailable);
}

TEST_CASE("each error of the token endpoint has its meaning") {
    const std::pair<const char *, TokenState> table[] = {
        {"authorization_pending", TokenState::Pending},
        {"slow_down", TokenState::SlowDown},
        {"access_denied", TokenState::Denied},
        {"expired_token", TokenState::Expired},
        {"invalid_grant", TokenState::Spent},
        {"invalid_client", TokenState::Misset},
        {"unauthorized_client", TokenState::Misset},
        {"unsupported_grant_type", TokenState::Misset},
        {"temporarily_unavailable", TokenState::Unavailable},
        {"something_new", TokenState::Refused},
        {"\\u001b[31mred", TokenState::Refused},
    };
    for (const auto &[error_of_row, state_of_row] : table) {
        const auto &error = error_of_row;
        const auto &state = state_of_row;

        const auto token = oidc::read_token(answer(
            400, R"({"error_description":"\u001b[2J","error":")" + std::string(error) + "\"}"));
        CHECK_MESSAGE(token.state == state, error);
        CHECK(token.error.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a token answer without a token or without sense issues nothing") {
    const auto issued = oidc::read_token(answer(200, R"({"access_token":"a","id_token":"t"})"));
    CHECK(issued.state == TokenState::Issued);
    CHECK(base::as_text(issued.id_token.reveal()) == "t");
    CHECK(oidc::read_token(answer(200, R"({"access_token":"a"})")).state == TokenState::Misset);
    CHECK(oidc::read_token(answer(200, R"({"id_token":""})")).state == TokenState::Misset);
    CHECK(oidc::read_token(answer(200, R"({"id_token":7})")).state == TokenState::Misset);
    for (const auto &bad :
         {answer(200, "x"), answer(200, "[]"), answer(400, "<html>"), answer(400, "{}"),
          answer(502, R"({"error":"access_denied"})"), answer(302, R"({"id_token":"t"})"), broken(),
          answer(400, R"({"error":"slow_down","error":"access_denied"})")})
        CHECK(oidc::read_token(bad).state == TokenState::Unavailable);
}
TEST_SUITE_END();
