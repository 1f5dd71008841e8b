// SPDX-License-Identifier: Apache-2.0
// The signer's keys as files in one folder: host_ed25519, host_ecdsa, host_rsa (each perhaps with a
// host certificate `NAME-cert.pub` beside it), user_ca, target_ca, seal. `sallyport init` makes
// them, `sallyport-signer` alone reads the private halves.
#pragma once
#include "sallyport/base/secret.hpp"
#include "sallyport/crypto/private_key.hpp"

#include <string>
#include <vector>

namespace sallyport::signer {

struct HostSlot {
    std::string name; // of its file
    crypto::PrivateKey key;
    base::Bytes certificate; // may be empty
};

struct Keys {
    std::vector<HostSlot> hosts;
    crypto::PrivateKey user_ca, target_ca, seal;
    base::Bytes seal_spki;
    std::string seal_key_id;
};

enum class KeyFolder {
    Private,     // every key file must be closed to group and others
    Credentials, // made by systemd (LoadCredential=): closed by its mount, modes are not ours
};

// At least one host key and the other three. Denied if a file is open to others; InvalidInput, with
// its path, if a file is no key, the seal is not Ed25519, a host certificate belongs to another key
// or two files hold the same key: a key for two purposes could be made to confuse them.
base::Result<Keys> load_keys(const std::string &directory, KeyFolder folder);

// Makes all six, mode 0600, each with its public line `NAME.pub`, and `seal.pem` for `openssl
// pkeyutl`. Conflict if any private file is there already: nothing is ever overwritten.
base::Status create_keys(const std::string &directory);

} // namespace sallyport::signer
