// SPDX-License-Identifier: Apache-2.0
#include "daemon.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/cert/key_exchange.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/mask/rules.hpp"
#include "sallyport/model/target.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/random.hpp"
#include "sallyport/prompt/boot.hpp"
#include "sallyport/record/container.hpp"

#include <cstdio>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fake {
namespace {

void say(const std::string &line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

base::UniqueFd dial(int port) {
    base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        socket.reset();
    return socket;
}

std::string kind_of(const cert::Exchange &exchange) {
    return exchange.client_version + "|" + exchange.server_version;
}

} // namespace

Daemon::Daemon(const Options &options, const Keys &keys, base::UniqueFd edge, int child)
    : options_(options), keys_(keys), edge_(std::move(edge)), child_(child) {}

template <typename M>
void Daemon::send(const M &message, std::vector<base::UniqueFd> descriptors) {
    (void)edge_.send(message, std::move(descriptors));
}

void Daemon::welcome() {
    wire::Welcome message;
    for (const crypto::PrivateKey &key : keys_.hosts)
        message.host_keys.push_back(
            {std::string(cert::key_type_name(key.public_key().type)), key.public_key().blob, {}});
    message.software = "Sallyport_0.1";
    message.prefer_gcm = options_.prefer_gcm;
    message.rekey_bytes = options_.rekey_bytes;
    send(message);
}

bool Daemon::run() {
    welcome();
    for (;;) {
        pollfd ready{edge_.descriptor(), POLLIN, 0};
        if (edge_.wants_write())
            ready.events |= POLLOUT;
        ::poll(&ready, 1, 100);
        if (!edge_.flush().ok())
            return true;
        auto frames = edge_.receive();
        if (!frames.ok())
            return true;
        for (const ipc::Frame &frame : frames.value())
            if (!on_frame(frame)) {
                say("KILLED by message " + std::to_string(frame.type));
                return false;
            }
        look_for_approval();
    }
}

bool Daemon::on_frame(const ipc::Frame &frame) {
    const auto with = [&](auto handler, auto sample) {
        using Message = decltype(sample);
        const auto message = frame.as<Message>();
        return message.ok() && handler(message.value());
    };
    switch (frame.type) {
    case wire::HostSign::type:
        return with([&](const auto &m) { return host_sign(m); }, wire::HostSign());
    case wire::LoginRequest::type:
        return with([&](const auto &m) { return login(m); }, wire::LoginRequest());
    case wire::ChannelAsk::type:
        return with([&](const auto &m) { return ask(m); }, wire::ChannelAsk());
    case wire::TargetExchange::type:
        return with([&](const auto &m) { return exchange(m); }, wire::TargetExchange());
    case wire::ReleaseAsk::type:
        return with([&](const auto &m) { return release_ask(m); }, wire::ReleaseAsk());
    case wire::UnitAsk::type:
        return with([&](const auto &m) { return unit(m); }, wire::UnitAsk());
    case wire::UnitEnded::type:
        return with(
            [&](const auto &m) {
                say("UNIT ended " + std::to_string(m.unit) + " status " + std::to_string(m.status) +
                    " " + m.not_run);
                return true;
            },
            wire::UnitEnded());
    case wire::TailAsk::type:
        return with([&](const auto &m) { return tail(m); }, wire::TailAsk());
    case wire::ChannelInput::type:
        return with([&](const auto &m) { return input(m), true; }, wire::ChannelInput());
    case wire::ChannelCancel::type:
        return with([&](const auto &m) { return cancel(m), true; }, wire::ChannelCancel());
    case wire::SessionEnded::type:
        return with([&](const auto &m) { return ended(m), true; }, wire::SessionEnded());
    case wire::Note::type:
        return with(
            [&](const auto &m) {
                return say("NOTE " + m.text +
                           (m.kind == wire::NoteKind::BinaryOutput ? " is binary" : "")),
                       true;
            },
            wire::Note());
    case wire::ChainHead::type:
        return true;
    default:
        return false;
    }
}

bool Daemon::host_sign(const wire::HostSign &message) {
    const auto refuse = [&](const char *why) {
        say(std::string("HOSTSIGN refused: ") + why);
        send(wire::HostSignature{});
        return true;
    };
    const auto exchange = cert::parse_exchange(message.pre_image);
    const auto hash = crypto::hash_by_name(message.hash, message.pre_image);
    if (!exchange.ok() || !hash.ok())
        return refuse("malformed");
    if (signatures_ > 0 && !logged_in_)
        return refuse("second before login");
    const bool rekey = signatures_ > 0;
    if (rekey &&
        (kind_of(exchange.value()) != first_versions_ || exchange->host_key != first_host_key_ ||
         cert::carries_first_exchange_marker(exchange->client_key_init)))
        return refuse("not a rekey of this connection");
    for (const crypto::PrivateKey &key : keys_.hosts) {
        if (key.public_key().blob != exchange->host_key)
            continue;
        auto signature = key.sign(message.algorithm, hash.value());
        if (!signature.ok())
            return refuse("algorithm");
        if (signatures_++ == 0) {
            session_id_ = hash.value();
            first_versions_ = kind_of(exchange.value());
            first_host_key_ = exchange->host_key;
        }
        say("HOSTSIGN " + std::to_string(signatures_) + " " + message.algorithm);
        send(wire::HostSignature{std::move(signature).value()});
        return true;
    }
    return refuse("not my host key");
}

bool Daemon::accept(const base::Bytes &raw, std::string &why, wire::LoginVerdict &verdict) {
    const auto request = cert::parse_user_auth_request(raw);
    if (!request.ok() || request->method != "publickey") {
        why = request.ok() ? request->method : "malformed";
        return false;
    }
    const auto certificate = cert::parse_certificate(request->key);
    if (!certificate.ok()) {
        why = "no certificate";
        return false;
    }
    const auto address = model::parse_address(request->user);
    const crypto::SshSignatures verifier;
    cert::UserExpectation expectation;
    expectation.authorities = {keys_.user_ca};
    expectation.now = base::unix_seconds(base::SystemClock().now());
    const auto checked = cert::check_user_certificate(certificate.value(), expectation, verifier);
    const auto *person = std::get_if<cert::UserCertificate>(&checked);
    if (!address.ok() || person == nullptr) {
        why = person == nullptr
                  ? std::string(cert::fault_name(std::get<cert::CertificateRefusal>(checked).fault))
                  : "address";
        return false;
    }
    if (!request->has_signature) {
        verdict.outcome = wire::LoginOutcome::Acceptable;
        return true;
    }
    const auto algorithm = cert::parse_algorithm(request->algorithm);
    if (!algorithm.ok() ||
        !crypto::verify_ssh_signature(person->key, algorithm->signature,
                                      cert::signed_data(session_id_, raw, request->signed_size),
                                      request->signature)) {
        why = "bad signature";
        return false;
    }
    verdict.outcome = wire::LoginOutcome::Accepted;
    verdict.door = door_ = address->door;
    account_ = address->account;
    target_ = address->target;
    return true;
}

bool Daemon::login(const wire::LoginRequest &message) {
    wire::LoginVerdict verdict;
    std::string why;
    if (logged_in_)
        return false;
    if (accept(message.raw, why, verdict)) {
        logged_in_ = verdict.outcome == wire::LoginOutcome::Accepted;
        say(logged_in_ ? "LOGIN accepted" : "LOGIN acceptable");
    } else {
        say("LOGIN refused: " + why);
        if (why != "none")
            verdict.banner = "sallyport: " + why;
        verdict.close = ++attempts_ > base::max_login_attempts;
    }
    send(verdict);
    return true;
}

void Daemon::end(std::uint32_t channel, std::uint32_t status, const std::string &text) {
    if (!text.empty())
        send(wire::ChannelText{channel, wire::Stream::Error, base::to_bytes(text)});
    send(wire::ChannelEnd{channel, status});
}

bool Daemon::ask(const wire::ChannelAsk &message) {
    if (!logged_in_) {
        say("ASK before login");
        return false;
    }
    say("ASK " + std::to_string(static_cast<int>(message.kind)) + " " +
        base::base64(base::as_bytes(message.text)) + (message.pty ? " pty" : ""));
    if (message.text == "goodbye")
        send(wire::Goodbye{"sallyport: the bastion is going down\n", 75});
    else if (door_ == model::Door::Target)
        ask_target(message);
    else
        ask_desk(message);
    return true;
}

void Daemon::ask_target(const wire::ChannelAsk &message) {
    if (message.text.rfind("deny", 0) == 0)
        return end(message.channel, 77, "sallyport: denied by rule fake: no\n");
    if (message.text.find_first_of(std::string("\0\r\n", 3)) != std::string::npos)
        return end(message.channel, 77, "sallyport: denied: control character\n");
    open_target(message);
}

void Daemon::open_target(const wire::ChannelAsk &message) {
    base::UniqueFd socket = dial(options_.target_port);
    if (!socket)
        return end(message.channel, 69, "sallyport: target not reachable\n");
    wire::SessionOpened opened;
    opened.channel = message.channel;
    opened.session.text = model::make_ulid(base::SystemClock().now(), os::random_bytes(10));
    opened.target = target_;
    opened.key_algorithms = {"ssh-ed25519"};
    opened.account = account_;
    opened.guarded = message.kind == wire::AskKind::Shell;
    opened.command = message.text;
    std::vector<base::UniqueFd> descriptors = open_record(opened.session.text, opened);
    descriptors.insert(descriptors.begin(), std::move(socket));
    Target &target = targets_[opened.session.text];
    target.channel = message.channel;
    target.text = message.text;
    target.kind = message.kind;
    if (opened.guarded) {
        target.kind = wire::AskKind::Exec;
        target.text = prompt::boot_text();
    }
    target.held = message.text.rfind("hold", 0) == 0;
    say("SESSION " + opened.session.text);
    send(opened, std::move(descriptors));
    if (target.held)
        send(wire::ChannelText{message.channel, wire::Stream::Error,
                               base::to_bytes(std::string_view("sallyport: held by rule fake\n"))});
    if (message.text.rfind("early", 0) == 0)
        release(opened.session, target);
}

std::vector<base::UniqueFd> Daemon::open_record(const std::string &session,
                                                wire::SessionOpened &opened) {
    record::Head head;
    const base::Bytes id = model::ulid_bytes(session).value();
    std::copy(id.begin(), id.end(), head.session.begin());
    head.start = base::SystemClock().now();
    const base::Bytes nonce = os::random_bytes(head.nonce.size());
    std::copy(nonce.begin(), nonce.end(), head.nonce.begin());
    const base::Bytes encoded = record::encode_head(head);
    opened.record_head =
        base::to_bytes(base::BytesView(encoded).subspan(record::record_header_bytes));
    for (const auto &[name, mode] : {std::pair("always", wire::OutputMask::Always),
                                     {"refuse-binary", wire::OutputMask::RefuseBinary},
                                     {"never", wire::OutputMask::Never}})
        if (options_.mask_mode == name)
            opened.mask = mode;
    std::vector<base::UniqueFd> descriptors;
    for (const char *suffix : {".cast.zst", ".tail1"}) {
        const std::string path = options_.record_directory + "/" + session + suffix;
        descriptors.emplace_back(
            ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    }
    (void)os::write_all(descriptors[0].get(), encoded);
    if (options_.full_disk) // every write fails with ENOSPC
        descriptors[0].reset(::open("/dev/full", O_WRONLY | O_APPEND | O_CLOEXEC));
    if (options_.full_disk)
        descriptors[1].reset(::open("/dev/full", O_WRONLY | O_APPEND | O_CLOEXEC));
    auto rules = mask::parse_rules(read_file(options_.mask_rules));
    if (!rules.ok() || rules->empty()) {
        say("RULES " + (rules.ok() ? std::string("none") : rules.error().message));
        mask::Rule nothing; // a database has at least one
        nothing.id = "nothing";
        nothing.leads = {"never-in-any-output"};
        nothing.body = "[a-z]";
        rules = std::vector<mask::Rule>{nothing};
    }
    auto image = mask::compile(rules.value());
    if (!image.ok())
        say("RULES " + image.error().message);
    auto sealed = os::sealed_memory("mask", image.value());
    descriptors.push_back(std::move(sealed).value());
    return descriptors;
}

bool Daemon::exchange(const wire::TargetExchange &message) {
    const auto at = targets_.find(message.session.text);
    const auto exchange = cert::parse_exchange(message.pre_image);
    const auto hash = crypto::hash_by_name(message.hash, message.pre_image);
    if (at == targets_.end() || !exchange.ok() || !hash.ok())
        return false;
    Target &target = at->second;
    const bool first = target.session_id.empty();
    const std::string identity = kind_of(exchange.value()) + base::hex(exchange->host_key);
    const bool known = exchange->host_key == keys_.pin.blob;
    const crypto::SshSignatures verifier;
    const bool good = known && verifier.verify(keys_.pin, hash.value(), message.signature, false) &&
                      (first || identity == target.versions_and_key);
    say(std::string("EXCHANGE ") + (first ? "first " : "rekey ") +
        (good    ? "good"
         : known ? "BAD"
                 : "UNKNOWN KEY"));
    if (!known && first) {
        end(target.channel, 76, "sallyport: the target's host key is not the expected one\n");
        return true;
    }
    if (!good)
        return false;
    if (first) {
        target.session_id = hash.value();
        target.versions_and_key = identity;
        target.verified = true;
    }
    if (first && !target.held)
        return release({message.session.text}, target);
    return true;
}

bool Daemon::release(const model::SessionId &id, Target &target) {
    if (!logged_in_ || !target.verified || target.released) {
        say("RELEASE refused");
        end(target.channel, 70, "sallyport: release refused\n");
        return true;
    }
    const auto login = sign_login(*keys_.target_ca, target.session_id, account_, target_,
                                  target.kind == wire::AskKind::Exec ? target.text : "");
    if (!login.ok()) {
        say("RELEASE failed: " + login.error().message);
        return false;
    }
    target.released = true;
    wire::Released message;
    message.session = id;
    message.account = account_;
    message.certificate = login->certificate;
    message.signature = login->signature;
    message.kind = target.kind;
    message.text = target.text;
    say("RELEASED " + id.text);
    send(message);
    return true;
}

bool Daemon::release_ask(const wire::ReleaseAsk &message) {
    const auto at = targets_.find(message.session.text);
    if (at == targets_.end())
        return false;
    Target &target = at->second;
    if (message.unit != 0)
        return release_unit(message, target);
    if (target.held || message.text != target.text) {
        say("RELEASE beyond the decision");
        end(target.channel, 77, "sallyport: not what was approved\n");
        return true;
    }
    return release(message.session, target);
}

bool Daemon::unit(const wire::UnitAsk &message) {
    const auto at = targets_.find(message.session.text);
    if (at == targets_.end() || !at->second.released)
        return false;
    say("UNIT " + std::to_string(message.unit) + " " + base::base64(base::as_bytes(message.text)) +
        " cwd " + message.cwd);
    wire::UnitVerdict verdict;
    verdict.session = message.session;
    verdict.unit = message.unit;
    verdict.masked = message.text;
    if (message.text.rfind("deny", 0) == 0) {
        verdict.text = "sallyport: denied by rule fake: no";
    } else if (message.text.ends_with("do")) {
        verdict.incomplete = true;
    } else if (message.text.rfind("hold", 0) == 0) {
        verdict.outcome = wire::UnitOutcome::Held;
        verdict.text = "sallyport: held by rule fake";
        at->second.held_unit = message.unit;
        at->second.unit_text = message.text;
    } else {
        verdict.outcome = wire::UnitOutcome::Allowed;
        if (message.definitions.empty())
            verdict.words = {message.text.substr(0, message.text.find(' '))};
    }
    send(verdict);
    return true;
}

bool Daemon::release_unit(const wire::ReleaseAsk &message, Target &target) {
    wire::UnitVerdict verdict;
    verdict.session = message.session;
    verdict.unit = message.unit;
    verdict.masked = message.text;
    if (message.unit == target.held_unit && message.text == target.unit_text)
        verdict.outcome = wire::UnitOutcome::Allowed;
    else
        verdict.text = "sallyport: not what was approved";
    target.held_unit = 0;
    send(verdict);
    return true;
}

void Daemon::look_for_approval() {
    for (auto &[id, target] : targets_) {
        if (target.held_unit != 0 && !read_file(options_.directory + "/approve").empty())
            send(wire::ReleaseReady{{id}, target.held_unit});
        if (!target.held || !target.verified || target.ended)
            continue;
        if (!read_file(options_.directory + "/refuse").empty()) {
            target.held = false;
            target.ended = true;
            end(target.channel, 77, "sallyport: denied by bob\n");
        } else if (!read_file(options_.directory + "/approve").empty()) {
            target.held = false;
            send(wire::ReleaseReady{{id}, 0});
        }
    }
}

bool Daemon::tail(const wire::TailAsk &message) {
    if (targets_.count(message.session.text) == 0)
        return false;
    const std::string path = options_.record_directory + "/" + message.session.text + ".tail" +
                             std::to_string(message.sequence);
    std::vector<base::UniqueFd> descriptors;
    descriptors.emplace_back(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    say("TAIL " + std::to_string(message.sequence));
    send(wire::TailReady{message.session, message.sequence}, std::move(descriptors));
    return true;
}

void Daemon::ask_desk(const wire::ChannelAsk &message) {
    desks_[message.channel] = message.text;
    if (message.text.rfind("status ", 0) == 0)
        return end(message.channel, static_cast<std::uint32_t>(std::atoi(&message.text[7])));
    if (message.text.rfind("text ", 0) == 0) {
        const std::string line(1023, 'x');
        for (int i = std::atoi(&message.text[5]); i > 0; --i)
            send(
                wire::ChannelText{message.channel, wire::Stream::Out, base::to_bytes(line + "\n")});
        return end(message.channel, 0);
    }
    if (message.text != "echo" && message.text != "cancel")
        end(message.channel, 1, "sallyport: no such command\nsallyport: try help\n");
}

void Daemon::input(const wire::ChannelInput &message) {
    const auto at = desks_.find(message.channel);
    if (at == desks_.end())
        return;
    if (!message.bytes.empty() && at->second == "echo")
        send(wire::ChannelText{message.channel, wire::Stream::Out, message.bytes});
    if (message.end) {
        say("INPUT end");
        if (at->second == "echo")
            end(message.channel, 0);
    }
}

void Daemon::cancel(const wire::ChannelCancel &message) {
    say(std::string("CANCEL ") + (message.closed ? "closed" : "ctrl-c"));
    if (message.closed)
        return;
    for (auto &[id, target] : targets_)
        if (target.channel == message.channel && target.held_unit != 0) {
            wire::UnitVerdict verdict;
            verdict.session.text = id;
            verdict.unit = std::exchange(target.held_unit, 0);
            verdict.text = "sallyport: cancelled";
            send(verdict);
        } else if (target.channel == message.channel && target.held) {
            target.held = false;
            end(message.channel, 75, "sallyport: cancelled\n");
        }
    if (desks_.count(message.channel) != 0)
        end(message.channel, 75);
}

void Daemon::ended(const wire::SessionEnded &message) {
    say("ENDED " + std::to_string(static_cast<int>(message.reason)) + " status " +
        std::to_string(message.exit_status) + " in " + std::to_string(message.bytes_in) + " out " +
        std::to_string(message.bytes_out) + " err " + std::to_string(message.bytes_error) +
        (message.signal.empty() ? "" : " signal " + message.signal));
    for (const wire::MaskCount &masked : message.masked)
        say("MASKED " + masked.rule + " " + std::to_string(masked.count));
    say("RECORD " + message.session.text + " frames " + std::to_string(message.frames) + " raw " +
        std::to_string(message.raw_bytes) + " head " + base::hex(message.head));
    if (const auto at = targets_.find(message.session.text); at != targets_.end())
        at->second.ended = true;
}

} // namespace fake
