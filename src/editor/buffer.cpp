// SPDX-License-Identifier: Apache-2.0
#include "buffer.hpp"

#include "unicode.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/editor/editor.hpp"

#include <algorithm>
#include <cassert>

namespace sallyport::editor {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

// How many clusters of `text` end at or before `at`.
std::size_t clusters_before(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    for (std::size_t pos = 0; pos < at; pos = next_cluster(text, pos))
        ++count;
    return count;
}

std::size_t skip_clusters(std::string_view text, std::size_t count) {
    std::size_t pos = 0;
    while (count-- > 0 && pos < text.size())
        pos = next_cluster(text, pos);
    return pos;
}

} // namespace

void Buffer::set(std::string text) {
    text_ = std::move(text);
    cursor_ = text_.size();
    undo_.clear();
    undo_bytes_ = 0;
    typing_ = kill_chain_ = false;
}

void Buffer::replace(std::string text) {
    if (text == text_)
        return;
    save(Change::Other);
    text_ = std::move(text);
    cursor_ = text_.size();
}

void Buffer::save(Change change) {
    if (change == Change::Typing && typing_)
        return;
    typing_ = change == Change::Typing;
    undo_.push_back({text_, cursor_});
    undo_bytes_ += text_.size();
    while (undo_.size() > max_undo_steps || (undo_bytes_ > max_undo_bytes && undo_.size() > 1)) {
        undo_bytes_ -= undo_.front().text.size();
        undo_.erase(undo_.begin());
    }
}

void Buffer::move_to(std::size_t cursor) {
    assert(cursor <= text_.size());
    cursor_ = cursor;
    typing_ = kill_chain_ = false;
}

bool Buffer::insert(std::string_view text) {
    if (text.empty() || text.size() > base::max_unit_bytes - text_.size())
        return false;
    save(text.size() <= 4 ? Change::Typing : Change::Other);
    kill_chain_ = false;
    text_.insert(cursor_, text);
    cursor_ += text.size();
    return true;
}

bool Buffer::erase_left() {
    if (cursor_ == 0)
        return false;
    const auto from = previous_cluster(text_, cursor_);
    save(Change::Other);
    kill_chain_ = false;
    text_.erase(from, cursor_ - from);
    cursor_ = from;
    return true;
}

bool Buffer::erase_right() {
    if (at_end())
        return false;
    save(Change::Other);
    kill_chain_ = false;
    text_.erase(cursor_, next_cluster(text_, cursor_) - cursor_);
    return true;
}

bool Buffer::kill(std::size_t from, std::size_t to) {
    assert(from <= to && to <= text_.size());
    if (from == to)
        return false;
    save(Change::Other);
    const auto piece = text_.substr(from, to - from);
    if (!kill_chain_)
        killed_ = piece;
    else if (from < cursor_)
        killed_ = piece + killed_;
    else
        killed_ += piece;
    kill_chain_ = true;
    text_.erase(from, to - from);
    cursor_ = from;
    return true;
}

bool Buffer::yank() {
    const auto text = killed_; // insert() must not see its own buffer change
    typing_ = false;
    const bool done = insert(text);
    typing_ = false;
    return done;
}

bool Buffer::transpose() {
    if (cursor_ == line_begin())
        return false;
    const bool at_line_end = cursor_ == line_end();
    const auto middle = at_line_end ? previous_cluster(text_, cursor_) : cursor_;
    if (middle == line_begin())
        return false;
    const auto first = previous_cluster(text_, middle);
    const auto end = next_cluster(text_, middle);
    save(Change::Other);
    const auto left = text_.substr(first, middle - first);
    text_.replace(first, end - first, text_.substr(middle, end - middle) + left);
    cursor_ = end;
    kill_chain_ = false;
    return true;
}

bool Buffer::undo() {
    if (undo_.empty())
        return false;
    text_ = std::move(undo_.back().text);
    cursor_ = undo_.back().cursor;
    undo_bytes_ -= text_.size();
    undo_.pop_back();
    typing_ = kill_chain_ = false;
    return true;
}

bool Buffer::left() {
    if (cursor_ == 0)
        return false;
    move_to(previous_cluster(text_, cursor_));
    return true;
}

bool Buffer::right() {
    if (at_end())
        return false;
    move_to(next_cluster(text_, cursor_));
    return true;
}

bool Buffer::line_up() {
    const auto begin = line_begin();
    if (begin == 0)
        return false;
    const auto column = clusters_before(std::string_view(text_).substr(begin), cursor_ - begin);
    cursor_ = begin - 1;
    const auto above = line_begin();
    const auto line = std::string_view(text_).substr(above, begin - 1 - above);
    move_to(above + skip_clusters(line, column));
    return true;
}

bool Buffer::line_down() {
    const auto end = line_end();
    if (end == text_.size())
        return false;
    const auto begin = line_begin();
    const auto column = clusters_before(std::string_view(text_).substr(begin), cursor_ - begin);
    cursor_ = end + 1;
    const auto line = std::string_view(text_).substr(cursor_, line_end() - cursor_);
    move_to(cursor_ + skip_clusters(line, column));
    return true;
}

std::size_t Buffer::line_begin() const {
    if (cursor_ == 0)
        return 0;
    const auto found = text_.rfind('\n', cursor_ - 1);
    return found == std::string::npos ? 0 : found + 1;
}

std::size_t Buffer::line_end() const {
    return std::min(text_.find('\n', cursor_), text_.size());
}

std::size_t Buffer::word_left() const {
    auto at = cursor_;
    while (at > 0 && !is_word_byte(text_[at - 1]))
        --at;
    while (at > 0 && is_word_byte(text_[at - 1]))
        --at;
    return at;
}

std::size_t Buffer::word_right() const {
    auto at = cursor_;
    while (at < text_.size() && !is_word_byte(text_[at]))
        ++at;
    while (at < text_.size() && is_word_byte(text_[at]))
        ++at;
    return at;
}

std::size_t Buffer::space_word_left() const {
    auto at = cursor_;
    while (at > 0 && is_space(text_[at - 1]))
        --at;
    while (at > 0 && !is_space(text_[at - 1]))
        --at;
    return at;
}

} // namespace sallyport::editor
