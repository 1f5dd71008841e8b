// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace sallyport::base {
namespace {

using std::chrono::microseconds;

// Takes exactly `digits` decimal digits off the front of `text`; -1 if they are not there.
int take_number(std::string_view &text, std::size_t digits) {
    if (text.size() < digits)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view &text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

WallTime SystemClock::now() const {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady() const {
    return std::chrono::steady_clock::now();
}

std::string rfc3339(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<microseconds>(time - day)};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

Result<WallTime> parse_rfc3339(std::string_view text) {
    const Error error =
        invalid("`" + std::string(text.substr(0, 40)) + "` is not an RFC 3339 time");
    const int year = take_number(text, 4);
    const bool dash1 = take(text, "-");
    const int month = take_number(text, 2);
    const bool dash2 = take(text, "-");
    const int day = take_number(text, 2);
    const bool t = take(text, "Tt ");
    const int hour = take_number(text, 2);
    const bool colon1 = take(text, ":");
    const int minute = take_number(text, 2);
    const bool colon2 = take(text, ":");
    const int second = take_number(text, 2);
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!dash1 || !dash2 || !t || !colon1 || !colon2 || year < 0 || month < 1 || day < 1 ||
        !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return error;
    int fraction = 0;
    if (take(text, ".")) {
        std::size_t digits = 0;
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9;
             ++digits) {
            if (digits < 6)
                fraction = fraction * 10 + (text.front() - '0');
            text.remove_prefix(1);
        }
        if (digits == 0)
            return error;
        for (; digits < 6; ++digits)
            fraction *= 10;
    }
    std::chrono::minutes offset{0};
    if (!take(text, "Zz")) {
        if (text.empty())
            return error;
        const int sign = text.front() == '-' ? -1 : 1;
        const bool signed_offset = take(text, "+-");
        const int offset_hour = take_number(text, 2);
        const bool colon = take(text, ":");
        const int offset_minute = take_number(text, 2);
        if (!signed_offset || !colon || offset_hour < 0 || offset_hour > 23 || offset_minute < 0 ||
            offset_minute > 59)
            return error;
        offset = std::chrono::minutes(sign * (offset_hour * 60 + offset_minute));
    }
    if (!text.empty())
        return error;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) + microseconds(fraction) -
           offset;
}

std::uint64_t unix_seconds(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

WallTime from_unix_seconds(std::uint64_t seconds) {
    constexpr std::uint64_t year_9999 =
        253402300799; // beyond it microseconds since 1970 would overflow in sums
    return WallTime(std::chrono::seconds(seconds > year_9999 ? year_9999 : seconds));
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
    const Error error = invalid("`" + std::string(text.substr(0, 40)) +
                                "` is not a duration such as `90s`, `15m`, `8h` or `1d`");
    if (text.size() < 2)
        return error;
    std::int64_t number = 0;
    const char *end = text.data() + text.size() - 1;
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < 0 || number > 366LL * 86400)
        return error;
    std::int64_t unit = 0;
    switch (text.back()) {
    case 's':
        unit = 1;
        break;
    case 'm':
        unit = 60;
        break;
    case 'h':
        unit = 3600;
        break;
    case 'd':
        unit = 86400;
        break;
    default:
        return error;
    }
    if (number * unit > 366LL * 86400)
        return error;
    return std::chrono::seconds(number * unit);
}

} // namespace sallyport::base
