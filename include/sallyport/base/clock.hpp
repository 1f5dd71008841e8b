// SPDX-License-Identifier: Apache-2.0
// The clock is a port: whatever depends on time is handed a Clock, so that a test decides what time
// it is.
#pragma once
#include "sallyport/base/result.hpp"

#include <chrono>
#include <string>

namespace sallyport::base {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
  public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;      // for records and validity periods
    virtual SteadyTime steady() const = 0; // for deadlines
};

class SystemClock final : public Clock {
  public:
    WallTime now() const override;
    SteadyTime steady() const override;
};

// RFC 3339, UTC, microseconds: `2026-03-04T11:00:00.000000Z`.
std::string rfc3339(WallTime time);
// Reads RFC 3339 with `Z` or a numeric offset, fraction of up to 9 digits (cut to microseconds).
Result<WallTime> parse_rfc3339(std::string_view text);
// Seconds since 1970-01-01T00:00:00Z, as certificates and tokens carry them.
std::uint64_t unix_seconds(WallTime time);
WallTime from_unix_seconds(std::uint64_t seconds);
// `90s`, `15m`, `2h`, `8h`, `1d`; one number and one unit. InvalidInput otherwise, also above 366
// days.
Result<std::chrono::seconds> parse_duration(std::string_view text);

} // namespace sallyport::base
