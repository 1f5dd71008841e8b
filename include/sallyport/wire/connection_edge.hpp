// SPDX-License-Identifier: Apache-2.0
// The edge between one sallyport-connection and sallyportd. Its state (address, exchange, person,
// door, target) is what sallyportd knows of it, never what a message says. Types below 100 go up
// (to sallyportd), from 100 on down. A connection has a credit: 1 unanswered message before login,
// 16 after; a message that its state does not allow ends it. See docs/ARCHITECTURE.md for the order
// of the flows.
#pragma once
#include "sallyport/model/action.hpp"
#include "sallyport/model/decision.hpp"
#include "sallyport/wire/message.hpp"

namespace sallyport::wire {

inline constexpr std::size_t unit_message_limit = base::max_script_bytes + 4096;

// ---- up
// -------------------------------------------------------------------------------------------------------------

// The whole pre-image V_C V_S I_C I_S K_S e f K of our host exchange (RFC 4253 section 8). Answer:
// HostSignature.
struct HostSign {
    static constexpr std::uint16_t type = 1;
    static constexpr std::size_t limit = base::max_preimage_bytes + 1024;
    std::string hash;      // sha256, sha384, sha512
    std::string algorithm; // signature algorithm: ssh-ed25519, rsa-sha2-512, ...
    base::Bytes pre_image;
    SALLYPORT_FIELDS(hash, algorithm, pre_image)
};

// The payload of SSH_MSG_USERAUTH_REQUEST after its message number (RFC 4252 section 5). Answer:
// LoginVerdict.
struct LoginRequest {
    static constexpr std::uint16_t type = 2;
    base::Bytes raw;
    SALLYPORT_FIELDS(raw)
};

struct Pty {
    std::string term;
    std::uint32_t columns = 80, rows = 24, pixel_width = 0, pixel_height = 0;
    base::Bytes modes; // encoded terminal modes, RFC 4254 section 8
    SALLYPORT_FIELDS(term, columns, rows, pixel_width, pixel_height, modes)
};

enum class AskKind : std::uint8_t { Exec, Shell, Subsystem };

// A session channel asks to run something: at the target, the front desk or the login door, as the
// signed user name said. The answer is a stream of ChannelText and one ChannelEnd, or SessionOpened
// and what follows it.
struct ChannelAsk {
    static constexpr std::uint16_t type = 3;
    static constexpr std::size_t limit = unit_message_limit;
    std::uint32_t channel = 0; // chosen by the connection, unique in it, never reused
    AskKind kind = AskKind::Exec;
    std::string text; // command or subsystem name, exact bytes
    std::optional<Pty> pty;
    std::vector<model::EnvironmentEntry> environment;
    SALLYPORT_FIELDS(channel, kind, text, pty, environment)
};

// The exchange with the target, sent without waiting in the packet callback that saw the host's
// signature; also for every rekey. sallyportd verifies; a bad one kills the connection.
struct TargetExchange {
    static constexpr std::uint16_t type = 4;
    static constexpr std::size_t limit = base::max_preimage_bytes + 8192;
    model::SessionId session;
    std::string hash;
    base::Bytes pre_image, signature;
    SALLYPORT_FIELDS(session, hash, pre_image, signature)
};

// The raw bytes of a held action again, after ReleaseReady. Answer: Released or UnitVerdict, or a
// refusal.
struct ReleaseAsk {
    static constexpr std::uint16_t type = 5;
    static constexpr std::size_t limit = unit_message_limit;
    model::SessionId session;
    std::uint64_t unit =
        0; // 0: the action that opened the session; else the number of a guarded-shell unit
    std::string text;
    SALLYPORT_FIELDS(session, unit, text)
};

// A unit typed in the guarded shell. Answer: UnitVerdict, perhaps after ReleaseReady.
struct UnitAsk {
    static constexpr std::uint16_t type = 6;
    static constexpr std::size_t limit = unit_message_limit + 128 * 1024;
    model::SessionId session;
    std::uint64_t unit = 0; // counts up from 1
    std::string text;
    std::string cwd; // the target's claim
    std::string
        definitions; // aliases and functions that the target answered for it, shell syntax; a claim
    std::string shell; // what the hello said: bash
    SALLYPORT_FIELDS(session, unit, text, cwd, definitions, shell)
};

struct UnitEnded {
    static constexpr std::uint16_t type = 7;
    model::SessionId session;
    std::uint64_t unit = 0;
    std::uint32_t status = 0;
    std::uint64_t milliseconds = 0;
    std::string not_run; // it never began, although allowed: why
    SALLYPORT_FIELDS(session, unit, status, milliseconds, not_run)
};

// The head of the record's hash chain, at each command boundary and every 10 s while output flows.
struct ChainHead {
    static constexpr std::uint16_t type = 8;
    model::SessionId session;
    std::uint64_t frames = 0, raw_bytes = 0;
    base::Bytes head; // 32 bytes
    SALLYPORT_FIELDS(session, frames, raw_bytes, head)
};

struct MaskCount {
    std::string rule;
    std::uint32_t count = 0;
    SALLYPORT_FIELDS(rule, count)
};

enum class EndReason : std::uint8_t {
    Exited,
    Signalled,
    ClientClosed,
    TargetClosed,
    TargetUnreachable,
    RecordFailed,
    Refused,
    Killed,
    GuardBroken,
};

// The session is over and its record has its foot. Bytes are those relayed after masking.
struct SessionEnded {
    static constexpr std::uint16_t type = 9;
    model::SessionId session;
    EndReason reason = EndReason::Exited;
    std::uint32_t exit_status = 0;
    std::string signal, text;
    std::uint64_t bytes_in = 0, bytes_out = 0, bytes_error = 0, frames = 0, raw_bytes = 0;
    base::Bytes head;
    std::vector<MaskCount> masked;
    SALLYPORT_FIELDS(session, reason, exit_status, signal, text, bytes_in, bytes_out, bytes_error,
                     frames, raw_bytes, head, masked)
};

// Keys and stdin for the front desk and the login door.
struct ChannelInput {
    static constexpr std::uint16_t type = 10;
    std::uint32_t channel = 0;
    base::Bytes bytes;
    bool end = false;
    SALLYPORT_FIELDS(channel, bytes, end)
};

// Ctrl-C while something is held, or the channel was closed.
struct ChannelCancel {
    static constexpr std::uint16_t type = 11;
    std::uint32_t channel = 0;
    bool closed = false;
    SALLYPORT_FIELDS(channel, closed)
};

// The tail is full: asks for a fresh one. Answer: TailReady with a descriptor.
struct TailAsk {
    static constexpr std::uint16_t type = 12;
    model::SessionId session;
    std::uint64_t sequence = 0;
    SALLYPORT_FIELDS(session, sequence)
};

enum class NoteKind : std::uint8_t { Log, FeatureRefused, BinaryOutput };

// Something for the log or an event: a refused forward, the first binary byte. A claim.
struct Note {
    static constexpr std::uint16_t type = 13;
    NoteKind kind = NoteKind::Log;
    model::SessionId session;
    std::string text;
    SALLYPORT_FIELDS(kind, session, text)
};

// All of a channel's standard input before anything runs, after GatherInput. Not complete: it is
// longer than a script may be or did not end in time; then `text` is empty, and what was read goes
// to the program first.
struct GatheredInput {
    static constexpr std::uint16_t type = 14;
    static constexpr std::size_t limit = unit_message_limit;
    std::uint32_t channel = 0;
    std::string text;
    bool complete = false;
    SALLYPORT_FIELDS(channel, text, complete)
};

// ---- down
// -----------------------------------------------------------------------------------------------------------

struct HostKey {
    std::string algorithm; // plain key type: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa
    base::Bytes blob, certificate;
    SALLYPORT_FIELDS(algorithm, blob, certificate)
};

// The first message down.
struct Welcome {
    static constexpr std::uint16_t type = 100;
    std::uint32_t version = edge_version;
    std::vector<HostKey> host_keys;
    std::string software; // software part of our identification string
    bool prefer_gcm = true;
    std::uint64_t rekey_bytes = 0; // keys are renewed after so many, on both sides; 0: the default
    SALLYPORT_FIELDS(version, host_keys, software, prefer_gcm, rekey_bytes)
};

struct HostSignature {
    static constexpr std::uint16_t type = 101;
    base::Bytes signature; // signature blob; empty: refused, the connection ends
    SALLYPORT_FIELDS(signature)
};

enum class LoginOutcome : std::uint8_t { Refused, Acceptable, Accepted };

struct LoginVerdict {
    static constexpr std::uint16_t type = 102;
    LoginOutcome outcome = LoginOutcome::Refused;
    model::Door door = model::Door::FrontDesk; // with Accepted
    bool close = false;                        // too many attempts: answer and close
    std::string banner; // one line why not, sent as USERAUTH_BANNER; may be empty
    SALLYPORT_FIELDS(outcome, door, close, banner)
};

enum class Stream : std::uint8_t { Out, Error };

// Text of Sallyport's own for a channel; `\n` line ends, the connection makes them `\r\n` on a
// terminal.
struct ChannelText {
    static constexpr std::uint16_t type = 103;
    std::uint32_t channel = 0;
    Stream stream = Stream::Error;
    base::Bytes bytes;
    SALLYPORT_FIELDS(channel, stream, bytes)
};

// The channel ends with this exit status; a target session behind it is torn down.
struct ChannelEnd {
    static constexpr std::uint16_t type = 104;
    std::uint32_t channel = 0, exit_status = 0;
    SALLYPORT_FIELDS(channel, exit_status)
};

enum class OutputMask : std::uint8_t { Text, Always, RefuseBinary, Never };

// Descriptors: [0] connected target socket, [1] record frame file, [2] record tail, [3] mask
// database (sealed memfd). The key exchange with the target may begin; nothing runs before
// Released.
struct SessionOpened {
    static constexpr std::uint16_t type = 105;
    std::uint32_t channel = 0;
    model::SessionId session;
    std::string target;                      // name for logs only
    std::vector<std::string> key_algorithms; // what the pins allow, for the client's host key list
    base::Bytes record_head; // payload of the record's SPRH, already in the frame file
    std::string connection, person, account,
        command; // for the asciicast header; the command is masked
    OutputMask mask = OutputMask::Text;
    bool guarded = false;    // a terminal without a command: run the guarded shell
    bool record_all = false; // binary streams are recorded whole
    bool json = false;       // Sallyport's own lines are JSON objects
    SALLYPORT_FIELDS(channel, session, target, key_algorithms, record_head, connection, person,
                     account, command, mask, guarded, record_all, json)
};

// The held action was approved: send ReleaseAsk with the same bytes.
struct ReleaseReady {
    static constexpr std::uint16_t type = 106;
    model::SessionId session;
    std::uint64_t unit = 0;
    SALLYPORT_FIELDS(session, unit)
};

// The target login, signed for this session's exchange and nothing else. `text` is what to ask the
// target for.
struct Released {
    static constexpr std::uint16_t type = 107;
    static constexpr std::size_t limit = 2 * unit_message_limit;
    model::SessionId session;
    std::string account;
    base::Bytes certificate, signature;
    AskKind kind = AskKind::Exec;
    std::string text;
    SALLYPORT_FIELDS(session, account, certificate, signature, kind, text)
};

enum class UnitOutcome : std::uint8_t { Denied, Allowed, Held };

struct UnitVerdict {
    static constexpr std::uint16_t type = 108;
    model::SessionId session;
    std::uint64_t unit = 0;
    UnitOutcome outcome = UnitOutcome::Denied;
    std::string text; // lines for the person, shown above the prompt
    std::vector<std::string>
        words;               // with Allowed: first words that must be neither alias nor function
    bool incomplete = false; // with Denied: the grammar wants more, open a continuation line
    std::string masked;      // with Allowed: the unit as the record's marker shows it
    SALLYPORT_FIELDS(session, unit, outcome, text, words, incomplete, masked)
};

// Descriptor: [0] the fresh tail.
struct TailReady {
    static constexpr std::uint16_t type = 109;
    model::SessionId session;
    std::uint64_t sequence = 0;
    SALLYPORT_FIELDS(session, sequence)
};

// The connection says `text` on every open channel and ends within 500 ms, or is killed.
struct Goodbye {
    static constexpr std::uint16_t type = 110;
    std::string text;
    std::uint32_t exit_status = 70;
    SALLYPORT_FIELDS(text, exit_status)
};

// A shell would read its script from the channel's standard input: it is wanted whole, to be
// judged. Answer: GatheredInput.
struct GatherInput {
    static constexpr std::uint16_t type = 111;
    std::uint32_t channel = 0;
    SALLYPORT_FIELDS(channel)
};

} // namespace sallyport::wire

namespace sallyport::model {
template <>
constexpr wire::AskKind enum_last<wire::AskKind>() {
    return wire::AskKind::Subsystem;
}
template <>
constexpr wire::EndReason enum_last<wire::EndReason>() {
    return wire::EndReason::GuardBroken;
}
template <>
constexpr wire::NoteKind enum_last<wire::NoteKind>() {
    return wire::NoteKind::BinaryOutput;
}
template <>
constexpr wire::LoginOutcome enum_last<wire::LoginOutcome>() {
    return wire::LoginOutcome::Accepted;
}
template <>
constexpr wire::Stream enum_last<wire::Stream>() {
    return wire::Stream::Error;
}
template <>
constexpr wire::OutputMask enum_last<wire::OutputMask>() {
    return wire::OutputMask::Never;
}
template <>
constexpr wire::UnitOutcome enum_last<wire::UnitOutcome>() {
    return wire::UnitOutcome::Held;
}
} // namespace sallyport::model
