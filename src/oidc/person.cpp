// SPDX-License-Identifier: Apache-2.0
#include "sallyport/oidc/person.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/model/principal.hpp"

#include <algorithm>

namespace sallyport::oidc {
namespace {

base::Error denied(std::string message) {
    return base::fail(base::ErrorCode::Denied, std::move(message));
}

// Entra ID and others replace a claim that would be too long by a reference to elsewhere.
bool is_replaced(const jwt::Json &all, const std::string &claim) {
    const jwt::Json *names = all.find("_claim_names");
    return names && (!names->object() || names->find(claim));
}

bool is_verified_email(const ClaimMapping &mapping, const jwt::Json &all,
                       std::vector<std::string> pointer, std::string_view address) {
    pointer.back() = "email_verified";
    const jwt::Json *verified = jwt::find_at(all, pointer);
    if (!verified || !verified->boolean() || !*verified->boolean())
        return false;
    const std::string_view domain =
        address.substr(std::min(address.find('@'), address.size() - 1) + 1);
    return std::find(mapping.email_domains.begin(), mapping.email_domains.end(), domain) !=
           mapping.email_domains.end();
}

base::Result<std::string> map_person(const ClaimMapping &mapping, const jwt::Json &all) {
    SALLYPORT_TRY(const auto pointer, jwt::parse_pointer(mapping.person));
    const jwt::Json *claim = jwt::find_at(all, pointer);
    if (!claim || !claim->text() || claim->text()->empty())
        return denied("the identity provider does not say who you are (claim `" + mapping.person +
                      "`)");
    std::string name = *claim->text();
    if (!pointer.empty() && pointer.back() == "email" &&
        !is_verified_email(mapping, all, pointer, name))
        return denied("your e-mail address is not verified at the identity provider, or of "
                      "another domain");
    if (!mapping.domain.empty() && name.find('@') == std::string::npos)
        name += '@' + mapping.domain;
    // `ci:` is the prefix of machines; no person may take it.
    if (!model::is_person_name(name) || name.starts_with("ci:"))
        return denied("the name that the identity provider gives you cannot be used here");
    return name;
}

base::Status add_group(std::string_view name, ProvenPerson &person) {
    if (name.size() > base::max_group_bytes)
        return denied("a group name from the identity provider is too long");
    if (model::is_group_name(name))
        person.groups.emplace_back(name);
    else
        ++person.groups_left_out;
    return base::success();
}

base::Status map_groups(const ClaimMapping &mapping, const jwt::Json &all, ProvenPerson &person) {
    SALLYPORT_TRY(const auto pointer, jwt::parse_pointer(mapping.groups));
    const jwt::Json *claim = jwt::find_at(all, pointer);
    const jwt::Json *marker = all.find("hasgroups");
    if (is_replaced(all, pointer.front()) || (!claim && marker))
        return denied("you are in too many groups for the identity provider to list them; "
                      "your administrator can narrow the groups of this application");
    if (!claim && mapping.groups_optional)
        return base::success();
    if (!claim)
        return denied("the identity provider sends no groups (claim `" + mapping.groups + "`)");
    if (const std::string *one = claim->text()) {
        SALLYPORT_CHECK(add_group(*one, person));
    } else if (const jwt::Json::Array *items = claim->array()) {
        if (items->size() > base::max_groups)
            return denied("the identity provider sends too many groups");
        for (const jwt::Json &item : *items) {
            if (!item.text())
                return denied("the groups from the identity provider are malformed");
            SALLYPORT_CHECK(add_group(*item.text(), person));
        }
    } else {
        return denied("the groups from the identity provider are malformed");
    }
    std::sort(person.groups.begin(), person.groups.end());
    person.groups.erase(std::unique(person.groups.begin(), person.groups.end()),
                        person.groups.end());
    return base::success();
}

} // namespace

base::Result<ProvenPerson> map_claims(const Settings &settings, const jwt::Claims &claims) {
    ProvenPerson person;
    person.issuer_name = settings.name;
    person.issuer = claims.issuer;
    person.subject = claims.subject;
    person.issued = claims.issued;
    person.expires = claims.expires;
    SALLYPORT_TRY(person.person, map_person(settings.claims, claims.all));
    SALLYPORT_CHECK(map_groups(settings.claims, claims.all, person));
    return person;
}

} // namespace sallyport::oidc
