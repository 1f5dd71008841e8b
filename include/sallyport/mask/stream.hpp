// SPDX-License-Identifier: Apache-2.0
// Stream masks one output stream. Bytes go in as they come, the same bytes come out with secrets as
// stars of the same width, and only a candidate at the end of an unfinished line is held back. What
// comes out goes to the user AND to the record. Any chunking gives the same result; only deadlines
// and echo (note_key) depend on time. docs/MASKING.md says what is promised and what is not.
// One thread. Costs about 1 KiB idle; at most a few hundred KiB on hostile input.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/mask/database.hpp"

#include <memory>
#include <optional>

namespace sallyport::mask {

inline constexpr std::chrono::milliseconds hold_time{250};
inline constexpr std::chrono::milliseconds echo_hold_time{15};
inline constexpr std::chrono::milliseconds echo_window{300}; // after a key
inline constexpr std::size_t echo_bytes = 256;               // a larger chunk is no echo

// Bytes [s, e) of the input were starred by `rule`.
struct MaskedSpan {
    std::size_t s = 0;
    std::size_t e = 0;
    std::size_t rule = 0;
    bool operator==(const MaskedSpan &) const = default;
};

class Stream {
  public:
    // `database` must outlive it. `columns`: the terminal's width, 0 without a terminal.
    Stream(const Database &database, unsigned columns);
    ~Stream();
    Stream(Stream &&) noexcept;
    Stream &operator=(Stream &&) noexcept;

    // Appends to `out` what may be shown.
    void feed(base::BytesView bytes, base::SteadyTime now, base::Bytes &out);
    // The person pressed a key: for a while small output is echo and is not held back; a strong
    // candidate is starred as it is typed.
    void note_key(base::SteadyTime now);
    void set_columns(unsigned columns);
    // When held bytes are due; nothing while none are held.
    std::optional<base::SteadyTime> deadline() const;
    // Releases what is overdue, candidates as stars.
    void expire(base::SteadyTime now, base::Bytes &out);
    // The end of the stream: everything comes out.
    void finish(base::Bytes &out);

    // How many values each rule masked in finished lines, by rule index (the last entry:
    // seen-before). A value inside another one counts as one.
    const std::vector<std::uint64_t> &counts() const;
    // From now on spans are collected, by offset in the whole input.
    void collect(std::vector<MaskedSpan> *spans);

  private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace sallyport::mask
