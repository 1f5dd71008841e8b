// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/random.hpp"

#include <cstdlib>

#include <sys/random.h>

namespace sallyport::os {

base::Bytes random_bytes(std::size_t size) {
    base::Bytes bytes(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::getrandom(bytes.data() + filled, size - filled, 0);
        if (got <= 0)
            std::abort();
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace sallyport::os
