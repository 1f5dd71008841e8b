// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/clock.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("base.clock");

TEST_CASE("RFC 3339 times are read in every spelling that the standard allows") {
    const base::WallTime noon = base::from_unix_seconds(1772618400); // 2026-03-04T10:00:00Z
    for (const char *text :
         {"2026-03-04T10:00:00Z", "2026-03-04t10:00:00z", "2026-03-04T11:00:00+01:00",
          "2026-03-04T04:30:00-05:30", "2026-03-04T10:00:00.000000999Z"})
        CHECK_MESSAGE(base::parse_rfc3339(text).value() == noon, text);
    CHECK(base::rfc3339(noon + 7us) == "2026-03-04T10:00:00.000007Z");
}

TEST_CASE("what is no time is refused") {
    for (const char *text :
         {"", "2026-03-04", "2026-02-30T00:00:00Z", "2026-03-04T24:00:00Z", "2026-03-04T10:00:00",
          "2026-03-04T10:00:00.Z", "2026-03-04T10:00:00Z ", "2026-3-4T10:00:00Z",
          "2026-03-04T10:00:00+1:00"})
        CHECK_MESSAGE(!base::parse_rfc3339(text).ok(), text);
}

TEST_CASE("durations have one number and one unit") {
    CHECK(base::parse_duration("90s").value() == 90s);
    CHECK(base::parse_duration("15m").value() == 15min);
    CHECK(base::parse_duration("8h").value() == 8h);
    for (const char *text : {"", "m", "5", "-5m", "1.5h", "5m ", "9999999999999d", "400d", "5w"})
        CHECK_MESSAGE(!base::parse_duration(text).ok(), text);
}
TEST_SUITE_END();
