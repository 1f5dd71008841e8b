// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

#include "unicode.hpp"

#include <algorithm>

namespace sallyport::editor {

namespace {

constexpr std::size_t tab_stop = 8;

class Rows {
  public:
    explicit Rows(std::size_t columns) : columns_(columns) { layout.rows.emplace_back(); }

    void put(std::string_view bytes, std::size_t width) {
        if (width > 0 && layout.rows.back().columns + width > columns_)
            wrap();
        auto &row = layout.rows.back();
        row.bytes += bytes;
        row.columns += width;
    }
    void wrap() {
        auto &row = layout.rows.back();
        row.bytes.append(columns_ - row.columns, ' '); // a wide character did not fit
        row.columns = columns_;
        row.wraps = true;
        layout.rows.emplace_back();
    }
    void line_break() { layout.rows.emplace_back(); }
    bool full() const { return layout.rows.back().columns >= columns_; }
    void put_cluster(std::string_view cluster) {
        if (cluster == "\t") {
            const auto column = full() ? 0 : layout.rows.back().columns;
            for (auto left = tab_stop - column % tab_stop; left > 0; --left)
                put(" ", 1);
            return;
        }
        auto drawn = shown(cluster);
        if (!drawn.splits && drawn.columns > columns_)
            drawn = {"?", 1, false};
        if (!drawn.splits)
            return put(drawn.bytes, drawn.columns);
        for (std::size_t at = 0; at < drawn.bytes.size(); ++at)
            put(std::string_view(drawn.bytes).substr(at, 1), 1);
    }

    Layout layout;

  private:
    std::size_t columns_;
};

// The end of the escape sequence that begins at `at`.
std::size_t escape_end(std::string_view text, std::size_t at) {
    if (++at >= text.size())
        return text.size();
    const char kind = text[at++];
    if (kind == '[') {
        while (at < text.size() && (text[at] < 0x40 || text[at] > 0x7e))
            ++at;
        return std::min(at + 1, text.size());
    }
    if (std::string_view("]P_^X").find(kind) != std::string_view::npos) {
        for (; at < text.size(); ++at) {
            if (text[at] == '\a')
                return at + 1;
            if (text[at] == '\033' && at + 1 < text.size() && text[at + 1] == '\\')
                return at + 2;
        }
        return text.size();
    }
    while (at <= text.size() && text[at - 1] >= 0x20 && text[at - 1] < 0x30) { // ESC ( B
        if (at == text.size())
            return at;
        ++at;
    }
    return at;
}

void put_prompt(Rows &rows, std::string_view prompt) {
    for (std::size_t at = 0; at < prompt.size();) {
        const char c = prompt[at];
        if (c == '\033') {
            const auto end = escape_end(prompt, at);
            rows.put(prompt.substr(at, end - at), 0);
            at = end;
            continue;
        }
        const auto length = character_length(prompt.substr(at));
        if (length == 0 || length == std::string_view::npos) {
            rows.put("?", 1);
            ++at;
            continue;
        }
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t') {
            ++at; // BEL and the like take no column
            continue;
        }
        auto end = next_cluster(prompt, at);
        rows.put_cluster(prompt.substr(at, end - at));
        at = end;
    }
}

} // namespace

Layout lay_out(std::string_view prompt, std::string_view continuation, std::string_view text,
               std::size_t cursor, std::size_t columns) {
    Rows rows(columns);
    put_prompt(rows, prompt);
    bool placed = false;
    const auto place = [&] {
        if (rows.full())
            rows.wrap();
        rows.layout.cursor_row = rows.layout.rows.size() - 1;
        rows.layout.cursor_column = rows.layout.rows.back().columns;
        placed = true;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto end = next_cluster(text, at);
        const auto cluster = text.substr(at, end - at);
        const bool here = !placed && cursor < end;
        if (cluster == "\n") {
            // At the last column the cursor is shown on the row's last cell: no row of its own.
            if (here) {
                rows.layout.cursor_row = rows.layout.rows.size() - 1;
                rows.layout.cursor_column = std::min(rows.layout.rows.back().columns, columns - 1);
                placed = true;
            }
            rows.line_break();
            put_prompt(rows, continuation);
        } else {
            if (here) {
                const auto width = cluster == "\t" ? 1 : std::min(shown(cluster).columns, columns);
                if (rows.layout.rows.back().columns + std::max<std::size_t>(width, 1) > columns &&
                    !shown(cluster).splits)
                    rows.wrap();
                place();
            }
            rows.put_cluster(cluster);
        }
        at = end;
    }
    if (!placed)
        place();
    else if (rows.full())
        rows.wrap();
    return std::move(rows.layout);
}

} // namespace sallyport::editor
