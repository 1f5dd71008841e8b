// SPDX-License-Identifier: Apache-2.0
#include "sallyport/cert/key_exchange.hpp"

#include "sallyport/wire/ssh.hpp"

#include <algorithm>

namespace sallyport::cert {
namespace {

constexpr std::uint8_t key_init_number = 20; // SSH_MSG_KEXINIT
constexpr std::size_t cookie_bytes = 16;
constexpr std::size_t max_version_bytes = 253; // RFC 4253 section 4.2: 255 with CR LF
constexpr std::size_t max_names_in_list = 200;
constexpr std::string_view version_prefix = "SSH-2.0-";

bool is_version(std::string_view version) {
    return version.size() <= max_version_bytes && version.size() > version_prefix.size() &&
           version.substr(0, version_prefix.size()) == version_prefix &&
           std::all_of(version.begin(), version.end(),
                       [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

base::Result<Exchange> parse_exchange(base::BytesView pre_image) {
    if (pre_image.size() > base::max_preimage_bytes)
        return base::fail(base::ErrorCode::TooLarge, "exchange is larger than its limit");
    wire::Reader reader(pre_image);
    Exchange exchange;
    exchange.client_version = reader.text();
    exchange.server_version = reader.text();
    exchange.client_key_init = base::to_bytes(reader.string());
    exchange.server_key_init = base::to_bytes(reader.string());
    exchange.host_key = base::to_bytes(reader.string());
    const bool whole =
        !reader.string().empty() && !reader.string().empty() && !reader.string().empty();
    if (!reader.done() || !whole || exchange.host_key.empty())
        return base::invalid("exchange is malformed");
    if (!is_version(exchange.client_version) || !is_version(exchange.server_version))
        return base::invalid("exchange has a malformed version string");
    if (!parse_key_init(exchange.client_key_init) || !parse_key_init(exchange.server_key_init))
        return base::invalid("exchange has a malformed KEXINIT");
    return exchange;
}

base::Result<KeyInit> parse_key_init(base::BytesView payload) {
    wire::Reader reader(payload);
    KeyInit init;
    const std::uint8_t number = reader.byte();
    reader.take(cookie_bytes);
    for (auto &list : init.lists) {
        const base::BytesView names = reader.string();
        if (std::count(names.begin(), names.end(), ',') >=
            static_cast<std::ptrdiff_t>(max_names_in_list))
            return base::invalid("KEXINIT has too many names");
        list = wire::split_name_list(base::as_text(names));
    }
    init.first_kex_packet_follows = reader.boolean();
    reader.uint32(); // reserved
    if (!reader.done() || number != key_init_number)
        return base::invalid("KEXINIT is malformed");
    return init;
}

bool carries_first_exchange_marker(base::BytesView client_key_init) {
    const auto init = parse_key_init(client_key_init);
    if (!init)
        return true;
    const auto &names = init->lists[0];
    return std::any_of(names.begin(), names.end(), [](const std::string &name) {
        return name == "ext-info-c" || name.starts_with("kex-strict-c");
    });
}

bool may_be_rekey_of(const Exchange &first, const Exchange &later) {
    return first.client_version == later.client_version &&
           first.server_version == later.server_version && first.host_key == later.host_key &&
           !carries_first_exchange_marker(later.client_key_init);
}

} // namespace sallyport::cert
