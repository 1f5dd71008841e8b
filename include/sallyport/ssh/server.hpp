// SPDX-License-Identifier: Apache-2.0
// The server side of one SSH connection, without a private key and without an opinion: the host
// signature and the verdict on each login request come from the ServerPort. What the session does
// on its own is transport only. Forwarding, agent, X11 and unknown channel types are refused here
// and reported. One thread; limits below.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/ssh/channel.hpp"
#include "sallyport/ssh/loop.hpp"

#include <vector>

namespace sallyport::ssh {

inline constexpr std::size_t max_channels = 10; // open at once on one connection
// More unread bytes than the window allows: the peer ignores it.
inline constexpr std::size_t max_waiting_bytes = 4 * 1024 * 1024;

struct HostKey {
    std::string algorithm; // ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa
    base::Bytes blob;      // public key, RFC 4253 section 6.6
};

struct ServerOptions {
    std::vector<HostKey> host_keys;
    std::string software; // behind `SSH-2.0-`
    bool prefer_gcm = true;
    std::uint64_t rekey_bytes = 0; // 0: the library's default
};

// One key exchange, as RFC 4253 section 8 hashes it.
struct Exchange {
    std::string hash;      // sha256, sha384, sha512
    std::string algorithm; // of the host's signature: ssh-ed25519, rsa-sha2-512, ...
    base::Bytes pre_image; // V_C V_S I_C I_S K_S e f K
};

enum class LoginAnswer : std::uint8_t { Refuse, Acceptable, Accept, RefuseAndClose };
struct LoginReply {
    LoginAnswer answer = LoginAnswer::Refuse;
    std::string banner; // sent before the answer if not empty
};

enum class RequestKind : std::uint8_t {
    Terminal,
    Environment,
    Exec,
    Shell,
    Subsystem,
    Size,
    Break,
    Agent, // reported through on_refused, never as a request
    X11,
    Other,
};
struct ChannelRequest {
    RequestKind kind = RequestKind::Other;
    std::string name; // as sent: `exec`, `x11-req`, ...
    std::string text; // command, subsystem, name of a variable
    std::string value;
    Terminal terminal;
    Size size;
    std::uint32_t milliseconds = 0; // of a break
};

// Called inside packet handling: the two that return bytes may block for their answer.
class ServerPort {
  public:
    virtual ~ServerPort() = default;
    // The signature blob over the hash of the pre-image; empty ends the connection.
    virtual base::Bytes sign_exchange(const Exchange &exchange) = 0;
    // `request`: payload of SSH_MSG_USERAUTH_REQUEST after its number (RFC 4252 section 5).
    virtual LoginReply login(base::BytesView request) = 0;
};

// Called from Server::take_requests, never inside packet handling.
class ServerEvents {
  public:
    virtual ~ServerEvents() = default;
    // A session channel was opened and accepted.
    virtual void on_channel(std::unique_ptr<Channel> channel) = 0;
    // True: answered with success; false: with failure.
    virtual bool on_request(Channel &channel, const ChannelRequest &request) = 0;
    // Something was refused: a channel type, a forward, the eleventh channel.
    virtual void on_refused(const std::string &what) = 0;
};

class Server {
  public:
    // Takes a connected socket and makes it non-blocking. The port and the loop outlive the server.
    static base::Result<std::unique_ptr<Server>>
    open(Loop &loop, base::UniqueFd socket, const ServerOptions &options, ServerPort &port);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    Progress exchange(); // repeat until not Again
    bool logged_in() const;
    bool connected() const;
    bool closing() const; // a login verdict said: answer and close
    // Answers what has come. Call after each poll().
    void take_requests(ServerEvents &events);
    // Before a channel that on_channel() gave is destroyed.
    void forget_channel(Channel &channel);
    std::size_t unsent() const; // bytes that the kernel has not taken
    std::string client_version() const;
    std::string algorithms() const; // for the log: key exchange and ciphers, one line

    struct State;

  private:
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace sallyport::ssh
