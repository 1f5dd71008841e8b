// SPDX-License-Identifier: Apache-2.0
// Secret holds bytes that must not outlive their use: it wipes them, cannot be copied by accident,
// and has no operator<<, formatter or comparison that leaks time.
#pragma once
#include "sallyport/base/bytes.hpp"

namespace sallyport::base {

// Overwrites memory in a way that the compiler may not leave out.
void wipe(void *memory, std::size_t size);

class Secret {
  public:
    Secret() = default;
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
    explicit Secret(std::string_view text) : bytes_(to_bytes(text)) {}
    Secret(Secret &&other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
    Secret &operator=(Secret &&other) noexcept {
        if (this != &other) {
            clear();
            bytes_ = std::move(other.bytes_);
            other.bytes_.clear();
        }
        return *this;
    }
    Secret(const Secret &) = delete;
    Secret &operator=(const Secret &) = delete;
    ~Secret() { clear(); }

    // The one door to the bytes; greppable. The view dies with the Secret.
    BytesView reveal() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    void clear() {
        wipe(bytes_.data(), bytes_.size());
        bytes_.clear();
    }

  private:
    Bytes bytes_;
};

} // namespace sallyport::base
