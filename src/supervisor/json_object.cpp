// SPDX-License-Identifier: Apache-2.0
#include "json_object.hpp"

namespace sallyport::supervisor {

std::string json_object_raw(const JsonMembers &members) {
    std::string object = "{";
    for (const auto &[name, value] : members)
        object += (object.size() > 1 ? "," : "") + base::json_string(name) + ':' + value;
    return object + '}';
}

std::string json_object(const JsonMembers &members) {
    JsonMembers raw;
    for (const auto &[name, value] : members)
        raw.emplace_back(name, base::json_string(value));
    return json_object_raw(raw);
}

} // namespace sallyport::supervisor
