// SPDX-License-Identifier: Apache-2.0
// Counts the events of an asciicast, frame by frame.
#pragma once
#include "sallyport/record/verify.hpp"

namespace sallyport::record {

struct Tally {
    std::uint32_t events = 0;
    std::uint32_t markers = 0;
    std::uint64_t first_us = 0;
    std::uint64_t last_us = 0;
    std::vector<CastEvent> marks; // the marker events
};
// `first`: the text begins with the header line. InvalidInput if a line is no event line or time
// runs backwards.
base::Result<Tally> tally(std::string_view lines, bool first);
// The lines are those that the link speaks of, and go on after `last_us`.
bool agrees(const Tally &lines, const Link &link, std::uint64_t last_us);
FootMarker foot_marker(const CastEvent &mark, std::uint64_t sequence, std::uint64_t file_offset);

} // namespace sallyport::record
