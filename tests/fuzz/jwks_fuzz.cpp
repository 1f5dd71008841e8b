// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JWK set.
#include "sallyport/jwt/key_set.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const auto set = jwt::parse_key_set(base::as_text({data, size}));
    if (!set.ok())
        return 0;
    for (const jwt::Jwk &key : set->keys)
        if (jwt::thumbprint_text(key).empty() || (key.algorithm && !jwt::fits(key, *key.algorithm)))
            std::abort();
    return 0;
}
