// SPDX-License-Identifier: Apache-2.0
// OpenSSH's private key format (PROTOCOL.key): `openssh-key-v1\0`, cipher, KDF, KDF options, number
// of keys, public key, and a private part: check number twice, type, numbers, comment, padding.
#include "private_state.hpp"
#include "public_handle.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/wire/ssh.hpp"

#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/rand.h>

namespace sallyport::crypto {
namespace {

constexpr std::string_view begin_marker = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view end_marker = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view magic{"openssh-key-v1\0", 15};
constexpr std::size_t line_width = 70;
constexpr std::size_t block_bytes = 8; // padding of an unencrypted private part
constexpr std::size_t max_comment_bytes = 255;

base::Error no_key() {
    return base::invalid("the file is no unencrypted private key in OpenSSH's form or PEM");
}

KeyHandle from_numbers(const char *type, const ParamBuild &build) {
    const Params params(OSSL_PARAM_BLD_to_param(build.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY *key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1)
        return nullptr;
    return KeyHandle(key);
}

KeyHandle read_ed25519(wire::Reader &reader) {
    const base::BytesView point = reader.string(), both = reader.string();
    if (reader.bad() || point.size() != 32 || both.size() != 64 ||
        !std::equal(point.begin(), point.end(), both.begin() + 32))
        return nullptr;
    KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, both.data(), 32));
    std::uint8_t derived[32] = {};
    std::size_t size = sizeof derived;
    // The seed alone makes the key: the public half of the file must be the one that follows.
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), derived, &size) != 1 ||
        !std::equal(point.begin(), point.end(), derived))
        return nullptr;
    return key;
}

KeyHandle read_ecdsa(wire::Reader &reader, cert::KeyType type) {
    const base::BytesView curve = reader.string(), point = reader.string();
    const Number secret = number_of(reader.string());
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (reader.bad() || base::as_text(curve) != cert::curve_name(type) || !secret || !build)
        return nullptr;
    BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
    if (OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(type),
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) != 1)
        return nullptr;
    return from_numbers("EC", build);
}

// d mod (factor - 1), which the file leaves out.
Number crt_exponent(const BIGNUM *d, const BIGNUM *factor) {
    const NumberContext context(BN_CTX_secure_new());
    Number less(BN_dup(factor)), exponent(BN_new());
    if (!context || !less || !exponent || BN_is_zero(factor) || BN_sub_word(less.get(), 1) != 1 ||
        BN_is_zero(less.get()) || BN_mod(exponent.get(), d, less.get(), context.get()) != 1)
        return nullptr;
    return exponent;
}

KeyHandle read_rsa(wire::Reader &reader) {
    const Number n = number_of(reader.string()), e = number_of(reader.string()),
                 d = number_of(reader.string()), inverse = number_of(reader.string()),
                 p = number_of(reader.string()), q = number_of(reader.string());
    const ParamBuild build(OSSL_PARAM_BLD_new());
    if (reader.bad() || !n || !e || !d || !inverse || !p || !q || !build)
        return nullptr;
    const Number dp = crt_exponent(d.get(), p.get()), dq = crt_exponent(d.get(), q.get());
    if (!dp || !dq)
        return nullptr;
    const std::pair<const char *, const BIGNUM *> numbers[] = {
        {OSSL_PKEY_PARAM_RSA_N, n.get()},
        {OSSL_PKEY_PARAM_RSA_E, e.get()},
        {OSSL_PKEY_PARAM_RSA_D, d.get()},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, p.get()},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, q.get()},
        {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get()},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get()},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse.get()},
    };
    for (const auto &[name, number] : numbers)
        if (OSSL_PARAM_BLD_push_BN(build.get(), name, number) != 1)
            return nullptr;
    return from_numbers("RSA", build);
}

KeyHandle read_numbers(wire::Reader &reader, std::string_view type) {
    if (type == "ssh-ed25519")
        return read_ed25519(reader);
    if (type == "ssh-rsa")
        return read_rsa(reader);
    for (const auto ec :
         {cert::KeyType::EcdsaP256, cert::KeyType::EcdsaP384, cert::KeyType::EcdsaP521})
        if (type == cert::key_type_name(ec))
            return read_ecdsa(reader, ec);
    return nullptr;
}

bool is_padding(base::BytesView bytes) {
    std::uint8_t expected = 0;
    return bytes.size() < block_bytes &&
           std::all_of(bytes.begin(), bytes.end(),
                       [&expected](std::uint8_t byte) { return byte == ++expected; });
}

void write_numbers(wire::Writer &writer, EVP_PKEY *handle, const cert::PublicKey &key) {
    if (key.type == cert::KeyType::Rsa) {
        for (const char *name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
                                 OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
                                 OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2})
            writer.mpint(key_number(handle, name).reveal());
        return;
    }
    if (!cert::curve_name(key.type).empty()) {
        writer.string(cert::curve_name(key.type)).string(base::BytesView(key.point));
        writer.mpint(key_number(handle, OSSL_PKEY_PARAM_PRIV_KEY).reveal());
        return;
    }
    base::Bytes both(32);
    std::size_t size = both.size();
    EVP_PKEY_get_raw_private_key(handle, both.data(), &size);
    both.reserve(64);
    base::append(both, key.point);
    writer.string(base::BytesView(key.point)).string(base::BytesView(both));
    base::wipe(both.data(), both.size());
}

base::Secret armour(base::BytesView bytes) {
    std::string text = base::base64(bytes);
    base::Bytes file;
    file.reserve(text.size() + text.size() / line_width + 128); // no copy is left behind
    base::append(file, base::as_bytes(begin_marker));
    for (std::size_t at = 0; at < text.size(); at += line_width) {
        base::append(file, base::as_bytes(std::string_view(text).substr(at, line_width)));
        file.push_back('\n');
    }
    base::append(file, base::as_bytes(end_marker));
    file.push_back('\n');
    base::wipe(text.data(), text.size());
    return base::Secret(std::move(file));
}

} // namespace

bool is_openssh(std::string_view text) {
    return text.substr(0, begin_marker.size()) == begin_marker;
}

base::Result<KeyHandle> read_openssh(std::string_view text) {
    const std::size_t end = text.find(end_marker);
    if (!is_openssh(text) || end == std::string_view::npos)
        return no_key();
    std::string body(text.substr(begin_marker.size(), end - begin_marker.size()));
    body.erase(std::remove(body.begin(), body.end(), '\n'), body.end());
    auto decoded = base::from_base64(body);
    base::wipe(body.data(), body.size());
    if (!decoded)
        return no_key();
    const base::Secret file(std::move(*decoded));

    wire::Reader reader(file.reveal());
    const bool ours = base::as_text(reader.take(magic.size())) == magic;
    const std::string cipher = reader.text(), kdf = reader.text();
    const base::BytesView kdf_options = reader.string();
    const std::uint32_t count = reader.uint32();
    const base::BytesView public_blob = reader.string(), inner_bytes = reader.string();
    if (!ours || !reader.done() || count != 1)
        return no_key();
    if (cipher != "none" || kdf != "none" || !kdf_options.empty())
        return base::invalid("the private key is encrypted; Sallyport has nobody to ask for its "
                             "passphrase");
    wire::Reader inner(inner_bytes);
    const std::uint32_t check = inner.uint32();
    const bool same = check == inner.uint32();
    KeyHandle key = read_numbers(inner, inner.text());
    inner.string(); // comment
    if (!key || !same || inner.bad() || inner_bytes.size() % block_bytes != 0 ||
        !is_padding(inner.rest()))
        return no_key();
    const auto outer = cert::parse_public_key(public_blob);
    const auto own = ssh_key_of(key.get());
    if (!outer || !own || !(*outer == *own))
        return no_key();
    return key;
}

base::Result<base::Secret> PrivateKey::openssh_text(std::string_view comment) const {
    const LibraryCall call;
    if (comment.size() > max_comment_bytes)
        return base::fail(base::ErrorCode::TooLarge, "key comment is longer than its limit");
    std::uint8_t check[4] = {};
    if (RAND_bytes(check, sizeof check) != 1)
        return base::fail(base::ErrorCode::Internal, "no random bytes for a key file");
    wire::Writer inner;
    inner.raw(check).raw(check).string(cert::key_type_name(state_->key.type));
    write_numbers(inner, state_->handle.get(), state_->key);
    inner.string(comment);
    for (std::uint8_t byte = 1; inner.bytes().size() % block_bytes != 0; ++byte)
        inner.byte(byte);
    const base::Secret private_part(std::move(inner).bytes());

    wire::Writer writer;
    writer.raw(base::as_bytes(magic)).string("none").string("none").string("").uint32(1);
    writer.string(base::BytesView(state_->key.blob)).string(private_part.reveal());
    const base::Secret file(std::move(writer).bytes());
    return armour(file.reveal());
}

} // namespace sallyport::crypto
