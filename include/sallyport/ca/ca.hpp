// SPDX-License-Identifier: Apache-2.0
// Certificates as Sallyport issues them: the limits stand here and nowhere else, so that whoever
// holds a CA key through this module cannot issue more than the decisions allow. The caller gives
// time and nonce (32 random bytes); nothing is stored. Any thread.
#pragma once
#include "sallyport/base/network.hpp"
#include "sallyport/cert/certificate.hpp"
#include "sallyport/crypto/private_key.hpp"

#include <chrono>

namespace sallyport::ca {

inline constexpr std::chrono::seconds max_user_validity = std::chrono::hours(8);
inline constexpr std::chrono::seconds max_target_validity{600};
inline constexpr std::chrono::seconds max_host_validity = std::chrono::hours(24 * 397);
inline constexpr std::chrono::seconds backdating{60};  // for peers whose clock is behind
inline constexpr std::chrono::seconds clock_slack{60}; // between asking and issuing
inline constexpr std::size_t nonce_bytes = 32;
inline constexpr std::size_t max_source_addresses = 64;
inline constexpr std::size_t max_host_names = 16;

struct Issued {
    base::Bytes certificate; // the whole blob
    base::Bytes signed_part; // what the CA signed, for the log
};

// A person's certificate for logging in at the bastion: one principal, the person.
struct UserRequest {
    cert::PublicKey key;
    std::uint64_t serial = 0;
    std::string key_id, person;
    std::uint64_t valid_after = 0, valid_before = 0;
    std::vector<std::string> source_addresses; // CIDR; empty: from anywhere
    bool permit_pty = true;
};
// The certificate of one session at one target: principal `account@target`, and never without
// source-address and force-command.
struct TargetRequest {
    cert::PublicKey key;
    std::uint64_t serial = 0;
    std::string key_id, account, target;
    std::vector<std::string> source_addresses;
    std::string force_command;
    bool permit_pty = false;
    std::uint32_t valid_seconds = 0;
};
struct HostRequest {
    cert::PublicKey key;
    std::uint64_t serial = 0;
    std::string key_id;
    std::vector<std::string> names;
    std::uint64_t valid_after = 0, valid_before = 0;
};

// InvalidInput, with the offending value, for: serial 0, a key id that is_key_id refuses, a
// principal that is no name of its kind, RSA below 3072 bits (hosts: 2048), a period that is empty,
// over, longer than its limit plus backdating, backdated by more than backdating + clock_slack, or
// (users) ending later than its limit from now, an address list that is malformed or too long, a
// force-command that is empty, over-long or has a NUL. `now` in unix seconds.
// REQUIRES: nonce.size() == nonce_bytes
base::Result<Issued> issue_user(const crypto::PrivateKey &authority, const UserRequest &request,
                                std::uint64_t now, base::BytesView nonce);
base::Result<Issued> issue_target(const crypto::PrivateKey &authority, const TargetRequest &request,
                                  std::uint64_t now, base::BytesView nonce);
base::Result<Issued> issue_host(const crypto::PrivateKey &authority, const HostRequest &request,
                                std::uint64_t now, base::BytesView nonce);

// 1..255 bytes of letters, digits, blank and `@._:=/+~,-`: sshd writes it into its log as it is.
bool is_key_id(std::string_view text);

} // namespace sallyport::ca
