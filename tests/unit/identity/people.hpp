// SPDX-License-Identifier: Apache-2.0
// A user CA, a person with a key, and the requests that a client of hers would send.
#pragma once
#include "sallyport/cert/certificate.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/private_key.hpp"
#include "sallyport/store/store.hpp"
#include "sallyport/wire/ssh.hpp"

#include <cstdlib>

#include <unistd.h>

namespace people {

using namespace sallyport;
using namespace std::chrono_literals;

inline const base::WallTime noon = base::from_unix_seconds(1772618400);

inline crypto::PrivateKey make_key() {
    return crypto::PrivateKey::generate(cert::KeyType::Ed25519).value();
}

inline cert::CertificateContent content(const cert::PublicKey &key,
                                        const cert::PublicKey &authority) {
    cert::CertificateContent content;
    content.nonce = base::Bytes(32, 7);
    content.key = key;
    content.serial = 42;
    content.key_id = "alice login=A";
    content.principals = {"alice"};
    content.valid_after = base::unix_seconds(noon) - 60;
    content.valid_before = base::unix_seconds(noon) + 3600;
    content.extensions = {{"permit-pty", ""}};
    content.authority = authority;
    return content;
}

inline base::Bytes certify(const cert::CertificateContent &content, const crypto::PrivateKey &ca) {
    base::Bytes part = cert::signed_part(content);
    const base::Bytes signature = ca.sign(ca.algorithm(), part).value();
    return cert::assemble(std::move(part), signature);
}

// A complete USERAUTH_REQUEST, signed over `session_id` with `key`.
inline base::Bytes signed_request(const std::string &user, const std::string &algorithm,
                                  const base::Bytes &blob, const base::Bytes &session_id,
                                  const crypto::PrivateKey &key) {
    base::Bytes raw = cert::user_auth_request(user, algorithm, blob);
    const base::Bytes signature =
        key.sign(key.algorithm(), cert::signed_data(session_id, raw, raw.size())).value();
    base::append(raw, wire::Writer().string(base::BytesView(signature)).bytes());
    return raw;
}

inline base::Bytes query(const std::string &user, const std::string &algorithm,
                         const base::Bytes &blob) {
    wire::Writer writer;
    writer.string(user).string("ssh-connection").string("publickey").boolean(false);
    return writer.string(algorithm).string(base::BytesView(blob)).bytes();
}

struct StoreInFolder {
    std::string folder;
    std::unique_ptr<store::Store> store;
    StoreInFolder() {
        char name[] = "/tmp/sallyport-identity-XXXXXX";
        folder = ::mkdtemp(name);
        store = std::move(store::Store::open(folder + "/s.db").value());
    }
    ~StoreInFolder() {
        store.reset();
        [[maybe_unused]] const int done = std::system(("rm -r " + folder).c_str());
    }
};

inline constexpr const char *certificate_algorithm = "ssh-ed25519-cert-v01@openssh.com";

} // namespace people
