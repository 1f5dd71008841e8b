// SPDX-License-Identifier: Apache-2.0
// What the editor's rows on the person's screen look like now, and the bytes that make them look
// otherwise. Knows positions only relative to its own first row.
#pragma once
#include "layout.hpp"

#include <string>

namespace sallyport::editor {

class Screen {
  public:
    Screen() { forget(); }

    // Nothing of the editor stands on the screen; the cursor is at column 1.
    void forget();
    // These rows stand on the screen already, the cursor behind the last one. The bytes that settle
    // a cursor that hangs at the margin.
    std::string adopt(const Layout &layout);
    // At most `height` rows of the layout, those around the cursor. REQUIRES: height >= 1
    std::string draw(const Layout &wanted, std::size_t columns, std::size_t height);
    // Off the screen, cursor at column 1 of the first row.
    std::string hide();
    // The window changed and the terminal may have wrapped the rows anew: the cursor is now
    // `cursor_row` rows below the first.
    std::string lost(std::size_t cursor_row);
    // To the begin of the row below. REQUIRES: drawn with the cursor at the end
    std::string leave(std::size_t height);

  private:
    void move(std::string &out, std::size_t row, std::size_t column);
    void print_row(std::string &out, const std::vector<Row> &rows, std::size_t index,
                   std::size_t skip, std::size_t columns);
    void replace(std::string &out, std::vector<Row> rows, std::size_t columns);

    std::vector<Row> drawn_;
    std::size_t row_ = 0, column_ = 0; // of the cursor, in drawn_
    std::size_t top_ = 0;              // the first visible row of the layout
};

} // namespace sallyport::editor
