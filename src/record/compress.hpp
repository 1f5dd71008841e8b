// SPDX-License-Identifier: Apache-2.0
// One zstd frame with content size and checksum; the contexts live only for the call, so an idle
// session holds none.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::record {

// REQUIRES: raw.size() <= max_frame_raw_bytes
base::Result<base::Bytes> compress(std::string_view raw);
// Exactly one frame that says and gives `raw_length` bytes. The output is never larger than that.
base::Result<std::string> decompress(base::BytesView frame, std::size_t raw_length);

} // namespace sallyport::record
