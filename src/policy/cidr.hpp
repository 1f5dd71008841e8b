// SPDX-License-Identifier: Apache-2.0
// Client addresses and the networks that rules name. An IPv4 address mapped into IPv6
// (`::ffff:10.0.0.1`) is the IPv4 address.
#pragma once
#include "sallyport/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::policy {

struct Address {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{}; // the first 4 for IPv4
};

struct Cidr {
    Address base;
    unsigned bits = 0;
    std::string text;
    bool operator==(const Cidr &other) const { return text == other.text; }
};

std::optional<Address> parse_address(std::string_view text); // a zone (`%eth0`) is cut off
// `10.20.0.0/16`, `2001:db8::/48`, or one address. InvalidInput, also when bits beyond the prefix
// are set: then the writer meant something else.
base::Result<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr &network, const Address &address);

} // namespace sallyport::policy
