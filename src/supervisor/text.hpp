// SPDX-License-Identifier: Apache-2.0
// Words in a row, as the desk shows them and events store them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::supervisor {

inline std::string joined(const std::vector<std::string> &items, std::string_view separator) {
    std::string text;
    for (const std::string &item : items)
        text.append(text.empty() ? "" : separator).append(item);
    return text;
}

} // namespace sallyport::supervisor
