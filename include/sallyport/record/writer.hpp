// SPDX-License-Identifier: Apache-2.0
// Writer turns what happens in one session into bytes to append: a state machine without a
// descriptor or a clock. Two lanes: little output goes as whole lines into the tail and becomes a
// frame at a command boundary, at frame_bytes or after frame_idle; a flush of bulk_bytes or more
// goes straight into a frame. Rule of its user: record, flush, and only then forward; if a call
// fails, end the session. After a failure every further call fails. One thread, but for
// Commit::run.
#pragma once
#include "sallyport/record/asciicast.hpp"

#include <memory>
#include <optional>

namespace sallyport::record {

inline constexpr std::size_t frame_bytes = 128 * 1024;
inline constexpr std::size_t bulk_bytes = 32 * 1024;
inline constexpr std::chrono::seconds frame_idle{2};
// From here on a fresh tail is asked for; from the double of it nothing more goes into the old one.
inline constexpr std::size_t tail_bytes = 1024 * 1024;

// Where the bytes go. Each call is one write(2) or writev(2) on a file opened with O_APPEND; a
// short write is a failure.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual base::Status append_tail(base::BytesView bytes) = 0;
    // One writev. `frame` is empty for the foot.
    virtual base::Status commit_frame(base::BytesView link, base::BytesView frame) = 0;
    // Asks for tail file `number`; the answer is Writer::tail_ready, now or later.
    virtual void want_tail(std::uint64_t number) = 0;
};

enum class Stream { Stdin = 0, Stdout = 1, Stderr = 2 };

class Compressor;

// A part of what is pending that becomes one frame.
struct Segment {
    std::size_t end = 0;
    std::uint32_t events = 0;
    std::uint32_t markers = 0;
    Offset first{0};
    Offset last{0};
};

// What is pending on its way into frames: compress, hash, chain, write. Everything that it needs it
// took with it, so run() may be another thread's work while the writer takes down what comes next.
class Commit {
  public:
    // Once. Uses the sink's commit_frame and the digest, nothing else of the writer's.
    void run();

  private:
    friend class Writer;
    base::Status frame(const Segment &segment, std::size_t from, std::uint16_t flags);

    Sink *sink_ = nullptr;
    const Digest *digest_ = nullptr;
    Compressor *compressor_ = nullptr;
    std::string raw_;
    std::vector<Segment> segments_;
    std::size_t in_tail_ = 0; // of raw_
    std::uint16_t flags_ = 0;
    std::uint64_t raw_offset_ = 0;
    ChainHead head_;
    std::uint64_t file_offset_ = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> placed_; // markers: frame, file offset
    base::Status status_ = base::success();
};

class Writer {
  public:
    // The file holds `head` (encode_head) already; the sink's tail is empty and has number 1.
    // `sink` and `digest` must outlive the Writer.
    Writer(const Head &head, Sink &sink, const Digest &digest);
    ~Writer();

    // The header line and the tail's head; first of all.
    base::Status begin(const CastHeader &header);

    // Output of a terminal, or text of stdout without one. A character cut by the end of `bytes`
    // waits for its rest (at most 3 bytes). Bytes that are no UTF-8 also get a `b1` line.
    void output(base::BytesView bytes, Offset now);
    // Text of stderr without a terminal: exact bytes and a shadow that plays.
    void error_output(base::BytesView bytes, Offset now);
    // Exact bytes, with no shadow: binary streams, and stdin.
    void exact(Stream stream, base::BytesView bytes, Offset now);
    void resize(unsigned width, unsigned height, Offset now);
    // The masked command; once a command, before its output.
    void marker(std::string_view label, Offset now);
    // Another event, as one JSON object.
    void event(std::string_view json, Offset now);

    // Writes what was recorded since the last flush. Before the output is forwarded.
    base::Status flush(Offset now);
    // For a user with a second thread: a flush that would make a frame, in two steps. What was
    // recorded until start() may be forwarded once end() has succeeded, which is after run() has
    // returned. Between the two only lines may be recorded: every other call comes after end().
    bool wants_frame() const;
    std::size_t unwritten() const { return pending_.size() - in_tail_; }
    Commit start();
    base::Status end(Commit done);
    // A command ended: what is pending becomes a frame; then chain_head() is what the event
    // carries.
    base::Status boundary(Offset now);
    // Does what is due. Call it at deadline().
    base::Status tick(Offset now);
    std::optional<Offset> deadline() const;
    // The descriptor behind append_tail is the asked-for fresh one.
    base::Status tail_ready(std::uint64_t number, Offset now);
    // The last frame and the foot. No call after it. `exit` is -1 if none is known.
    base::Status finish(EndReason reason, std::int32_t exit, Offset now);

    ChainHead chain_head() const { return {sequence_, chain_}; }
    std::uint64_t events() const { return events_; }
    std::uint64_t raw_bytes() const { return raw_committed_ + pending_.size(); }

  private:
    void line(std::string_view code, std::string_view data, Offset now);
    void text(base::BytesView bytes, Stream stream, Offset now);
    void text_piece(std::string_view bytes, Stream stream, Offset now);
    void end_cut(Stream stream, Offset now);
    base::Status write_tail();
    base::Status commit(std::uint16_t flags);
    Commit begin_commit(std::uint16_t flags);
    base::Status check(base::Status status);
    bool tail_is_full() const { return tail_written_ >= 2 * tail_bytes; }

    void rest();

    Sink &sink_;
    const Digest &digest_;
    std::unique_ptr<Compressor> compressor_; // the commit's, between start() and end()
    bool warm_ = false;                      // it keeps memory for the next frame
    Head head_;
    Hash chain_{};
    std::uint64_t sequence_ = 0;
    std::uint64_t file_offset_ = 0;
    std::uint64_t raw_committed_ = 0;
    std::uint64_t events_ = 0;
    std::string pending_;     // asciicast not yet in a frame
    std::string spare_;       // keeps the memory of the last commit while output flows
    std::size_t in_tail_ = 0; // of it already in the tail
    std::vector<Segment> segments_ = std::vector<Segment>(1);
    Offset last_{0};
    std::uint64_t tail_number_ = 1;
    std::size_t tail_written_ = 0;
    bool tail_asked_ = false;
    bool unshadowed_ = false; // the last line was a b1 or b2 without a shadow
    std::string cuts_[3];     // the first bytes of a character whose rest has not come
    std::vector<FootMarker> markers_;
    std::size_t markers_placed_ = 0; // of them in a frame
    std::optional<base::Error> failed_;
};

} // namespace sallyport::record
