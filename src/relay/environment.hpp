// SPDX-License-Identifier: Apache-2.0
// Which variables of the client reach the target: the locale, by name, with values that can only be
// a locale's. A value is text that the person chose and no judge has seen; `LC_X='a[$(...)]'` would
// be code to bash's arithmetic. Pure.
#pragma once
#include "sallyport/model/action.hpp"

namespace sallyport::relay {

inline constexpr std::size_t max_locale_bytes = 64;

bool may_reach_target(const model::EnvironmentEntry &entry);
std::vector<model::EnvironmentEntry>
for_target(const std::vector<model::EnvironmentEntry> &entries);

} // namespace sallyport::relay
