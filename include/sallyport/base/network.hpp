// SPDX-License-Identifier: Apache-2.0
// Addresses and address ranges as values: text in, text out, membership, and the kinds of address
// that a bastion must not be talked into dialling. No name is ever resolved. Pure; any thread.
//
// An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is read as the IPv4 address that it is, so that
// no check can be passed by spelling.
#pragma once
#include "sallyport/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::base {

enum class IpFamily : std::uint8_t { V4, V6 };

struct IpAddress {
    IpFamily family = IpFamily::V4;
    std::array<std::uint8_t, 16> bytes{}; // network order; V4 uses the first four
    bool operator==(const IpAddress &) const = default;
};

// Reads a numeric address: dotted decimal without leading zeros, or RFC 4291 section 2.2 text.
// InvalidInput for anything else: names, zones (`%eth0`), ports, brackets, blanks.
Result<IpAddress> parse_ip(std::string_view text);
// Dotted decimal, or RFC 5952: lower case, the longest run of zero groups shortened.
std::string ip_text(const IpAddress &address);

struct IpNetwork {
    IpAddress address;
    std::uint8_t prefix = 0; // 0..32 or 0..128
    bool operator==(const IpNetwork &) const = default;
};

// Reads `10.0.0.0/8`, `2001:db8::/32`, or a single address. InvalidInput for bits set beyond the
// prefix: such a range says two things.
Result<IpNetwork> parse_network(std::string_view text);
std::string network_text(const IpNetwork &network);                // always with its prefix
bool contains(const IpNetwork &network, const IpAddress &address); // families differ: false
bool contains(const std::vector<IpNetwork> &networks, const IpAddress &address); // empty: false

// Kinds of address. An IPv6 address that carries an IPv4 address for a translator or a tunnel
// (64:ff9b::/96, 64:ff9b:1::/48, 2002::/16, ::/96) is also judged by that one.
bool is_unspecified(const IpAddress &address); // 0.0.0.0/8, ::
bool is_loopback(const IpAddress &address);    // 127.0.0.0/8, ::1
bool is_link_local(const IpAddress &address);  // 169.254.0.0/16, fe80::/10
bool is_private(const IpAddress &address);     // RFC 1918, 100.64.0.0/10, fc00::/7, fec0::/10
bool is_multicast(const IpAddress &address);   // 224.0.0.0/4, 255.255.255.255, ff00::/8
// The services of clouds that hand credentials to whoever can reach them.
bool is_metadata(const IpAddress &address);

} // namespace sallyport::base
