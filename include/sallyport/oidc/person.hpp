// SPDX-License-Identifier: Apache-2.0
// From verified claims to a person with groups. Pure; any thread.
#pragma once
#include "sallyport/oidc/settings.hpp"

namespace sallyport::oidc {

// The identity is (issuer, subject); the name is what people and policies see.
struct ProvenPerson {
    std::string issuer_name; // of the configuration
    std::string issuer, subject;
    std::string person;
    std::vector<std::string> groups;    // sorted, each once
    std::size_t groups_left_out = 0;    // names that no policy could contain
    base::WallTime issued{}, expires{}; // of the token
    std::string token_hash;             // hex SHA-256: one token, one login
};

// Denied, in words for the person, when: the person claim is missing or no well formed name, or
// begins with `ci:`; an e-mail address is not verified or of a foreign domain; the groups claim is
// missing (unless optional), malformed or over the limits, or the provider replaced it by a
// reference (`_claim_names`, `hasgroups`): to take that for no groups would pass over rules.
base::Result<ProvenPerson> map_claims(const Settings &settings, const jwt::Claims &claims);

} // namespace sallyport::oidc
