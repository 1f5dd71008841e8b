// SPDX-License-Identifier: Apache-2.0
// What the administrator says about one OpenID issuer. Values; any thread.
#pragma once
#include "sallyport/http/message.hpp"
#include "sallyport/jwt/verify.hpp"

namespace sallyport::oidc {

enum class ClientAuthentication : std::uint8_t { None, SecretBasic, SecretPost };

// How claims become a person and groups.
struct ClaimMapping {
    std::string person = "/sub"; // JSON pointer to the claim that names the person
    std::string groups = "/groups";
    bool groups_optional = false;           // false: a token without the claim is refused
    std::string domain;                     // appended as `@domain` to a name that has none
    std::vector<std::string> email_domains; // for a person claim called `email`: whom to believe
};

struct Settings {
    std::string name; // [a-z0-9-]{1,32}; in events, and `via=oidc:NAME` in certificates
    std::string issuer, client_id;
    ClientAuthentication authentication = ClientAuthentication::None;
    std::vector<std::string> scopes{"openid", "profile", "groups"};
    std::vector<jwt::Algorithm> algorithms = jwt::all_algorithms();
    std::chrono::seconds max_age{600}; // of a token's `iat`
    std::vector<std::string> trusted_audiences;
    std::optional<std::chrono::seconds> max_auth_age;
    std::vector<std::string> acr, amr;
    std::vector<std::string> origins; // where endpoints may lie beside the issuer's own origin
    http::PlainHttp plain = http::PlainHttp::Never; // tests only
    ClaimMapping claims;
};

// InvalidInput with the first fault in words for the administrator.
base::Status check(const Settings &settings);
// Whether `url` may be fetched for this issuer: a well formed endpoint in an origin of it.
base::Status check_origin(const Settings &settings, std::string_view url);

} // namespace sallyport::oidc
