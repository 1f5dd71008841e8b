// SPDX-License-Identifier: Apache-2.0
// Limits that more than one module must agree on. A limit that one module alone enforces stands in
// that module.
#pragma once
#include <chrono>
#include <cstddef>

namespace sallyport::base {

inline constexpr std::size_t max_unit_bytes = 64 * 1024;     // one exec string or typed unit
inline constexpr std::size_t max_script_bytes = 1024 * 1024; // one script on stdin
inline constexpr std::size_t max_edge_message_bytes =
    64 * 1024; // an edge message that names no limit of its own
inline constexpr std::size_t max_edge_descriptors = 4; // descriptors in one edge message
inline constexpr std::size_t max_user_name_bytes =
    256;                                            // the SSH user name, before it is taken apart
inline constexpr std::size_t max_groups = 2000;     // groups of one person
inline constexpr std::size_t max_group_bytes = 256; // one group name
inline constexpr std::size_t max_preimage_bytes = 64 * 1024; // one key exchange pre-image
inline constexpr std::chrono::seconds login_deadline{120};   // from accept to a successful login
inline constexpr std::chrono::seconds key_exchange_deadline{
    30}; // from accept to the end of the first exchange
inline constexpr int max_signed_login_attempts = 6;
inline constexpr int max_login_attempts = 20;

} // namespace sallyport::base
