// SPDX-License-Identifier: Apache-2.0
// Any bytes as a login request.
#include "sallyport/cert/user_auth.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const base::BytesView raw(data, size);
    const auto request = cert::parse_user_auth_request(raw);
    if (!request.ok() || !request->has_signature)
        return 0;
    const base::Bytes built =
        cert::user_auth_request(request->user, request->algorithm, request->key);
    if (request->service == "ssh-connection" &&
        built != base::to_bytes(raw.first(request->signed_size)))
        std::abort();
    return 0;
}
