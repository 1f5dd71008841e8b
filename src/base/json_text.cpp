// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/json_text.hpp"

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sallyport::base {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t step_bytes = 16;
constexpr std::size_t longest_escape = 6; // \u00XX

bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

// Each gives how many of the next step_bytes stand before the first one that it looks for.
#ifdef __SSE2__
std::size_t first_of(__m128i found) {
    const auto bits = static_cast<unsigned>(_mm_movemask_epi8(found));
    return bits == 0 ? step_bytes : static_cast<std::size_t>(__builtin_ctz(bits));
}
__m128i load(const char *from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
}
std::size_t plain_bytes(const char *from) {
    const __m128i bytes = load(from);
    // Signed: what is no ASCII is negative, and so below the blank as well.
    const __m128i outside = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return first_of(_mm_or_si128(outside, special));
}
std::size_t ascii_bytes(const char *from) {
    return first_of(load(from));
}
#else
std::size_t plain_bytes(const char *from) {
    std::size_t count = 0;
    while (count < step_bytes && is_plain(static_cast<unsigned char>(from[count])))
        ++count;
    return count;
}
std::size_t ascii_bytes(const char *from) {
    std::size_t count = 0;
    while (count < step_bytes && static_cast<unsigned char>(from[count]) < 0x80)
        ++count;
    return count;
}
#endif

// Collects output in a piece that stays in the cache: a string that grows byte by byte is slow.
class Piece {
  public:
    explicit Piece(std::string &to) : to_(to) {}
    ~Piece() { flush(); }
    Piece(const Piece &) = delete;
    Piece &operator=(const Piece &) = delete;
    // Copies a whole step, of which `count` bytes are meant.
    void step(const char *from, std::size_t count) {
        room(step_bytes);
        std::memcpy(bytes_ + size_, from, step_bytes);
        size_ += count;
    }
    void text(std::string_view text) {
        room(text.size());
        std::memcpy(bytes_ + size_, text.data(), text.size());
        size_ += text.size();
    }
    void byte(char c) {
        room(1);
        bytes_[size_++] = c;
    }

  private:
    void room(std::size_t count) {
        if (sizeof bytes_ - size_ < count)
            flush();
    }
    void flush() {
        to_.append(bytes_, size_);
        size_ = 0;
    }
    std::string &to_;
    std::size_t size_ = 0;
    char bytes_[2048];
};

void escape(Piece &to, unsigned char c) {
    char text[longest_escape] = {'\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 15]};
    std::size_t size = longest_escape;
    if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') {
        text[1] = c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : static_cast<char>(c);
        size = 2;
    }
    to.text({text, size});
}

} // namespace

std::size_t utf8_length(std::string_view text, std::size_t at, bool &cut) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= text.size()) {
            cut = true;
            return 0;
        }
        // RFC 3629 section 4: no over-long form, no surrogate, nothing above U+10FFFF.
        const unsigned char low = i > 1 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = i > 1           ? 0xBF
                                   : first == 0xED ? 0x9F
                                   : first == 0xF4 ? 0x8F
                                                   : 0xBF;
        if (byte(i) < low || byte(i) > high)
            return 0;
    }
    return length;
}

std::string json_string(std::string_view text) {
    std::string to;
    append_json(to, text);
    return to;
}

void append_json(std::string &to, std::string_view text) {
    to += '"';
    Piece piece(to);
    for (std::size_t i = 0; i < text.size();) {
        if (text.size() - i >= step_bytes) {
            const std::size_t count = plain_bytes(text.data() + i);
            piece.step(text.data() + i, count);
            i += count;
            if (count == step_bytes)
                continue;
        }
        const auto c = static_cast<unsigned char>(text[i]);
        if (is_plain(c)) {
            piece.byte(text[i++]);
        } else if (c < 0x80) {
            escape(piece, c);
            ++i;
        } else {
            bool cut = false;
            const std::size_t length = utf8_length(text, i, cut);
            piece.text(length == 0 ? replacement : text.substr(i, length));
            i += length == 0 ? 1 : length;
        }
    }
    piece.byte('"');
}

std::size_t json_plain_run(std::string_view text) {
    std::size_t at = 0;
    while (text.size() - at >= step_bytes) {
        const std::size_t count = plain_bytes(text.data() + at);
        at += count;
        if (count < step_bytes)
            return at;
    }
    return at;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (text.size() - i >= step_bytes) {
            const std::size_t count = ascii_bytes(text.data() + i);
            i += count;
            if (count == step_bytes)
                continue;
        }
        bool cut = false;
        const std::size_t length = utf8_length(text, i, cut);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

} // namespace sallyport::base
