// SPDX-License-Identifier: Apache-2.0
#include "cidr.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("policy.cidr");

TEST_CASE("an address belongs to a network by its leading bits") {
    struct Row {
        const char *network, *address;
        bool inside;
    };
    const Row rows[] = {
        {"10.20.0.0/16", "10.20.255.255", true},
        {"10.20.0.0/16", "10.21.0.0", false},
        {"10.20.0.0/15", "10.21.0.0", true},
        {"0.0.0.0/0", "255.1.2.3", true},
        {"0.0.0.0/0", "::1", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"2001:db8:20::/48", "2001:db8:20:1::5", true},
        {"2001:db8:20::/48", "2001:db8:21::", false},
        {"::1/128", "::1", true},
        {"127.0.0.0/8", "::ffff:127.0.0.1", true},
        {"fe80::/10", "fe80::1%eth0", true},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(policy::contains(policy::parse_cidr(row.network).value(),
                                       policy::parse_address(row.address).value()) == row.inside,
                      row.network << " " << row.address);
}

TEST_CASE("what is no network is refused") {
    for (const char *bad : {"", "10.20.0.0/33", "10.20.0.0/", "10.20.0.1/16", "10.20", "::/129",
                            "2001:db8::1/64", "10.0.0.0/8x", "host", "10.20.0.0/-1"})
        CHECK_MESSAGE(!policy::parse_cidr(bad).ok(), bad);
    for (const char *bad : {"", "10.20.3.4:22", "1.2.3", "x"})
        CHECK_MESSAGE(!policy::parse_address(bad), bad);
}
TEST_SUITE_END();
