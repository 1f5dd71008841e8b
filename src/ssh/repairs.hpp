// SPDX-License-Identifier: Apache-2.0
// What the linked-in replacements of libssh's inner functions (repairs.cpp) need to know of a
// session, and what they tell. Hooks are called inside packet handling.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/ssh/server.hpp"

#include <libssh/libssh.h>

namespace sallyport::ssh {

class SessionHooks {
  public:
    virtual ~SessionHooks() = default;
    // Server role.
    virtual void on_client_version() {} // before our KEXINIT is built
    virtual base::Bytes sign(const Exchange &) { return {}; }
    virtual LoginReply login(base::BytesView) { return {}; }
    virtual void on_channel_open(std::string_view, bool) {} // type; whether it goes on as `session`
    // False: the request breaks the protocol, the session ends.
    virtual bool on_channel_request(std::uint32_t, std::string_view, base::BytesView) {
        return false;
    }
    // Client role.
    virtual void on_host_signature(const Exchange &, base::BytesView) {}
};

enum class Role { Server, Client };
void attach_hooks(ssh_session session, Role role, SessionHooks &hooks);
void detach_hooks(ssh_session session);

// The signature that the one login of this client session sends, and the public key with
// certificate that libssh shall take for a private key until the session is detached.
void set_login_signature(ssh_session session, ssh_key key, base::Bytes signature);

// While it lives, the next packing with this format emits `bytes` instead. For calls of libssh that
// leave something out: terminal modes, pixel sizes.
class PackOverride {
  public:
    PackOverride(const char *format, base::BytesView bytes);
    ~PackOverride();
    PackOverride(const PackOverride &) = delete;
    PackOverride &operator=(const PackOverride &) = delete;
};
// While it lives, a refused channel open carries this text.
class RefusalText {
  public:
    explicit RefusalText(std::string_view text);
    ~RefusalText();
    RefusalText(const RefusalText &) = delete;
    RefusalText &operator=(const RefusalText &) = delete;
};

} // namespace sallyport::ssh
