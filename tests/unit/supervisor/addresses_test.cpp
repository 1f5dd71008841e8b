// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("supervisor.addresses");

TEST_CASE("an address is dialled for what it is, not for the name that led to it") {
    struct Row {
        std::vector<std::string> addresses, named;
        const char *dialled;
    };
    const Row rows[] = {
        {{"192.0.2.7"}, {}, "192.0.2.7"},
        {{"10.1.2.3"}, {}, "10.1.2.3"},
        {{"127.0.0.1"}, {}, ""},
        {{"127.0.0.1"}, {"127.0.0.1/32"}, "127.0.0.1"},
        {{"::1"}, {}, ""},
        {{"::ffff:127.0.0.1"}, {}, ""}, // the same host in another spelling
        {{"169.254.169.254"}, {}, ""},  // cloud metadata
        {{"169.254.169.254"}, {"169.254.0.0/16"}, "169.254.169.254"},
        {{"fe80::1"}, {}, ""},
        {{"0.0.0.0"}, {}, ""},
        {{"224.0.0.1"}, {}, ""},
        {{"64:ff9b::7f00:1"}, {}, ""}, // loopback behind a translator
        {{"127.0.0.1", "192.0.2.7"}, {}, "192.0.2.7"},
        {{"not an address"}, {"0.0.0.0/0"}, ""},
        {{}, {"0.0.0.0/0"}, ""},
    };
    for (const Row &row : rows) {
        model::Target target;
        target.allow_addresses = row.named;
        const auto chosen = supervisor::first_allowed_address(row.addresses, target);
        CHECK_MESSAGE(chosen.value_or("") == row.dialled,
                      (row.addresses.empty() ? "" : row.addresses[0]));
    }
}
TEST_SUITE_END();
