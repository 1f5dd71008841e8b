// SPDX-License-Identifier: Apache-2.0
// What every part of sallyportd works with, put together once by the daemon and handed down by
// reference. Nothing here is global; a test makes its own.
#pragma once
#include "sallyport/approval/book.hpp"
#include "sallyport/audit/event_log.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/base/secret.hpp"
#include "sallyport/cert/public_key.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/decider/decider.hpp"
#include "sallyport/ipc/caller.hpp"
#include "sallyport/os/loop.hpp"
#include "sallyport/store/store.hpp"
#include "sallyport/supervisor/setup.hpp"
#include "sallyport/wire/service_edges.hpp"

namespace sallyport::supervisor {

// Public halves, asked from the signer once at start.
struct Keys {
    std::vector<wire::HostKey> host;
    cert::PublicKey user_ca;
    base::Bytes target_ca, seal_key;
    std::string seal_key_id;
};

struct Services {
    std::unique_ptr<ipc::Caller> signer, dial, identity, notify;
};

struct Core {
    os::Loop &loop;
    const base::Clock &clock;
    base::Log &log;
    const Prefix &prefix;
    std::shared_ptr<const Setup> setup; // replaced by reload
    store::Store &store;
    audit::EventLog &events;
    approval::Book &book;
    decider::Decider &decider;
    Services &services;
    Keys keys;
    base::Secret binding_key;
    crypto::SshSignatures verifier;

    // Appends an event that nothing waits for; a failure is logged, and the next release fails by
    // itself.
    void note(const model::Event &event) const;
    // Appends an event that must be on the disk before what comes next.
    base::Status record(const model::Event &event) const;
};

// Where the text of a front desk command, a login or a held action goes: a channel of a connection,
// or the CLI.
class Port {
  public:
    virtual ~Port() = default;
    virtual void out(std::string_view text) = 0;
    virtual void error(std::string_view text) = 0;
    // Ends the channel. Nothing may follow.
    virtual void end(std::uint32_t exit_status) = 0;
};

// What runs on a channel and hears from its person.
class Handler {
  public:
    virtual ~Handler() = default;
    virtual void input(base::BytesView bytes, bool end) = 0;
    virtual void cancel(bool closed) = 0;
};

} // namespace sallyport::supervisor
