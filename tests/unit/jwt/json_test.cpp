// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/json.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using jwt::parse_json;

TEST_SUITE_BEGIN("jwt.json");

namespace {
std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}
} // namespace

TEST_CASE("a document keeps its kinds, its order and its text") {
    const auto json = parse_json(R"( {"a":[1,-2,true,null,"x\u00e9"],"b":{"c":1.5}} )").value();
    REQUIRE(json.object());
    CHECK(json.object()->at(0).name == "a");
    const auto &items = *json.find("a")->array();
    CHECK(*items[0].integer() == 1);
    CHECK(*items[1].integer() == -2);
    CHECK(*items[2].boolean());
    CHECK(items[3].is_null());
    CHECK(*items[4].text() == "x\xc3\xa9");
    CHECK(*json.find("b")->find("c")->real() == 1.5);
    CHECK(json.find("zz") == nullptr);
    CHECK(items[0].find("a") == nullptr);
}

TEST_CASE("a whole number above 63 bits is no integer") {
    const auto json = parse_json("[18446744073709551615]").value();
    CHECK(json.array()->at(0).integer() == nullptr);
    CHECK(json.array()->at(0).real());
}

TEST_CASE("a member name may occur once in an object, also when it is escaped") {
    CHECK(parse_json(R"({"a":{"a":1}})").ok());
    for (const char *text : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"x":{"":1,"":2}})"})
        CHECK_MESSAGE(!parse_json(text).ok(), text);
    CHECK(parse_json(R"({"a":1,"a":1})").error().message ==
          "a member name occurs twice in an object");
}

TEST_CASE("16 levels are read and 17 are refused") {
    CHECK(parse_json(nested(16)).ok());
    CHECK(!parse_json(nested(17)).ok());
    CHECK(!parse_json(std::string(60000, '[')).ok());
}

TEST_CASE("what is no strict JSON is refused") {
    for (const std::string text :
         {"", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1}x", "{} {}", "nul", "'a'", "\"\\ud800\"",
          "\"\x80\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\xef\xbb\xbf{}", "[01]", "[1e999]",
          "// c\n{}", "[NaN]", "\"a\tb\""})
        CHECK_MESSAGE(!parse_json(text).ok(), text);
    CHECK(!parse_json(std::string_view("{}\0", 3)).ok());
}

TEST_CASE("every proper prefix of a document is refused") {
    const std::string text = R"({"iss":"https://idp","aud":["a","b"],"n":{"x":[1.5,true,null]}})";
    REQUIRE(parse_json(text).ok());
    for (std::size_t i = 0; i < text.size(); ++i)
        CHECK_MESSAGE(!parse_json(text.substr(0, i)).ok(), i);
}

TEST_CASE("a document above the limit is too large") {
    const std::string text = '"' + std::string(100, 'a') + '"';
    CHECK(parse_json(text, {102, 16}).ok());
    CHECK(parse_json(text, {101, 16}).error().code == base::ErrorCode::TooLarge);
}

TEST_CASE("a pointer leads through members and elements") {
    const auto json =
        parse_json(
            R"({"groups":["a","b"],"realm_access":{"roles":[{"n":1}]},"a/b":1,"m~n":2,"":3})")
            .value();
    const auto at = [&](std::string_view pointer) {
        return jwt::find_at(json, jwt::parse_pointer(pointer).value());
    };
    CHECK(at("") == &json);
    CHECK(at("/groups")->array()->size() == 2);
    CHECK(*at("/groups/1")->text() == "b");
    CHECK(*at("/realm_access/roles/0/n")->integer() == 1);
    CHECK(*at("/a~1b")->integer() == 1);
    CHECK(*at("/m~0n")->integer() == 2);
    CHECK(*at("/")->integer() == 3);
    for (const char *none : {"/x", "/groups/2", "/groups/01", "/groups/-", "/groups/1/2", "/a/b",
                             "/groups/99999999999999999999"})
        CHECK_MESSAGE(at(none) == nullptr, none);
}

TEST_CASE("a malformed pointer is refused") {
    for (const char *text : {"groups", "/a~", "/a~2", "/1/2/3/4/5/6/7/8/9"})
        CHECK_MESSAGE(!jwt::parse_pointer(text).ok(), text);
    CHECK(!jwt::parse_pointer('/' + std::string(256, 'a')).ok());
}
TEST_SUITE_END();
