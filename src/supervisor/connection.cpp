// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "channel_port.hpp"
#include "speech.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/random.hpp"

#include <algorithm>
#include <array>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;
using model::EventKind;

constexpr std::size_t max_channels = 32; // open at once on one connection
constexpr std::chrono::milliseconds polite_time = 500ms;
constexpr std::chrono::milliseconds signer_limit = 5s;

} // namespace

struct Connection::Row {
    std::uint16_t type;
    bool before_login, after_login, at_target_only;
    void (Connection::*handle)(const ipc::Frame &);
};

// The whole boundary: which message may come when, and what it does.
static constexpr bool yes = true, no = false;

base::Result<std::unique_ptr<Connection>> Connection::open(Core &core, Held &held, Connections &all,
                                                           DeskFactory &desks, Origin origin,
                                                           base::UniqueFd socket) {
    std::unique_ptr<Connection> connection(
        new Connection(core, held, all, desks, std::move(origin)));
    Connection *self = connection.get();
    SALLYPORT_TRY(self->endpoint_, ipc::Endpoint::open(
                                       core.loop, std::move(socket),
                                       [self](const ipc::Frame &frame) { self->received(frame); },
                                       [self](const base::Error &reason) { self->lost(reason); },
                                       wire::message_limit<wire::UnitAsk>()));
    wire::Welcome welcome{wire::edge_version, core.keys.host, "Sallyport"};
    welcome.rekey_bytes = core.setup->config.server.rekey_bytes;
    self->send(welcome);
    self->deadline_ = core.loop.after(base::login_deadline, [self] { self->after_deadline(); });
    core.note({EventKind::ConnectionOpened,
               self->origin_.id,
               {},
               "",
               "",
               "",
               {{"address", self->origin_.address}}});
    return connection;
}

Connection::Connection(Core &core, Held &held, Connections &all, DeskFactory &desks, Origin origin)
    : core_(core), held_(held), all_(all), desks_(desks), origin_(std::move(origin)) {}

Connection::~Connection() {
    *alive_ = false;
    core_.loop.cancel(deadline_);
}

void Connection::after_deadline() {
    deadline_ = 0;
    if (!logged_in())
        kill("no login before the deadline");
}

void Connection::received(const ipc::Frame &frame) {
    static constexpr std::array<Row, 14> table{{
        {wire::HostSign::type, yes, yes, no, &Connection::host_sign},
        {wire::LoginRequest::type, yes, no, no, &Connection::login_request},
        {wire::ChannelAsk::type, no, yes, no, &Connection::channel_ask},
        {wire::TargetExchange::type, no, yes, yes, &Connection::session_message},
        {wire::ReleaseAsk::type, no, yes, yes, &Connection::session_message},
        {wire::UnitAsk::type, no, yes, yes, &Connection::session_message},
        {wire::UnitEnded::type, no, yes, yes, &Connection::session_message},
        {wire::ChainHead::type, no, yes, yes, &Connection::session_message},
        {wire::SessionEnded::type, no, yes, yes, &Connection::session_message},
        {wire::TailAsk::type, no, yes, yes, &Connection::session_message},
        {wire::ChannelInput::type, no, yes, no, &Connection::channel_input},
        {wire::GatheredInput::type, no, yes, yes, &Connection::gathered_input},
        {wire::ChannelCancel::type, no, yes, no, &Connection::channel_cancel},
        {wire::Note::type, yes, yes, no, &Connection::note},
    }};
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const Row &r) { return r.type == frame.type; });
    const bool at_target = logged_in() && login_.address.door == model::Door::Target;
    if (row == table.end() || (logged_in() ? !row->after_login : !row->before_login) ||
        (row->at_target_only && !at_target))
        return kill("message " + std::to_string(frame.type) + " where none may come");
    (this->*row->handle)(frame);
}

void Connection::host_sign(const ipc::Frame &frame) {
    auto sign = frame.as<wire::HostSign>();
    // The credit before login is one unanswered message; a rekey waits for its answer as well.
    if (!sign.ok() || signing_)
        return kill("host signature asked wrongly");
    const base::Status allowed = exchange_.may_sign(sign->pre_image, logged_in());
    if (!allowed.ok())
        return kill(allowed.error().message);
    signing_ = true;
    wire::HostSignAsk ask{0, sign->hash, sign->algorithm, sign->pre_image};
    core_.services.signer->ask<wire::HostSignAnswer>(
        std::move(ask), signer_limit,
        [this, alive = alive_,
         sign = std::move(*sign)](base::Result<ipc::Caller::Reply<wire::HostSignAnswer>> answer) {
            if (!*alive)
                return;
            signing_ = false;
            if (!answer.ok())
                return kill("host signature: " + answer.error().message);
            host_signed(sign, answer->message);
        });
}

void Connection::host_signed(const wire::HostSign &sign, const wire::HostSignAnswer &answer) {
    // The signer hashed the pre-image itself; that both of us see the same bytes is checked, not
    // assumed.
    const auto hash = crypto::hash_by_name(sign.hash, sign.pre_image);
    if (!hash.ok() || *hash != answer.exchange_hash)
        return kill("the signer hashed something else");
    const base::Status kept = exchange_.signed_now(sign.pre_image, answer.exchange_hash);
    if (!kept.ok())
        return kill(kept.error().message);
    if (phase_ == Phase::Exchange)
        phase_ = Phase::Login;
    send(wire::HostSignature{answer.signature});
}

void Connection::login_request(const ipc::Frame &frame) {
    const auto request = frame.as<wire::LoginRequest>();
    if (!request.ok() || phase_ != Phase::Login)
        return kill("login request asked wrongly");
    const identity::LoginContext context{exchange_.session_id(), origin_.address,
                                         core_.keys.user_ca, core_.clock.now()};
    answer_login(identity::check_login(request->raw, context, core_.store, core_.verifier));
}

// Why not, and the next step. A plain key gets none: clients offer it before the certificate beside
// it, so every good login would begin with a complaint.
std::string Connection::refusal_banner(const identity::LoginOutcome &outcome) const {
    if (!outcome.counts_as_try)
        return "";
    std::string text = "login refused: " + base::printable(outcome.reason, 300);
    if (outcome.login_helps)
        text += ". Next: ssh login@" + core_.setup->config.server.name +
                " > ~/.ssh/id_ed25519-cert.pub";
    return spoken({"refused", text}, false);
}

void Connection::answer_login(const identity::LoginOutcome &outcome) {
    ++tries_;
    wire::LoginVerdict verdict;
    verdict.door = outcome.address.door;
    const std::string agent = exchange_.client_version();
    switch (outcome.answer) {
    case identity::LoginAnswer::Acceptable:
        verdict.outcome = wire::LoginOutcome::Acceptable;
        break;
    case identity::LoginAnswer::Accepted: {
        verdict.outcome = wire::LoginOutcome::Accepted;
        login_ = outcome;
        phase_ = Phase::Open;
        core_.loop.cancel(std::exchange(deadline_, 0));
        model::Event event{
            EventKind::LoginAccepted,
            origin_.id,
            {},
            outcome.who.person,
            outcome.address.account,
            outcome.address.target,
            {{"address", origin_.address}, {"client", agent}, {"key", outcome.fingerprint}}};
        event.details.emplace_back("login", outcome.who.login.text);
        const base::Status recorded = core_.record(event);
        if (!recorded.ok())
            return kill("the event log cannot be written");
        break;
    }
    case identity::LoginAnswer::Refused:
        signed_tries_ += outcome.counts_as_try ? 1 : 0;
        verdict.outcome = wire::LoginOutcome::Refused;
        verdict.close =
            tries_ >= base::max_login_attempts || signed_tries_ >= base::max_signed_login_attempts;
        verdict.banner = refusal_banner(outcome);
        if (outcome.counts_as_try)
            core_.note(
                {EventKind::LoginRefused,
                 origin_.id,
                 {},
                 "",
                 "",
                 outcome.address.target,
                 {{"address", origin_.address}, {"client", agent}, {"reason", outcome.reason}}});
        break;
    }
    send(verdict);
}

void Connection::channel_ask(const ipc::Frame &frame) {
    const auto ask = frame.as<wire::ChannelAsk>();
    // Numbers only grow, so that a channel is never mistaken for an older one.
    if (!ask.ok() || ask->channel <= last_channel_ || channels_.size() >= max_channels)
        return kill("channel asked wrongly");
    last_channel_ = ask->channel;
    auto port = std::make_unique<ChannelPort>(*this, ask->channel);
    if (login_.address.door != model::Door::Target) {
        auto handler = desks_.open(*this, std::move(port), *ask);
        if (handler)
            channels_[ask->channel] = std::move(handler);
        return;
    }
    auto session = std::make_unique<TargetSession>(*this, held_, std::move(port), *ask);
    TargetSession *raw = session.get();
    channels_[ask->channel] = std::move(session);
    targets_[ask->channel] = raw;
    raw->begin();
}

void Connection::channel_input(const ipc::Frame &frame) {
    const auto input = frame.as<wire::ChannelInput>();
    if (!input.ok())
        return kill("channel input is malformed");
    const auto at = channels_.find(input->channel);
    if (at != channels_.end()) // else it crossed our ChannelEnd
        at->second->input(input->bytes, input->end);
}

void Connection::gathered_input(const ipc::Frame &frame) {
    auto input = frame.as<wire::GatheredInput>();
    if (!input.ok())
        return kill("gathered input is malformed");
    const auto at = targets_.find(input->channel);
    if (at != targets_.end() && !at->second->gathered(std::move(*input)).ok())
        kill("gathered input that nobody asked for");
}

void Connection::channel_cancel(const ipc::Frame &frame) {
    const auto cancel = frame.as<wire::ChannelCancel>();
    if (!cancel.ok())
        return kill("cancel is malformed");
    const auto at = channels_.find(cancel->channel);
    if (at != channels_.end())
        at->second->cancel(cancel->closed);
}

void Connection::note(const ipc::Frame &frame) {
    const auto note = frame.as<wire::Note>();
    if (!note.ok())
        return kill("note is malformed");
    const std::string text = base::printable(note->text, 500);
    if (note->kind == wire::NoteKind::Log)
        return core_.log.write(base::LogLevel::Info, "connection", origin_.id.text + " " + text);
    const EventKind kind = note->kind == wire::NoteKind::BinaryOutput ? EventKind::OutputBinary
                                                                      : EventKind::ActionDecided;
    model::Event event{kind,
                       origin_.id,
                       note->session,
                       login_.who.person,
                       login_.address.account,
                       login_.address.target,
                       {{"claim", text}}};
    if (note->kind == wire::NoteKind::FeatureRefused)
        event.details.emplace_back("verdict", "deny");
    core_.note(event);
}

void Connection::session_message(const ipc::Frame &frame) {
    // Every one of these begins with the session's id.
    wire::Reader reader(frame.body);
    TargetSession *session = find_session({reader.text()});
    if (session == nullptr)
        return; // it crossed the session's end
    const base::Status handled = session->received(frame);
    if (!handled.ok())
        kill(handled.error().message);
}

TargetSession *Connection::find_session(const model::SessionId &id) {
    for (const auto &[channel, session] : targets_)
        if (session->id() == id)
            return session;
    return nullptr;
}

std::vector<TargetSession *> Connection::sessions() {
    std::vector<TargetSession *> list;
    for (const auto &[channel, session] : targets_)
        list.push_back(session);
    return list;
}

void Connection::channel_ended(std::uint32_t channel) {
    // The handler is on the stack now: it goes in the next turn.
    core_.loop.post([this, alive = alive_, channel] {
        const auto target = *alive ? targets_.find(channel) : targets_.end();
        if (!*alive || (target != targets_.end() && target->second->awaits_end()))
            return;
        targets_.erase(channel);
        channels_.erase(channel);
    });
}

void Connection::goodbye(const std::string &text) {
    if (std::exchange(ending_, true))
        return;
    send(wire::Goodbye{text, exit_undecided});
    core_.loop.after(polite_time, [this, alive = alive_] {
        if (*alive)
            kill("did not end in time");
    });
}

void Connection::kill(const std::string &why) {
    core_.log.write(base::LogLevel::Warning, "connection", origin_.id.text + " killed: " + why);
    core_.note(
        {EventKind::ConnectionKilled, origin_.id, {}, login_.who.person, "", "", {{"why", why}}});
    ending_ = true;
    all_.kill_process(origin_.number);
    if (endpoint_)
        endpoint_->close(why);
}

void Connection::lost(const base::Error &reason) {
    for (const auto &[channel, session] : targets_)
        session->connection_lost();
    core_.note({EventKind::ConnectionClosed,
                origin_.id,
                {},
                login_.who.person,
                "",
                "",
                {{"why", reason.message}}});
    all_.gone(origin_.id);
}

// ---- all of them

void Connections::accepted(const wire::Accepted &accepted, base::UniqueFd socket) {
    const model::ConnectionId id{model::make_ulid(core_.clock.now(), os::random_bytes(10))};
    auto connection = Connection::open(core_, held_, *this, *desks_,
                                       {id, accepted.number, accepted.address}, std::move(socket));
    if (!connection.ok()) {
        core_.log.write(base::LogLevel::Error, "connection", connection.error().message);
        return kill_process(accepted.number);
    }
    connections_[id.text] = std::move(*connection);
}

void Connections::kill_process(std::uint64_t number) {
    if (listen_ != nullptr && listen_->open())
        listen_->send(wire::KillChild{number});
}

void Connections::gone(const model::ConnectionId &id) {
    core_.loop.post([this, id] { connections_.erase(id.text); });
}

std::vector<Connection *> Connections::list() {
    std::vector<Connection *> all;
    for (const auto &[id, connection] : connections_)
        all.push_back(connection.get());
    return all;
}

TargetSession *Connections::find_session(const model::SessionId &id) {
    for (Connection *connection : list())
        for (TargetSession *session : connection->sessions())
            if (session->id() == id)
                return session;
    return nullptr;
}

void Connections::end_logins(const std::vector<model::LoginId> &logins, const std::string &why) {
    for (Connection *connection : list())
        if (std::find(logins.begin(), logins.end(), connection->login().who.login) !=
                logins.end() &&
            connection->logged_in())
            connection->goodbye(why);
}

} // namespace sallyport::supervisor
