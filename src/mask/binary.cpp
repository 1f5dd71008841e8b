// SPDX-License-Identifier: Apache-2.0
#include "sallyport/mask/text.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sallyport::mask {
namespace {

constexpr std::uint8_t first_text = 7, last_text = 15, escape = 27;

constexpr bool is_binary(std::uint8_t byte) {
    return byte < 32 && (byte < first_text || byte > last_text) && byte != escape;
}

// How many bytes from the start are surely text: whole steps only.
std::size_t text_steps(base::BytesView bytes) {
    std::size_t at = 0;
#ifdef __SSE2__
    for (; at + 16 <= bytes.size(); at += 16) {
        const __m128i step = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes.data() + at));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(step, _mm_set1_epi8(31)), step);
        const __m128i from_first = _mm_sub_epi8(step, _mm_set1_epi8(first_text));
        const __m128i text = _mm_cmpeq_epi8(
            _mm_min_epu8(from_first, _mm_set1_epi8(last_text - first_text)), from_first);
        const __m128i fine = _mm_or_si128(text, _mm_cmpeq_epi8(step, _mm_set1_epi8(escape)));
        if (_mm_movemask_epi8(_mm_andnot_si128(fine, control)) != 0)
            break;
    }
#endif
    return at;
}

} // namespace

std::optional<std::uint64_t> BinaryDetector::feed(base::BytesView bytes) {
    if (found_)
        return found_;
    for (std::size_t i = text_steps(bytes); i < bytes.size(); ++i)
        if (is_binary(bytes[i])) {
            found_ = seen_ + i;
            return found_;
        }
    seen_ += bytes.size();
    return std::nullopt;
}

} // namespace sallyport::mask
