// SPDX-License-Identifier: Apache-2.0
// One zstd frame with content size and checksum.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::record {

// Keeps its memory (about 700 KiB) from one frame to the next until it is released: a fresh context
// costs as much as a small frame. Whoever owns it releases it when nothing flows.
class Compressor {
  public:
    Compressor();
    ~Compressor();
    // Valid until the next call. REQUIRES: raw.size() <= max_frame_raw_bytes
    base::Result<base::BytesView> compress(std::string_view raw);
    void release();

  private:
    struct State;
    std::unique_ptr<State> state_;
};
// REQUIRES: raw.size() <= max_frame_raw_bytes
base::Result<base::Bytes> compress(std::string_view raw);
// Exactly one frame that says and gives `raw_length` bytes. The output is never larger than that.
base::Result<std::string> decompress(base::BytesView frame, std::size_t raw_length);

} // namespace sallyport::record
