// SPDX-License-Identifier: Apache-2.0
// The identity providers that the configuration names, kept fresh: their questions go out over the
// `identity` edge, a new signing key is an event, and the last good key set survives a restart in
// the store.
#pragma once
#include "core.hpp"

#include "sallyport/crypto/jwk.hpp"
#include "sallyport/oidc/device_flow.hpp"

namespace sallyport::supervisor {

class Issuers {
  public:
    explicit Issuers(Core &core);

    // By name; the first one for an empty name. Null if there is none.
    oidc::Issuer *find(const std::string &name);
    const config::Issuer *settings_of(const oidc::Issuer &issuer) const;
    // Asks whatever the issuer wants to know now; `progressed` is called after each answer.
    void serve(oidc::Issuer &issuer, const std::function<void()> &progressed);
    void ask(wire::FetchAsk ask, std::function<void(const wire::FetchAnswer &)> done);

    oidc::FlowQuota &quota() { return quota_; }

  private:
    void keep(oidc::Issuer &issuer);

    Core &core_;
    crypto::JwkSignatures signatures_;
    std::vector<std::pair<config::Issuer, std::unique_ptr<oidc::Issuer>>> issuers_;
    oidc::FlowQuota quota_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  public:
    ~Issuers() { *alive_ = false; }
};

} // namespace sallyport::supervisor
