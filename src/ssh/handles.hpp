// SPDX-License-Identifier: Apache-2.0
// Owners of libssh's handles, private to this module.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <memory>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

// Exported by the archive, declared in no public header.
extern "C" {
int ssh_pki_export_pubkey_blob(ssh_key key, ssh_string *blob);
int ssh_pki_import_pubkey_blob(ssh_string blob, ssh_key *key);
}

namespace sallyport::ssh {

struct Free {
    void operator()(ssh_key key) const { ssh_key_free(key); }
    void operator()(ssh_string string) const { ssh_string_free(string); }
    void operator()(ssh_bind bind) const { ssh_bind_free(bind); }
    void operator()(ssh_session session) const { ssh_free(session); }
    void operator()(ssh_event event) const { ssh_event_free(event); }
    void operator()(ssh_message message) const { ssh_message_free(message); }
};
template <typename Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;
using KeyHandle = Owned<ssh_key>;
using StringHandle = Owned<ssh_string>;
using BindHandle = Owned<ssh_bind>;
using SessionHandle = Owned<ssh_session>;
using EventHandle = Owned<ssh_event>;
using MessageHandle = Owned<ssh_message>;

inline StringHandle make_string(base::BytesView bytes) {
    StringHandle made(ssh_string_new(bytes.size()));
    if (made != nullptr)
        ssh_string_fill(made.get(), bytes.data(), bytes.size());
    return made;
}

} // namespace sallyport::ssh
