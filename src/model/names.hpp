// SPDX-License-Identifier: Apache-2.0
// Name tables of enums: one row an enumerator, in order, so that name and value cannot drift apart.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/model/fields.hpp"

#include <array>
#include <string_view>

namespace sallyport::model {

template <typename Enum, std::size_t size>
std::string_view name_in(const std::array<std::string_view, size> &names, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    assert(index < size);
    return names[index];
}

template <typename Enum, std::size_t size>
base::Result<Enum> find_in(const std::array<std::string_view, size> &names, std::string_view text,
                           std::string_view what) {
    for (std::size_t i = 0; i < size; ++i)
        if (names[i] == text)
            return static_cast<Enum>(i);
    std::string known;
    for (const std::string_view name : names)
        known += (known.empty() ? "" : ", ") + std::string(name);
    return base::invalid("`" + std::string(text.substr(0, 80)) + "` is no " + std::string(what) +
                         ", expected one of " + known);
}

} // namespace sallyport::model
