// SPDX-License-Identifier: Apache-2.0
#include "transfer.hpp"

#include "sallyport/base/network.hpp"
#include "sallyport/base/secret.hpp"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

namespace sallyport::http {
namespace {

bool is_header_name(std::string_view text) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}
bool is_header_value(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\t' || (c >= ' ' && c != 0x7f);
    });
}

void wipe(std::string &text) {
    base::wipe(text.data(), text.size());
    text.clear();
}

template <typename Value>
bool set(CURL *handle, CURLoption option, Value value) {
    return curl_easy_setopt(handle, option, value) == CURLE_OK;
}

std::optional<base::IpAddress> address_of(const curl_sockaddr &socket_address) {
    base::IpAddress address;
    if (socket_address.family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &socket_address.addr, sizeof v4);
        std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
        return address;
    }
    if (socket_address.family != AF_INET6 || socket_address.addrlen < sizeof(sockaddr_in6))
        return std::nullopt;
    sockaddr_in6 v6{};
    // libcurl gives room for the longest address behind the declared type
    std::memcpy(&v6, static_cast<const void *>(&socket_address.addr), sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        std::memcpy(address.bytes.data(), v6.sin6_addr.s6_addr + 12, 4);
        return address;
    }
    address.family = base::IpFamily::V6;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    return address;
}

bool is_inside(const base::IpAddress &address) {
    return base::is_unspecified(address) || base::is_loopback(address) ||
           base::is_link_local(address) || base::is_private(address) ||
           base::is_multicast(address) || base::is_metadata(address);
}

std::string_view text_of(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "the name does not resolve";
    case CURLE_COULDNT_CONNECT:
        return "no connection";
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer in time";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "the peer's certificate does not verify";
    case CURLE_SSL_CONNECT_ERROR:
        return "no TLS connection";
    case CURLE_SSL_CACERT_BADFILE:
        return "the file of trusted certificates cannot be read";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return "the connection broke";
    default:
        return "the exchange failed";
    }
}

} // namespace

Transfer::Transfer(Ticket ticket, const Request &request, const Limits &limits,
                   const Settings &settings)
    : ticket_(ticket), request_(request), limits_(limits),
      plain_(request.url.starts_with("http://")), guarded_(settings.refuse_private_addresses),
      proxied_(!settings.proxy.empty()), handle_(curl_easy_init()) {}

Transfer::~Transfer() {
    handle_.reset(); // before the buffers that it points to
    wipe(request_.url);
    wipe(request_.body);
    for (Header &header : request_.headers)
        wipe(header.value);
    for (curl_slist *line = headers_.get(); line; line = line->next)
        base::wipe(line->data, std::strlen(line->data));
}

base::Result<std::unique_ptr<Transfer>> Transfer::make(Ticket ticket, const Request &request,
                                                       const Limits &limits,
                                                       const Settings &settings) {
    for (const Header &header : request.headers)
        if (!is_header_name(header.name) || !is_header_value(header.value))
            return base::invalid("request has a malformed header");
    std::unique_ptr<Transfer> transfer(new Transfer(ticket, request, limits, settings));
    if (!transfer->handle_ || !transfer->set_options(settings) || !transfer->set_request())
        return base::fail(base::ErrorCode::Internal, "the HTTP library refuses an option");
    return transfer;
}

bool Transfer::set_options(const Settings &settings) {
    CURL *const h = handle_.get();
    // An empty proxy is what keeps the environment's away.
    bool good = set(h, CURLOPT_PROXY, settings.proxy.c_str()) && set(h, CURLOPT_NOSIGNAL, 1L) &&
                set(h, CURLOPT_PROTOCOLS_STR, plain_ ? "http" : "https") &&
                set(h, CURLOPT_FOLLOWLOCATION, 0L) && set(h, CURLOPT_SSL_VERIFYPEER, 1L) &&
                set(h, CURLOPT_SSL_VERIFYHOST, 2L) &&
                set(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
                set(h, CURLOPT_USERAGENT, settings.user_agent.c_str()) && set(h, CURLOPT_NETRC, 0L);
    if (!settings.ca_file.empty())
        good = good && set(h, CURLOPT_CAINFO, settings.ca_file.c_str());
    return good && set(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count())) &&
           set(h, CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.total.count())) &&
           set(h, CURLOPT_WRITEFUNCTION, &Transfer::on_body) && set(h, CURLOPT_WRITEDATA, this) &&
           set(h, CURLOPT_HEADERFUNCTION, &Transfer::on_header) &&
           set(h, CURLOPT_HEADERDATA, this) &&
           set(h, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket) &&
           set(h, CURLOPT_OPENSOCKETDATA, this) && set(h, CURLOPT_PRIVATE, this);
}

bool Transfer::set_request() {
    CURL *const h = handle_.get();
    bool good = set(h, CURLOPT_URL, request_.url.c_str());
    if (request_.method == Method::Post)
        good = good &&
               set(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size())) &&
               set(h, CURLOPT_POSTFIELDS, request_.body.data());
    for (const Header &header : request_.headers) {
        curl_slist *longer =
            curl_slist_append(headers_.get(), (header.name + ": " + header.value).c_str());
        if (!longer)
            return false;
        static_cast<void>(headers_.release()); // `longer` begins with it
        headers_.reset(longer);
    }
    return good && set(h, CURLOPT_HTTPHEADER, headers_.get());
}

std::size_t Transfer::on_body(char *data, std::size_t size, std::size_t count, void *self) {
    auto &transfer = *static_cast<Transfer *>(self);
    const std::size_t bytes = size * count;
    if (bytes > transfer.limits_.max_body - transfer.response_.body.size()) {
        transfer.too_large_ = true;
        return 0;
    }
    transfer.response_.body.append(data, bytes);
    return bytes;
}

std::size_t Transfer::on_header(char *data, std::size_t size, std::size_t count, void *self) {
    auto &transfer = *static_cast<Transfer *>(self);
    const std::string_view line(data, size * count);
    transfer.header_bytes_ += line.size();
    if (transfer.header_bytes_ > transfer.limits_.max_headers) {
        transfer.too_large_ = true;
        return 0;
    }
    if (line.starts_with("HTTP/")) // also after a 1xx answer or a proxy's own
        transfer.response_.headers.clear();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return size * count;
    std::string_view value = line.substr(colon + 1);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!value.empty() && blank(value.front()))
        value.remove_prefix(1);
    while (!value.empty() && blank(value.back()))
        value.remove_suffix(1);
    transfer.response_.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
    return size * count;
}

bool Transfer::may_dial(const curl_sockaddr &socket_address) const {
    const auto address = address_of(socket_address);
    if (!address)
        return false;
    if (proxied_)
        return true;
    if (plain_)
        return base::is_loopback(*address);
    return !guarded_ || !is_inside(*address);
}

// The address is judged here, after resolving and just before it is dialled, so that a name that
// changes its mind between two lookups gains nothing.
curl_socket_t Transfer::on_socket(void *self, curlsocktype, curl_sockaddr *address) {
    auto &transfer = *static_cast<Transfer *>(self);
    if (!transfer.may_dial(*address)) {
        transfer.refused_address_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

base::Result<Response> Transfer::finish(CURLcode code) {
    if (too_large_)
        return base::fail(base::ErrorCode::TooLarge, "the answer is too long");
    if (code != CURLE_OK && refused_address_)
        return base::fail(base::ErrorCode::Denied, "the address must not be dialled");
    if (code != CURLE_OK)
        return base::fail(base::ErrorCode::Unavailable, std::string(text_of(code)));
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<std::uint32_t>(status);
    return std::move(response_);
}

} // namespace sallyport::http
