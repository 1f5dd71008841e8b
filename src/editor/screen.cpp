// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sallyport::editor {

namespace {

std::string control(std::size_t count, char final) {
    return "\033[" + (count == 1 ? std::string() : std::to_string(count)) + final;
}
constexpr std::string_view erase_row = "\033[K";
constexpr std::string_view erase_below = "\033[J";
// Onto the next row without a line break, so that a copied selection has none either.
constexpr std::string_view wrap = " \r";

} // namespace

void Screen::forget() {
    drawn_.assign(1, Row{});
    row_ = column_ = top_ = 0;
}

std::string Screen::adopt(const Layout &layout) {
    drawn_ = layout.rows;
    row_ = drawn_.size() - 1;
    column_ = drawn_.back().columns;
    top_ = 0;
    return row_ > 0 && drawn_[row_ - 1].wraps && column_ == 0 ? std::string(wrap) : std::string();
}

void Screen::move(std::string &out, std::size_t row, std::size_t column) {
    if (row < row_)
        out += control(row_ - row, 'A');
    else if (row > row_)
        out += control(row - row_, 'B');
    row_ = row;
    if (column == column_)
        return;
    if (column < column_ && column_ - column == 1)
        out += '\b';
    else {
        out += '\r';
        if (column > 0)
            out += control(column, 'C');
    }
    column_ = column;
}

void Screen::print_row(std::string &out, const std::vector<Row> &rows, std::size_t index,
                       std::size_t skip, std::size_t columns) {
    const auto &row = rows[index];
    out += std::string_view(row.bytes).substr(skip);
    // With a full row the cursor hangs at the margin, where ESC [ K would take the last cell away.
    if (row.columns < columns &&
        (index >= drawn_.size() || drawn_[index].columns > row.columns || skip == 0))
        out += erase_row;
    row_ = index;
    column_ = row.columns;
    if (index + 1 == rows.size())
        return;
    if (!row.wraps)
        out += "\r\n";
    else if (rows[index + 1].columns == 0)
        out += wrap;
    // else the next character wraps by itself
}

void Screen::replace(std::string &out, std::vector<Row> rows, std::size_t columns) {
    std::size_t same = 0;
    while (same < rows.size() && same < drawn_.size() && rows[same] == drawn_[same])
        ++same;
    if (same == rows.size() && same == drawn_.size())
        return;
    if (same < rows.size()) {
        auto index = std::min(same, drawn_.size() - 1);
        const auto &old = drawn_[index];
        const bool grows =
            old.columns < columns && rows[index].bytes.compare(0, old.bytes.size(), old.bytes) == 0;
        move(out, index, grows ? old.columns : 0);
        print_row(out, rows, index, grows ? old.bytes.size() : 0, columns);
        while (++index < rows.size())
            print_row(out, rows, index, 0, columns);
    }
    if (rows.size() < drawn_.size()) {
        move(out, rows.size(), 0);
        out += '\r';
        out += erase_below;
    }
    drawn_ = std::move(rows);
}

std::string Screen::draw(const Layout &wanted, std::size_t columns, std::size_t height) {
    assert(height >= 1);
    const auto count = wanted.rows.size();
    if (count <= height)
        top_ = 0;
    top_ = std::min({top_, wanted.cursor_row, count - std::min(count, height)});
    if (wanted.cursor_row >= top_ + height)
        top_ = wanted.cursor_row + 1 - height;
    const auto begin = wanted.rows.begin() + static_cast<std::ptrdiff_t>(top_);
    std::vector<Row> view(begin,
                          begin + static_cast<std::ptrdiff_t>(std::min(count - top_, height)));
    view.back().wraps = false; // what follows is not on the screen
    std::string out;
    replace(out, std::move(view), columns);
    move(out, wanted.cursor_row - top_, wanted.cursor_column);
    return out;
}

std::string Screen::hide() {
    std::string out;
    move(out, 0, 0);
    if (drawn_.size() > 1 || !drawn_.front().bytes.empty())
        out += erase_below;
    forget();
    return out;
}

std::string Screen::lost(std::size_t cursor_row) {
    forget();
    std::string out = "\r";
    if (cursor_row > 0)
        out += control(cursor_row, 'A');
    out += erase_below;
    return out;
}

std::string Screen::leave(std::size_t height) {
    std::string out;
    const bool below_already = column_ == 0 && row_ > 0 && drawn_[row_ - 1].wraps;
    if (!below_already) {
        out += "\r\n";
        drawn_.emplace_back();
        ++row_;
        column_ = 0;
    }
    while (drawn_.size() > height) { // scrolled off
        drawn_.erase(drawn_.begin());
        --row_;
        ++top_;
    }
    return out;
}

} // namespace sallyport::editor
