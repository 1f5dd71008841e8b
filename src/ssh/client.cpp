// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ssh/client.hpp"

#include "algorithms.hpp"
#include "repairs.hpp"
#include "session_core.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/wire/ssh.hpp"

namespace sallyport::ssh {
namespace {

constexpr std::string_view certificate_type = "ssh-ed25519-cert-v01@openssh.com";

std::string join(const std::vector<std::string> &names) {
    std::string list;
    for (const std::string &name : names)
        list += (list.empty() ? "" : ",") + name;
    return list;
}

// The public key inside an Ed25519 certificate, as a plain key blob.
base::Result<base::Bytes> plain_key(base::BytesView certificate) {
    wire::Reader reader(certificate);
    const std::string type = reader.text();
    reader.string(); // nonce
    const base::BytesView key = reader.string();
    if (reader.bad() || type != certificate_type || key.size() != 32)
        return base::invalid("the target login's certificate is not of type ssh-ed25519");
    wire::Writer writer;
    writer.string(std::string_view("ssh-ed25519")).string(key);
    return std::move(writer).bytes();
}

} // namespace

struct Client::State final : SessionHooks {
    SessionCore core;
    ClientPort *port = nullptr;
    KeyHandle key;

    void on_host_signature(const Exchange &exchange, base::BytesView signature) override {
        port->on_exchange(exchange, signature);
    }
    base::Status set_options(const ClientOptions &options, int descriptor);
    ~State() override {
        if (core.session != nullptr)
            detach_hooks(core.session.get());
    }
};

base::Status Client::State::set_options(const ClientOptions &options, int descriptor) {
    ssh_session session = core.session.get();
    bool good = session != nullptr;
    const auto set = [&](ssh_options_e option, const void *value) {
        good = good && ssh_options_set(session, option, value) == SSH_OK;
    };
    const bool no = false;
    const char *ciphers = options.prefer_gcm ? algorithms::gcm_first : algorithms::chacha_first;
    const std::string host_keys = join(options.host_key_algorithms);
    set(SSH_OPTIONS_PROCESS_CONFIG, &no);
    set(SSH_OPTIONS_HOST, "target");
    set(SSH_OPTIONS_USER, "none");
    set(SSH_OPTIONS_SSH_DIR, "/nonexistent");
    set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_KEY_EXCHANGE, algorithms::key_exchange);
    set(SSH_OPTIONS_HOSTKEYS, host_keys.empty() ? algorithms::host_keys : host_keys.c_str());
    set(SSH_OPTIONS_CIPHERS_C_S, ciphers);
    set(SSH_OPTIONS_CIPHERS_S_C, ciphers);
    set(SSH_OPTIONS_HMAC_C_S, algorithms::mac);
    set(SSH_OPTIONS_HMAC_S_C, algorithms::mac);
    set(SSH_OPTIONS_COMPRESSION_C_S, "none");
    set(SSH_OPTIONS_COMPRESSION_S_C, "none");
    if (options.rekey_bytes != 0)
        set(SSH_OPTIONS_REKEY_DATA, &options.rekey_bytes);
    set(SSH_OPTIONS_FD, &descriptor);
    if (!good)
        return base::fail(base::ErrorCode::Internal, "the target session's options fail");
    return base::success();
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

base::Result<std::unique_ptr<Client>> Client::open(Loop &loop, base::UniqueFd socket,
                                                   const ClientOptions &options, ClientPort &port) {
    auto state = std::make_unique<State>();
    state->port = &port;
    state->core.loop = &loop.state();
    state->core.session.reset(ssh_new());
    SALLYPORT_CHECK(state->set_options(options, socket.get()));
    ssh_session session = state->core.session.get();
    if (!prepare_socket(socket.get()))
        return base::fail(base::ErrorCode::Internal, "the target's socket is not usable");
    attach_hooks(session, Role::Client, *state);
    ssh_set_blocking(session, 0);
    ssh_set_counters(session, &state->core.meter.socket, &state->core.meter.raw);
    (void)socket.release(); // ssh_connect hands it to the session, ssh_free closes it
    if (ssh_connect(session) == SSH_ERROR ||
        ssh_event_add_session(loop.state().event.get(), session) != SSH_OK)
        return base::fail(base::ErrorCode::Unavailable, "the target's session does not start");
    state->core.watched = true;
    return std::unique_ptr<Client>(new Client(std::move(state)));
}

Progress Client::exchange() {
    ssh_session session = state_->core.session.get();
    const int rc = ssh_connect(session);
    // libssh makes the descriptor blocking once it finds it connected (socket.c): one target that
    // does not read would then stop every channel of this process.
    if (rc != SSH_ERROR && !prepare_socket(ssh_get_fd(session)))
        return Progress::Failed;
    if (rc == SSH_OK)
        return Progress::Done;
    return rc == SSH_AGAIN ? Progress::Again : Progress::Failed;
}

base::Status Client::set_login(const TargetLogin &login) {
    SALLYPORT_TRY(const base::Bytes plain, plain_key(login.certificate));
    ssh_session session = state_->core.session.get();
    ssh_key key = nullptr, certificate = nullptr;
    const StringHandle blob = make_string(plain);
    const int imported = ssh_pki_import_pubkey_blob(blob.get(), &key);
    state_->key.reset(key);
    const std::string text = base::base64(login.certificate);
    if (imported != SSH_OK || ssh_pki_import_cert_base64(text.c_str(), SSH_KEYTYPE_ED25519_CERT01,
                                                         &certificate) != SSH_OK)
        return base::invalid("the target login's certificate is not readable");
    const KeyHandle owner(certificate);
    if (ssh_pki_copy_cert_to_privkey(certificate, key) != SSH_OK ||
        ssh_options_set(session, SSH_OPTIONS_USER, login.account.c_str()) != SSH_OK)
        return base::invalid("the target login's certificate does not fit its key");
    set_login_signature(session, key, login.signature);
    return base::success();
}

Progress Client::login() {
    if (state_->key == nullptr)
        return Progress::Failed;
    const int rc = ssh_userauth_publickey(state_->core.session.get(), nullptr, state_->key.get());
    if (rc == SSH_AUTH_SUCCESS)
        return Progress::Done;
    return rc == SSH_AUTH_AGAIN ? Progress::Again : Progress::Failed;
}

base::Result<std::unique_ptr<Channel>> Client::new_channel() {
    ssh_channel handle = ssh_channel_new(state_->core.session.get());
    if (handle == nullptr)
        return base::fail(base::ErrorCode::Internal, "no memory for a channel");
    return make_channel(state_->core, handle);
}

bool Client::connected() const {
    return state_->core.connected();
}

std::string Client::error() const {
    return base::printable(ssh_get_error(state_->core.session.get()), 200);
}

} // namespace sallyport::ssh
