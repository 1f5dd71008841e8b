// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/library.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("ssh.library");

TEST_CASE("the library starts, and starts again") {
    CHECK(ssh::start_library().ok());
    CHECK(ssh::start_library().ok());
}

TEST_CASE("every repair has a name of its own and a counter") {
    std::set<std::string> names;
    for (const ssh::RepairCount &count : ssh::repair_counts()) {
        CHECK_FALSE(count.name.empty());
        names.insert(count.name);
    }
    CHECK(names.size() == ssh::repair_counts().size());
    CHECK(names.size() == 13);
}

TEST_SUITE_END();
