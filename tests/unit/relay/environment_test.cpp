// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("relay.environment");

TEST_CASE("a locale reaches the target") {
    for (const model::EnvironmentEntry &entry : {model::EnvironmentEntry{"LANG", "de_DE.UTF-8"},
                                                 {"LC_ALL", "C"},
                                                 {"LC_TIME", "sr_RS.UTF-8@latin"},
                                                 {"LC_CTYPE", ""}})
        CHECK_MESSAGE(relay::may_reach_target(entry), entry.name);
}

TEST_CASE("nothing else does, and no value that a shell could take for code") {
    for (const model::EnvironmentEntry &entry : {model::EnvironmentEntry{"LC_X", "C"},
                                                 {"LD_PRELOAD", "/tmp/x"},
                                                 {"BASH_ENV", "C"},
                                                 {"PATH", "C"},
                                                 {"lang", "C"},
                                                 {"LANG", "a[$(id)]"},
                                                 {"LC_ALL", "$(id)"},
                                                 {"LC_ALL", "C\nid"},
                                                 {"LC_ALL", "/etc/shadow"},
                                                 {"LC_ALL", "a b"},
                                                 {"LC_ALL", std::string(65, 'a')},
                                                 {"LC_ALL", std::string("C\0x", 3)},
                                                 {"", "C"}})
        CHECK_MESSAGE(!relay::may_reach_target(entry), entry.value);
    CHECK(relay::for_target({{"LANG", "C"}, {"LC_X", "$(id)"}}).size() == 1);
}
TEST_SUITE_END();
