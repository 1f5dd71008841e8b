// SPDX-License-Identifier: Apache-2.0
// Where an action runs: a target as the administrator wrote it down, and how the SSH user name
// names it.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/model/fields.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::model {

enum class Dialect : std::uint8_t { Bash, Dash, Zsh, Ash, Sh, Unknown };
template <>
constexpr Dialect enum_last<Dialect>() {
    return Dialect::Unknown;
}
std::string_view dialect_name(Dialect dialect); // bash, dash, zsh, ash, sh, unknown
base::Result<Dialect> parse_dialect(std::string_view text);

struct Target {
    std::string name;
    std::string host; // name or address that `dial` resolves
    std::uint32_t port = 22;
    std::map<std::string, std::string> labels; // env, role, ...; `name` is never a label
    std::vector<std::string>
        accounts; // accounts that may be asked for; empty: any that a grant allows
    std::vector<std::string> host_keys; // pinned keys, `ssh-ed25519 AAAA...`
    std::vector<std::string> host_cas;  // host CAs, the same form
    Dialect shell = Dialect::Bash;
    Dialect sh = Dialect::Dash; // what /bin/sh is
    // Where sshd starts a command, `{account}` for the account's name. Empty: the usual place.
    std::string home;
    bool guarded_exec = false; // names of an exec are checked in the account's shell before it runs
    std::vector<std::string>
        allow_addresses; // CIDR ranges that may be dialled although refused by default
    std::string origin;  // `file:line` where it was declared
    bool operator==(const Target &) const = default;
};

// The directory in which a command of this account begins, as the administrator declared it:
// `home`, else /root for root and /home/ACCOUNT for everyone else.
std::string home_of(const Target &target, std::string_view account);

bool is_target_name(std::string_view text);  // [a-z0-9][a-z0-9._-]{0,62}, optional `~prefix`
bool is_account_name(std::string_view text); // [A-Za-z0-9_][A-Za-z0-9._-]{0,31}, as useradd allows

enum class Door : std::uint8_t { FrontDesk, Login, Target };
template <>
constexpr Door enum_last<Door>() {
    return Door::Target;
}

// What the signed SSH user name says. The last `@` or `+` separates account and target; without one
// it is the front desk, `login` is the login door. `account` is empty for `+web1`: the one that the
// role gives.
struct Address {
    Door door = Door::FrontDesk;
    std::string user; // the part that names a person or an account, as typed
    std::string account, target;
    bool operator==(const Address &) const = default;
    SALLYPORT_FIELDS(door, user, account, target)
};
// InvalidInput above max_user_name_bytes and when account or target is not well formed.
base::Result<Address> parse_address(std::string_view ssh_user_name);

} // namespace sallyport::model
