// SPDX-License-Identifier: Apache-2.0
#include "sallyport/oidc/settings.hpp"

#include "sallyport/model/principal.hpp"

#include <algorithm>

namespace sallyport::oidc {
namespace {

constexpr std::size_t max_name_bytes = 32;
constexpr std::size_t max_client_id_bytes = 256;

bool is_issuer_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name_bytes &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

base::Status check_client(const Settings &settings) {
    if (settings.client_id.empty() || settings.client_id.size() > max_client_id_bytes ||
        !is_visible(settings.client_id))
        return base::invalid("client id is missing or malformed");
    if (settings.algorithms.empty())
        return base::invalid("no signature algorithm is allowed");
    if (std::find(settings.scopes.begin(), settings.scopes.end(), "openid") ==
        settings.scopes.end())
        return base::invalid("scope `openid` is missing");
    for (const std::string &scope : settings.scopes)
        if (scope.empty() || !is_visible(scope))
            return base::invalid("a scope is malformed");
    return base::success();
}

base::Status check_mapping(const ClaimMapping &claims) {
    SALLYPORT_TRY(const auto person, jwt::parse_pointer(claims.person));
    SALLYPORT_TRY(const auto groups, jwt::parse_pointer(claims.groups));
    if (person.empty() || groups.empty())
        return base::invalid("a claim pointer names the whole token");
    if (!claims.domain.empty() && !model::is_person_name("a@" + claims.domain))
        return base::invalid("the domain of persons is malformed");
    if (person.back() == "email" && claims.email_domains.empty())
        return base::invalid("a person named by an e-mail address needs a list of domains");
    return base::success();
}

} // namespace

base::Status check(const Settings &settings) {
    if (!is_issuer_name(settings.name))
        return base::invalid("issuer has no name of small letters, digits and `-`");
    SALLYPORT_CHECK(http::check_endpoint(settings.issuer, settings.plain));
    // OpenID Connect Discovery 1.0 section 3: "no query or fragment components"
    if (settings.issuer.find_first_of("?{}") != std::string::npos)
        return base::invalid("issuer has a query or a template in it");
    for (const std::string &origin : settings.origins)
        SALLYPORT_CHECK(http::check_endpoint(origin, settings.plain));
    SALLYPORT_CHECK(check_client(settings));
    return check_mapping(settings.claims);
}

base::Status check_origin(const Settings &settings, std::string_view url) {
    SALLYPORT_CHECK(http::check_endpoint(url, settings.plain));
    SALLYPORT_TRY(const std::string origin, http::origin_of(url));
    const auto same = [&](const std::string &other) {
        const auto allowed = http::origin_of(other);
        return allowed.ok() && *allowed == origin;
    };
    if (same(settings.issuer) ||
        std::any_of(settings.origins.begin(), settings.origins.end(), same))
        return base::success();
    return base::fail(base::ErrorCode::Denied, "endpoint is in an origin that is not the issuer's");
}

} // namespace sallyport::oidc
