// SPDX-License-Identifier: Apache-2.0
// Any bytes as the pre-image of an exchange hash, and as a KEXINIT.
#include "sallyport/cert/key_exchange.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const base::BytesView bytes(data, size);
    if (!cert::parse_key_init(bytes).ok() && !cert::carries_first_exchange_marker(bytes))
        std::abort();
    const auto exchange = cert::parse_exchange(bytes);
    if (exchange.ok() && cert::may_be_rekey_of(*exchange, *exchange) ==
                             cert::carries_first_exchange_marker(exchange->client_key_init))
        std::abort();
    return 0;
}
