// SPDX-License-Identifier: Apache-2.0
// A time zone from its TZif bytes (RFC 8536), so that `when` rules need no clock library and no
// file. Times after the last transition follow the footer when it has the common form
// `CET-1CEST,M3.5.0,M10.5.0/3`; any other footer makes such times unknown.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/clock.hpp"
#include "sallyport/base/result.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::policy {

class Zone {
  public:
    // InvalidInput when the bytes are no TZif of version 2 or later, cut short or inconsistent.
    static base::Result<Zone> parse(base::BytesView tzif);
    // `UTC`, `Z`, `+02:00`, `-05:30`; nullopt for everything else.
    static std::optional<Zone> fixed(std::string_view text);

    std::optional<std::chrono::seconds> offset_at(base::WallTime time) const; // east of UTC

  private:
    struct Transition {
        std::int64_t at = 0;
        std::int32_t offset = 0;
    };
    struct Change { // Mm.w.d/time of the footer
        int month = 0, week = 0, day = 0;
        std::int64_t seconds = 0;
    };
    struct Footer {
        std::int32_t standard = 0;
        std::optional<std::int32_t> summer;
        Change begin, end;
    };
    static std::optional<Footer> parse_footer(std::string_view text);
    static std::int64_t local_seconds(const Change &change, int year);

    std::vector<Transition> transitions_;
    std::int32_t first_ = 0; // before the first transition
    bool has_rules_ = false; // a footer stands there, readable or not
    std::optional<Footer> footer_;
};

} // namespace sallyport::policy
