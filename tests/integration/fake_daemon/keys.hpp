// SPDX-License-Identifier: Apache-2.0
// The keys of the double and what it signs with them.
#pragma once
#include "sallyport/cert/certificate.hpp"
#include "sallyport/crypto/private_key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fake {

using namespace sallyport; // NOLINT: a test program

std::string read_file(const std::string &path); // empty if it cannot be read

// The host keys, the user CA that targets trust, and whom we believe.
struct Keys {
    std::vector<crypto::PrivateKey> hosts;
    std::optional<crypto::PrivateKey> target_ca;
    cert::PublicKey user_ca, pin;
    // DIR/host_*, DIR/uca, DIR/ca.pub, DIR/pin.pub
    static base::Result<Keys> load(const std::string &directory);
};

struct Login {
    base::Bytes certificate, signature;
};
// A fresh key, its certificate and the one login signature over this session id.
base::Result<Login> sign_login(const crypto::PrivateKey &authority, const base::Bytes &session_id,
                               const std::string &account, const std::string &target,
                               const std::string &force_command);

} // namespace fake
