// SPDX-License-Identifier: Apache-2.0
#include "sallyport/http/message.hpp"

#include "sallyport/base/network.hpp"

#include <algorithm>
#include <charconv>

namespace sallyport::http {
namespace {

constexpr std::int64_t max_cache_seconds = 315360000;
constexpr std::size_t max_host_bytes = 253;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
    return result;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host_character(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

bool is_port(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return is_number(text) && error == std::errc{} && end == text.data() + text.size() &&
           value > 0 && value <= 65535;
}

// `host`, `host:port`, `[v6]`, `[v6]:port`
base::Status read_authority(std::string_view authority, Url &url) {
    std::string_view host;
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos)
            return base::invalid("URL has an unfinished address");
        host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
        if (!base::parse_ip(host).ok())
            return base::invalid("URL has a malformed address");
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        host = authority.substr(0, colon);
        port = authority.substr(colon);
        if (!std::all_of(host.begin(), host.end(), is_host_character))
            return base::invalid("URL has a malformed host");
    }
    if (host.empty() || host.size() > max_host_bytes)
        return base::invalid("URL has no host");
    if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1))))
        return base::invalid("URL has a malformed port");
    url.host = lower(host);
    url.port = port.empty() ? (url.https ? "443" : "80") : std::string(port.substr(1));
    return base::success();
}

} // namespace

const std::string *find_header(const Response &response, std::string_view name) {
    for (const Header &header : response.headers)
        if (lower(header.name) == lower(name))
            return &header.value;
    return nullptr;
}

std::optional<std::chrono::seconds> cache_age(std::string_view cache_control) {
    std::optional<std::chrono::seconds> age;
    std::string_view rest = cache_control;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string directive = lower(trim(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (directive == "no-store" || directive == "no-cache")
            return std::chrono::seconds(0);
        if (!directive.starts_with("max-age="))
            continue;
        const std::string_view digits = std::string_view(directive).substr(8);
        if (!is_number(digits))
            continue;
        std::int64_t seconds = max_cache_seconds; // stays so if the number is beyond its type
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        age = std::chrono::seconds(std::min(seconds, max_cache_seconds));
    }
    return age;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 15];
    }
    return encoded;
}

std::string form(const std::vector<std::pair<std::string, std::string>> &fields) {
    std::string text;
    for (const auto &[name, value] : fields)
        text += (text.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(value);
    return text;
}

base::Result<Url> parse_url(std::string_view text) {
    if (text.size() > max_url_bytes)
        return base::invalid("URL is too long");
    const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>' && c != '#';
    });
    if (!clean)
        return base::invalid("URL has a character that it must not have");
    Url url;
    if (text.starts_with("https://")) {
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        url.https = false;
        text.remove_prefix(7);
    } else {
        return base::invalid("URL is not one of http or https");
    }
    const std::string_view authority = text.substr(0, text.find_first_of("/?"));
    if (authority.find('@') != std::string_view::npos)
        return base::invalid("URL has a user part");
    SALLYPORT_CHECK(read_authority(authority, url));
    return url;
}

base::Result<std::string> origin_of(std::string_view text) {
    SALLYPORT_TRY(const Url url, parse_url(text));
    const bool v6 = url.host.find(':') != std::string::npos;
    return std::string(url.https ? "https://" : "http://") +
           (v6 ? '[' + url.host + ']' : url.host) + ':' + url.port;
}

base::Status check_endpoint(std::string_view text, PlainHttp plain) {
    SALLYPORT_TRY(const Url url, parse_url(text));
    if (url.https)
        return base::success();
    const auto address = base::parse_ip(url.host);
    const bool loopback = url.host == "localhost" || (address.ok() && base::is_loopback(*address));
    if (plain == PlainHttp::OnLoopback && loopback)
        return base::success();
    return base::invalid("URL is not https");
}

} // namespace sallyport::http
