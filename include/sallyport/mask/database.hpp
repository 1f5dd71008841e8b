// SPDX-License-Identifier: Apache-2.0
// Database reads a compiled image: position-independent bytes, mapped by every session from one
// sealed memfd. open() proves every offset and index, so that nothing in a damaged or hostile image
// can make the engine read outside it or run without a bound. Immutable; any thread.
#pragma once
#include "sallyport/mask/rules.hpp"

namespace sallyport::mask {

inline constexpr std::size_t max_image_bytes = 4 * 1024 * 1024;

class Database {
  public:
    // The Database is a view: `image` must outlive it and must not change. InvalidInput if the
    // image is not one that compile() of this version could have made.
    static base::Result<Database> open(base::BytesView image);

    std::size_t rule_count() const;
    // The id of a rule; `seen-before` for rule_count() itself (a piece of a secret seen earlier).
    std::string_view rule_id(std::size_t rule) const;
    base::BytesView image() const { return image_; }

  private:
    base::BytesView image_;
};

} // namespace sallyport::mask
