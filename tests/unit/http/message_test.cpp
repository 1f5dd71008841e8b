// SPDX-License-Identifier: Apache-2.0
#include "sallyport/http/message.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using http::PlainHttp;

TEST_SUITE_BEGIN("http.message");

TEST_CASE("well formed URLs are taken apart") {
    CHECK(http::parse_url("https://idp.example").value() == http::Url{true, "idp.example", "443"});
    CHECK(http::parse_url("https://IDP.example:8443/a?b=c%20d").value() ==
          http::Url{true, "idp.example", "8443"});
    CHECK(http::parse_url("http://127.0.0.1:18080/x").value() ==
          http::Url{false, "127.0.0.1", "18080"});
    CHECK(http::parse_url("https://[2001:db8::1]:44/").value() ==
          http::Url{true, "2001:db8::1", "44"});
    CHECK(http::parse_url("https://idp.example?x").value() ==
          http::Url{true, "idp.example", "443"});
}

TEST_CASE("URLs that say two things or the wrong one are refused") {
    for (const std::string text : {"",
                                   "idp.example",
                                   "ftp://idp.example",
                                   "file:///etc/passwd",
                                   "https://",
                                   "https:///x",
                                   "https://user@idp.example",
                                   "https://idp.example@evil.example/",
                                   "https://idp.example#x",
                                   "https://idp.example/a b",
                                   "https://idp.example/\r\nHost: x",
                                   "https://idp\\.example",
                                   "https://idp.example:0",
                                   "https://idp.example:65536",
                                   "https://idp.example:8a",
                                   "https://idp.example:",
                                   "https://[::1",
                                   "https://[zz]/",
                                   "https://[::1]x/",
                                   "HTTPS://idp.example",
                                   "https://id\xc3\xa9.example",
                                   "https://idp.example/\xc3\xa9",
                                   "https://a:b:c/",
                                   "https://idp.example:99999999999"})
        CHECK_MESSAGE(!http::parse_url(text).ok(), text);
    CHECK(!http::parse_url("https://a/" + std::string(http::max_url_bytes, 'a')).ok());
}

TEST_CASE("an origin is scheme, host and port") {
    CHECK(http::origin_of("https://IDP.example/a?b").value() == "https://idp.example:443");
    CHECK(http::origin_of("http://[::1]:80/").value() == "http://[::1]:80");
    CHECK(!http::origin_of("idp.example").ok());
}

TEST_CASE("plain http is for loopback alone, and only where that is allowed") {
    CHECK(http::check_endpoint("https://idp.example/x", PlainHttp::Never).ok());
    CHECK(!http::check_endpoint("http://127.0.0.1/", PlainHttp::Never).ok());
    for (const char *url : {"http://127.0.0.1:1/", "http://[::1]/", "http://localhost:80/"})
        CHECK_MESSAGE(http::check_endpoint(url, PlainHttp::OnLoopback).ok(), url);
    for (const char *url :
         {"http://idp.example/", "http://10.0.0.1/", "http://127.0.0.1.evil.example/",
          "http://0.0.0.0/", "http://localhost.evil.example/", "http://2130706433/"})
        CHECK_MESSAGE(!http::check_endpoint(url, PlainHttp::OnLoopback).ok(), url);
}

TEST_CASE("forms carry any byte") {
    CHECK(http::form({{"a", "b c&d=e"}, {"\xc3\xa9", "~-._"}}) == "a=b%20c%26d%3De&%C3%A9=~-._");
    CHECK(http::form({}).empty());
}

TEST_CASE("max-age is read among other directives") {
    using std::chrono::seconds;
    const auto age = [](std::string_view value) { return http::cache_age(value); };
    CHECK(age("max-age=60") == seconds(60));
    CHECK(age("public, Max-Age=3600 , must-revalidate") == seconds(3600));
    CHECK(age("no-store, max-age=60") == seconds(0));
    CHECK(age("max-age=99999999999999999999999") == seconds(315360000));
    for (const char *none :
         {"", "public", "max-age", "max-age=", "max-age=-1", "max-age=1x", "s-maxage=60"})
        CHECK_MESSAGE(!age(none), none);
}
TEST_SUITE_END();
