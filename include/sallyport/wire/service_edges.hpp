// SPDX-License-Identifier: Apache-2.0
// The edges between sallyportd and its services. `call` pairs an answer with its question: chosen
// by the asker, never zero. Every answer carries `error`: empty means success, else one sentence.
// Down and up share one number space.
#pragma once
#include "sallyport/model/command_facts.hpp"
#include "sallyport/wire/connection_edge.hpp"

namespace sallyport::wire {

// The first message of the service side of every edge.
struct Hello {
    static constexpr std::uint16_t type = 1;
    std::uint32_t version = edge_version;
    std::string service; // listen, signer, dial, identity, notify, judge
    SALLYPORT_FIELDS(version, service)
};

// ---- listen
// ---------------------------------------------------------------------------------------------------------

// Up. Descriptor: [0] sallyportd's end of the connection's socketpair.
struct Accepted {
    static constexpr std::uint16_t type = 10;
    std::uint64_t number = 0; // listen's name for the child
    std::string address;      // numeric client address without port
    std::uint32_t port = 0;
    SALLYPORT_FIELDS(number, address, port)
};
struct ChildExited { // up
    static constexpr std::uint16_t type = 11;
    std::uint64_t number = 0;
    std::uint32_t status = 0; // as waitpid gives it
    SALLYPORT_FIELDS(number, status)
};
struct KillChild { // down: SIGKILL by pidfd, now
    static constexpr std::uint16_t type = 12;
    std::uint64_t number = 0;
    SALLYPORT_FIELDS(number)
};

// ---- signer
// ---------------------------------------------------------------------------------------------------------

struct KeysAsk {
    static constexpr std::uint16_t type = 20;
    std::uint64_t call = 0;
    SALLYPORT_FIELDS(call)
};
struct KeysAnswer {
    static constexpr std::uint16_t type = 21;
    std::uint64_t call = 0;
    std::string error;
    std::vector<HostKey> host_keys;
    base::Bytes user_ca, target_ca; // public key blobs
    std::string seal_key_id;        // first 16 hex digits of SHA-256 of its SPKI
    base::Bytes seal_key;           // SPKI, DER
    SALLYPORT_FIELDS(call, error, host_keys, user_ca, target_ca, seal_key_id, seal_key)
};
// The signer hashes the pre-image and demands its own host key inside. That there is one signature
// before login, and what a rekey must repeat, is sallyportd's part: the signer is stateless.
struct HostSignAsk {
    static constexpr std::uint16_t type = 22;
    static constexpr std::size_t limit = base::max_preimage_bytes + 1024;
    std::uint64_t call = 0;
    std::string hash, algorithm;
    base::Bytes pre_image;
    SALLYPORT_FIELDS(call, hash, algorithm, pre_image)
};
struct HostSignAnswer {
    static constexpr std::uint16_t type = 23;
    std::uint64_t call = 0;
    std::string error;
    base::Bytes signature, exchange_hash;
    SALLYPORT_FIELDS(call, error, signature, exchange_hash)
};
// A user certificate of the user CA: type user, one principal = person, at most 8 h.
struct UserCertificateAsk {
    static constexpr std::uint16_t type = 24;
    std::uint64_t call = 0;
    base::Bytes key; // public key blob
    std::uint64_t serial = 0;
    std::string key_id, person;
    std::uint64_t valid_after = 0, valid_before = 0; // unix seconds
    std::vector<std::string> source_addresses;       // critical option, if any
    bool permit_pty = true;
    SALLYPORT_FIELDS(call, key, serial, key_id, person, valid_after, valid_before, source_addresses,
                     permit_pty)
};
struct UserCertificateAnswer {
    static constexpr std::uint16_t type = 25;
    std::uint64_t call = 0;
    std::string error;
    base::Bytes certificate;
    SALLYPORT_FIELDS(call, error, certificate)
};
// Key, certificate and the one signature of the target login; the key dies before the answer
// leaves.
struct TargetLoginAsk {
    static constexpr std::uint16_t type = 26;
    static constexpr std::size_t limit = unit_message_limit;
    std::uint64_t call = 0;
    model::SessionId session;
    std::string account, target, person;
    base::Bytes exchange_hash;                 // session id of the target connection
    std::vector<std::string> source_addresses; // CIDR, at least one
    std::string force_command;                 // never empty
    bool permit_pty = false;
    std::uint32_t valid_seconds = 120; // at most 600
    SALLYPORT_FIELDS(call, session, account, target, person, exchange_hash, source_addresses,
                     force_command, permit_pty, valid_seconds)
};
struct TargetLoginAnswer {
    static constexpr std::uint16_t type = 27;
    static constexpr std::size_t limit = 2 * unit_message_limit;
    std::uint64_t call = 0;
    std::string error;
    std::uint64_t serial = 0;
    base::Bytes certificate, signature;
    SALLYPORT_FIELDS(call, error, serial, certificate, signature)
};
struct SealAsk {
    static constexpr std::uint16_t type = 28;
    std::uint64_t call = 0;
    std::string line; // canonical JSON of the seal, without newline
    SALLYPORT_FIELDS(call, line)
};
struct SealAnswer {
    static constexpr std::uint16_t type = 29;
    std::uint64_t call = 0;
    std::string error;
    base::Bytes signature; // raw Ed25519, 64 bytes
    SALLYPORT_FIELDS(call, error, signature)
};

// ---- egress: dial
// ---------------------------------------------------------------------------------------------------

struct ResolveAsk {
    static constexpr std::uint16_t type = 40;
    std::uint64_t call = 0;
    std::string host;
    SALLYPORT_FIELDS(call, host)
};
struct ResolveAnswer {
    static constexpr std::uint16_t type = 41;
    std::uint64_t call = 0;
    std::string error;
    std::vector<std::string> addresses; // numeric
    SALLYPORT_FIELDS(call, error, addresses)
};
struct DialAsk {
    static constexpr std::uint16_t type = 42;
    std::uint64_t call = 0;
    std::string address; // numeric, judged by sallyportd
    std::uint32_t port = 22, timeout_milliseconds = 10000;
    SALLYPORT_FIELDS(call, address, port, timeout_milliseconds)
};
// Descriptor with success: [0] the connected socket, O_NONBLOCK and TCP_NODELAY.
struct DialAnswer {
    static constexpr std::uint16_t type = 43;
    std::uint64_t call = 0;
    std::string error;
    std::string local_address; // what the target sees as our address, numeric
    SALLYPORT_FIELDS(call, error, local_address)
};

// ---- egress: identity
// -----------------------------------------------------------------------------------------------

enum class FetchKind : std::uint8_t { Discovery, KeySet, DeviceAuthorization, DeviceToken };

// `identity` fetches from the origins of its configured issuers only, and adds the client secret of
// that issuer.
struct FetchAsk {
    static constexpr std::uint16_t type = 50;
    std::uint64_t call = 0;
    std::string issuer; // its name in the configuration
    FetchKind kind = FetchKind::Discovery;
    std::string url;
    std::vector<model::EnvironmentEntry> form; // POST fields; empty: GET
    SALLYPORT_FIELDS(call, issuer, kind, url, form)
};
struct FetchAnswer {
    static constexpr std::uint16_t type = 51;
    static constexpr std::size_t limit = 512 * 1024;
    std::uint64_t call = 0;
    std::string error; // transport failed
    std::uint32_t status = 0;
    std::string cache_control;
    base::Bytes body;
    SALLYPORT_FIELDS(call, error, status, cache_control, body)
};

// ---- egress: notify
// -------------------------------------------------------------------------------------------------

struct NoticeEntity { // code spans, in UTF-16 units as the platform counts
    std::string kind;
    std::uint32_t offset = 0, length = 0;
    SALLYPORT_FIELDS(kind, offset, length)
};
struct NoticeButton {
    std::string label, value;
    SALLYPORT_FIELDS(label, value)
};
// Posts (`message` empty) or edits a message. Retries and rate limits are notify's part; one answer
// comes.
struct NoticeAsk {
    static constexpr std::uint16_t type = 60;
    std::uint64_t call = 0;
    std::string platform, destination, message, text;
    std::vector<NoticeEntity> entities;
    std::vector<NoticeButton> buttons;
    SALLYPORT_FIELDS(call, platform, destination, message, text, entities, buttons)
};
struct NoticeAnswer {
    static constexpr std::uint16_t type = 61;
    std::uint64_t call = 0;
    std::string error;
    std::string message; // the platform's id of the message
    SALLYPORT_FIELDS(call, error, message)
};
// Up: a click is a claim.
struct Click {
    static constexpr std::uint16_t type = 62;
    std::string platform, destination, message, from, from_name, value, click;
    SALLYPORT_FIELDS(platform, destination, message, from, from_name, value, click)
};
struct ClickReply { // down: told to the clicking person alone
    static constexpr std::uint16_t type = 63;
    std::string platform, click, text;
    bool alert = false;
    SALLYPORT_FIELDS(platform, click, text, alert)
};

// ---- judge
// ----------------------------------------------------------------------------------------------------------

struct JudgeAsk {
    static constexpr std::uint16_t type = 70;
    static constexpr std::size_t limit = 2 * unit_message_limit + 256 * 1024;
    std::uint64_t call = 0;
    std::string text;
    model::Dialect dialect = model::Dialect::Bash;
    model::ActionKind kind = model::ActionKind::Exec;
    std::string cwd, definitions; // empty: not known
    bool terminal = false;
    model::Dialect sh = model::Dialect::Sh; // what /bin/sh of the target is
    std::optional<std::string> input;       // all of standard input; nothing: not known
    SALLYPORT_FIELDS(call, text, dialect, kind, cwd, definitions, terminal, sh, input)
};
struct JudgeAnswer {
    static constexpr std::uint16_t type = 71;
    static constexpr std::size_t limit = 16 * 1024 * 1024;
    std::uint64_t call = 0;
    model::CommandFacts facts;
    SALLYPORT_FIELDS(call, facts)
};

// ---- control socket
// -------------------------------------------------------------------------------------------------

// The CLI asks the running system; the desk answers as it answers `ssh bastion ...`, with the
// rights of an administrator (peer credentials), who is no person: cannot approve.
struct ControlAsk {
    static constexpr std::uint16_t type = 80;
    std::vector<std::string> words;
    bool json = false;
    SALLYPORT_FIELDS(words, json)
};
struct ControlText {
    static constexpr std::uint16_t type = 81;
    Stream stream = Stream::Out;
    base::Bytes bytes;
    SALLYPORT_FIELDS(stream, bytes)
};
struct ControlEnd {
    static constexpr std::uint16_t type = 82;
    std::uint32_t exit_status = 0;
    SALLYPORT_FIELDS(exit_status)
};

} // namespace sallyport::wire

namespace sallyport::model {
template <>
constexpr wire::FetchKind enum_last<wire::FetchKind>() {
    return wire::FetchKind::DeviceToken;
}
} // namespace sallyport::model
