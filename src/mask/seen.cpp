// SPDX-License-Identifier: Apache-2.0
#include "seen.hpp"

#include "sallyport/base/secret.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::mask {
namespace {

constexpr std::size_t minimum = 12;
constexpr std::size_t longest_kept = 2048;

std::size_t slot(const char *bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    return static_cast<std::size_t>(word * 0x9E3779B97F4A7C15ULL >> 51); // 13 bits
}

} // namespace

SeenSecrets::~SeenSecrets() {
    base::wipe(arena_.data(), arena_.size());
}

bool SeenSecrets::knows(const char *window_bytes) const {
    for (std::size_t at = slot(window_bytes); table_[at] != 0; at = (at + 1) % slots)
        if (std::memcmp(arena_.data() + table_[at] - 1, window_bytes, window) == 0)
            return true;
    return false;
}

void SeenSecrets::learn(std::string_view secret) {
    secret = secret.substr(0, longest_kept);
    if (secret.size() < minimum || arena_.size() + secret.size() >= max_bytes)
        return;
    if (table_.empty()) {
        table_.assign(slots, 0);
        arena_.reserve(max_bytes); // never moves, so nothing stays behind unwiped
    }
    if (arena_.find(secret) != std::string::npos)
        return;
    const std::size_t from = arena_.size();
    arena_ += secret;
    arena_ += '\0';
    for (std::size_t i = from; i + window <= from + secret.size(); ++i) {
        if (knows(arena_.data() + i))
            continue;
        std::size_t at = slot(arena_.data() + i);
        while (table_[at] != 0)
            at = (at + 1) % slots;
        table_[at] = static_cast<std::uint16_t>(i + 1);
    }
}

std::size_t SeenSecrets::open_suffix(std::string_view text) const {
    for (std::size_t length = std::min(window - 1, text.size()); length > 0; --length)
        if (arena_.find(text.substr(text.size() - length)) != std::string::npos)
            return length;
    return 0;
}

} // namespace sallyport::mask
