// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/principal.hpp"

#include "names.hpp"

#include "sallyport/base/limits.hpp"

#include <algorithm>

namespace sallyport::model {
namespace {

constexpr std::array<std::string_view, 3> origins{"human", "machine", "agent"};
constexpr std::string_view lower_alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
constexpr std::size_t max_domain_bytes = 189; // with name and `@` below 254, as a mail address

bool is_plain_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           lower_alphanumeric.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(name_characters) == std::string_view::npos;
}

} // namespace

bool is_person_name(std::string_view text) {
    if (text.starts_with("ci:"))
        text.remove_prefix(3);
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos)
        return is_plain_name(text);
    const std::string_view domain = text.substr(at + 1);
    return is_plain_name(text.substr(0, at)) && !domain.empty() &&
           domain.size() <= max_domain_bytes &&
           lower_alphanumeric.find(domain.front()) != std::string_view::npos &&
           domain.find_first_not_of(name_characters) == std::string_view::npos;
}

bool is_group_name(std::string_view text) {
    return !text.empty() && text.size() <= base::max_group_bytes &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return c > ' ' && c < 0x7f && c != ',' && c != '"' && c != '\\';
           });
}

std::string_view origin_name(Origin origin) {
    return name_in(origins, origin);
}
base::Result<Origin> parse_origin(std::string_view text) {
    return find_in<Origin>(origins, text, "origin");
}

} // namespace sallyport::model
