// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "sallyport/base/log.hpp"
#include "sallyport/wire/ssh.hpp"

#include <algorithm>

#include <poll.h>

namespace sallyport::relay {
namespace {

constexpr std::chrono::milliseconds answer_limit{10'000}; // of sallyportd, inside a packet callback
constexpr std::chrono::milliseconds end_limit{400};       // for the last bytes of both sides
constexpr std::chrono::milliseconds longest_wait{5'000};
constexpr std::chrono::milliseconds backlog_wait{50}; // a safety net: windows wake the loop
constexpr int max_rounds = 64;                        // of steps without a poll between them
constexpr std::uint32_t status_internal = 70;

// RFC 4252 section 7: user, service, `publickey`, TRUE: the request carries a signature.
bool carries_signature(base::BytesView request) {
    wire::Reader reader(request);
    reader.string();
    reader.string();
    const std::string method = reader.text();
    return method == "publickey" && reader.boolean() && !reader.bad();
}

} // namespace

base::Result<wire::Welcome> await_welcome(ipc::Edge &edge, std::chrono::milliseconds limit) {
    SALLYPORT_TRY(const ipc::Frame frame, edge.await(wire::Welcome::type, limit));
    SALLYPORT_TRY(wire::Welcome welcome, frame.as<wire::Welcome>());
    if (welcome.version != wire::edge_version)
        return base::invalid("sallyportd speaks edge version " + std::to_string(welcome.version));
    return welcome;
}

base::Status serve(base::UniqueFd client, const wire::Welcome &welcome, Surroundings around) {
    SALLYPORT_TRY(const auto connection, Connection::open(std::move(client), welcome, around));
    return connection->run();
}

Connection::Connection(std::unique_ptr<ssh::Loop> loop, const wire::Welcome &welcome,
                       Surroundings around)
    : loop_(std::move(loop)), welcome_(welcome),
      around_(around), context_{*loop_, around.edge, around.clock, around.paths, welcome_},
      started_(around.clock.steady()) {}

Connection::~Connection() {
    loop_->forget(around_.edge.descriptor());
    loop_->forget(around_.helper.descriptor());
    for (auto &[number, session] : sessions_)
        server_->forget_channel(session->channel());
    sessions_.clear();
}

base::Result<std::unique_ptr<Connection>>
Connection::open(base::UniqueFd client, const wire::Welcome &welcome, Surroundings around) {
    SALLYPORT_TRY(auto loop, ssh::Loop::open());
    std::unique_ptr<Connection> connection(new Connection(std::move(loop), welcome, around));
    ssh::ServerOptions options;
    for (const wire::HostKey &key : welcome.host_keys)
        options.host_keys.push_back({key.algorithm, key.blob});
    options.software = welcome.software;
    options.prefer_gcm = welcome.prefer_gcm;
    options.rekey_bytes = welcome.rekey_bytes;
    SALLYPORT_TRY(connection->server_,
                  ssh::Server::open(*connection->loop_, std::move(client), options, *connection));
    SALLYPORT_CHECK(connection->loop_->watch(
        around.edge.descriptor(), false, [raw = connection.get()] { raw->edge_ready_ = true; }));
    if (around.helper.descriptor() >= 0)
        SALLYPORT_CHECK(connection->loop_->watch(around.helper.descriptor(), false,
                                                 [&helper = around.helper] { helper.clear(); }));
    return connection;
}

// ---- inside packet callbacks

base::Bytes Connection::sign_exchange(const ssh::Exchange &exchange) {
    const wire::HostSign message{exchange.hash, exchange.algorithm, exchange.pre_image};
    if (!around_.edge.send(message).ok())
        return {};
    const auto frame = around_.edge.await(wire::HostSignature::type, answer_limit);
    edge_ready_ = true; // other frames may have come meanwhile
    if (!frame.ok())
        return {};
    auto answer = frame->as<wire::HostSignature>();
    return answer.ok() ? std::move(answer->signature) : base::Bytes();
}

ssh::LoginReply Connection::login(base::BytesView request) {
    ssh::LoginReply reply;
    reply.answer = ssh::LoginAnswer::RefuseAndClose;
    signed_attempts_ += carries_signature(request) ? 1 : 0;
    if (++attempts_ > base::max_login_attempts ||
        signed_attempts_ > base::max_signed_login_attempts ||
        !around_.edge.send(wire::LoginRequest{base::to_bytes(request)}).ok())
        return reply;
    const auto frame = around_.edge.await(wire::LoginVerdict::type, answer_limit);
    edge_ready_ = true;
    if (!frame.ok())
        return reply;
    const auto verdict = frame->as<wire::LoginVerdict>();
    if (!verdict.ok())
        return reply;
    if (!verdict->banner.empty())
        reply.banner = verdict->banner + "\r\n";
    context_.door = verdict->door;
    switch (verdict->outcome) {
    case wire::LoginOutcome::Accepted:
        reply.answer = ssh::LoginAnswer::Accept;
        break;
    case wire::LoginOutcome::Acceptable:
        reply.answer = ssh::LoginAnswer::Acceptable;
        break;
    case wire::LoginOutcome::Refused:
        if (!verdict->close)
            reply.answer = ssh::LoginAnswer::Refuse;
        break;
    }
    return reply;
}

// ---- from take_requests

void Connection::on_channel(std::unique_ptr<ssh::Channel> channel) {
    const std::uint32_t number = ++last_number_;
    sessions_[number] = std::make_unique<Session>(number, std::move(channel), context_);
}

bool Connection::on_request(ssh::Channel &channel, const ssh::ChannelRequest &request) {
    for (auto &[number, session] : sessions_) {
        if (&session->channel() != &channel)
            continue;
        if (request.kind == ssh::RequestKind::X11)
            on_refused("X11 forwarding is not available");
        return session->on_request(request);
    }
    return false;
}

void Connection::on_refused(const std::string &what) {
    if (what == refused_last_) // one note, however often a client repeats itself
        return;
    refused_last_ = what;
    note(wire::NoteKind::FeatureRefused, what);
}

void Connection::note(wire::NoteKind kind, const std::string &text) {
    wire::Note message;
    message.kind = kind;
    message.text = text;
    (void)around_.edge.send(message);
}

// ---- the edge

Session *Connection::session_of(const ipc::Frame &frame) {
    wire::Reader reader(frame.body);
    if (frame.type == wire::ChannelText::type || frame.type == wire::ChannelEnd::type ||
        frame.type == wire::GatherInput::type || frame.type == wire::SessionOpened::type) {
        const auto at = sessions_.find(reader.uint32());
        return at == sessions_.end() ? nullptr : at->second.get();
    }
    const model::SessionId id{reader.text()};
    for (auto &[number, session] : sessions_)
        if (!id.empty() && session->id() == id)
            return session.get();
    return nullptr;
}

base::Status Connection::dispatch(ipc::Frame &frame) {
    if (frame.type == wire::Goodbye::type) {
        SALLYPORT_TRY(const auto message, frame.as<wire::Goodbye>());
        goodbye(message.text, message.exit_status);
        return base::success();
    }
    if (Session *session = session_of(frame))
        return session->on_frame(frame);
    if (frame.type == wire::SessionOpened::type) { // its channel is gone already
        SALLYPORT_TRY(const auto opened, frame.as<wire::SessionOpened>());
        wire::SessionEnded ended;
        ended.session = opened.session;
        ended.reason = wire::EndReason::ClientClosed;
        return around_.edge.send(ended);
    }
    return base::success();
}

base::Status Connection::read_edge() {
    if (!edge_ready_)
        return base::success();
    edge_ready_ = false;
    SALLYPORT_TRY(std::vector<ipc::Frame> frames, around_.edge.receive());
    for (ipc::Frame &frame : frames)
        SALLYPORT_CHECK(dispatch(frame));
    return base::success();
}

void Connection::watch_edge() {
    const bool writable = around_.edge.wants_write();
    if (writable == edge_writable_watched_)
        return;
    edge_writable_watched_ = writable;
    (void)loop_->watch(around_.edge.descriptor(), writable, [this] { edge_ready_ = true; });
}

// ---- steps

base::Status Connection::step_phase() {
    const base::SteadyTime now = around_.clock.steady();
    if (phase_ == Phase::Exchange) {
        const ssh::Progress progress = server_->exchange();
        if (progress == ssh::Progress::Failed)
            return base::fail(base::ErrorCode::Unavailable, "the client's key exchange failed");
        if (progress == ssh::Progress::Done) {
            phase_ = Phase::Login;
            note(wire::NoteKind::Log, server_->client_version() + " " + server_->algorithms());
        } else if (now > started_ + base::key_exchange_deadline) {
            return base::fail(base::ErrorCode::Unavailable, "no key exchange in time");
        }
    }
    if (phase_ == Phase::Exchange)
        return base::success();
    if (!server_->connected()) {
        phase_ = Phase::Over;
        return base::success();
    }
    if (phase_ == Phase::Login) {
        if (server_->logged_in())
            phase_ = Phase::Service;
        else if (now > started_ + base::login_deadline)
            return base::fail(base::ErrorCode::Denied, "no login in time");
        else if (server_->closing())
            goodbye("", status_internal);
    }
    server_->take_requests(*this);
    return base::success();
}

void Connection::step_sessions() {
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        at->second->step();
        if (at->second->over()) {
            server_->forget_channel(at->second->channel());
            at = sessions_.erase(at);
        } else {
            ++at;
        }
    }
}

void Connection::goodbye(const std::string &text, std::uint32_t status) {
    if (phase_ == Phase::Ending || phase_ == Phase::Over)
        return;
    for (auto &[number, session] : sessions_)
        session->end_with(text, status);
    phase_ = Phase::Ending;
    ending_until_ = around_.clock.steady() + end_limit;
}

void Connection::step_ending() {
    const bool said = sessions_.empty() && server_->unsent() == 0;
    if (said || around_.clock.steady() > ending_until_)
        phase_ = Phase::Over;
}

base::Status Connection::step() {
    if (around_.edge.wants_write())
        SALLYPORT_CHECK(around_.edge.flush());
    SALLYPORT_CHECK(read_edge());
    SALLYPORT_CHECK(step_phase());
    if (phase_ == Phase::Over)
        return base::success();
    step_sessions();
    if (phase_ == Phase::Ending)
        step_ending();
    watch_edge();
    return base::success();
}

std::chrono::milliseconds Connection::wait_time() const {
    using std::chrono::milliseconds;
    const base::SteadyTime now = around_.clock.steady();
    base::SteadyTime until = now + longest_wait;
    if (phase_ == Phase::Exchange)
        until = std::min(until, started_ + base::key_exchange_deadline);
    if (phase_ == Phase::Login)
        until = std::min(until, started_ + base::login_deadline);
    if (phase_ == Phase::Ending)
        until = std::min(until, now + milliseconds(20));
    for (const auto &[number, session] : sessions_) {
        if (session->backlog())
            until = std::min(until, now + backlog_wait);
        if (const auto due = session->due())
            until = std::min(until, *due);
    }
    const auto left = std::chrono::ceil<milliseconds>(until - now);
    return std::max(milliseconds(0), left);
}

void Connection::end_sessions(wire::EndReason reason) {
    for (auto &[number, session] : sessions_)
        session->on_connection_end(reason);
}

base::Status Connection::run() {
    base::Status status = base::success();
    while (status.ok() && phase_ != Phase::Over) {
        loop_->poll(wait_time());
        for (int round = 0; round < max_rounds && status.ok() && phase_ != Phase::Over; ++round) {
            const std::uint64_t before = loop_->activity();
            status = step();
            if (loop_->activity() == before && !edge_ready_)
                break;
        }
    }
    end_sessions(status.ok() ? wire::EndReason::ClientClosed : wire::EndReason::Killed);
    const base::SteadyTime until = around_.clock.steady() + end_limit;
    while (around_.edge.wants_write() && around_.clock.steady() < until &&
           around_.edge.flush().ok()) {
        pollfd writable{around_.edge.descriptor(), POLLOUT, 0};
        if (around_.edge.wants_write())
            (void)::poll(&writable, 1, 50);
    }
    return status;
}

} // namespace sallyport::relay
