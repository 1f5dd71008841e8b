// SPDX-License-Identifier: Apache-2.0
#include "pem.hpp"

#include "characters.hpp"

namespace sallyport::mask {
namespace {
constexpr std::size_t max_block_lines = 500;
constexpr std::size_t max_block_bytes = 64 * 1024;
} // namespace

void PemBlock::begin() {
    *this = PemBlock{};
    on_ = true;
}

void PemBlock::line_start() {
    material_ = gap_ = header_ = false;
    if (++lines_ > max_block_lines)
        on_ = false;
}

bool PemBlock::take(char c) {
    if (++bytes_ > max_block_bytes)
        on_ = false;
    if (is_cut(c)) {
        dashes_ = 0;
        line_start();
        return false;
    }
    if (escape_) {
        escape_ = false;
        if (c == 'n' || c == 'r' || c == 't') {
            line_start();
            return false;
        }
    }
    dashes_ = c == '-' ? dashes_ + 1 : 0;
    if (dashes_ == 5)
        on_ = false;
    if (c == '-' || header_ || !on_)
        return false;
    if ((is_word(c) && c != '_') || c == '+' || c == '/' || c == '=') {
        on_ = !gap_; // prose has blanks between its words
        material_ = true;
        return on_;
    }
    escape_ = c == '\\';
    header_ = c == ':';
    gap_ = gap_ || (material_ && (c == ' ' || c == '\t'));
    constexpr std::string_view around = " \t\"',\\:|>#*[]{}";
    on_ = around.find(c) != std::string_view::npos;
    return false;
}

} // namespace sallyport::mask
