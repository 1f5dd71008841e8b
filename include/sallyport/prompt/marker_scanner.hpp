// SPDX-License-Identifier: Apache-2.0
// Takes the target's output apart into output and markers, before any terminal parser sees it: an
// open OSC, DCS or alternate screen cannot hide a marker, and no program can forge one, since it is
// found by the literal bytes of a mark that only the guarded shell and the bastion know. One object
// a session; not thread-safe; no clock.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <string>
#include <variant>
#include <vector>

namespace sallyport::prompt {

inline constexpr std::size_t max_marker_payload_bytes = 64 * 1024;

struct Output {
    std::string bytes;
    bool operator==(const Output &) const = default;
};
// ESC ] 7717 ; M ; K ; payload ESC ] 7717 ; M ; E BEL
struct Marker {
    char kind = 0; // B, A, P, S, R, Q
    std::string payload;
    bool operator==(const Marker &) const = default;
};
using Piece = std::variant<Output, Marker>;

class MarkerScanner {
  public:
    // The mark to look for from now on; the one before it counts for `S` alone (strays that were
    // reported while a frame was under way). REQUIRES: is_nonce(mark)
    void expect(std::string mark);

    // The pieces that are complete with these bytes, in order, never an empty Output. Keeps back at
    // most one beginning of a marker; a payload above max_marker_payload_bytes is Output.
    std::vector<Piece> feed(base::BytesView bytes);

    // What is kept back, at the end of the stream.
    std::string flush();

  private:
    struct Found {
        std::size_t at = std::string::npos;
        bool old = false;
    };
    Found find_start(std::size_t from) const;
    std::size_t held_from(std::size_t from) const;

    std::string mark_, old_mark_;
    std::string start_, old_start_; // ESC ] 7717 ; M ;
    std::string held_;
    std::size_t searched_ = 0; // of held_, when it begins with a start: no end before this offset
};

} // namespace sallyport::prompt
