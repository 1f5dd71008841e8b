// SPDX-License-Identifier: Apache-2.0
// The event log: one JSON object a line, hash-chained, append-only; the truth of what happened.
// Form, kinds and a worked example stand in docs/formats/events.md. `prev` of a line is the hex
// SHA-256 of the line before with its newline; the first line of a new log has 64 zeros. One
// writer, one thread.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/model/event.hpp"

#include <memory>
#include <string>

namespace sallyport::audit {

enum class Durable : std::uint8_t {
    Later, // with the next durable line, or within sync_interval
    Now,   // on the disk when append() returns: before a release
};
inline constexpr std::chrono::milliseconds sync_interval{200};
inline constexpr std::size_t max_line_bytes = 4 * 1024 * 1024;

class EventLog {
  public:
    // Opens or begins the log. An unfinished last line (a crash in the middle of a write) is cut
    // off and its length told in `repaired`; a complete last line that is no event is InvalidInput:
    // the log is not continued over a manipulation.
    static base::Result<std::unique_ptr<EventLog>> open(const std::string &path,
                                                        const base::Clock &clock);

    // Unavailable if it cannot be written or synced: the caller then releases nothing. After a
    // failure every later append fails too.
    base::Status append(const model::Event &event, Durable durable);
    base::Status sync();
    bool unsynced() const { return unsynced_; }

    std::uint64_t next_sequence() const { return sequence_; }
    const std::string &head() const { return previous_; } // hex hash that the next line will carry
    std::size_t repaired() const { return repaired_; }

  private:
    EventLog(base::UniqueFd fd, const base::Clock &clock) : fd_(std::move(fd)), clock_(clock) {}

    base::UniqueFd fd_;
    const base::Clock &clock_;
    std::uint64_t sequence_ = 1;
    std::string previous_ = std::string(64, '0');
    std::size_t repaired_ = 0;
    bool unsynced_ = false, failed_ = false;
};

// Checks a whole log text: every line an object with the right `seq` and `prev`. The number of
// lines, or where the first fault is. `previous` is the hash that the first line must carry, empty
// to accept what it says.
base::Result<std::uint64_t> verify_log(std::string_view text,
                                       std::string previous = std::string(64, '0'));

// The line that append() would write, without newline.
std::string event_line(const model::Event &event, std::uint64_t sequence, base::WallTime time,
                       const std::string &previous);

} // namespace sallyport::audit
