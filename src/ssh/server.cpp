// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/server.hpp"

#include "algorithms.hpp"
#include "repairs.hpp"
#include "session_core.hpp"

#include "sallyport/base/log.hpp"
#include "sallyport/wire/ssh.hpp"

#include <deque>

// Marked deprecated in favour of callbacks, which cannot defer an answer.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace sallyport::ssh {
namespace {

constexpr std::size_t max_queued_requests = 1024; // between two take_requests

// Handled inside libssh, never seen as a message.
bool stays_inside(std::string_view name) {
    return name == "exit-status" || name == "exit-signal" || name == "signal" ||
           name == "keepalive@openssh.com";
}

Size read_size(wire::Reader &reader) {
    Size size;
    size.columns = reader.uint32();
    size.rows = reader.uint32();
    size.pixel_width = reader.uint32();
    size.pixel_height = reader.uint32();
    return size;
}

// Nothing if the payload is not what its name demands.
std::optional<ChannelRequest> parse_request(std::string_view name, base::BytesView payload) {
    ChannelRequest request;
    request.name = name;
    wire::Reader reader(payload);
    if (name == "pty-req") {
        request.kind = RequestKind::Terminal;
        request.terminal.type = reader.text();
        request.terminal.size = read_size(reader);
        request.terminal.modes = base::to_bytes(reader.string());
    } else if (name == "env") {
        request.kind = RequestKind::Environment;
        request.text = reader.text();
        request.value = reader.text();
    } else if (name == "exec" || name == "subsystem") {
        request.kind = name == "exec" ? RequestKind::Exec : RequestKind::Subsystem;
        request.text = reader.text();
    } else if (name == "shell") {
        request.kind = RequestKind::Shell;
    } else if (name == "window-change") {
        request.kind = RequestKind::Size;
        request.size = read_size(reader);
    } else if (name == "break") {
        request.kind = RequestKind::Break;
        request.milliseconds = reader.uint32();
    } else if (name == "x11-req") {
        request.kind = RequestKind::X11;
        reader.byte();
        reader.string();
        reader.string();
        reader.uint32();
    } else {
        request.kind =
            name == "auth-agent-req@openssh.com" ? RequestKind::Agent : RequestKind::Other;
        reader.rest();
    }
    if (!reader.done())
        return std::nullopt;
    return request;
}

} // namespace

struct Server::State final : SessionHooks {
    struct Opened {
        std::string type;
        bool accepted = false;
    };
    struct Requested {
        std::uint32_t channel = 0;
        ChannelRequest request;
    };

    SessionCore core;
    ServerPort *port = nullptr;
    BindHandle bind;
    bool prefer_gcm = true, logged_in = false, closing = false;
    std::deque<Opened> opened;       // in step with libssh's messages
    std::deque<Requested> requested; // likewise
    std::deque<std::uint32_t> agent_requests;
    std::map<ssh_channel, Channel *> channels;

    void on_client_version() override;
    base::Bytes sign(const Exchange &exchange) override { return port->sign_exchange(exchange); }
    LoginReply login(base::BytesView request) override;
    void on_channel_open(std::string_view type, bool accepted) override;
    bool on_channel_request(std::uint32_t channel, std::string_view name,
                            base::BytesView payload) override;
    base::Status set_bind_options(const ServerOptions &options);
    base::Status set_session_options(const ServerOptions &options);
    void answer_open(ssh_message message, ServerEvents &events);
    void answer_request(ssh_message message, ServerEvents &events);
    void answer(ssh_message message, ServerEvents &events);
    ~State() override {
        if (core.session != nullptr)
            detach_hooks(core.session.get());
    }
};

// OpenSSH prefers chacha20 and then CTR to GCM, and the client's order decides: GCM is reached only
// by offering nothing else. Other clients (dropbear has no GCM) get the whole list.
void Server::State::on_client_version() {
    const char *version = ssh_get_clientbanner(core.session.get());
    const bool openssh =
        version != nullptr && std::string_view(version).substr(0, 16) == "SSH-2.0-OpenSSH_";
    const char *ciphers = !prefer_gcm ? algorithms::chacha_first
                          : openssh   ? algorithms::gcm
                                      : algorithms::gcm_first;
    ssh_options_set(core.session.get(), SSH_OPTIONS_CIPHERS_C_S, ciphers);
    ssh_options_set(core.session.get(), SSH_OPTIONS_CIPHERS_S_C, ciphers);
    core.broken |= ssh_server_init_kex(core.session.get()) != SSH_OK; // takes the lists once more
}

LoginReply Server::State::login(base::BytesView request) {
    if (logged_in || closing) // RFC 4252 section 5.1: "silently ignored" comes closest
        return {LoginAnswer::RefuseAndClose, {}};
    LoginReply reply = port->login(request);
    logged_in = reply.answer == LoginAnswer::Accept;
    closing = reply.answer == LoginAnswer::RefuseAndClose;
    return reply;
}

void Server::State::on_channel_open(std::string_view type, bool accepted) {
    opened.push_back({std::string(type), accepted});
    core.broken |= opened.size() > max_queued_requests;
}

bool Server::State::on_channel_request(std::uint32_t channel, std::string_view name,
                                       base::BytesView payload) {
    if (stays_inside(name))
        return true;
    auto request = parse_request(name, payload);
    if (!request || requested.size() > max_queued_requests) {
        core.broken = true;
        return false;
    }
    if (request->kind == RequestKind::Agent)
        agent_requests.push_back(channel); // answered with failure by libssh itself
    else
        requested.push_back({channel, std::move(*request)});
    return true;
}

base::Status Server::State::set_bind_options(const ServerOptions &options) {
    bind.reset(ssh_bind_new());
    const bool no = false; // first: else accepting reads the system's configuration
    bool good = ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK;
    const auto set = [&](ssh_bind_options_e option, const char *value) {
        good = good && ssh_bind_options_set(bind.get(), option, value) == SSH_OK;
    };
    const char *ciphers = prefer_gcm ? algorithms::gcm_first : algorithms::chacha_first;
    set(SSH_BIND_OPTIONS_KEY_EXCHANGE, algorithms::key_exchange);
    set(SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, algorithms::host_keys);
    set(SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, algorithms::user_keys);
    set(SSH_BIND_OPTIONS_CIPHERS_C_S, ciphers);
    set(SSH_BIND_OPTIONS_CIPHERS_S_C, ciphers);
    set(SSH_BIND_OPTIONS_HMAC_C_S, algorithms::mac);
    set(SSH_BIND_OPTIONS_HMAC_S_C, algorithms::mac);
    set(SSH_BIND_OPTIONS_BANNER, options.software.c_str());
    for (const HostKey &key : options.host_keys) {
        ssh_key imported = nullptr; // the bind keeps it
        const StringHandle blob = make_string(key.blob);
        good = good && ssh_pki_import_pubkey_blob(blob.get(), &imported) == SSH_OK &&
               ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, imported) == SSH_OK;
    }
    if (!good)
        return base::fail(base::ErrorCode::Internal, "the server's options are not accepted");
    return base::success();
}

base::Status Server::State::set_session_options(const ServerOptions &options) {
    core.session.reset(ssh_new());
    ssh_session session = core.session.get();
    const bool no = false;
    bool good = session != nullptr &&
                ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK &&
                ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, "none") == SSH_OK &&
                ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, "none") == SSH_OK;
    if (options.rekey_bytes != 0)
        good = good &&
               ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &options.rekey_bytes) == SSH_OK;
    if (!good)
        return base::fail(base::ErrorCode::Internal, "the server session's options fail");
    return base::success();
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

base::Result<std::unique_ptr<Server>> Server::open(Loop &loop, base::UniqueFd socket,
                                                   const ServerOptions &options, ServerPort &port) {
    auto state = std::make_unique<State>();
    state->port = &port;
    state->prefer_gcm = options.prefer_gcm;
    state->core.loop = &loop.state();
    SALLYPORT_CHECK(state->set_bind_options(options));
    SALLYPORT_CHECK(state->set_session_options(options));
    ssh_session session = state->core.session.get();
    if (!prepare_socket(socket.get()) ||
        ssh_bind_accept_fd(state->bind.get(), session, socket.release()) != SSH_OK)
        return base::fail(base::ErrorCode::Internal, "the client's socket is not accepted");
    attach_hooks(session, Role::Server, *state);
    ssh_set_blocking(session, 0);
    ssh_set_counters(session, &state->core.meter.socket, &state->core.meter.raw);
    ssh_set_auth_methods(session, SSH_AUTH_METHOD_PUBLICKEY);
    if (ssh_handle_key_exchange(session) == SSH_ERROR ||
        ssh_event_add_session(loop.state().event.get(), session) != SSH_OK)
        return base::fail(base::ErrorCode::Unavailable, "the client's session does not start");
    state->core.watched = true;
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Progress Server::exchange() {
    if (state_->core.broken)
        return Progress::Failed;
    const int rc = ssh_handle_key_exchange(state_->core.session.get());
    if (rc == SSH_OK)
        return Progress::Done;
    return rc == SSH_AGAIN ? Progress::Again : Progress::Failed;
}

bool Server::logged_in() const {
    return state_->logged_in;
}
bool Server::connected() const {
    return state_->core.connected();
}
bool Server::closing() const {
    return state_->closing;
}

void Server::State::answer_open(ssh_message message, ServerEvents &events) {
    if (opened.empty()) {
        core.broken = true;
        return;
    }
    const Opened open = std::move(opened.front());
    opened.pop_front();
    std::string reason;
    if (!open.accepted)
        reason = "channels of type " + base::printable(open.type, 64) + " are not available";
    else if (channels.size() >= max_channels)
        reason = "at most " + std::to_string(max_channels) + " channels at a time";
    if (!reason.empty()) {
        const std::string line = "sallyport: " + reason;
        const RefusalText why(line);
        ssh_message_reply_default(message);
        return events.on_refused(reason);
    }
    ssh_channel handle = ssh_message_channel_request_open_reply_accept(message);
    if (handle == nullptr)
        return;
    auto channel = make_channel(core, handle);
    channels[handle] = channel.get();
    events.on_channel(std::move(channel));
}

void Server::State::answer_request(ssh_message message, ServerEvents &events) {
    ssh_channel handle = ssh_message_channel_request_channel(message);
    if (requested.empty()) {
        core.broken = true;
        return;
    }
    const Requested next = std::move(requested.front());
    requested.pop_front();
    const auto at = channels.find(handle);
    if (at != channels.end() && events.on_request(*at->second, next.request))
        ssh_message_channel_request_reply_success(message);
    else
        ssh_message_reply_default(message);
}

void Server::State::answer(ssh_message message, ServerEvents &events) {
    switch (ssh_message_type(message)) {
    case SSH_REQUEST_AUTH: // queued only if acceptable
        ssh_message_auth_reply_pk_ok_simple(message);
        return;
    case SSH_REQUEST_CHANNEL_OPEN:
        return answer_open(message, events);
    case SSH_REQUEST_CHANNEL:
        return answer_request(message, events);
    case SSH_REQUEST_SERVICE:
        if (ssh_message_service_service(message) == std::string_view("ssh-userauth"))
            ssh_message_service_reply_success(message);
        else
            core.broken = true;
        return;
    case SSH_REQUEST_GLOBAL:
        events.on_refused("remote forwarding is not available");
        break;
    default:
        break;
    }
    ssh_message_reply_default(message);
}

void Server::take_requests(ServerEvents &events) {
    State &state = *state_;
    while (!state.core.broken) {
        const MessageHandle message(ssh_message_get(state.core.session.get()));
        if (message == nullptr)
            break;
        state.answer(message.get(), events);
    }
    for (; !state.agent_requests.empty(); state.agent_requests.pop_front())
        events.on_refused("agent forwarding is not available");
}

void Server::forget_channel(Channel &channel) {
    state_->channels.erase(handle_of(channel));
}

std::size_t Server::unsent() const {
    return state_->core.meter.unsent(state_->core.session.get());
}

std::string Server::client_version() const {
    const char *version = ssh_get_clientbanner(state_->core.session.get());
    return version == nullptr ? std::string() : base::printable(version, 255);
}

std::string Server::algorithms() const {
    ssh_session session = state_->core.session.get();
    std::string line;
    for (const char *name :
         {ssh_get_kex_algo(session), ssh_get_cipher_in(session), ssh_get_cipher_out(session)})
        line += (line.empty() ? "" : " ") + std::string(name == nullptr ? "-" : name);
    return line;
}

} // namespace sallyport::ssh
