// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/stream_recorder.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/json_text.hpp"

#include <algorithm>

namespace sallyport::record {
namespace {
constexpr std::string_view stream_names[] = {"stdin", "stdout", "stderr"};
} // namespace

StreamRecorder::StreamRecorder(Writer &writer, const Digest &digest, Stream stream, bool record_all)
    : writer_(writer), stream_(stream), record_all_(record_all), hasher_(digest.hasher()) {}

void StreamRecorder::text(base::BytesView bytes, Offset now) {
    if (binary_) {
        binary(bytes, now);
        return;
    }
    total_ += bytes.size();
    switch (stream_) {
    case Stream::Stdin:
        writer_.exact(stream_, bytes, now);
        return;
    case Stream::Stdout:
        writer_.output(bytes, now);
        return;
    case Stream::Stderr:
        writer_.error_output(bytes, now);
        return;
    }
}

void StreamRecorder::binary(base::BytesView bytes, Offset now) {
    binary_ = true;
    total_ += bytes.size();
    hashed_ += bytes.size();
    hasher_->update(bytes);
    std::size_t whole = bytes.size();
    if (!record_all_)
        whole = std::min<std::size_t>(whole, max_binary_bytes - static_cast<std::size_t>(whole_));
    whole_ += record_all_ ? 0 : whole;
    writer_.exact(stream_, bytes.first(whole), now);
    keep_last(bytes.subspan(whole));
}

void StreamRecorder::keep_last(base::BytesView bytes) {
    if (bytes.size() > binary_tail_bytes)
        bytes = bytes.last(binary_tail_bytes);
    const base::BytesView first =
        bytes.first(std::min(bytes.size(), binary_tail_bytes - last_.size()));
    base::append(last_, first);
    bytes = bytes.subspan(first.size());
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), binary_tail_bytes - last_at_);
        std::copy_n(bytes.begin(), count, last_.begin() + static_cast<std::ptrdiff_t>(last_at_));
        last_at_ = (last_at_ + count) % binary_tail_bytes;
        bytes = bytes.subspan(count);
    }
}

void StreamRecorder::finish(Offset now) {
    if (!binary_)
        return;
    std::rotate(last_.begin(), last_.begin() + static_cast<std::ptrdiff_t>(last_at_), last_.end());
    const std::uint64_t omitted = record_all_ ? 0 : hashed_ - whole_ - last_.size();
    writer_.event("{\"kind\":\"binary-stream\",\"stream\":" +
                      base::json_string(stream_names[static_cast<std::size_t>(stream_)]) +
                      ",\"bytes\":" + std::to_string(hashed_) + ",\"omitted\":" +
                      std::to_string(omitted) + ",\"last\":" + std::to_string(last_.size()) +
                      ",\"sha256\":\"" + base::hex(hasher_->finish()) + "\"}",
                  now);
    writer_.exact(stream_, last_, now);
    last_.clear();
}

} // namespace sallyport::record
