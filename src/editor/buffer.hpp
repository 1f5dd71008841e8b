// SPDX-License-Identifier: Apache-2.0
// The text under edit: cursor, kill, undo. Every change keeps the cursor between two clusters.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::editor {

class Buffer {
  public:
    const std::string &text() const { return text_; }
    std::size_t cursor() const { return cursor_; }
    bool at_end() const { return cursor_ == text_.size(); }

    void set(std::string text);     // forgets undo; cursor at the end
    void replace(std::string text); // can be undone
    void move_to(std::size_t cursor);

    // All of these: false when nothing changed.
    bool insert(std::string_view text); // all or nothing, up to base::max_unit_bytes
    bool erase_left();
    bool erase_right();
    bool kill(std::size_t from, std::size_t to);
    bool yank();
    bool transpose();
    bool undo();
    bool left();
    bool right();
    bool line_up();
    bool line_down();

    std::size_t line_begin() const;
    std::size_t line_end() const;
    std::size_t word_left() const;
    std::size_t word_right() const;
    std::size_t space_word_left() const;
    void forget_kill_chain() { kill_chain_ = false; }

  private:
    enum class Change { Typing, Other };
    void save(Change change);

    struct Snapshot {
        std::string text;
        std::size_t cursor = 0;
    };
    std::string text_;
    std::size_t cursor_ = 0;
    std::string killed_;
    std::vector<Snapshot> undo_;
    std::size_t undo_bytes_ = 0;
    bool typing_ = false;     // the last change was typing: one undo step for all of it
    bool kill_chain_ = false; // the last change was a kill: the next one adds to it
};

} // namespace sallyport::editor
