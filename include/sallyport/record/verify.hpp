// SPDX-License-Identifier: Apache-2.0
// Reading a container, which is hostile input: walk, verify, recover. Memory is bounded by one
// frame (max_frame_raw_bytes) whatever the file says. Run it in a helper process; this module makes
// none.
#pragma once
#include "sallyport/record/asciicast.hpp"
#include "sallyport/record/seal.hpp"

#include <functional>
#include <optional>

namespace sallyport::record {

// One frame as the walker found it. The views live as long as the file's bytes.
struct Frame {
    Link link;
    std::uint64_t file_offset = 0; // of the link record
    base::BytesView bytes;         // compressed
};

// Walker goes through the records in order. It checks form, order and bounds (known tags only,
// sequence and raw offsets without a gap), no hash. `file` must outlive it.
class Walker {
  public:
    static base::Result<Walker> open(base::BytesView file);
    const Head &head() const { return head_; }
    // The next frame; nothing at the foot or at the end of the file. After an error the position
    // stays: the file is good up to offset().
    base::Result<std::optional<Frame>> next();
    const std::optional<Foot> &foot() const { return foot_; }
    std::uint64_t offset() const { return at_; }
    // Where whole frames end.
    std::uint64_t frames_end() const { return frames_end_; }

  private:
    base::Result<std::optional<Frame>> read_frame(base::BytesView payload, std::uint64_t link_at);
    base::BytesView file_;
    Head head_;
    std::uint64_t at_ = 0;
    std::uint64_t frames_end_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t raw_ = 0;
    std::optional<Foot> foot_;
};

// The asciicast of a frame: exactly `link.raw_length` bytes of whole lines. Fails with InvalidInput
// otherwise; never allocates more than max_frame_raw_bytes.
base::Result<std::string> decompress(const Frame &frame);

enum class Fault {
    Form,      // a record or frame is not what the format allows
    FrameHash, // a frame is not the one its link names
    Chain,     // a link is not the one that was written
    Totals,    // counts differ from what is there
    Cut,       // the record ends early: no foot, or an event names a later frame
    Event,     // a chain head in the event log is another one
    Seal,      // the seal is damaged, of another record, or its signature is false
    FileHash,  // the file is not the sealed one
};
std::string_view fault_name(Fault fault);
struct Finding {
    Fault fault = Fault::Form;
    std::string text; // one sentence
};
struct VerifyReport {
    Head head;
    std::uint64_t frames = 0;
    std::uint64_t raw_bytes = 0;
    std::uint64_t events = 0;
    std::uint64_t markers = 0;
    ChainHead chain;
    std::optional<Foot> foot;
    bool sealed = false;           // a seal was given and holds
    std::vector<Finding> findings; // at most max_findings
    // Nothing contradicts the record. Says nothing about a seal that was not given.
    bool intact() const { return findings.empty(); }
};
inline constexpr std::size_t max_findings = 32;

// True if `signature` is the key's over `message`. An unknown key id is false.
using VerifySignature = std::function<bool(std::string_view key_id, base::BytesView message,
                                           base::BytesView signature)>;

// `seal` empty: none is there, which is no finding (`sealed` stays false). `expected`: chain heads
// out of the event log, in any order.
VerifyReport verify(base::BytesView file, std::string_view seal, const VerifySignature &signature,
                    const std::vector<ChainHead> &expected, const Digest &digest);

// The content of a seal for a finished container; the end is the time of the last event. Verifies
// everything that needs no seal first and fails with InvalidInput if anything is wrong. It goes
// through the file once: what lies before the offset that `passed` is told is not looked at again.
using Passed = std::function<void(std::uint64_t offset)>;
base::Result<Seal> make_seal(base::BytesView file, std::string_view key_id, const Digest &digest,
                             const Passed &passed = {});

// What makes an unfinished container whole: cut it to `keep` bytes, append `append`.
struct Recovery {
    std::uint64_t keep = 0;
    base::Bytes append;
    std::uint64_t recovered_events = 0; // lines that came out of the tails
    bool needed = false;                // false: the container has its foot and ends there
};
// `tails`: the session's tail files in the order of their numbers; any may be torn. Frames stay as
// they are if their form and hash are right; the first that is wrong ends what is kept. Fails with
// InvalidInput if the head itself is damaged: then nothing can be saved.
base::Result<Recovery> recover(base::BytesView file, const std::vector<base::BytesView> &tails,
                               const Digest &digest);

} // namespace sallyport::record
