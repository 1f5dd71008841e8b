// SPDX-License-Identifier: Apache-2.0
// The questions to an identity provider and its answers as values: discovery (OpenID Connect
// Discovery 1.0), key set, device authorization (RFC 8628). sallyportd makes the asks and reads the
// answers; `identity` turns an ask into HTTP and back, adds the client secret, and knows nothing
// else. Pure; any thread.
#pragma once
#include "sallyport/base/secret.hpp"
#include "sallyport/oidc/settings.hpp"
#include "sallyport/wire/service_edges.hpp"

namespace sallyport::oidc {

struct Metadata {
    std::string key_set_url, device_authorization_url, token_url;
    bool operator==(const Metadata &) const = default;
};

struct DeviceAuthorization {
    std::string device_code, user_code;
    std::string verification_url, complete_url; // complete_url may be empty
    std::chrono::seconds expires_in{0}, interval{5};
};

enum class TokenState : std::uint8_t {
    Issued,
    Pending,     // authorization_pending
    SlowDown,    // slow_down
    Denied,      // access_denied
    Expired,     // expired_token
    Spent,       // invalid_grant: the provider does not know the code, or no longer
    Misset,      // the bastion's registration at the provider is at fault
    Refused,     // any other error
    Unavailable, // no answer, or one that is none of these
};
struct TokenAnswer {
    TokenState state = TokenState::Unavailable;
    base::Secret id_token;
    std::string error; // the provider's error code if it is a known one; for logs
};

// The asks; `call` is left for the sender to number.
wire::FetchAsk discovery_ask(const Settings &settings);
wire::FetchAsk key_set_ask(const Settings &settings, const Metadata &metadata);
wire::FetchAsk device_authorization_ask(const Settings &settings, const Metadata &metadata);
wire::FetchAsk token_ask(const Settings &settings, const Metadata &metadata,
                         std::string_view device_code);

// `identity`'s part. Denied if the ask's URL is not of this issuer, InvalidInput if its fields are
// not those of its kind. `secret` is the client secret, empty for a public client.
base::Result<http::Request> http_request(const wire::FetchAsk &ask, const Settings &settings,
                                         base::BytesView secret);
http::Limits http_limits(wire::FetchKind kind);
wire::FetchAnswer fetch_answer(std::uint64_t call, const base::Result<http::Response> &response);

// The answers. Unavailable when the provider did not answer as it should, Denied when it answers
// what must not be believed (another issuer, an endpoint elsewhere or without TLS).
base::Result<Metadata> read_metadata(const wire::FetchAnswer &answer, const Settings &settings);
base::Result<jwt::KeySet> read_key_set(const wire::FetchAnswer &answer);
base::Result<DeviceAuthorization> read_device_authorization(const wire::FetchAnswer &answer,
                                                            const Settings &settings);
TokenAnswer read_token(const wire::FetchAnswer &answer);

} // namespace sallyport::oidc
