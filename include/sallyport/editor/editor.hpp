// SPDX-License-Identifier: Apache-2.0
// The line editor of the guarded shell: keys in, events and screen bytes out. Pure: it reads no
// terminal, knows no clock and runs nothing; pasted newlines stay text until Enter. Text is UTF-8
// and never holds a control character but LF and HT; what a terminal would not show (bidi and
// zero-width controls) is drawn as `<U+202E>`. One object a session; not thread-safe.
//
// Order of use: open() - feed() and render() until an event - render() once more - then open(),
// or continue_line() when the submitted text needs more lines.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sallyport::editor {

inline constexpr std::size_t max_history_entries = 1000;
inline constexpr std::size_t max_history_bytes = 256 * 1024;
inline constexpr std::size_t max_undo_steps = 64;
inline constexpr std::size_t max_undo_bytes = 256 * 1024;

enum class Terminal {
    Full, // cursor moves, ESC [ K, ESC [ J, bracketed paste
    Dumb, // TERM=dumb or none: text, backspace and newline alone; the cursor stays at the end
};
Terminal terminal_of(std::string_view term); // the TERM of the pty request

struct Size {
    std::size_t columns = 80, rows = 24; // 0 counts as the default
};

struct Submit { // Enter; the text may hold LF
    std::string text;
    bool operator==(const Submit &) const = default;
};
struct Dropped { // Ctrl-C
    bool operator==(const Dropped &) const = default;
};
struct EndOfInput { // Ctrl-D on an empty line
    bool operator==(const EndOfInput &) const = default;
};
using Event = std::variant<Submit, Dropped, EndOfInput>;

struct Fed {
    std::size_t consumed = 0; // bytes behind an event are the caller's
    std::optional<Event> event;
};

enum class PromptIs { Shown, NotShown };

class Editor {
  public:
    Editor(Terminal terminal, Size size);
    ~Editor();
    Editor(Editor &&) noexcept;
    Editor &operator=(Editor &&) noexcept;

    // Starts a line. `prompt` is what stands on the screen before it, escape sequences included;
    // Shown: the cursor is right behind it. `text` is put in as if pasted; what an open editor held
    // before is kept in front of it.
    void open(std::string_view prompt, PromptIs is, std::string_view text = {});
    // After Submit: the same text, a line longer.
    void continue_line();

    // Stops behind the key that made an event. Closed: consumes nothing. Unit length limit:
    // base::max_unit_bytes, what exceeds it is dropped with a bell.
    Fed feed(base::BytesView bytes);

    // The bytes that bring the person's screen from what it shows to what it should show.
    std::string render();
    // Takes the editor off the screen, so that other output can be written at column 1; the next
    // render() draws it again, prompt included.
    std::string hide();
    void resize(Size size);
    // Off the screen for good: as hide(), and what open() switched on is off again.
    std::string close();

    void remember(std::string_view text); // the newest line of the history
    bool is_open() const;
    const std::string &text() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace sallyport::editor
