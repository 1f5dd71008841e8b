// SPDX-License-Identifier: Apache-2.0
#include "suggest.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

constexpr std::size_t max_compared = 64; // ids and keys are not longer

// Optimal string alignment, three rows at a time.
std::size_t slips(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t wrong = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + wrong});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

} // namespace

std::string did_you_mean(std::string_view text, const std::vector<std::string> &known) {
    if (text.size() > max_compared)
        return {};
    std::size_t least = text.size() < 5 ? 2 : 3;
    const std::string *nearest = nullptr;
    for (const std::string &name : known) {
        if (name.size() > max_compared)
            continue;
        if (const std::size_t found = slips(text, name); found < least) {
            least = found;
            nearest = &name;
        }
    }
    return nearest == nullptr ? std::string() : "; did you mean `" + *nearest + "`?";
}

} // namespace sallyport::policy
