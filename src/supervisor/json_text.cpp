// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace sallyport::supervisor {

std::string json_text(std::string_view text) {
    return nlohmann::json(std::string(text))
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_object_raw(const JsonMembers &members) {
    std::string object = "{";
    for (const auto &[name, value] : members)
        object += (object.size() > 1 ? "," : "") + json_text(name) + ':' + value;
    return object + '}';
}

std::string json_object(const JsonMembers &members) {
    JsonMembers raw;
    for (const auto &[name, value] : members)
        raw.emplace_back(name, json_text(value));
    return json_object_raw(raw);
}

} // namespace sallyport::supervisor
