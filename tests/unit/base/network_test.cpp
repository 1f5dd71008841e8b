// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/network.hpp"

#include <doctest/doctest.h>

using namespace sallyport::base;

namespace {
IpAddress ip(std::string_view text) {
    const auto address = parse_ip(text);
    REQUIRE_MESSAGE(address.ok(), text);
    return *address;
}
IpNetwork range(std::string_view text) {
    const auto network = parse_network(text);
    REQUIRE_MESSAGE(network.ok(), text);
    return *network;
}
} // namespace

TEST_SUITE("base.network") {
    TEST_CASE("a numeric address has one canonical text") {
        struct Row {
            const char *typed, *canonical;
        };
        const Row rows[] = {
            {"192.0.2.1", "192.0.2.1"},
            {"0.0.0.0", "0.0.0.0"},
            {"255.255.255.255", "255.255.255.255"},
            {"::", "::"},
            {"::1", "::1"},
            {"1::", "1::"},
            {"2001:DB8::A", "2001:db8::a"},
            {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
            {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // one zero group is not shortened
            {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
            {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
            {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
            {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
            {"::ffff:192.0.2.1", "192.0.2.1"}, // mapped: the IPv4 address that it is
            {"::FFFF:7f00:1", "127.0.0.1"},
            {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"},
            {"fe80::0123", "fe80::123"},
        };
        for (const Row &row : rows) {
            CAPTURE(row.typed);
            CHECK(ip_text(ip(row.typed)) == row.canonical);
            CHECK(ip(ip_text(ip(row.typed))) == ip(row.typed));
        }
    }

    TEST_CASE("what is no numeric address is refused") {
        for (const char *text : {"",
                                 " ",
                                 "1",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1.2.3.256",
                                 "01.2.3.4",
                                 "1.2.3.4 ",
                                 " 1.2.3.4",
                                 "1..2.3",
                                 "0x7f.0.0.1",
                                 "1.2.3.-4",
                                 "localhost",
                                 ":",
                                 ":::",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1::2::3",
                                 "12345::",
                                 "g::",
                                 "1:2:3:4:5:6:7:8::",
                                 "::1%lo",
                                 "[::1]",
                                 "1.2.3.4:22",
                                 "::1.2.3",
                                 "1.2.3.4::",
                                 "::1.2.3.4:5",
                                 "1:",
                                 ":1",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "1111:2222:3333:4444:5555:6666:255.255.255.2555"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_ip(text).ok());
        }
    }

    TEST_CASE("a range contains its addresses and no others") {
        struct Row {
            const char *network, *address;
            bool inside;
        };
        const Row rows[] = {
            {"10.0.0.0/8", "10.255.1.2", true},
            {"10.0.0.0/8", "11.0.0.0", false},
            {"192.0.2.128/25", "192.0.2.128", true},
            {"192.0.2.128/25", "192.0.2.127", false},
            {"192.0.2.5", "192.0.2.5", true},
            {"192.0.2.5", "192.0.2.4", false},
            {"0.0.0.0/0", "8.8.8.8", true},
            {"0.0.0.0/0", "::1", false},
            {"::/0", "2001:db8::1", true},
            {"::/0", "8.8.8.8", false},
            {"2001:db8::/33", "2001:db8:7fff::", true},
            {"2001:db8::/33", "2001:db8:8000::", false},
            {"::1/128", "::1", true},
            {"::ffff:10.0.0.0/104", "10.1.1.1", true}, // a mapped range is the IPv4 range
            {"10.0.0.0/8", "::ffff:10.1.1.1", true},
        };
        for (const Row &row : rows) {
            CAPTURE(row.network);
            CAPTURE(row.address);
            CHECK(contains(range(row.network), ip(row.address)) == row.inside);
        }
        CHECK_FALSE(contains(std::vector<IpNetwork>{}, ip("10.0.0.1")));
        CHECK(contains({range("192.0.2.0/24"), range("10.0.0.0/8")}, ip("10.0.0.1")));
        CHECK(network_text(range("10.0.0.1")) == "10.0.0.1/32");
        CHECK(network_text(range("::ffff:10.0.0.0/104")) == "10.0.0.0/8");
    }

    TEST_CASE("a range that is malformed or says two things is refused") {
        for (const char *text :
             {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/+8",
              "10.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/ 8", "::/129", "2001:db8::1/64",
              "10.0.0.0/1e", "::ffff:10.0.0.0/95", "web/8", "*", "!10.0.0.0/8"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_network(text).ok());
        }
    }

    TEST_CASE("the kinds of address hold through every spelling") {
        struct Row {
            bool (*kind)(const IpAddress &);
            const char *address;
            bool expected;
        };
        const Row rows[] = {
            {is_loopback, "127.0.0.1", true},
            {is_loopback, "127.255.255.255", true},
            {is_loopback, "128.0.0.1", false},
            {is_loopback, "::1", true},
            {is_loopback, "::2", false},
            {is_loopback, "::ffff:127.0.0.1", true},
            {is_loopback, "64:ff9b::7f00:1", true},
            {is_loopback, "64:ff9b:1::7f00:1", true},
            {is_loopback, "2002:7f00:1::", true},
            {is_loopback, "::127.0.0.1", true},
            {is_unspecified, "0.0.0.0", true},
            {is_unspecified, "0.1.2.3", true},
            {is_unspecified, "::", true},
            {is_unspecified, "::1", false},
            {is_link_local, "169.254.1.1", true},
            {is_link_local, "169.253.1.1", false},
            {is_link_local, "fe80::1", true},
            {is_link_local, "febf::1", true},
            {is_link_local, "fec0::1", false},
            {is_private, "10.1.2.3", true},
            {is_private, "172.15.0.1", false},
            {is_private, "172.16.0.1", true},
            {is_private, "172.31.0.1", true},
            {is_private, "172.32.0.1", false},
            {is_private, "192.168.0.1", true},
            {is_private, "100.64.0.1", true},
            {is_private, "100.128.0.1", false},
            {is_private, "fd12::1", true},
            {is_private, "fec0::1", true},
            {is_private, "2001:db8::1", false},
            {is_private, "8.8.8.8", false},
            {is_multicast, "224.0.0.1", true},
            {is_multicast, "239.1.1.1", true},
            {is_multicast, "240.0.0.1", false},
            {is_multicast, "255.255.255.255", true},
            {is_multicast, "ff02::1", true},
            {is_metadata, "169.254.169.254", true},
            {is_metadata, "::ffff:169.254.169.254", true},
            {is_metadata, "64:ff9b::a9fe:a9fe", true},
            {is_metadata, "169.254.169.253", false},
            {is_metadata, "fd00:ec2::254", true},
            {is_metadata, "fd20:ce::254", true},
            {is_metadata, "100.100.100.200", true},
            {is_metadata, "8.8.8.8", false},
        };
        for (const Row &row : rows) {
            CAPTURE(row.address);
            CHECK(row.kind(ip(row.address)) == row.expected);
        }
    }
}
