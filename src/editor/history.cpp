// SPDX-License-Identifier: Apache-2.0
#include "history.hpp"

#include "sallyport/editor/editor.hpp"

#include <algorithm>

namespace sallyport::editor {

void History::add(std::string_view line) {
    if (line.find_first_not_of(" \t\n") == std::string_view::npos ||
        line.size() > max_history_bytes || (!lines_.empty() && lines_.back() == line))
        return;
    lines_.emplace_back(line);
    bytes_ += line.size();
    while (lines_.size() > max_history_entries || bytes_ > max_history_bytes) {
        bytes_ -= lines_.front().size();
        lines_.pop_front();
    }
}

std::optional<std::size_t> History::find_back(std::string_view query, std::size_t before) const {
    for (auto index = std::min(before, lines_.size()); index > 0; --index)
        if (lines_[index - 1].find(query) != std::string::npos)
            return index - 1;
    return std::nullopt;
}

} // namespace sallyport::editor
