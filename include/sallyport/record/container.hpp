// SPDX-License-Identifier: Apache-2.0
// The container `<session>.cast.zst`: its records, their bytes and their hash chain. Every record
// is a zstd skippable frame, so that `zstd -dc` gives exactly the asciicast.
// docs/formats/recording.md is the specification. Pure values and codecs: no descriptor, no clock;
// SHA-256 comes in as a port. Any thread.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/clock.hpp"
#include "sallyport/base/result.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::record {

using Hash = std::array<std::uint8_t, 32>;
// Time since the start of the session.
using Offset = std::chrono::microseconds;

// SHA-256 as a port: this module links no cryptographic library.
class Hasher {
  public:
    virtual ~Hasher() = default;
    virtual void update(base::BytesView bytes) = 0;
    virtual Hash finish() = 0; // once
};
class Digest {
  public:
    virtual ~Digest() = default;
    virtual std::unique_ptr<Hasher> hasher() const = 0;
    // SHA-256 of the parts one after the other.
    Hash sha256(std::initializer_list<base::BytesView> parts) const;
};

inline constexpr std::uint32_t skippable_magic = 0x184D2A5A;
inline constexpr std::uint32_t frame_magic = 0xFD2FB528;
inline constexpr std::uint16_t container_version = 1;
inline constexpr std::size_t record_header_bytes = 8; // magic and length
inline constexpr std::size_t head_bytes = 96;
inline constexpr std::size_t link_bytes = 128;
inline constexpr std::size_t linked_bytes = 88; // the part of a link that its chain value covers
inline constexpr std::size_t foot_fixed_bytes = 72;
inline constexpr std::size_t max_frame_raw_bytes = 1024 * 1024; // asciicast of one frame
inline constexpr std::size_t max_frame_bytes = max_frame_raw_bytes + 8192;
inline constexpr std::size_t max_foot_markers = 4096;
inline constexpr std::size_t max_foot_label_bytes = 200;

enum class EndReason : std::uint16_t {
    Ended,    // the program ended
    Closed,   // the client or the target closed the connection
    Killed,   // by an administrator
    Failed,   // the record could not be written any further
    Shutdown, // the bastion stopped
    Crash,    // found unfinished and recovered
};
std::string_view end_reason_name(EndReason reason);
base::Result<EndReason> parse_end_reason(std::string_view name);

// SPRH. Written by whoever opens the file, before the recording process gets it.
struct Head {
    std::array<std::uint8_t, 16> session{}; // the ULID's 16 bytes
    base::WallTime start;
    Hash config{}; // SHA-256 of the configuration in force
    Hash nonce{};  // random: no two records start the same chain
    bool operator==(const Head &) const = default;
};

// SPRL, before the frame that it speaks of.
inline constexpr std::uint16_t link_recovered = 1;
inline constexpr std::uint16_t link_command = 2; // ends at a command boundary
inline constexpr std::uint16_t link_bulk = 4;    // some of it never was in a tail
struct Link {
    std::uint16_t flags = 0;
    std::uint64_t sequence = 0; // from 1, without a gap
    std::uint64_t first_us = 0; // times of the first and the last event
    std::uint64_t last_us = 0;
    std::uint64_t raw_offset = 0; // of the frame's first byte in the whole asciicast
    std::uint32_t raw_length = 0;
    std::uint32_t frame_length = 0;
    std::uint32_t events = 0; // lines; the header line of the asciicast is none
    std::uint32_t markers = 0;
    Hash frame{}; // SHA-256 of the compressed frame
    Hash chain{};
    bool operator==(const Link &) const = default;
};

struct FootMarker {
    std::uint32_t sequence = 0;
    std::uint64_t us = 0;
    std::uint64_t file_offset = 0; // of the link
    std::string label;             // at most max_foot_label_bytes
    bool operator==(const FootMarker &) const = default;
};

// SPRF, the last record. `markers` is an index for players: the first max_foot_markers only.
struct Foot {
    EndReason reason = EndReason::Ended;
    std::int32_t exit = -1; // -1: none known
    std::uint64_t frames = 0;
    std::uint64_t raw_bytes = 0;
    std::uint64_t events = 0;
    Hash chain{};
    std::vector<FootMarker> markers;
    bool operator==(const Foot &) const = default;
};

// The state of the chain after `sequence` frames: what events carry and a seal fixes.
struct ChainHead {
    std::uint64_t sequence = 0;
    Hash chain{};
    bool operator==(const ChainHead &) const = default;
};

// Whole records, their zstd header included.
base::Bytes encode_head(const Head &head);
base::Bytes encode_link(const Link &link);
base::Bytes encode_foot(const Foot &foot);
// Payloads. Fail with InvalidInput on a wrong tag, length, version or unknown value.
base::Result<Head> decode_head(base::BytesView payload);
base::Result<Link> decode_link(base::BytesView payload);
base::Result<Foot> decode_foot(base::BytesView payload);

// chain(0) = SHA-256("sallyport-record-v1\0" + head payload)
Hash chain_start(const Head &head, const Digest &digest);
// chain(n) = SHA-256(chain(n-1) + the first 88 bytes of the link payload); `link.chain` is not
// read.
Hash chain_next(const Hash &previous, const Link &link, const Digest &digest);

// The tail: lines that are not yet in a frame. A tail file starts with this record (SPRT) and holds
// pieces after it, each a 16-byte head (`SPRP`, u32 length, u64 raw offset) and whole lines.
inline constexpr std::size_t tail_head_bytes = 32;
inline constexpr std::size_t tail_piece_head_bytes = 16;
struct TailHead {
    std::array<std::uint8_t, 16> session{};
    std::uint64_t number = 0; // from 1; the next file of the same session has the next number
    bool operator==(const TailHead &) const = default;
};
base::Bytes encode_tail_head(const TailHead &head);
base::Result<TailHead> decode_tail_head(base::BytesView bytes);
base::Bytes encode_tail_piece_head(std::uint32_t length, std::uint64_t raw_offset);

// Reads what a tail holds of the asciicast from `raw_from` on: whole lines, without a gap. A torn
// last piece gives its whole lines; the first piece that does not continue ends the reading. Fails
// with InvalidInput if the file is no tail of `session`. For recovery and for following a live
// session. At most max_frame_raw_bytes are returned at once.
base::Result<std::string> read_tail(base::BytesView file,
                                    const std::array<std::uint8_t, 16> &session,
                                    std::uint64_t raw_from);

} // namespace sallyport::record
