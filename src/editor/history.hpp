// SPDX-License-Identifier: Apache-2.0
// The lines that were submitted, oldest first, within max_history_entries and max_history_bytes.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::editor {

class History {
  public:
    // Blank lines and a repetition of the newest line are left out.
    void add(std::string_view line);
    std::size_t size() const { return lines_.size(); }
    const std::string &at(std::size_t index) const { return lines_[index]; }
    // The newest line below `before` that contains `query`.
    std::optional<std::size_t> find_back(std::string_view query, std::size_t before) const;

  private:
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
};

} // namespace sallyport::editor
