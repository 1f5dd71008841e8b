// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include "unicode.hpp"

#include "sallyport/base/limits.hpp"

#include <utility>

namespace sallyport::editor {

namespace {

constexpr char escape_byte = '\x1b';
constexpr std::size_t max_parameter_bytes = 64;
constexpr std::string_view paste_end = "\033[201~";

Key control_key(char byte) {
    switch (byte) {
    case 0x01:
        return Key::LineBegin;
    case 0x02:
        return Key::Left;
    case 0x03:
        return Key::Interrupt;
    case 0x04:
        return Key::DeleteOrEnd;
    case 0x05:
        return Key::LineEnd;
    case 0x06:
        return Key::Right;
    case 0x07:
        return Key::Abort;
    case 0x08:
    case 0x7f:
        return Key::Backspace;
    case '\r':
    case '\n':
        return Key::Enter;
    case 0x0b:
        return Key::KillToEnd;
    case 0x0c:
        return Key::Redraw;
    case 0x0e:
        return Key::HistoryForward;
    case 0x10:
        return Key::HistoryBack;
    case 0x12:
        return Key::Search;
    case 0x14:
        return Key::Transpose;
    case 0x15:
        return Key::KillToBegin;
    case 0x17:
        return Key::KillSpaceWordLeft;
    case 0x19:
        return Key::Yank;
    case 0x1f:
        return Key::Undo;
    default:
        return Key::Unknown;
    }
}

Key meta_key(char byte) {
    switch (byte) {
    case 'b':
        return Key::WordLeft;
    case 'f':
        return Key::WordRight;
    case 'd':
        return Key::KillWordRight;
    case 0x08:
    case 0x7f:
        return Key::KillWordLeft;
    case '<':
        return Key::HistoryFirst;
    case '>':
        return Key::HistoryLast;
    case '\r':
    case '\n':
        return Key::NewLine;
    default:
        return Key::Unknown;
    }
}

// ESC O x and ESC [ x, `word` for a modifier that moves by words.
Key arrow_key(char byte, bool word) {
    switch (byte) {
    case 'A':
        return Key::Up;
    case 'B':
        return Key::Down;
    case 'C':
        return word ? Key::WordRight : Key::Right;
    case 'D':
        return word ? Key::WordLeft : Key::Left;
    case 'H':
        return Key::LineBegin;
    case 'F':
        return Key::LineEnd;
    default:
        return Key::Unknown;
    }
}

Key tilde_key(std::string_view parameters) {
    const auto number = parameters.substr(0, parameters.find(';'));
    if (number == "1" || number == "7")
        return Key::LineBegin;
    if (number == "4" || number == "8")
        return Key::LineEnd;
    return number == "3" ? Key::Delete : Key::Unknown;
}

} // namespace

void KeyDecoder::reset() {
    *this = KeyDecoder();
}

std::optional<Press> KeyDecoder::feed(char byte) {
    switch (mode_) {
    case Mode::Ground:
        return ground(byte);
    case Mode::Character:
        return character(byte);
    case Mode::Escape:
        return escape(byte);
    case Mode::Control:
        return control(byte);
    case Mode::Single:
        mode_ = Mode::Ground;
        if (static_cast<unsigned char>(byte) < 0x20)
            return ground(byte);
        return Press{arrow_key(byte, false), ""};
    case Mode::String:
    case Mode::StringEscape:
        return string(byte);
    case Mode::Mouse:
        if (--mouse_left_ == 0)
            mode_ = Mode::Ground;
        return std::nullopt;
    case Mode::Paste:
        return paste(byte);
    }
    return std::nullopt;
}

std::optional<Press> KeyDecoder::restart(char byte) {
    mode_ = Mode::Ground;
    pending_.clear();
    return ground(byte);
}

std::optional<Press> KeyDecoder::ground(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == escape_byte) {
        mode_ = Mode::Escape;
        return std::nullopt;
    }
    if (value >= 0x80) {
        mode_ = Mode::Character;
        pending_.clear();
        return character(byte);
    }
    if (value < 0x20 || value == 0x7f)
        return Press{control_key(byte), ""};
    return Press{Key::Insert, std::string(1, byte)};
}

std::optional<Press> KeyDecoder::character(char byte) {
    if (static_cast<unsigned char>(byte) < 0x80) // the character before was cut short: dropped
        return restart(byte);
    pending_ += byte;
    const auto length = character_length(pending_);
    if (length == 0)
        return std::nullopt;
    mode_ = Mode::Ground;
    auto text = std::exchange(pending_, {});
    if (length != std::string::npos)
        return Press{Key::Insert, std::move(text)};
    if (text.size() > 1 && static_cast<unsigned char>(byte) >= 0xc0)
        return ground(byte); // begins the next one
    return Press{Key::Unknown, ""};
}

std::optional<Press> KeyDecoder::escape(char byte) {
    pending_.clear();
    switch (byte) {
    case '[':
        mode_ = Mode::Control;
        return std::nullopt;
    case 'O':
        mode_ = Mode::Single;
        return std::nullopt;
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X':
        mode_ = Mode::String;
        return std::nullopt;
    case escape_byte:
        return std::nullopt;
    default:
        break;
    }
    mode_ = Mode::Ground;
    if (static_cast<unsigned char>(byte) >= 0x80)
        return ground(byte);
    if (byte == '\x03')
        return ground(byte);
    return Press{meta_key(byte), ""};
}

std::optional<Press> KeyDecoder::control(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == escape_byte) {
        mode_ = Mode::Escape;
        return std::nullopt;
    }
    if (value < 0x20 || value >= 0x7f)
        return restart(byte);
    if (value < 0x40) {
        if (pending_.size() < max_parameter_bytes)
            pending_ += byte;
        return std::nullopt;
    }
    mode_ = Mode::Ground;
    const auto parameters = std::exchange(pending_, {});
    if (byte == 'M' && parameters.empty()) { // the old mouse report: three bytes follow
        mode_ = Mode::Mouse;
        mouse_left_ = 3;
        return std::nullopt;
    }
    if (byte == '~' && parameters == "200") {
        mode_ = Mode::Paste;
        paste_.clear();
        return std::nullopt;
    }
    if (byte == '~')
        return Press{tilde_key(parameters), ""};
    if (byte >= 'A' && byte <= 'H' && (parameters.empty() || parameters.rfind("1;", 0) == 0))
        return Press{arrow_key(byte, !parameters.empty()), ""};
    return std::nullopt; // an answer or a report of the terminal
}

std::optional<Press> KeyDecoder::string(char byte) {
    if (mode_ == Mode::StringEscape && byte == '\\') {
        mode_ = Mode::Ground;
        return std::nullopt;
    }
    if (mode_ == Mode::StringEscape && byte != escape_byte)
        return mode_ = Mode::Escape, escape(byte);
    if (byte == escape_byte) {
        mode_ = Mode::StringEscape;
        return std::nullopt;
    }
    if (byte == '\a') {
        mode_ = Mode::Ground;
        return std::nullopt;
    }
    // A person who pressed Alt-] must not be locked in: any other control ends it.
    return static_cast<unsigned char>(byte) < 0x20 ? restart(byte) : std::nullopt;
}

std::optional<Press> KeyDecoder::paste(char byte) {
    // pending_ is the longest end of the paste that may begin paste_end; its only ESC is the first.
    if (byte == paste_end[pending_.size()]) {
        pending_ += byte;
        if (pending_ != paste_end)
            return std::nullopt;
        pending_.clear();
        mode_ = Mode::Ground;
        return Press{Key::Paste, clean_text(std::exchange(paste_, {}))};
    }
    if (paste_.size() <= base::max_unit_bytes)
        paste_ += pending_;
    pending_.clear();
    if (byte == escape_byte)
        pending_ += byte;
    else if (paste_.size() <= base::max_unit_bytes)
        paste_ += byte;
    return std::nullopt;
}

} // namespace sallyport::editor
