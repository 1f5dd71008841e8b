// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace sallyport::relay {
namespace {

constexpr std::array<std::string_view, 14> names{
    "LANG",           "LC_ALL",      "LC_ADDRESS",  "LC_COLLATE", "LC_CTYPE",   "LC_IDENTIFICATION",
    "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME",    "LC_NUMERIC", "LC_PAPER",
    "LC_TELEPHONE",   "LC_TIME"};
constexpr std::string_view value_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";

} // namespace

bool may_reach_target(const model::EnvironmentEntry &entry) {
    return std::find(names.begin(), names.end(), entry.name) != names.end() &&
           entry.value.size() <= max_locale_bytes &&
           entry.value.find_first_not_of(value_characters) == std::string::npos;
}

std::vector<model::EnvironmentEntry>
for_target(const std::vector<model::EnvironmentEntry> &entries) {
    std::vector<model::EnvironmentEntry> passed;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(passed), may_reach_target);
    return passed;
}

} // namespace sallyport::relay
