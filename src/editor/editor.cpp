// SPDX-License-Identifier: Apache-2.0
#include "sallyport/editor/editor.hpp"

#include "buffer.hpp"
#include "history.hpp"
#include "keys.hpp"
#include "layout.hpp"
#include "screen.hpp"
#include "unicode.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sallyport::editor {

namespace {

constexpr std::string_view continuation = "> ";
constexpr std::string_view paste_on = "\033[?2004h";
constexpr std::string_view paste_off = "\033[?2004l";
constexpr std::size_t max_columns = 2000;
constexpr std::size_t max_query_bytes = 256;

// Only what stands on the line: a carriage return begins it anew.
std::string_view last_line(std::string_view prompt) {
    return prompt.substr(prompt.find_last_of("\r\n") + 1); // npos + 1 is 0
}

Size usable(Size size) {
    const Size normal;
    if (size.columns == 0)
        size.columns = normal.columns;
    if (size.rows == 0)
        size.rows = normal.rows;
    size.columns = std::clamp<std::size_t>(size.columns, 2, max_columns);
    return size;
}

} // namespace

Terminal terminal_of(std::string_view term) {
    return term.empty() || term == "dumb" || term == "unknown" ? Terminal::Dumb : Terminal::Full;
}

struct Editor::State {
    enum class Phase { Closed, Open, Closing };
    struct Search {
        std::string query, original;
        std::size_t at = 0; // history index of the match; history size: none yet
        bool failed = false;
    };

    State(Terminal terminal_, Size size_) : terminal(terminal_), size(usable(size_)) {}

    std::optional<Event> apply(const Press &press);
    std::optional<Event> search_key(const Press &press);
    void move_or_change(const Press &press);
    void kill_key(Key key);
    void history_step(bool back);
    void history_to(std::size_t index);
    void search_again(std::size_t before);
    Event close(Event event, std::string_view ending);
    void ring_unless(bool done) { bell = bell || !done; }

    std::string shown_prompt() const;
    Layout layout() const;
    std::string render_dumb();

    Terminal terminal;
    Size size;
    Phase phase = Phase::Closed;
    KeyDecoder decoder;
    Buffer buffer;
    History history;
    std::size_t history_at = 0; // history.size(): the line under edit
    std::string edited;         // that line, while an older one is shown
    std::optional<Search> search;
    Screen screen;
    std::string prompt;
    std::string ending;       // behind the text of a closing line: `^C`
    std::string out;          // to be rendered before anything else
    std::string dumb_shown;   // Dumb: the text as it stands on the screen
    bool dumb_prompt = false; // Dumb: the prompt stands on the screen
    bool bell = false;
};

Editor::Editor(Terminal terminal, Size size) : state_(std::make_unique<State>(terminal, size)) {}
Editor::~Editor() = default;
Editor::Editor(Editor &&) noexcept = default;
Editor &Editor::operator=(Editor &&) noexcept = default;

bool Editor::is_open() const {
    return state_->phase == State::Phase::Open;
}
const std::string &Editor::text() const {
    return state_->buffer.text();
}
void Editor::remember(std::string_view text) {
    state_->history.add(text);
    state_->history_at = state_->history.size();
}

void Editor::open(std::string_view prompt, PromptIs is, std::string_view text) {
    auto &s = *state_;
    if (s.phase == State::Phase::Closing)
        s.out = render();
    if (s.phase != State::Phase::Open) {
        s.buffer.set("");
        s.decoder.reset();
        s.search.reset();
        s.history_at = s.history.size();
        if (s.terminal == Terminal::Full)
            s.out += paste_on;
    }
    s.phase = State::Phase::Open;
    s.prompt = last_line(prompt);
    s.screen.forget();
    s.dumb_shown.clear();
    s.dumb_prompt = is == PromptIs::Shown;
    if (is == PromptIs::Shown)
        s.out += s.screen.adopt(lay_out(s.prompt, continuation, "", 0, s.size.columns));
    if (!text.empty())
        s.ring_unless(s.buffer.insert(clean_text(text)));
}

void Editor::continue_line() {
    auto &s = *state_;
    s.out = render();
    if (s.phase == State::Phase::Open)
        return;
    s.phase = State::Phase::Open;
    if (s.terminal == Terminal::Full)
        s.out += paste_on;
    s.buffer.move_to(s.buffer.text().size());
    if (!s.buffer.insert("\n")) {
        s.bell = true;
        return;
    }
    if (s.terminal == Terminal::Dumb) { // the line break stands there already
        s.dumb_shown += "\r\n";
        s.dumb_prompt = true;
    }
}

Fed Editor::feed(base::BytesView bytes) {
    Fed fed;
    auto &s = *state_;
    while (fed.consumed < bytes.size() && s.phase == State::Phase::Open) {
        const auto press = s.decoder.feed(static_cast<char>(bytes[fed.consumed++]));
        if (press)
            fed.event = s.apply(*press);
    }
    return fed;
}

Event Editor::State::close(Event event, std::string_view behind) {
    phase = Phase::Closing;
    ending = behind;
    search.reset();
    buffer.move_to(buffer.text().size());
    return event;
}

std::optional<Event> Editor::State::apply(const Press &press) {
    if (press.key == Key::Interrupt)
        return close(Dropped{}, "^C");
    if (search)
        return search_key(press);
    if (press.key == Key::Enter)
        return close(Submit{buffer.text()}, "");
    if (press.key == Key::DeleteOrEnd && buffer.text().empty())
        return close(EndOfInput{}, "");
    if (terminal == Terminal::Dumb) {
        switch (press.key) { // no way to show a cursor within the line
        case Key::Left:
        case Key::Right:
        case Key::WordLeft:
        case Key::WordRight:
        case Key::LineBegin:
        case Key::LineEnd:
        case Key::Search:
        case Key::Transpose:
            bell = true;
            return std::nullopt;
        default:
            break;
        }
    }
    if (press.key != Key::KillToEnd && press.key != Key::KillToBegin &&
        press.key != Key::KillWordLeft && press.key != Key::KillWordRight &&
        press.key != Key::KillSpaceWordLeft)
        buffer.forget_kill_chain();
    move_or_change(press);
    if (terminal == Terminal::Dumb)
        buffer.move_to(buffer.text().size());
    return std::nullopt;
}

void Editor::State::move_or_change(const Press &press) {
    switch (press.key) {
    case Key::Insert:
    case Key::Paste:
        return ring_unless(press.text.empty() || buffer.insert(press.text));
    case Key::NewLine:
        return ring_unless(buffer.insert("\n"));
    case Key::Backspace:
        return ring_unless(buffer.erase_left());
    case Key::Delete:
    case Key::DeleteOrEnd:
        return ring_unless(buffer.erase_right());
    case Key::Left:
        return ring_unless(buffer.left());
    case Key::Right:
        return ring_unless(buffer.right());
    case Key::Up:
        return buffer.line_up() ? void() : history_step(true);
    case Key::Down:
        return buffer.line_down() ? void() : history_step(false);
    case Key::HistoryBack:
        return history_step(true);
    case Key::HistoryForward:
        return history_step(false);
    case Key::HistoryFirst:
        return history_to(0);
    case Key::HistoryLast:
        return history_to(history.size());
    case Key::LineBegin:
        return buffer.move_to(buffer.line_begin());
    case Key::LineEnd:
        return buffer.move_to(buffer.line_end());
    case Key::WordLeft:
        return buffer.move_to(buffer.word_left());
    case Key::WordRight:
        return buffer.move_to(buffer.word_right());
    case Key::KillToEnd:
    case Key::KillToBegin:
    case Key::KillWordLeft:
    case Key::KillSpaceWordLeft:
    case Key::KillWordRight:
        return kill_key(press.key);
    case Key::Yank:
        return ring_unless(buffer.yank());
    case Key::Transpose:
        return ring_unless(buffer.transpose());
    case Key::Undo:
        return ring_unless(buffer.undo());
    case Key::Search:
        search = Search{"", buffer.text(), history.size(), false};
        return;
    case Key::Redraw:
        if (terminal == Terminal::Full) {
            out += "\033[H\033[2J";
            screen.forget();
        }
        return;
    case Key::Enter:
    case Key::Interrupt:
    case Key::Abort:
    case Key::Unknown:
        bell = true;
        return;
    }
}

void Editor::State::kill_key(Key key) {
    const auto cursor = buffer.cursor();
    switch (key) {
    case Key::KillToEnd: {
        const auto end = buffer.line_end(); // at the end of a line: its line break
        return ring_unless(buffer.kill(cursor, end == cursor && !buffer.at_end() ? end + 1 : end));
    }
    case Key::KillToBegin:
        return ring_unless(buffer.kill(buffer.line_begin(), cursor));
    case Key::KillWordLeft:
        return ring_unless(buffer.kill(buffer.word_left(), cursor));
    case Key::KillSpaceWordLeft:
        return ring_unless(buffer.kill(buffer.space_word_left(), cursor));
    default:
        return ring_unless(buffer.kill(cursor, buffer.word_right()));
    }
}

void Editor::State::history_step(bool back) {
    if (back ? history_at == 0 : history_at >= history.size()) {
        bell = true;
        return;
    }
    history_to(back ? history_at - 1 : history_at + 1);
}

void Editor::State::history_to(std::size_t index) {
    if (history_at >= history.size())
        edited = buffer.text();
    history_at = index;
    buffer.set(index < history.size() ? history.at(index) : edited);
}

void Editor::State::search_again(std::size_t before) {
    const auto found = history.find_back(search->query, before);
    search->failed = !found;
    if (!found) {
        bell = true;
        return;
    }
    search->at = *found;
    const auto &line = history.at(*found);
    buffer.set(line);
    buffer.move_to(line.find(search->query));
}

std::optional<Event> Editor::State::search_key(const Press &press) {
    switch (press.key) {
    case Key::Insert:
        if (search->query.size() + press.text.size() <= max_query_bytes)
            search->query += press.text;
        search_again(search->at < history.size() ? search->at + 1 : history.size());
        return std::nullopt;
    case Key::Backspace:
        if (!search->query.empty())
            search->query.erase(previous_cluster(search->query, search->query.size()));
        search_again(history.size());
        return std::nullopt;
    case Key::Search:
        search_again(search->at);
        return std::nullopt;
    case Key::Abort: {
        auto original = std::move(search->original);
        search.reset();
        buffer.set(std::move(original));
        return std::nullopt;
    }
    default:
        break;
    }
    history_at = search->at < history.size() ? search->at : history_at;
    search.reset();
    return apply(press);
}

std::string Editor::State::shown_prompt() const {
    if (!search)
        return prompt;
    return std::string(search->failed ? "(failed search)`" : "(search)`") + search->query + "': ";
}

Layout Editor::State::layout() const {
    return lay_out(shown_prompt(), continuation, buffer.text() + ending,
                   buffer.cursor() + ending.size(), size.columns);
}

// Without cursor moves: what grew is added, what shrank within one row is backspaced, the rest is
// written again on a new line.
std::string Editor::State::render_dumb() {
    std::string text;
    for (const char c : buffer.text() + ending)
        text += c == '\n' ? "\r\n" + std::string(continuation) : std::string(1, c);
    const auto layout_of = [&](const std::string &line) {
        return lay_out(prompt, "", line, line.size(), size.columns);
    };
    std::string bytes;
    if (!dumb_prompt) {
        bytes = prompt + text;
    } else if (text.compare(0, dumb_shown.size(), dumb_shown) == 0) {
        bytes = text.substr(dumb_shown.size());
    } else if (const auto before = layout_of(dumb_shown);
               before.rows.size() == 1 && dumb_shown.compare(0, text.size(), text) == 0) {
        const auto columns = before.cursor_column - layout_of(text).cursor_column;
        for (std::size_t i = 0; i < columns; ++i)
            bytes += "\b \b";
    } else {
        bytes = "\r\n" + prompt + text;
    }
    dumb_prompt = true;
    dumb_shown = text;
    return bytes;
}

std::string Editor::render() {
    auto &s = *state_;
    std::string bytes = std::exchange(s.out, {});
    if (s.phase == State::Phase::Closed)
        return bytes;
    if (s.terminal == Terminal::Dumb)
        bytes += s.render_dumb();
    else
        bytes += s.screen.draw(s.layout(), s.size.columns, s.size.rows);
    if (std::exchange(s.bell, false))
        bytes += '\a';
    if (s.phase == State::Phase::Open)
        return bytes;
    s.phase = State::Phase::Closed;
    s.ending.clear();
    if (s.terminal == Terminal::Dumb)
        return bytes + "\r\n";
    return bytes + s.screen.leave(s.size.rows) + std::string(paste_off);
}

std::string Editor::hide() {
    auto &s = *state_;
    std::string bytes = std::exchange(s.out, {});
    if (s.phase != State::Phase::Open)
        return bytes + render();
    if (s.terminal == Terminal::Full)
        return bytes + s.screen.hide();
    s.dumb_prompt = false;
    s.dumb_shown.clear();
    return bytes + "\r\n";
}

std::string Editor::close() {
    auto &s = *state_;
    const bool was_open = s.phase == State::Phase::Open;
    std::string bytes = hide();
    s.phase = State::Phase::Closed;
    s.bell = false;
    if (was_open && s.terminal == Terminal::Full)
        bytes += paste_off;
    return bytes;
}

void Editor::resize(Size size) {
    auto &s = *state_;
    s.size = usable(size);
    if (s.phase != State::Phase::Open || s.terminal == Terminal::Dumb)
        return;
    // Terminals that wrap anew (most) have done so before the new size arrives here.
    s.out += s.screen.lost(std::min(s.layout().cursor_row, s.size.rows - 1));
}

} // namespace sallyport::editor
