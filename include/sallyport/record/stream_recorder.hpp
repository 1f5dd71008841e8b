// SPDX-License-Identifier: Apache-2.0
// StreamRecorder applies the rule for a stream without a terminal: text is recorded whole, a binary
// stream whole up to max_binary_bytes and beyond that by size, SHA-256 and its last bytes, unless
// everything is asked for. Whoever feeds it says when the stream turned binary; it stays so.
// One thread.
#pragma once
#include "sallyport/record/writer.hpp"

namespace sallyport::record {

inline constexpr std::size_t max_binary_bytes = 1024 * 1024;
inline constexpr std::size_t binary_tail_bytes = 64 * 1024;

class StreamRecorder {
  public:
    // `writer` and `digest` must outlive it.
    StreamRecorder(Writer &writer, const Digest &digest, Stream stream, bool record_all);
    void text(base::BytesView bytes, Offset now);
    // From the first call on the stream is binary, and text() means binary() too.
    void binary(base::BytesView bytes, Offset now);
    // Writes the last bytes and the `e` line of a binary stream. Once, at the stream's end.
    void finish(Offset now);
    std::uint64_t bytes() const { return total_; }

  private:
    void keep_last(base::BytesView bytes);

    Writer &writer_;
    Stream stream_;
    bool record_all_;
    bool binary_ = false;
    std::uint64_t total_ = 0;
    std::uint64_t whole_ = 0;        // binary bytes recorded as they came
    std::unique_ptr<Hasher> hasher_; // of the binary part
    std::uint64_t hashed_ = 0;
    base::Bytes last_; // ring of what was left out
    std::size_t last_at_ = 0;
};

} // namespace sallyport::record
