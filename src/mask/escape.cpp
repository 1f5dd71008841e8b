// SPDX-License-Identifier: Apache-2.0
#include "escape.hpp"

#include "characters.hpp"

#include <algorithm>

namespace sallyport::mask {

void EscapeParser::begin() {
    text_ = "\x1b";
    state_ = State::Start;
}

EscapeParser::Step EscapeParser::start(char byte) {
    const auto c = static_cast<unsigned char>(byte);
    if (c < 0x20 || c > 0x7e)
        return Step::Before;
    text_ += byte;
    if (byte == '[')
        state_ = State::Csi;
    else if (std::string_view("]P_^X").find(byte) != std::string_view::npos)
        state_ = State::String;
    else if (c < 0x30)
        state_ = State::Intermediate;
    else
        return Step::Done;
    return Step::More;
}

EscapeParser::Step EscapeParser::feed(char byte) {
    const auto c = static_cast<unsigned char>(byte);
    if (text_.size() >= (state_ == State::Csi ? max_csi_bytes : max_escape_bytes))
        return Step::Overflow;
    switch (state_) {
    case State::Start:
        return start(byte);
    case State::Intermediate:
    case State::Csi:
        if (c < 0x20 || c > 0x7e)
            return Step::Before;
        text_ += byte;
        return c >= (state_ == State::Csi ? 0x40 : 0x30) ? Step::Done : Step::More;
    case State::String:
        text_ += byte;
        if (byte == '\x1b')
            state_ = State::StringEscape;
        return c == 0x07 || c == 0x18 || c == 0x1a ? Step::Done : Step::More;
    case State::StringEscape:
        if (byte != '\\') {
            text_.pop_back();
            return Step::Restart;
        }
        text_ += byte;
        return Step::Done;
    }
    return Step::Before;
}

EscapeParser::Kind EscapeParser::kind() const {
    switch (state_) {
    case State::Csi:
        return Kind::Csi;
    case State::String:
    case State::StringEscape:
        return Kind::String;
    case State::Start:
    case State::Intermediate:
        break;
    }
    return Kind::Other;
}

unsigned EscapeParser::parameter(unsigned index) const {
    unsigned value = 0;
    for (const char c : std::string_view(text_).substr(std::min<std::size_t>(2, text_.size()))) {
        if (c == ';') {
            if (index == 0)
                return value;
            --index;
            value = 0;
        } else if (is_digit(c) && value < 10000) {
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
    }
    return index == 0 ? value : 0;
}

std::string_view EscapeParser::payload() const {
    std::string_view text = text_;
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    while (!text.empty() &&
           (static_cast<unsigned char>(text.back()) < 0x20 ||
            (text.size() > 1 && text.back() == '\\' && text[text.size() - 2] == '\x1b')))
        text.remove_suffix(1);
    return text;
}

} // namespace sallyport::mask
