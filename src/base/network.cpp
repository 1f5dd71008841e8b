// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/network.hpp"

#include <algorithm>
#include <optional>

namespace sallyport::base {
namespace {

constexpr std::size_t max_address_text = 45; // eight groups with an IPv4 tail

// INVARIANT: bytes beyond the first four are zero in a V4 address, so that equality is plain.
IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    IpAddress address;
    address.bytes = {a, b, c, d};
    return address;
}

// Decimal without sign and without leading zero: `010` is eight to some programs and ten to others.
std::optional<unsigned> decimal(std::string_view text, unsigned greatest) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0'))
        return std::nullopt;
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > greatest)
        return std::nullopt;
    return value;
}

std::optional<IpAddress> read_v4(std::string_view text) {
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t dot = i < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos)
            return std::nullopt;
        const auto octet = decimal(text.substr(0, dot), 255);
        if (!octet)
            return std::nullopt;
        address.bytes[i] = static_cast<std::uint8_t>(*octet);
        text.remove_prefix(i < 3 ? dot + 1 : dot);
    }
    return address;
}

std::optional<unsigned> read_group(std::string_view text) {
    if (text.empty() || text.size() > 4)
        return std::nullopt;
    unsigned value = 0;
    for (const char c : text) {
        const char low = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value << 4 | static_cast<unsigned>(c - '0');
        else if (low >= 'a' && low <= 'f')
            value = value << 4 | static_cast<unsigned>(low - 'a' + 10);
        else
            return std::nullopt;
    }
    return value;
}

// The groups of one side of `::`, or of the whole text; an IPv4 tail is allowed where `tail` says.
std::optional<std::vector<unsigned>> read_groups(std::string_view text, bool tail) {
    std::vector<unsigned> groups;
    if (text.empty())
        return groups;
    for (;;) {
        const std::size_t colon = text.find(':');
        const std::string_view piece = text.substr(0, colon);
        const bool last = colon == std::string_view::npos;
        if (last && tail && piece.find('.') != std::string_view::npos) {
            const auto inner = read_v4(piece);
            if (!inner)
                return std::nullopt;
            groups.push_back(static_cast<unsigned>(inner->bytes[0] << 8 | inner->bytes[1]));
            groups.push_back(static_cast<unsigned>(inner->bytes[2] << 8 | inner->bytes[3]));
            return groups;
        }
        const auto group = read_group(piece);
        if (!group)
            return std::nullopt;
        groups.push_back(*group);
        if (last)
            return groups;
        text.remove_prefix(colon + 1);
    }
}

std::optional<IpAddress> read_v6(std::string_view text) {
    const std::size_t gap = text.find("::");
    const bool shortened = gap != std::string_view::npos;
    const auto front = read_groups(text.substr(0, gap), !shortened);
    const auto back = read_groups(shortened ? text.substr(gap + 2) : std::string_view(), true);
    if (!front || !back)
        return std::nullopt;
    const std::size_t count = front->size() + back->size();
    if (shortened ? count > 7 : count != 8)
        return std::nullopt;
    IpAddress address;
    address.family = IpFamily::V6;
    const auto put = [&](std::size_t at, unsigned group) {
        address.bytes[2 * at] = static_cast<std::uint8_t>(group >> 8);
        address.bytes[2 * at + 1] = static_cast<std::uint8_t>(group);
    };
    for (std::size_t i = 0; i < front->size(); ++i)
        put(i, (*front)[i]);
    for (std::size_t i = 0; i < back->size(); ++i)
        put(8 - back->size() + i, (*back)[i]);
    return address;
}

bool begins(const IpAddress &address, std::initializer_list<std::uint8_t> prefix) {
    return address.family == IpFamily::V6 &&
           std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
}

IpAddress v4_at(const IpAddress &address, std::size_t at) {
    const auto &b = address.bytes;
    return v4(b[at], b[at + 1], b[at + 2], b[at + 3]);
}

IpAddress without_mapping(const IpAddress &address) {
    return begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ? v4_at(address, 12)
                                                                       : address;
}

// The IPv4 address that a translator or tunnel would reach for this IPv6 address.
std::optional<IpAddress> embedded(const IpAddress &address) {
    if (begins(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}) ||
        begins(address, {0, 0x64, 0xff, 0x9b, 0, 1}) ||
        begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}))
        return v4_at(address, 12);
    if (begins(address, {0x20, 0x02}))
        return v4_at(address, 2);
    // ::/96 without :: and ::1, which mean themselves
    if (begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) &&
        std::any_of(address.bytes.begin() + 12, address.bytes.begin() + 15,
                    [](std::uint8_t byte) { return byte != 0; }))
        return v4_at(address, 12);
    return std::nullopt;
}

template <typename V4, typename V6>
bool judge(const IpAddress &address, V4 of_v4, V6 of_v6) {
    if (address.family == IpFamily::V4)
        return of_v4(address.bytes);
    if (of_v6(address.bytes))
        return true;
    const auto inner = embedded(address);
    return inner && of_v4(inner->bytes);
}

using Octets = std::array<std::uint8_t, 16>;

Error no_address(std::string_view text) {
    return invalid("`" + std::string(text.substr(0, 64)) + "` is no numeric address");
}

} // namespace

Result<IpAddress> parse_ip(std::string_view text) {
    if (text.size() > max_address_text)
        return no_address(text);
    const auto address = text.find(':') == std::string_view::npos ? read_v4(text) : read_v6(text);
    if (!address)
        return no_address(text);
    return without_mapping(*address);
}

namespace {

std::string v6_text(const Octets &bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    // RFC 5952 section 4.2: the first of the longest runs, and never a single group.
    std::size_t best = 8, best_size = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t size = 0;
        while (i + size < 8 && groups[i + size] == 0)
            ++size;
        if (size > best_size) {
            best = i;
            best_size = size;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            text += "::";
            i += best_size - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':')
            text += ':';
        bool started = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const unsigned digit = groups[i] >> shift & 15;
            if (digit == 0 && !started && shift > 0)
                continue;
            started = true;
            text += digits[digit];
        }
    }
    return text;
}

} // namespace

std::string ip_text(const IpAddress &address) {
    if (address.family == IpFamily::V6)
        return v6_text(address.bytes);
    std::string text;
    for (std::size_t i = 0; i < 4; ++i)
        text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
    return text;
}

Result<IpNetwork> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto read = parse_ip(text.substr(0, slash));
    if (!read)
        return no_address(text);
    const IpAddress &address = *read;
    const bool mapped =
        address.family == IpFamily::V4 && text.substr(0, slash).find(':') != std::string_view::npos;
    const unsigned width = address.family == IpFamily::V4 ? 32 : 128;
    unsigned prefix = width;
    if (slash != std::string_view::npos) {
        const auto given = decimal(text.substr(slash + 1), mapped ? 128 : width);
        if (!given || (mapped && *given < 96))
            return invalid("`" + std::string(text.substr(0, 64)) + "` is no address range");
        prefix = mapped ? *given - 96 : *given;
    }
    for (unsigned bit = prefix; bit < width; ++bit)
        if ((address.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return invalid("`" + std::string(text.substr(0, 64)) +
                           "` has bits set beyond its prefix");
    return IpNetwork{address, static_cast<std::uint8_t>(prefix)};
}

std::string network_text(const IpNetwork &network) {
    return ip_text(network.address) + "/" + std::to_string(network.prefix);
}

bool contains(const IpNetwork &network, const IpAddress &address) {
    if (network.address.family != address.family)
        return false;
    const unsigned width = address.family == IpFamily::V4 ? 32 : 128;
    if (network.prefix > width)
        return false;
    const std::size_t whole = network.prefix / 8U;
    const unsigned bits = network.prefix % 8U;
    if (!std::equal(address.bytes.begin(),
                    address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    network.address.bytes.begin()))
        return false;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> bits);
    return bits == 0 || ((address.bytes[whole] ^ network.address.bytes[whole]) & mask) == 0;
}

bool contains(const std::vector<IpNetwork> &networks, const IpAddress &address) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork &network) { return contains(network, address); });
}

bool is_unspecified(const IpAddress &address) {
    return judge(
        address, [](const Octets &b) { return b[0] == 0; },
        [](const Octets &b) { return b == Octets{}; });
}

bool is_loopback(const IpAddress &address) {
    return judge(
        address, [](const Octets &b) { return b[0] == 127; },
        [](const Octets &b) {
            Octets one{};
            one[15] = 1;
            return b == one;
        });
}

bool is_link_local(const IpAddress &address) {
    return judge(
        address, [](const Octets &b) { return b[0] == 169 && b[1] == 254; },
        [](const Octets &b) { return b[0] == 0xfe && (b[1] & 0xc0) == 0x80; });
}

bool is_private(const IpAddress &address) {
    return judge(
        address,
        [](const Octets &b) {
            return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
                   (b[0] == 192 && b[1] == 168) || (b[0] == 100 && (b[1] & 0xc0) == 64);
        },
        [](const Octets &b) {
            return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0xc0);
        });
}

bool is_multicast(const IpAddress &address) {
    return judge(
        address,
        [](const Octets &b) {
            return (b[0] & 0xf0) == 0xe0 ||
                   (b[0] == 255 && b[1] == 255 && b[2] == 255 && b[3] == 255);
        },
        [](const Octets &b) { return b[0] == 0xff; });
}

bool is_metadata(const IpAddress &address) {
    return judge(
        address,
        [](const Octets &b) {
            const auto is = [&b](std::array<std::uint8_t, 4> other) {
                return std::equal(other.begin(), other.end(), b.begin());
            };
            return is({169, 254, 169, 254}) || is({169, 254, 170, 2}) || is({169, 254, 170, 23}) ||
                   is({100, 100, 100, 200}) || is({168, 63, 129, 16}) || is({192, 0, 0, 192});
        },
        [](const Octets &b) {
            // fd00:ec2::/32 (AWS) and fd20:ce::254 (Google)
            Octets google{0xfd, 0x20, 0x00, 0xce};
            google[14] = 0x02;
            google[15] = 0x54;
            return (b[0] == 0xfd && b[1] == 0x00 && b[2] == 0x0e && b[3] == 0xc2) || b == google;
        });
}

} // namespace sallyport::base
