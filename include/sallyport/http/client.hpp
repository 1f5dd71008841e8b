// SPDX-License-Identifier: Apache-2.0
// The outbound HTTP client, on libcurl. Many transfers at a time on one thread: the owner watches
// one descriptor and calls drive() when it is readable; nothing blocks. Redirects are never
// followed, TLS certificates always verified, the environment's proxy never used, cookies and
// compressed bodies never taken. Not thread-safe.
#pragma once
#include "sallyport/http/message.hpp"

#include <memory>

namespace sallyport::http {

struct Settings {
    PlainHttp plain = PlainHttp::Never;    // tests only
    bool refuse_private_addresses = false; // for URLs that users or targets gave
    std::string proxy;   // `http://host:port`; empty: none. It resolves and must judge addresses
    std::string ca_file; // empty: the system's
    std::string user_agent = "sallyport";
};

inline constexpr std::size_t max_transfers = 64;

using Ticket = std::uint64_t; // never 0, never used twice by a client

struct Finished {
    Ticket ticket = 0;
    base::Result<Response> response;
};

class Client {
  public:
    // Fails with Internal if libcurl or the kernel refuses.
    static base::Result<std::unique_ptr<Client>> open(const Settings &settings);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    // Readable when drive() has something to do; to be watched by a loop of any kind.
    int fd() const;
    void drive();
    // What ended since the last call, in order of ending. A response of any status is a success;
    // else Unavailable (resolving, connecting, TLS, time), TooLarge (a limit), Denied (the address
    // is one that must not be dialled). The texts are fixed and never contain the URL.
    std::vector<Finished> take_finished();

    // Fails with InvalidInput for a URL or header that is not well formed or not allowed, with
    // Unavailable above max_transfers.
    base::Result<Ticket> start(const Request &request, const Limits &limits = {});
    void cancel(Ticket ticket); // a ticket that is unknown or has ended is ignored
    std::size_t running() const;

    // Blocks until the answer is there. For programs without a loop, and tests.
    base::Result<Response> fetch(const Request &request, const Limits &limits = {});

  private:
    class Engine;
    explicit Client(std::unique_ptr<Engine> engine);
    std::unique_ptr<Engine> engine_;
};

} // namespace sallyport::http
