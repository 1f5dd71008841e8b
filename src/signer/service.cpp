// SPDX-License-Identifier: Apache-2.0
#include "sallyport/signer/service.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/ca/ca.hpp"
#include "sallyport/cert/key_exchange.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/model/principal.hpp"
#include "sallyport/os/random.hpp"
#include "sallyport/record/seal.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <algorithm>
#include <array>

namespace sallyport::signer {
namespace {

constexpr std::string_view login_algorithm = "ssh-ed25519-cert-v01@openssh.com";

struct Context {
    const Keys &keys;
    SignatureLog &log;
    const base::Clock &clock;
};

struct Wiped {
    base::Bytes &bytes;
    ~Wiped() { base::wipe(bytes.data(), bytes.size()); }
};

std::string sum(base::BytesView bytes) {
    return base::hex(crypto::sha256(bytes));
}

base::Error denied(std::string message) {
    return base::fail(base::ErrorCode::Denied, std::move(message));
}

std::uint64_t random_serial() {
    std::uint64_t serial = 0;
    for (const std::uint8_t byte : os::random_bytes(sizeof serial))
        serial = serial << 8 | byte;
    return std::max<std::uint64_t>(serial, 1);
}

base::Result<wire::KeysAnswer> keys(const Context &context, wire::KeysAsk &) {
    wire::KeysAnswer answer;
    for (const HostSlot &slot : context.keys.hosts) {
        const cert::PublicKey &key = slot.key.public_key();
        answer.host_keys.push_back(
            {std::string(cert::key_type_name(key.type)), key.blob, slot.certificate});
    }
    answer.user_ca = context.keys.user_ca.public_key().blob;
    answer.target_ca = context.keys.target_ca.public_key().blob;
    answer.seal_key_id = context.keys.seal_key_id;
    answer.seal_key = context.keys.seal_spki;
    return answer;
}

const HostSlot *find_host(const Keys &keys, const base::Bytes &blob) {
    for (const HostSlot &slot : keys.hosts)
        if (blob == slot.key.public_key().blob ||
            (!slot.certificate.empty() && blob == slot.certificate))
            return &slot;
    return nullptr;
}

// Never a bare hash: with the pre-image the key signs only what names this very key as the
// server's.
base::Result<wire::HostSignAnswer> host_sign(const Context &context, wire::HostSignAsk &ask) {
    const Wiped wiped{ask.pre_image};
    SALLYPORT_TRY(const cert::Exchange exchange, cert::parse_exchange(ask.pre_image));
    const HostSlot *slot = find_host(context.keys, exchange.host_key);
    if (slot == nullptr)
        return denied("the exchange is for a host key that is not ours");
    SALLYPORT_TRY(base::Bytes hash, crypto::hash_by_name(ask.hash, ask.pre_image));
    SALLYPORT_TRY(base::Bytes signature, slot->key.sign(ask.algorithm, hash));
    SALLYPORT_CHECK(context.log.append({{"host-exchange", slot->name, "", 0, sum(hash)}}));
    wire::HostSignAnswer answer;
    answer.signature = std::move(signature);
    answer.exchange_hash = std::move(hash);
    return answer;
}

base::Result<wire::UserCertificateAnswer> user_certificate(const Context &context,
                                                           wire::UserCertificateAsk &ask) {
    ca::UserRequest request;
    SALLYPORT_TRY(request.key, cert::parse_public_key(ask.key));
    request.serial = ask.serial;
    request.key_id = ask.key_id;
    request.person = ask.person;
    request.valid_after = ask.valid_after;
    request.valid_before = ask.valid_before;
    request.source_addresses = ask.source_addresses;
    request.permit_pty = ask.permit_pty;
    SALLYPORT_TRY(ca::Issued issued, ca::issue_user(context.keys.user_ca, request,
                                                    base::unix_seconds(context.clock.now()),
                                                    os::random_bytes(ca::nonce_bytes)));
    SALLYPORT_CHECK(context.log.append({{"user-certificate", "user_ca", request.key_id,
                                         request.serial, sum(issued.signed_part)}}));
    wire::UserCertificateAnswer answer;
    answer.certificate = std::move(issued.certificate);
    return answer;
}

// The session comes first: should a long name be cut, what identifies the login is whole.
std::string target_key_id(const wire::TargetLoginAsk &ask) {
    std::string id = "session=" + ask.session.text + " person=" + ask.person;
    return id.substr(0, cert::max_key_id_bytes);
}

base::Status check_target_login(const wire::TargetLoginAsk &ask) {
    if (!model::is_ulid(ask.session.text))
        return base::invalid("target login names no session");
    if (!model::is_person_name(ask.person))
        return base::invalid("target login names no person");
    const std::size_t size = ask.exchange_hash.size();
    if (size != 32 && size != 48 && size != 64)
        return base::invalid("target login has no exchange hash");
    return base::success();
}

// The key lives in this function alone: one certificate, one signature.
base::Result<wire::TargetLoginAnswer> target_login(const Context &context,
                                                   wire::TargetLoginAsk &ask) {
    SALLYPORT_CHECK(check_target_login(ask));
    SALLYPORT_TRY(const crypto::PrivateKey key,
                  crypto::PrivateKey::generate(cert::KeyType::Ed25519));
    ca::TargetRequest request;
    request.key = key.public_key();
    request.serial = random_serial();
    request.key_id = target_key_id(ask);
    request.account = ask.account;
    request.target = ask.target;
    request.source_addresses = ask.source_addresses;
    request.force_command = ask.force_command;
    request.permit_pty = ask.permit_pty;
    request.valid_seconds = ask.valid_seconds;
    SALLYPORT_TRY(ca::Issued issued, ca::issue_target(context.keys.target_ca, request,
                                                      base::unix_seconds(context.clock.now()),
                                                      os::random_bytes(ca::nonce_bytes)));

    const base::Bytes login =
        cert::user_auth_request(ask.account, login_algorithm, issued.certificate);
    const base::Bytes data = cert::signed_data(ask.exchange_hash, login, login.size());
    SALLYPORT_TRY(base::Bytes signature, key.sign("ssh-ed25519", data));
    SALLYPORT_CHECK(context.log.append(
        {{"target-certificate", "target_ca", request.key_id, request.serial,
          sum(issued.signed_part)},
         {"target-login", "session", request.key_id, request.serial, sum(data)}}));
    wire::TargetLoginAnswer answer;
    answer.serial = request.serial;
    answer.certificate = std::move(issued.certificate);
    answer.signature = std::move(signature);
    return answer;
}

base::Result<wire::SealAnswer> seal(const Context &context, wire::SealAsk &ask) {
    SALLYPORT_TRY(const record::Seal content, record::parse_seal_line(ask.line));
    if (content.key_id != context.keys.seal_key_id)
        return denied("the seal names another key than ours");
    const base::Bytes message = record::seal_message(ask.line);
    SALLYPORT_TRY(base::Bytes signature, context.keys.seal.sign_raw(message));
    SALLYPORT_CHECK(
        context.log.append({{"seal", "seal", "session=" + content.session, 0, sum(message)}}));
    wire::SealAnswer answer;
    answer.signature = std::move(signature);
    return answer;
}

template <typename Ask, typename Reply, base::Result<Reply> (*Work)(const Context &, Ask &)>
base::Result<Service::Answer> handle(const Context &context, base::BytesView body) {
    auto ask = wire::decode<Ask>(body);
    if (!ask)
        return ask.error();
    if (ask->call == 0)
        return base::invalid("a question to the signer has no number");
    auto outcome = Work(context, *ask);
    Reply reply;
    if (outcome.ok())
        reply = std::move(*outcome);
    else
        reply.error = outcome.error().message;
    reply.call = ask->call;
    return Service::Answer{Reply::type, wire::encode(reply)};
}

struct Row {
    std::uint16_t type;
    base::Result<Service::Answer> (*handler)(const Context &, base::BytesView);
};
constexpr std::array<Row, 5> questions = {{
    {wire::KeysAsk::type, handle<wire::KeysAsk, wire::KeysAnswer, keys>},
    {wire::HostSignAsk::type, handle<wire::HostSignAsk, wire::HostSignAnswer, host_sign>},
    {wire::UserCertificateAsk::type,
     handle<wire::UserCertificateAsk, wire::UserCertificateAnswer, user_certificate>},
    {wire::TargetLoginAsk::type,
     handle<wire::TargetLoginAsk, wire::TargetLoginAnswer, target_login>},
    {wire::SealAsk::type, handle<wire::SealAsk, wire::SealAnswer, seal>},
}};

} // namespace

base::Result<Service::Answer> Service::answer(std::uint16_t type, base::Bytes body) {
    const Wiped wiped{body};
    for (const Row &row : questions)
        if (row.type == type)
            return row.handler({keys_, log_, clock_}, body);
    return base::invalid("message of type " + std::to_string(type) +
                         " is no question to the signer");
}

} // namespace sallyport::signer
