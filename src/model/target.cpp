// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/target.hpp"

#include "names.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/base/log.hpp"

namespace sallyport::model {
namespace {

constexpr std::array<std::string_view, 6> dialects{"bash", "dash", "zsh", "ash", "sh", "unknown"};
constexpr std::string_view lower_alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view target_characters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
constexpr std::string_view account_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool is_plain_target(std::string_view text) {
    return !text.empty() && text.size() <= 63 &&
           lower_alphanumeric.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(target_characters) == std::string_view::npos;
}

} // namespace

std::string_view dialect_name(Dialect dialect) {
    return name_in(dialects, dialect);
}
base::Result<Dialect> parse_dialect(std::string_view text) {
    return find_in<Dialect>(dialects, text, "shell");
}

std::string home_of(const Target &target, std::string_view account) {
    if (target.home.empty())
        return account == "root" ? "/root" : "/home/" + std::string(account);
    constexpr std::string_view place = "{account}";
    std::string home = target.home;
    for (std::size_t at = 0; (at = home.find(place, at)) != std::string::npos; at += account.size())
        home.replace(at, place.size(), account);
    return home;
}

bool is_target_name(std::string_view text) {
    const std::size_t tilde = text.find('~');
    if (tilde == std::string_view::npos)
        return is_plain_target(text);
    return is_plain_target(text.substr(0, tilde)) && is_plain_target(text.substr(tilde + 1));
}

bool is_account_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && text.front() != '-' && text.front() != '.' &&
           text.find_first_not_of(account_characters) == std::string_view::npos;
}

base::Result<Address> parse_address(std::string_view name) {
    if (name.size() > base::max_user_name_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the user name is longer than 256 bytes");
    Address address;
    const std::size_t separator = name.find_last_of("@+");
    if (separator == std::string_view::npos) {
        address.door = name == "login" ? Door::Login : Door::FrontDesk;
        address.user = name;
        return address;
    }
    address.door = Door::Target;
    address.user = address.account = name.substr(0, separator);
    address.target = name.substr(separator + 1);
    if (!is_target_name(address.target))
        return base::invalid("`" + base::printable(address.target, 80) + "` is no target name");
    if (!address.account.empty() && !is_account_name(address.account))
        return base::invalid("`" + base::printable(address.account, 80) + "` is no account name");
    return address;
}

} // namespace sallyport::model
