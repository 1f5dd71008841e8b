// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"

#include "sallyport/base/network.hpp"

namespace sallyport::supervisor {

std::optional<std::string> first_allowed_address(const std::vector<std::string> &addresses,
                                                 const model::Target &target) {
    std::vector<base::IpNetwork> named;
    for (const std::string &range : target.allow_addresses)
        if (const auto network = base::parse_network(range); network.ok())
            named.push_back(*network);
    for (const std::string &text : addresses) {
        const auto address = base::parse_ip(text);
        if (!address.ok())
            continue;
        const bool special = base::is_loopback(*address) || base::is_link_local(*address) ||
                             base::is_metadata(*address) || base::is_unspecified(*address) ||
                             base::is_multicast(*address);
        if (!special || base::contains(named, *address))
            return base::ip_text(*address);
    }
    return std::nullopt;
}

} // namespace sallyport::supervisor
