// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include "sallyport/base/clock.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/os/random.hpp"

#include <fstream>
#include <sstream>

namespace fake {

std::string read_file(const std::string &path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

namespace {
base::Result<cert::PublicKey> public_line(const std::string &path) {
    std::string line = read_file(path);
    while (!line.empty() && line.back() == '\n')
        line.pop_back();
    return cert::parse_public_key_line(line);
}
} // namespace

base::Result<Keys> Keys::load(const std::string &directory) {
    Keys keys;
    for (const char *name : {"/host_ed25519", "/host_ecdsa", "/host_rsa"}) {
        const std::string text = read_file(directory + name);
        if (text.empty())
            continue;
        SALLYPORT_TRY(auto key, crypto::PrivateKey::parse(base::as_bytes(text)));
        keys.hosts.push_back(std::move(key));
    }
    const std::string authority = read_file(directory + "/uca");
    SALLYPORT_TRY(auto target_ca, crypto::PrivateKey::parse(base::as_bytes(authority)));
    keys.target_ca = std::move(target_ca);
    SALLYPORT_TRY(keys.user_ca, public_line(directory + "/ca.pub"));
    SALLYPORT_TRY(keys.pin, public_line(directory + "/pin.pub"));
    return keys;
}

base::Result<Login> sign_login(const crypto::PrivateKey &authority, const base::Bytes &session_id,
                               const std::string &account, const std::string &target,
                               const std::string &force_command) {
    SALLYPORT_TRY(const auto key, crypto::PrivateKey::generate(cert::KeyType::Ed25519));
    const std::uint64_t now = base::unix_seconds(base::SystemClock().now());
    cert::CertificateContent content;
    content.nonce = os::random_bytes(32);
    content.key = key.public_key();
    content.serial = 1;
    content.key_id = "fake session";
    content.principals = {account + "@" + target};
    content.valid_after = now - 60;
    content.valid_before = now + 120;
    if (!force_command.empty())
        content.critical.push_back({"force-command", force_command});
    content.critical.push_back({"source-address", "127.0.0.1/32"});
    content.extensions.push_back({"permit-pty", ""});
    content.authority = authority.public_key();
    base::Bytes part = cert::signed_part(content);
    SALLYPORT_TRY(const auto by_authority, authority.sign(authority.algorithm(), part));
    Login login;
    login.certificate = cert::assemble(std::move(part), by_authority);
    const base::Bytes request = cert::user_auth_request(
        account, cert::certificate_type_name(cert::KeyType::Ed25519), login.certificate);
    SALLYPORT_TRY(login.signature,
                  key.sign("ssh-ed25519", cert::signed_data(session_id, request, request.size())));
    return login;
}

} // namespace fake
