// SPDX-License-Identifier: Apache-2.0
// Prompt and text as the rows of a terminal of a given width.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::editor {

struct Row {
    std::string bytes;
    std::size_t columns = 0;
    bool wraps = false; // full, and the next row goes on with it
    bool operator==(const Row &) const = default;
};

struct Layout {
    std::vector<Row>
        rows; // never empty; an empty last one where the cursor stands behind a full row
    std::size_t cursor_row = 0, cursor_column = 0;
};

// REQUIRES: cursor <= text.size(), columns >= 2. `continuation` begins each further line of the
// text.
Layout lay_out(std::string_view prompt, std::string_view continuation, std::string_view text,
               std::size_t cursor, std::size_t columns);

} // namespace sallyport::editor
