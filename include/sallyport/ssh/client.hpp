// SPDX-License-Identifier: Apache-2.0
// The client side of one SSH connection to a target's sshd, without a private key: the exchange is
// reported so that somebody else verifies the host, and the login's signature comes ready made.
// Nothing is read from files, no agent, no other method than `publickey`. One thread.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/ssh/channel.hpp"
#include "sallyport/ssh/loop.hpp"
#include "sallyport/ssh/server.hpp"

namespace sallyport::ssh {

struct ClientOptions {
    std::string name;                             // of the target, for logs only
    std::vector<std::string> host_key_algorithms; // what may be accepted, best first
    bool prefer_gcm = true;
    std::uint64_t rekey_bytes = 0; // 0: the library's default
};

class ClientPort {
  public:
    virtual ~ClientPort() = default;
    // The host's signature blob over the exchange, the first one and every later one. Called inside
    // packet handling, must not block. The library verifies the signature against the key in the
    // pre-image as well; whose key that is, it does not know.
    virtual void on_exchange(const Exchange &exchange, base::BytesView signature) = 0;
};

// What logs in: a certificate and the one signature that was made for this connection's session id.
struct TargetLogin {
    std::string account;
    base::Bytes certificate, signature; // blobs
};

class Client {
  public:
    // Takes a connected socket and makes it non-blocking. The port and the loop outlive the client.
    static base::Result<std::unique_ptr<Client>>
    open(Loop &loop, base::UniqueFd socket, const ClientOptions &options, ClientPort &port);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    Progress exchange(); // repeat until not Again
    // Before login(), once. InvalidInput if the certificate is none of a type that logs in here.
    base::Status set_login(const TargetLogin &login);
    Progress login(); // repeat until not Again
    base::Result<std::unique_ptr<Channel>> new_channel();
    bool connected() const;
    std::string error() const; // what the library said last, printable

    struct State;

  private:
    explicit Client(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace sallyport::ssh
