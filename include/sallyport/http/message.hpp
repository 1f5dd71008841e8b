// SPDX-License-Identifier: Apache-2.0
// Requests and responses of HTTP as values, and the encodings that go into them. Pure; any thread.
#pragma once
#include "sallyport/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::http {

struct Header {
    std::string name, value;
    bool operator==(const Header &) const = default;
};

enum class Method : std::uint8_t { Get, Post };

struct Request {
    Method method = Method::Get;
    std::string url;
    std::vector<Header> headers;
    std::string body; // Post only
    bool operator==(const Request &) const = default;
};

struct Limits {
    std::chrono::milliseconds connect{5000};
    std::chrono::milliseconds total{10000};
    std::size_t max_body = 256 * 1024;
    std::size_t max_headers = 64 * 1024;
};

struct Response {
    std::uint32_t status = 0;
    std::vector<Header> headers; // of the last answer, in order
    std::string body;
    bool operator==(const Response &) const = default;
};
// The value of the first header of that name in any case; null if there is none.
const std::string *find_header(const Response &response, std::string_view name);
// `max-age` of a Cache-Control value, at most 10 years; nothing if absent or malformed. `no-store`
// and `no-cache` count as 0.
std::optional<std::chrono::seconds> cache_age(std::string_view cache_control);
// `https://host:port`, the port always written. InvalidInput as parse_url.
base::Result<std::string> origin_of(std::string_view url);

// All but the unreserved characters of RFC 3986 section 2.3 become %XX.
std::string percent_encode(std::string_view text);
// application/x-www-form-urlencoded
std::string form(const std::vector<std::pair<std::string, std::string>> &fields);

inline constexpr std::size_t max_url_bytes = 8 * 1024;

struct Url {
    bool https = true;
    std::string host; // lower case, without brackets
    std::string port; // digits; the scheme's own if not written
    bool operator==(const Url &) const = default;
};
// Reads an absolute URL of scheme http or https. InvalidInput above max_url_bytes, with a user
// part, a fragment, a blank, a control or non-ASCII character, a backslash, or without a host.
base::Result<Url> parse_url(std::string_view text);
// https, or http to a literal loopback address or `localhost` where `plain` says so.
enum class PlainHttp : std::uint8_t { Never, OnLoopback };
base::Status check_endpoint(std::string_view url, PlainHttp plain);

} // namespace sallyport::http
