// SPDX-License-Identifier: Apache-2.0
#include "sallyport/relay/helper.hpp"

#include <string>

#include <doctest/doctest.h>
#include <poll.h>

using namespace sallyport;
using relay::Helper;

TEST_SUITE_BEGIN("relay.helper");

TEST_CASE("work is done in the order of posting, and seen by who waits") {
    Helper helper;
    REQUIRE(helper.start().ok());
    CHECK(helper.idle());
    CHECK(helper.done(0));
    std::string seen;
    Helper::Ticket last = 0;
    for (char c = 'a'; c <= 'z'; ++c) {
        const Helper::Ticket ticket = helper.post([&seen, c] { seen += c; });
        CHECK(ticket == last + 1);
        last = ticket;
    }
    helper.wait(last);
    CHECK(seen == "abcdefghijklmnopqrstuvwxyz");
    CHECK(helper.done(last));
    CHECK(helper.idle());
}

TEST_CASE("what was posted is done before the helper ends") {
    int count = 0;
    {
        Helper helper;
        REQUIRE(helper.start().ok());
        for (int i = 0; i < 100; ++i)
            helper.post([&count] { ++count; });
    }
    CHECK(count == 100);
}

TEST_CASE("without a thread the work is done at once") {
    Helper helper;
    int count = 0;
    const Helper::Ticket ticket = helper.post([&count] { ++count; });
    CHECK(count == 1);
    CHECK(helper.done(ticket));
    CHECK(helper.idle());
    helper.wait(ticket);
}

TEST_CASE("the end of a piece of work wakes up a loop, once") {
    Helper helper;
    CHECK(helper.descriptor() == -1);
    REQUIRE(helper.start().ok());
    const auto readable = [&helper](int limit) {
        pollfd wait{helper.descriptor(), POLLIN, 0};
        return ::poll(&wait, 1, limit) == 1;
    };
    CHECK_FALSE(readable(0));
    int count = 0;
    const Helper::Ticket ticket = helper.post([&count] { ++count; });
    REQUIRE(readable(5000));
    CHECK(helper.done(ticket));
    CHECK(count == 1);
    helper.clear();
    CHECK_FALSE(readable(0));
}

TEST_SUITE_END();
