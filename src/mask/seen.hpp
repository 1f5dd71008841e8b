// SPDX-License-Identifier: Apache-2.0
// Memory of the secrets that a session showed. On a cursor-addressed screen a piece of a known
// value (scrolled, repainted, cut by the edge) has no lead, so no rule sees it; its 8-byte windows
// do.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mask {

class SeenSecrets {
  public:
    static constexpr std::size_t window = 8;
    ~SeenSecrets();
    SeenSecrets() = default;
    SeenSecrets(SeenSecrets &&) = default;
    SeenSecrets &operator=(SeenSecrets &&) = default;

    // Values under 12 bytes are too short to be told from words. At most max_bytes are remembered.
    void learn(std::string_view secret);
    bool empty() const { return arena_.empty(); }
    bool knows(const char *window_bytes) const;
    // How many of the last characters (fewer than a window) may be the start of a known piece.
    std::size_t open_suffix(std::string_view text) const;

  private:
    static constexpr std::size_t max_bytes = 6000;
    static constexpr std::size_t slots = 8192;
    std::string arena_;                // secrets, each with a separator after it
    std::vector<std::uint16_t> table_; // position of a window in the arena, plus 1
};

} // namespace sallyport::mask
