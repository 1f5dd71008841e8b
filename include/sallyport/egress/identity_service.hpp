// SPDX-License-Identifier: Apache-2.0
// `identity`: carries sallyportd's questions to identity providers and their answers back. It adds
// the client secret and refuses addresses that are not the issuer's; it believes and remembers
// nothing. One thread, that of the loop.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/base/secret.hpp"
#include "sallyport/http/client.hpp"
#include "sallyport/ipc/endpoint.hpp"
#include "sallyport/oidc/protocol.hpp"

#include <map>

namespace sallyport::egress {

struct IssuerAccess {
    oidc::Settings settings;
    base::Secret secret; // of the client; empty for a public one
};

class IdentityService {
  public:
    // Says hello on `edge` and serves it; the loop is stopped when the edge closes or breaks its
    // form. `loop` and `log` outlive it. `http.plain` is set from the issuers.
    static base::Result<std::unique_ptr<IdentityService>> open(os::Loop &loop, base::UniqueFd edge,
                                                               std::vector<IssuerAccess> issuers,
                                                               http::Settings http, base::Log &log);
    ~IdentityService();
    IdentityService(const IdentityService &) = delete;
    IdentityService &operator=(const IdentityService &) = delete;

  private:
    IdentityService(os::Loop &loop, std::vector<IssuerAccess> issuers, base::Log &log);
    void receive(const ipc::Frame &frame);
    void ask(const wire::FetchAsk &ask);
    void drive();

    os::Loop &loop_;
    std::vector<IssuerAccess> issuers_;
    base::Log &log_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<ipc::Endpoint> edge_;
    std::map<http::Ticket, std::uint64_t> calls_;
};

} // namespace sallyport::egress
