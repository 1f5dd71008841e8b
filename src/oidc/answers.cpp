// SPDX-License-Identifier: Apache-2.0
#include "sallyport/oidc/protocol.hpp"

#include <algorithm>

namespace sallyport::oidc {
namespace {

constexpr std::size_t max_answer_bytes = 256 * 1024;
constexpr std::size_t max_device_code_bytes = 4096;
constexpr std::size_t max_user_code_bytes = 64;
constexpr std::size_t max_shown_url_bytes = 512;
constexpr std::int64_t max_seconds = 24 * 3600;

base::Error unavailable(std::string message) {
    return base::fail(base::ErrorCode::Unavailable, std::move(message));
}
base::Error denied(std::string message) {
    return base::fail(base::ErrorCode::Denied, std::move(message));
}

base::Result<jwt::Json> read_object(const wire::FetchAnswer &answer) {
    auto document = jwt::parse_json(base::as_text(answer.body), {max_answer_bytes, 16});
    if (!document.ok() || !document->object())
        return unavailable("the identity provider's answer is no JSON object");
    return document;
}

base::Result<jwt::Json> read_success(const wire::FetchAnswer &answer) {
    if (!answer.error.empty())
        return unavailable("the identity provider cannot be reached: " + answer.error);
    if (answer.status != 200)
        return unavailable("the identity provider answers with status " +
                           std::to_string(answer.status));
    return read_object(answer);
}

const std::string *text_member(const jwt::Json &object, std::string_view name) {
    const jwt::Json *member = object.find(name);
    return member ? member->text() : nullptr;
}

// A code of the provider's: shown to a person or sent back, so it is kept to visible ASCII.
base::Result<std::string> read_code(const jwt::Json &object, std::string_view name,
                                    std::size_t limit) {
    const std::string *text = text_member(object, name);
    if (!text || text->empty() || text->size() > limit ||
        !std::all_of(text->begin(), text->end(), [](char c) { return c > ' ' && c < 0x7f; }))
        return unavailable("the identity provider's answer lacks a well formed `" +
                           std::string(name) + "`");
    return *text;
}

base::Result<std::string> read_endpoint(const jwt::Json &object, std::string_view name,
                                        const Settings &settings) {
    const std::string *url = text_member(object, name);
    if (!url)
        return unavailable("the identity provider has no `" + std::string(name) + "`");
    const auto status = check_origin(settings, *url);
    if (!status.ok())
        return denied('`' + std::string(name) + "`: " + status.error().message);
    return *url;
}

std::optional<std::chrono::seconds> read_seconds(const jwt::Json &object, std::string_view name) {
    const jwt::Json *member = object.find(name);
    const std::int64_t *value = member ? member->integer() : nullptr;
    if (!value || *value < 0)
        return std::nullopt;
    return std::chrono::seconds(std::min(*value, max_seconds));
}

TokenState state_of(std::string_view error) {
    if (error == "authorization_pending")
        return TokenState::Pending;
    if (error == "slow_down")
        return TokenState::SlowDown;
    if (error == "access_denied")
        return TokenState::Denied;
    if (error == "expired_token")
        return TokenState::Expired;
    if (error == "invalid_grant")
        return TokenState::Spent;
    if (error == "invalid_client" || error == "unauthorized_client" ||
        error == "unsupported_grant_type" || error == "invalid_scope" || error == "invalid_request")
        return TokenState::Misset;
    if (error == "temporarily_unavailable" || error == "server_error")
        return TokenState::Unavailable;
    return TokenState::Refused;
}

bool is_error_code(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

} // namespace

base::Result<Metadata> read_metadata(const wire::FetchAnswer &answer, const Settings &settings) {
    SALLYPORT_TRY(const jwt::Json object, read_success(answer));
    const std::string *issuer = text_member(object, "issuer");
    if (!issuer || *issuer != settings.issuer)
        return denied("the identity provider calls itself by another issuer name");
    Metadata metadata;
    SALLYPORT_TRY(metadata.key_set_url, read_endpoint(object, "jwks_uri", settings));
    SALLYPORT_TRY(metadata.token_url, read_endpoint(object, "token_endpoint", settings));
    SALLYPORT_TRY(metadata.device_authorization_url,
                  read_endpoint(object, "device_authorization_endpoint", settings));
    return metadata;
}

base::Result<jwt::KeySet> read_key_set(const wire::FetchAnswer &answer) {
    SALLYPORT_TRY(const jwt::Json object, read_success(answer));
    return jwt::parse_key_set(base::as_text(answer.body));
}

base::Result<DeviceAuthorization> read_device_authorization(const wire::FetchAnswer &answer,
                                                            const Settings &settings) {
    if (answer.error.empty() && answer.status >= 400 && answer.status < 500)
        return denied("the identity provider does not let this client log people in");
    SALLYPORT_TRY(const jwt::Json object, read_success(answer));
    DeviceAuthorization device;
    SALLYPORT_TRY(device.device_code, read_code(object, "device_code", max_device_code_bytes));
    SALLYPORT_TRY(device.user_code, read_code(object, "user_code", max_user_code_bytes));
    SALLYPORT_TRY(device.verification_url,
                  read_code(object, "verification_uri", max_shown_url_bytes));
    // Shown to a person, never fetched: it may lie elsewhere, but not without TLS.
    if (!http::check_endpoint(device.verification_url, settings.plain).ok())
        return denied("the identity provider sends people to an address that is not https");
    const std::string *complete = text_member(object, "verification_uri_complete");
    if (complete && complete->size() <= max_shown_url_bytes &&
        http::check_endpoint(*complete, settings.plain).ok())
        device.complete_url = *complete;
    const auto expires = read_seconds(object, "expires_in");
    if (!expires || expires->count() == 0)
        return unavailable("the identity provider's answer lacks a well formed `expires_in`");
    device.expires_in = *expires;
    // RFC 8628 section 3.2: "If no value is provided, clients MUST use 5 as the default."
    if (const auto interval = read_seconds(object, "interval"); interval && interval->count() > 0)
        device.interval = *interval;
    return device;
}

TokenAnswer read_token(const wire::FetchAnswer &answer) {
    TokenAnswer token;
    if (!answer.error.empty())
        return token;
    const auto object = read_object(answer);
    if (!object.ok())
        return token;
    if (answer.status == 200) {
        const std::string *text = text_member(*object, "id_token");
        if (text && !text->empty()) {
            token.state = TokenState::Issued;
            token.id_token = base::Secret(std::string_view(*text));
            return token;
        }
        token.state = TokenState::Misset;
        token.error = "no_id_token";
        return token;
    }
    const std::string *error = text_member(*object, "error");
    if (answer.status < 400 || answer.status >= 500 || !error)
        return token;
    token.state = state_of(*error);
    token.error = is_error_code(*error) ? *error : "unnamed";
    return token;
}

} // namespace sallyport::oidc
