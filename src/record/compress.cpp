// SPDX-License-Identifier: Apache-2.0
#include "compress.hpp"

#include <algorithm>

#include <zstd.h>

namespace sallyport::record {
namespace {

struct FreeContext {
    void operator()(ZSTD_CCtx *context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx *context) const { ZSTD_freeDCtx(context); }
};

// Level 3 gains nothing on terminal output and costs a third of the speed.
constexpr int level = 1;

} // namespace

struct Compressor::State {
    std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
    base::Bytes frame;
};

Compressor::Compressor() = default;
Compressor::~Compressor() = default;
void Compressor::release() {
    state_.reset();
}

base::Result<base::BytesView> Compressor::compress(std::string_view raw) {
    assert(raw.size() <= max_frame_raw_bytes);
    if (state_ == nullptr) {
        auto state = std::make_unique<State>();
        ZSTD_CCtx *context = state->context.get();
        if (context == nullptr ||
            ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) ||
            ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)))
            return base::fail(base::ErrorCode::Internal, "no memory to compress a frame");
        state_ = std::move(state);
    }
    base::Bytes &frame = state_->frame;
    frame.resize(std::max(frame.size(), ZSTD_compressBound(raw.size())));
    const std::size_t size =
        ZSTD_compress2(state_->context.get(), frame.data(), frame.size(), raw.data(), raw.size());
    if (ZSTD_isError(size))
        return base::fail(base::ErrorCode::Internal, "a frame could not be compressed");
    return base::BytesView(frame).first(size);
}

base::Result<base::Bytes> compress(std::string_view raw) {
    Compressor once;
    SALLYPORT_TRY(const base::BytesView frame, once.compress(raw));
    return base::to_bytes(frame);
}

base::Result<std::string> decompress(base::BytesView frame, std::size_t raw_length) {
    // A frame may claim any size: nothing is allocated before the claim equals the link's.
    if (raw_length > max_frame_raw_bytes ||
        ZSTD_getFrameContentSize(frame.data(), frame.size()) != raw_length)
        return base::invalid("a frame's size is not the one its link names");
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
        return base::invalid("a frame is cut, or more than one frame");
    const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    if (!context)
        return base::fail(base::ErrorCode::Internal, "no memory to read a frame");
    std::string raw(raw_length, '\0');
    const std::size_t size =
        ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) || size != raw_length)
        return base::invalid("a frame does not decompress");
    return raw;
}

} // namespace sallyport::record
