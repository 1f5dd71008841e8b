// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/library.hpp"

#include <libssh/libssh.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace sallyport::ssh {

base::Status start_library() {
    // OPENSSL_INIT_NO_LOAD_CONFIG: with an Ed25519 host key alone OpenSSL would look for its
    // configuration only after the sandbox has closed, and the process would die of it.
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1)
        return base::fail(base::ErrorCode::Internal, "the crypto library does not start");
    if (ssh_init() != SSH_OK)
        return base::fail(base::ErrorCode::Internal, "the SSH library does not start");
    ssh_set_log_level(SSH_LOG_NOLOG); // its messages quote the peer
    unsigned char byte = 0;
    if (RAND_bytes(&byte, 1) != 1)
        return base::fail(base::ErrorCode::Internal, "the crypto library has no randomness");
    return base::success();
}

} // namespace sallyport::ssh
