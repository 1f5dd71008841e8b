// SPDX-License-Identifier: Apache-2.0
#include "sallyport/signer/keys.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/cert/certificate.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/os/files.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sallyport::signer {
namespace {

struct FileRow {
    const char *name;
    cert::KeyType made; // what create_keys makes
};
constexpr std::array<FileRow, 6> files = {{
    {"host_ed25519", cert::KeyType::Ed25519},
    {"host_ecdsa", cert::KeyType::EcdsaP256},
    {"host_rsa", cert::KeyType::Rsa},
    {"user_ca", cert::KeyType::Ed25519},
    {"target_ca", cert::KeyType::Ed25519},
    {"seal", cert::KeyType::Ed25519},
}};
constexpr std::size_t host_files = 3;
constexpr std::size_t pem_line_width = 64;

base::Result<crypto::PrivateKey> load_key(const std::string &path, KeyFolder folder) {
    auto text = folder == KeyFolder::Private ? os::read_private(path, crypto::max_private_key_bytes)
                                             : os::read_text(path, crypto::max_private_key_bytes);
    if (!text)
        return text.error();
    auto key = crypto::PrivateKey::parse(base::as_bytes(*text));
    base::wipe(text->data(), text->size());
    if (!key)
        return base::within("`" + path + "`", key.error());
    return key;
}

base::Result<base::Bytes> load_host_certificate(const std::string &path,
                                                const crypto::PrivateKey &key) {
    const auto text = os::read_text(path, cert::max_key_line_bytes);
    if (!text)
        return text.error();
    const auto line = cert::parse_key_line(*text);
    if (!line)
        return base::within("`" + path + "`", line.error());
    const auto certificate = cert::parse_certificate(line->blob);
    if (!certificate)
        return base::within("`" + path + "`", certificate.error());
    if (certificate->content.kind != cert::CertificateKind::Host ||
        !(certificate->content.key == key.public_key()))
        return base::invalid("`" + path + "` is no host certificate of the key beside it");
    return line->blob;
}

base::Result<std::vector<HostSlot>> load_hosts(const std::string &directory, KeyFolder folder) {
    std::vector<HostSlot> hosts;
    for (std::size_t i = 0; i < host_files; ++i) {
        const std::string name = files[i].name, path = directory + "/" + name;
        if (!os::exists(path))
            continue;
        auto key = load_key(path, folder);
        if (!key)
            return key.error();
        HostSlot slot{name, std::move(*key), {}};
        if (os::exists(path + "-cert.pub")) {
            auto certificate = load_host_certificate(path + "-cert.pub", slot.key);
            if (!certificate)
                return certificate.error();
            slot.certificate = std::move(*certificate);
        }
        hosts.push_back(std::move(slot));
    }
    if (hosts.empty())
        return base::fail(base::ErrorCode::NotFound, "`" + directory + "` holds no host key");
    return hosts;
}

base::Status check_distinct(const Keys &keys) {
    std::vector<const cert::PublicKey *> all = {
        &keys.user_ca.public_key(), &keys.target_ca.public_key(), &keys.seal.public_key()};
    for (const HostSlot &slot : keys.hosts)
        all.push_back(&slot.key.public_key());
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (*all[i] == *all[j])
                return base::invalid("two key files hold the same key; each purpose needs its own");
    return base::success();
}

std::string pem_of(base::BytesView spki) {
    const std::string text = base::base64(spki);
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    for (std::size_t at = 0; at < text.size(); at += pem_line_width)
        pem.append(text, at, pem_line_width).append("\n");
    return pem + "-----END PUBLIC KEY-----\n";
}

base::Status write_key(const std::string &path, const std::string &name,
                       const crypto::PrivateKey &key) {
    auto text = key.openssh_text("sallyport " + name);
    if (!text)
        return text.error();
    SALLYPORT_CHECK(os::write_atomically(path, base::as_text(text->reveal()), 0600));
    return os::write_atomically(
        path + ".pub", cert::key_line(key.public_key().blob, "sallyport " + name) + "\n", 0644);
}

} // namespace

base::Result<Keys> load_keys(const std::string &directory, KeyFolder folder) {
    auto hosts = load_hosts(directory, folder);
    if (!hosts)
        return hosts.error();
    SALLYPORT_TRY(crypto::PrivateKey user_ca, load_key(directory + "/user_ca", folder));
    SALLYPORT_TRY(crypto::PrivateKey target_ca, load_key(directory + "/target_ca", folder));
    SALLYPORT_TRY(crypto::PrivateKey seal, load_key(directory + "/seal", folder));
    if (seal.public_key().type != cert::KeyType::Ed25519)
        return base::invalid("`" + directory + "/seal` must be an Ed25519 key");
    SALLYPORT_TRY(base::Bytes spki, seal.spki());
    std::string key_id = crypto::spki_key_id(spki);
    Keys keys{std::move(*hosts), std::move(user_ca), std::move(target_ca),
              std::move(seal),   std::move(spki),    std::move(key_id)};
    SALLYPORT_CHECK(check_distinct(keys));
    return keys;
}

base::Status create_keys(const std::string &directory) {
    SALLYPORT_CHECK(os::make_directories(directory, 0700));
    for (const FileRow &file : files)
        if (os::exists(directory + "/" + file.name))
            return base::fail(base::ErrorCode::Conflict,
                              "`" + directory + "/" + file.name + "` is there already");
    for (const FileRow &file : files) {
        const auto key = crypto::PrivateKey::generate(file.made);
        if (!key)
            return key.error();
        SALLYPORT_CHECK(write_key(directory + "/" + file.name, file.name, *key));
        if (std::string_view(file.name) != "seal")
            continue;
        const auto spki = key->spki();
        if (!spki)
            return spki.error();
        SALLYPORT_CHECK(os::write_atomically(directory + "/seal.pem", pem_of(*spki), 0644));
    }
    return base::success();
}

} // namespace sallyport::signer
