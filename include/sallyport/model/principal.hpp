// SPDX-License-Identifier: Apache-2.0
// Who acts. A person is `[a-z0-9][a-z0-9._-]{0,63}` with an optional `@domain`; a machine is `ci:`
// before the same.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/model/fields.hpp"
#include "sallyport/model/ids.hpp"

#include <string>
#include <vector>

namespace sallyport::model {

enum class Origin : std::uint8_t { Human, Machine, Agent };
template <>
constexpr Origin enum_last<Origin>() {
    return Origin::Agent;
}

struct Principal {
    std::string person; // the one principal of the user certificate
    std::vector<std::string> groups;
    Origin origin = Origin::Human;
    LoginId login;
    bool operator==(const Principal &) const = default;
    SALLYPORT_FIELDS(person, groups, origin, login)
};

bool is_person_name(std::string_view text);
bool is_group_name(std::string_view text);   // 1..256 bytes, printable ASCII without blank, comma,
                                             // quote and backslash
std::string_view origin_name(Origin origin); // human, machine, agent
base::Result<Origin> parse_origin(std::string_view text);

} // namespace sallyport::model
