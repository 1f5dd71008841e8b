// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/library.hpp"

#include <libssh/libssh.h>

namespace sallyport::ssh {

base::Status start_library() {
    if (ssh_init() != SSH_OK)
        return base::fail(base::ErrorCode::Internal, "the SSH library does not start");
    ssh_set_log_level(SSH_LOG_NOLOG); // its messages quote the peer
    return base::success();
}

} // namespace sallyport::ssh
