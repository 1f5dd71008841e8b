// SPDX-License-Identifier: Apache-2.0
#include "cidr.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace sallyport::policy {

std::optional<Address> parse_address(std::string_view text) {
    const std::string plain(text.substr(0, text.find('%')));
    Address address;
    if (plain.size() > 64)
        return std::nullopt;
    if (inet_pton(AF_INET, plain.c_str(), address.bytes.data()) == 1)
        return address;
    if (inet_pton(AF_INET6, plain.c_str(), address.bytes.data()) != 1)
        return std::nullopt;
    address.v6 = true;
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) {
        std::copy(address.bytes.begin() + 12, address.bytes.end(), address.bytes.begin());
        std::fill(address.bytes.begin() + 4, address.bytes.end(), std::uint8_t{0});
        address.v6 = false;
    }
    return address;
}

base::Result<Cidr> parse_cidr(std::string_view text) {
    const base::Error error = base::invalid("`" + std::string(text.substr(0, 64)) +
                                            "` is no address and no network like `10.20.0.0/16`");
    const std::size_t slash = text.find('/');
    const std::optional<Address> base = parse_address(text.substr(0, slash));
    if (!base)
        return error;
    Cidr cidr{*base, base->v6 ? 128U : 32U, std::string(text)};
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const unsigned most = cidr.bits;
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), cidr.bits);
        if (fault != std::errc{} || end != digits.data() + digits.size() || cidr.bits > most)
            return error;
    }
    for (unsigned bit = cidr.bits; bit < (base->v6 ? 128U : 32U); ++bit)
        if ((base->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return base::invalid("`" + std::string(text.substr(0, 64)) +
                                 "` has bits set beyond its prefix length");
    return cidr;
}

bool contains(const Cidr &network, const Address &address) {
    if (network.base.v6 != address.v6)
        return false;
    for (unsigned bit = 0; bit < network.bits; ++bit)
        if (((network.base.bytes[bit / 8] ^ address.bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

} // namespace sallyport::policy
