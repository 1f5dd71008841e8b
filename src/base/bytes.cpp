// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/bytes.hpp"

#include "sallyport/base/secret.hpp"

namespace sallyport::base {

bool equal_constant_time(BytesView a, BytesView b) {
    if (a.size() != b.size())
        return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    return difference == 0;
}

void wipe(void *memory, std::size_t size) {
    // A volatile pointer makes every store an observable effect.
    auto *bytes = static_cast<volatile unsigned char *>(memory);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = 0;
}

} // namespace sallyport::base
