// SPDX-License-Identifier: Apache-2.0
// The login door: `ssh login@bastion` proves a person at the identity provider with the device flow
// and gives a certificate for exactly the key that this connection proved. Code and address go to
// stderr, one certificate line to stdout. End of stdin does not cancel; closing the channel and
// Ctrl-C do.
#pragma once
#include "connection.hpp"
#include "issuers.hpp"

namespace sallyport::supervisor {

class LoginDoor final : public Handler {
  public:
    LoginDoor(Connection &connection, Issuers &issuers, std::unique_ptr<Port> port);
    ~LoginDoor() override;

    // `words`: what was typed behind `ssh login@bastion`.
    void begin(const std::vector<std::string> &words);
    void input(base::BytesView bytes, bool end) override;
    void cancel(bool closed) override;

  private:
    void print_config();
    void advance();
    void ended();
    void certify(const oidc::ProvenPerson &person);
    void refuse(const std::string &message, std::uint32_t exit_status);

    Connection &connection_;
    Core &core_;
    Issuers &issuers_;
    std::unique_ptr<Port> port_;
    oidc::Issuer *issuer_ = nullptr;
    std::unique_ptr<oidc::DeviceFlow> flow_;
    bool prompted_ = false, counted_ = false, over_ = false;
    os::Loop::Timer timer_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace sallyport::supervisor
