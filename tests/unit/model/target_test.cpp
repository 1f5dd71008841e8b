// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/target.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using model::Address;
using model::Door;

TEST_SUITE_BEGIN("model.target");

TEST_CASE("the user name names account, target and door") {
    struct Row {
        const char *typed;
        Address address;
    };
    const Row rows[] = {
        {"deploy@web1", {Door::Target, "deploy", "deploy", "web1"}},
        {"deploy+web1", {Door::Target, "deploy", "deploy", "web1"}},
        {"+web1", {Door::Target, "", "", "web1"}},
        {"app@api~7f3", {Door::Target, "app", "app", "api~7f3"}},
        {"alice", {Door::FrontDesk, "alice", "", ""}},
        {"login", {Door::Login, "login", "", ""}},
        {"", {Door::FrontDesk, "", "", ""}},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(model::parse_address(row.typed).value() == row.address, row.typed);
}

TEST_CASE("a user name that names no account or target is refused") {
    for (const char *typed : {"deploy@", "deploy@Web1", "de ploy@web1", "a@b@web1", "-x@web1",
                              "deploy@web1\n", "deploy@../x", "@~x", "deploy@web1~", "+"})
        CHECK_MESSAGE(!model::parse_address(typed).ok(), typed);
    CHECK(model::parse_address(std::string(257, 'a')).error().code == base::ErrorCode::TooLarge);
}
TEST_SUITE_END();
