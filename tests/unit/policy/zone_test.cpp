// SPDX-License-Identifier: Apache-2.0
#include "zone.hpp"

#include "sallyport/base/clock.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using policy::Zone;

TEST_SUITE_BEGIN("policy.zone");

namespace {

void put(base::Bytes &to, std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i)
        to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// RFC 8536: an empty version 1 part, then a version 2 part with two types (+1 h, +2 h).
base::Bytes tzif(const std::vector<std::pair<std::int64_t, std::uint8_t>> &transitions,
                 const std::string &footer) {
    base::Bytes bytes;
    const auto header = [&](std::size_t times, std::size_t types, std::size_t letters) {
        base::append(bytes, base::as_bytes("TZif2"));
        bytes.resize(bytes.size() + 15, 0);
        for (const std::size_t count :
             {std::size_t{0}, std::size_t{0}, std::size_t{0}, times, types, letters})
            put(bytes, count, 4);
    };
    header(0, 1, 1);
    put(bytes, 0, 6);
    put(bytes, 0, 1);
    header(transitions.size(), 2, 4);
    for (const auto &[at, type] : transitions)
        put(bytes, static_cast<std::uint64_t>(at), 8);
    for (const auto &[at, type] : transitions)
        bytes.push_back(type);
    for (const std::uint32_t offset : {3600U, 7200U}) {
        put(bytes, offset, 4);
        put(bytes, 0, 2);
    }
    put(bytes, 0, 4);
    base::append(bytes, base::as_bytes("\n" + footer + "\n"));
    return bytes;
}

std::int64_t hours_at(const Zone &zone, const char *time) {
    const auto offset = zone.offset_at(base::parse_rfc3339(time).value());
    return offset ? offset->count() / 3600 : -99;
}

} // namespace

TEST_CASE("transitions decide, and after the last one the footer's rule does") {
    const Zone zone =
        Zone::parse(tzif({{1'000'000'000, 1}, {1'100'000'000, 0}}, "CET-1CEST,M3.5.0,M10.5.0/3"))
            .value();
    struct Row {
        const char *time;
        std::int64_t hours;
    };
    const Row rows[] = {
        {"1990-01-01T00:00:00Z", 1}, // before the first transition
        {"2002-01-01T00:00:00Z", 2}, // between the two
        {"2026-03-29T00:59:59Z", 1}, {"2026-03-29T01:00:00Z", 2}, {"2026-10-25T00:59:59Z", 2},
        {"2026-10-25T01:00:00Z", 1}, {"2050-07-01T00:00:00Z", 2},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(hours_at(zone, row.time) == row.hours, row.time);
}

TEST_CASE("footers of the south, of one offset and of a form that is not read") {
    const auto with = [](const char *footer) { return Zone::parse(tzif({}, footer)).value(); };
    CHECK(hours_at(with("AEST-10AEDT,M10.1.0,M4.1.0/3"), "2026-01-01T00:00:00Z") == 11);
    CHECK(hours_at(with("AEST-10AEDT,M10.1.0,M4.1.0/3"), "2026-07-01T00:00:00Z") == 10);
    CHECK(hours_at(with("<+03>-3"), "2026-07-01T00:00:00Z") == 3);
    CHECK(hours_at(with("EST5EDT,M3.2.0,M11.1.0"), "2026-07-01T00:00:00Z") == -4);
    CHECK(hours_at(with("X5Y,J60,J300"), "2026-07-01T00:00:00Z") == -99); // unknown, not guessed
    CHECK(hours_at(with("CET-1CEST,M3.9.0,M10.5.0"), "2026-07-01T00:00:00Z") == -99);
    CHECK(hours_at(with(""), "2026-07-01T00:00:00Z") == 1); // no footer: the last type goes on
}

TEST_CASE("fixed offsets") {
    CHECK(hours_at(Zone::fixed("UTC").value(), "2026-07-01T00:00:00Z") == 0);
    CHECK(hours_at(Zone::fixed("+02:00").value(), "2026-07-01T00:00:00Z") == 2);
    CHECK(hours_at(Zone::fixed("-05:00").value(), "2026-07-01T00:00:00Z") == -5);
    for (const char *bad : {"", "Europe/Berlin", "+2", "+15:00", "+01:60", "01:00", "+0a:00"})
        CHECK_MESSAGE(!Zone::fixed(bad), bad);
}

TEST_CASE("zone data cut short at any byte is refused or read, never overrun") {
    const base::Bytes whole = tzif({{1, 1}, {2, 0}}, "CET-1CEST,M3.5.0,M10.5.0/3");
    const std::size_t needed = whole.size() - 28; // the footer may be missing
    for (std::size_t size = 0; size < needed; ++size)
        CHECK_MESSAGE(!Zone::parse({whole.data(), size}).ok(), size);
    base::Bytes bad = whole;
    bad[45 + 6 + 20] = 0xff; // a count of billions
    CHECK_FALSE(Zone::parse(bad).ok());
    CHECK_FALSE(Zone::parse(tzif({{2, 1}, {1, 0}}, "")).ok()); // not in order
    CHECK_FALSE(Zone::parse(tzif({{1, 9}}, "")).ok());         // a type that is not there
}
TEST_SUITE_END();
