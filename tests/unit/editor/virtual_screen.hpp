// SPDX-License-Identifier: Apache-2.0
// A terminal of a few rows, with the hanging cursor at the margin, scrolling, wide and combining
// characters: enough to see what a person would see.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <utf8proc.h>

namespace editor_test {

class VirtualScreen {
  public:
    VirtualScreen(std::size_t columns, std::size_t rows)
        : columns_(columns), cells_(rows, std::vector<std::string>(columns, " ")) {}

    void write(std::string_view bytes) {
        for (std::size_t at = 0; at < bytes.size();)
            at = one(bytes, at);
    }
    // Rows without trailing blanks, joined by `|`, the empty ones at the end left out.
    std::string text() const {
        std::string all;
        std::size_t last = 0;
        for (std::size_t row = 0; row < cells_.size(); ++row)
            if (!line(row).empty())
                last = row + 1;
        for (std::size_t row = 0; row < last; ++row)
            all += (row == 0 ? "" : "|") + line(row);
        return all;
    }
    std::string cursor() const { return std::to_string(row_) + "," + std::to_string(column_); }
    bool hanging() const { return hanging_; }
    int bells = 0;
    std::string unknown; // whatever this terminal does not know

  private:
    std::string line(std::size_t row) const {
        std::string text;
        for (const auto &cell : cells_[row])
            text += cell;
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }
    std::size_t one(std::string_view bytes, std::size_t at) {
        const char c = bytes[at];
        if (c == '\033')
            return control(bytes, at);
        if (c == '\r') {
            column_ = 0;
            hanging_ = false;
        } else if (c == '\n') {
            line_feed();
        } else if (c == '\b') {
            column_ -= column_ > 0 ? 1 : 0;
            hanging_ = false;
        } else if (c == '\a') {
            ++bells;
        } else {
            utf8proc_int32_t code = 0;
            const auto length =
                utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t *>(bytes.data()) + at,
                                 static_cast<utf8proc_ssize_t>(bytes.size() - at), &code);
            if (length <= 0) {
                unknown += c;
                return at + 1;
            }
            put(bytes.substr(at, static_cast<std::size_t>(length)),
                static_cast<std::size_t>(code == 0x200d ? 0 : utf8proc_charwidth(code)));
            return at + static_cast<std::size_t>(length);
        }
        return at + 1;
    }
    void put(std::string_view bytes, std::size_t width) {
        if (width == 0) {
            auto at = hanging_ ? column_ : column_ - (column_ > 0 ? 1 : 0);
            while (at > 0 && cells_[row_][at].empty())
                --at;
            cells_[row_][at] += bytes;
            return;
        }
        if (hanging_ || column_ + width > columns_) {
            column_ = 0;
            hanging_ = false;
            line_feed();
        }
        cells_[row_][column_] = bytes;
        if (width == 2)
            cells_[row_][column_ + 1].clear();
        column_ += width;
        if (column_ >= columns_) {
            column_ = columns_ - 1;
            hanging_ = true;
        }
    }
    void line_feed() {
        hanging_ = false;
        if (row_ + 1 < cells_.size()) {
            ++row_;
            return;
        }
        cells_.erase(cells_.begin());
        cells_.emplace_back(columns_, " ");
    }
    std::size_t control(std::string_view bytes, std::size_t at) {
        std::size_t end = at + 1;
        if (end >= bytes.size() || bytes[end] != '[') {
            unknown += "ESC";
            return end;
        }
        while (++end < bytes.size() && (bytes[end] < 0x40 || bytes[end] > 0x7e)) {
        }
        const auto body = std::string(bytes.substr(at + 2, end - at - 2));
        const auto count = std::max<std::size_t>(1, std::strtoul(body.c_str(), nullptr, 10));
        const bool was_hanging = hanging_;
        hanging_ = false;
        switch (bytes[end]) {
        case 'A':
            row_ -= std::min(row_, count);
            break;
        case 'B':
            row_ = std::min(row_ + count, cells_.size() - 1);
            break;
        case 'C':
            column_ = std::min(column_ + count, columns_ - 1);
            break;
        case 'H':
            row_ = column_ = 0;
            break;
        case 'K':
            std::fill(cells_[row_].begin() + static_cast<std::ptrdiff_t>(column_),
                      cells_[row_].end(), " ");
            break;
        case 'J':
            if (body == "2") {
                for (auto &row : cells_)
                    std::fill(row.begin(), row.end(), " ");
                break;
            }
            std::fill(cells_[row_].begin() + static_cast<std::ptrdiff_t>(column_),
                      cells_[row_].end(), " ");
            for (auto row = row_ + 1; row < cells_.size(); ++row)
                std::fill(cells_[row].begin(), cells_[row].end(), " ");
            break;
        case 'm':
        case 'h':
        case 'l':
            hanging_ = was_hanging;
            break;
        default:
            unknown += body + bytes[end];
        }
        return end + 1;
    }

    std::size_t columns_;
    std::vector<std::vector<std::string>> cells_;
    std::size_t row_ = 0, column_ = 0;
    bool hanging_ = false;
};

} // namespace editor_test
