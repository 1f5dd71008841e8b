// SPDX-License-Identifier: Apache-2.0
// The pre-image of an SSH exchange hash: V_C V_S I_C I_S K_S e f K (RFC 4253 section 8, RFC 5656
// section 4, RFC 8731 section 3: all eight are length-prefixed). Its hash is what the host key
// signs and, the first time, the session identifier. Group exchange (RFC 4419) has another form
// and is refused. Pure; any thread.
//
// INVARIANT for callers: the pre-image holds K, the shared secret: wipe it after use.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/limits.hpp"
#include "sallyport/base/result.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::cert {

// What may be kept of an exchange: no secret in it.
struct Exchange {
    std::string client_version, server_version;   // V_C, V_S: `SSH-2.0-...` without line end
    base::Bytes client_key_init, server_key_init; // I_C, I_S: payloads with their number 20
    base::Bytes host_key;                         // K_S: blob of a key or a certificate
};

// InvalidInput unless it is exactly these eight fields with well-formed versions, both KEXINIT
// payloads complete and none empty; TooLarge above base::max_preimage_bytes.
base::Result<Exchange> parse_exchange(base::BytesView pre_image);

// RFC 4253 section 7.1. Index into `lists`: 0 kex, 1 host key, 2..3 ciphers, 4..5 macs,
// 6..7 compression, 8..9 languages (client to server first).
struct KeyInit {
    std::array<std::vector<std::string>, 10> lists;
    bool first_kex_packet_follows = false;
};
base::Result<KeyInit> parse_key_init(base::BytesView payload);

// Whether the client's KEXINIT names `ext-info-c` or any `kex-strict-c...`, which OpenSSH sends in
// the first exchange of a connection only. True also for what is no KEXINIT: doubt refuses.
bool carries_first_exchange_marker(base::BytesView client_key_init);

// Whether `later` may be a rekey of the connection that began with `first`: same versions, same
// host key, and no marker of a first exchange.
bool may_be_rekey_of(const Exchange &first, const Exchange &later);

} // namespace sallyport::cert
