// SPDX-License-Identifier: Apache-2.0
// asciicast v2: one JSON line a header, one JSON line an event. Codes: `o` output, `m` marker (the
// masked command), `r` size, `x` exit; Sallyport's own `b0` `b1` `b2` (exact bytes of stdin,
// stdout, stderr in base64) and `e` (other events, JSON in the text). An `o` line directly after a
// `b1` or `b2` line is that line's readable shadow. Players ignore codes that they do not know.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::record {

// A line is never longer; a writer keeps far below.
inline constexpr std::size_t max_line_bytes = 512 * 1024;
// Bytes of a stream that go into one event.
inline constexpr std::size_t max_event_bytes = 32 * 1024;
// A marker's label (one command): one unit.
inline constexpr std::size_t max_label_bytes = 64 * 1024;

// Every text must be masked and valid UTF-8; an invalid byte becomes U+FFFD.
struct CastHeader {
    unsigned width = 80;
    unsigned height = 24;
    base::WallTime start;
    std::string session;
    std::string connection;
    std::string person;
    std::string account;
    std::string target;
    std::string command; // empty: an interactive shell
    std::string term;    // TERM, empty without a terminal
};

struct CastEvent {
    Offset time{0};
    std::string code;
    std::string data; // decoded JSON text
    bool operator==(const CastEvent &) const = default;
};

std::string header_line(const CastHeader &header);
// `data` as valid UTF-8; with the final newline.
std::string event_line(Offset time, std::string_view code, std::string_view data);
void append_event_line(std::string &to, Offset time, std::string_view code, std::string_view data);
// Reads one event line without its newline. Strict: `[number, "code", "data"]`, nothing after it.
base::Result<CastEvent> parse_event_line(std::string_view line);

} // namespace sallyport::record
