// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"
#include "sallyport/oidc/protocol.hpp"

namespace sallyport::oidc {
namespace {

constexpr std::size_t max_form_bytes = 16 * 1024;
constexpr std::string_view device_grant = "urn:ietf:params:oauth:grant-type:device_code";

std::string discovery_url(const Settings &settings) {
    std::string url = settings.issuer;
    if (url.ends_with('/')) // section 4: "any terminating / MUST be removed"
        url.pop_back();
    return url + "/.well-known/openid-configuration";
}

wire::FetchAsk ask_of(const Settings &settings, wire::FetchKind kind, std::string url) {
    wire::FetchAsk ask;
    ask.issuer = settings.name;
    ask.kind = kind;
    ask.url = std::move(url);
    return ask;
}

bool is_post(wire::FetchKind kind) {
    switch (kind) {
    case wire::FetchKind::Discovery:
    case wire::FetchKind::KeySet:
        return false;
    case wire::FetchKind::DeviceAuthorization:
    case wire::FetchKind::DeviceToken:
        return true;
    }
    return false;
}

// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
std::string basic(const std::string &client_id, std::string_view secret) {
    return "Basic " + base::base64(base::as_bytes(http::percent_encode(client_id) + ':' +
                                                  http::percent_encode(secret)));
}

} // namespace

wire::FetchAsk discovery_ask(const Settings &settings) {
    return ask_of(settings, wire::FetchKind::Discovery, discovery_url(settings));
}

wire::FetchAsk key_set_ask(const Settings &settings, const Metadata &metadata) {
    return ask_of(settings, wire::FetchKind::KeySet, metadata.key_set_url);
}

wire::FetchAsk device_authorization_ask(const Settings &settings, const Metadata &metadata) {
    std::string scopes;
    for (const std::string &scope : settings.scopes)
        scopes += (scopes.empty() ? "" : " ") + scope;
    auto ask =
        ask_of(settings, wire::FetchKind::DeviceAuthorization, metadata.device_authorization_url);
    ask.form = {{"client_id", settings.client_id}, {"scope", scopes}};
    return ask;
}

wire::FetchAsk token_ask(const Settings &settings, const Metadata &metadata,
                         std::string_view device_code) {
    auto ask = ask_of(settings, wire::FetchKind::DeviceToken, metadata.token_url);
    ask.form = {{"grant_type", std::string(device_grant)},
                {"device_code", std::string(device_code)},
                {"client_id", settings.client_id}};
    return ask;
}

base::Result<http::Request> http_request(const wire::FetchAsk &ask, const Settings &settings,
                                         base::BytesView secret) {
    if (ask.issuer != settings.name || is_post(ask.kind) == ask.form.empty())
        return base::invalid("the question to the identity provider is malformed");
    SALLYPORT_CHECK(check_origin(settings, ask.url));
    if (ask.kind == wire::FetchKind::Discovery && ask.url != discovery_url(settings))
        return base::invalid("the question to the identity provider is malformed");
    http::Request request;
    request.url = ask.url;
    request.headers.push_back({"Accept", "application/json"});
    if (!is_post(ask.kind))
        return request;
    request.method = http::Method::Post;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    std::vector<std::pair<std::string, std::string>> fields;
    for (const model::EnvironmentEntry &entry : ask.form) {
        // what authenticates the client is added here and nowhere else
        if (entry.name == "client_secret" || entry.name.starts_with("client_assertion"))
            return base::invalid("the question to the identity provider is malformed");
        fields.emplace_back(entry.name, entry.value);
    }
    if (settings.authentication == ClientAuthentication::SecretBasic)
        request.headers.push_back(
            {"Authorization", basic(settings.client_id, base::as_text(secret))});
    if (settings.authentication == ClientAuthentication::SecretPost)
        fields.emplace_back("client_secret", base::to_text(secret));
    request.body = http::form(fields);
    if (request.body.size() > max_form_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the question is too long");
    return request;
}

http::Limits http_limits(wire::FetchKind) {
    return {}; // 5 s, 10 s and 256 KiB are http's own defaults and right for all of them
}

wire::FetchAnswer fetch_answer(std::uint64_t call, const base::Result<http::Response> &response) {
    wire::FetchAnswer answer;
    answer.call = call;
    if (!response.ok()) {
        answer.error = response.error().message;
        return answer;
    }
    answer.status = response->status;
    answer.body = base::to_bytes(response->body);
    const std::string *cache = http::find_header(*response, "cache-control");
    if (cache && cache->size() <= 1024)
        answer.cache_control = *cache;
    return answer;
}

} // namespace sallyport::oidc
