// SPDX-License-Identifier: Apache-2.0
// Escape sequences (ECMA-48), one byte at a time. Never waits for more than max_escape_bytes.
#pragma once
#include <string>
#include <string_view>

namespace sallyport::mask {

class EscapeParser {
  public:
    static constexpr std::size_t max_escape_bytes = 4096;
    static constexpr std::size_t max_csi_bytes = 64;

    enum class Step {
        More,     // the byte belongs to the sequence, which goes on
        Done,     // the byte ends the sequence
        Before,   // the sequence ended before this byte
        Restart,  // a string was broken off by an ESC that begins a new sequence; the byte is its
                  // second
        Overflow, // too long: not a sequence; text() is what was read
    };
    enum class Kind { Other, Csi, String };

    bool active() const { return !text_.empty(); }
    void begin(); // at an ESC
    Step feed(char byte);
    std::string_view text() const { return text_; }
    Kind kind() const;
    char final() const { return text_.empty() ? '\0' : text_.back(); }
    // CSI parameters 0 and 1; 0 if absent.
    unsigned parameter(unsigned index) const;
    bool is_private() const { return text_.size() > 2 && text_[2] == '?'; }
    // What a string (OSC, DCS ...) carries, and where it begins in text().
    std::string_view payload() const;
    void clear() { text_.clear(); }

  private:
    enum class State { Start, Intermediate, Csi, String, StringEscape };
    Step start(char byte);
    std::string text_;
    State state_ = State::Start;
};

} // namespace sallyport::mask
