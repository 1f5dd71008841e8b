// SPDX-License-Identifier: Apache-2.0
#include "json_line.hpp"

#include <nlohmann/json.hpp>

namespace sallyport::audit {

base::Result<ChainMembers> read_chain_members(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object())
        return base::invalid("is no JSON object");
    const auto sequence = object.find("seq");
    const auto previous = object.find("prev");
    if (sequence == object.end() || !sequence->is_number_unsigned() || previous == object.end() ||
        !previous->is_string())
        return base::invalid("has no `seq` and `prev`");
    return ChainMembers{sequence->get<std::uint64_t>(), previous->get<std::string>()};
}

} // namespace sallyport::audit
