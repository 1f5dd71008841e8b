// SPDX-License-Identifier: Apache-2.0
// Bytes of a terminal as keys, split anywhere. Answers of the terminal (OSC, DCS, reports) that
// arrive late are swallowed, not typed.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::editor {

enum class Key {
    Insert, // text
    Paste,  // text, may hold LF
    Enter,
    NewLine,
    Backspace,
    Delete,
    DeleteOrEnd, // Ctrl-D
    Left,
    Right,
    Up,
    Down,
    HistoryBack,
    HistoryForward,
    HistoryFirst,
    HistoryLast,
    LineBegin,
    LineEnd,
    WordLeft,
    WordRight,
    KillToEnd,
    KillToBegin,
    KillWordLeft,      // letters and digits
    KillSpaceWordLeft, // up to white space
    KillWordRight,
    Yank,
    Transpose,
    Undo,
    Search,
    Abort,
    Interrupt,
    Redraw,
    Unknown, // a bell
};

struct Press {
    Key key = Key::Unknown;
    std::string text;
    bool operator==(const Press &) const = default;
};

class KeyDecoder {
  public:
    // At most one press a byte; none while a sequence is open.
    std::optional<Press> feed(char byte);
    void reset();

  private:
    enum class Mode {
        Ground,
        Character,
        Escape,
        Control,
        Single,
        String,
        StringEscape,
        Mouse,
        Paste
    };
    std::optional<Press> ground(char byte);
    std::optional<Press> character(char byte);
    std::optional<Press> escape(char byte);
    std::optional<Press> control(char byte);
    std::optional<Press> string(char byte);
    std::optional<Press> paste(char byte);
    std::optional<Press> restart(char byte);

    Mode mode_ = Mode::Ground;
    std::string pending_; // an unfinished character, parameters, or the end of a paste
    std::string paste_;
    int mouse_left_ = 0;
};

} // namespace sallyport::editor
