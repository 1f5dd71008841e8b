// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_USERAUTH_REQUEST (RFC 4252 sections 5 and 7) from its raw bytes, and the data that its
// signature covers. Pure; any thread.
#pragma once
#include "sallyport/base/limits.hpp"
#include "sallyport/cert/public_key.hpp"

namespace sallyport::cert {

inline constexpr std::size_t max_user_auth_bytes = 60 * 1024; // fits one edge message

// The fields after `method` are filled for `publickey` only.
struct UserAuthRequest {
    std::string user, service, method;
    bool has_signature = false;  // false: only asks whether the key would do
    std::string algorithm;       // as named: may be a certificate's
    base::Bytes key;             // blob of a key or a certificate
    base::Bytes signature;       // signature blob
    std::size_t signed_size = 0; // so many raw bytes are covered by the signature
};

// `raw` is the payload after the message number. InvalidInput when it is short or over-long, when
// the flag byte is neither 0 nor 1, for an unknown algorithm, a key blob of another type than the
// algorithm names, or a user name with a control character; TooLarge above max_user_name_bytes.
// Other methods are read up to their name.
base::Result<UserAuthRequest> parse_user_auth_request(base::BytesView raw);

// The payload after the message number, up to the signature: what a client sends and signs.
base::Bytes user_auth_request(std::string_view user, std::string_view algorithm,
                              base::BytesView key);

// RFC 4252 section 7: string session identifier, byte 50, then the request up to its signature.
// REQUIRES: signed_size <= raw.size()
base::Bytes signed_data(base::BytesView session_id, base::BytesView raw, std::size_t signed_size);

} // namespace sallyport::cert
