// SPDX-License-Identifier: Apache-2.0
// The repairs of libssh 0.10.6, all of them. Each `__wrap_f` replaces the calls of f that cross an
// object file of libssh.a (link option --wrap, listed in meson.build); `__real_f` is libssh's own.
// C functions carry no context, so this file alone has state of the process: one entry a session,
// one thread. No structure of libssh is looked into: prototypes and exported accessors only.
#include "repairs.hpp"

#include "handles.hpp"

#include "sallyport/base/secret.hpp"
#include "sallyport/ssh/library.hpp"
#include "sallyport/wire/ssh.hpp"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include <libssh/server.h>
#include <sys/uio.h>

extern "C" {
struct ssh_signature_struct;
int ssh_auth_reply_default(ssh_session session, int partial);
int ssh_auth_reply_success(ssh_session session, int partial);
int ssh_pki_export_signature_blob(const ssh_signature_struct *signature, ssh_string *blob);
int ssh_buffer_pack_va(ssh_buffer buffer, const char *format, size_t count, va_list arguments);
}

namespace sallyport::ssh {
namespace {

constexpr int packet_used = 1;
constexpr std::uint32_t administratively_prohibited = 1; // RFC 4254 section 5.1
constexpr std::uint32_t smallest_peer_packet = 256;      // below, libssh's arithmetic goes wrong
constexpr std::size_t library_read = 4096;               // what libssh reads of a socket at once
// And what we do: about a data packet. libssh handles the packets of one read inside each other, so
// this also bounds its stack.
constexpr std::size_t long_read = 32 * 1024;

enum Repair : std::size_t {
    ExchangeHash,
    HostSign,
    PublicHostKey,
    HostKeyList,
    ClientVersion,
    LoginRequest,
    ChannelOpen,
    ChannelRequests,
    Pack,
    HostSignature,
    PrivateKey,
    LoginSign,
    LongRead,
    RepairLast,
};
constexpr std::array<const char *, RepairLast> repair_names = {
    "exchange-hash", "host-sign",    "public-host-key", "host-key-list", "client-version",
    "login-request", "channel-open", "channel-request", "pack",          "host-signature",
    "private-key",   "login-sign",   "long-read",
};

struct Entry {
    Role role = Role::Server;
    SessionHooks *hooks = nullptr;
    Exchange exchange; // pre-image of the exchange in progress
    ssh_key login_key = nullptr;
    base::Bytes login_signature;
};

struct Table {
    std::map<ssh_session, Entry> sessions;
    std::array<std::uint64_t, RepairLast> calls{};
    Entry *hashing = nullptr; // inside ssh_make_sessionid
    const char *pack_format = nullptr;
    base::BytesView pack_bytes;
    std::string_view refusal;
    bool refusing = false;
    std::array<std::uint8_t, long_read - library_read> beyond; // of a long read, what libssh lacks
    std::size_t beyond_size = 0;
};
Table &table() {
    static Table one;
    return one;
}
Entry *find(ssh_session session) {
    const auto at = table().sessions.find(session);
    return at == table().sessions.end() ? nullptr : &at->second;
}
void count(Repair repair) {
    ++table().calls[repair];
}

base::BytesView view(ssh_buffer buffer) {
    return {static_cast<const std::uint8_t *>(ssh_buffer_get(buffer)), ssh_buffer_get_len(buffer)};
}
base::BytesView view(ssh_string string) {
    return {static_cast<const std::uint8_t *>(ssh_string_data(string)), ssh_string_len(string)};
}
ssh_string to_ssh(base::BytesView bytes) {
    ssh_string made = ssh_string_new(bytes.size());
    if (made != nullptr)
        ssh_string_fill(made, bytes.data(), bytes.size());
    return made;
}
void forget(Exchange &exchange) {
    base::wipe(exchange.pre_image.data(), exchange.pre_image.size()); // it ends in K
    exchange = {};
}
void keep_input(const char *hash, const unsigned char *input, size_t size) {
    Entry *entry = table().hashing;
    if (entry == nullptr)
        return;
    count(ExchangeHash);
    forget(entry->exchange);
    entry->exchange.hash = hash;
    entry->exchange.pre_image.assign(input, input + size);
}

// `publickey` without a signature (RFC 4252 section 7): the one request that libssh may parse.
// Others reach its password and GSSAPI code, whatever a verdict says.
bool only_asks_for_a_key(base::BytesView request) {
    wire::Reader reader(request);
    reader.string();
    reader.string();
    return reader.text() == "publickey" && !reader.boolean() && !reader.bad();
}

} // namespace

void attach_hooks(ssh_session session, Role role, SessionHooks &hooks) {
    Entry &entry = table().sessions[session];
    entry.role = role;
    entry.hooks = &hooks;
}
void detach_hooks(ssh_session session) {
    if (Entry *entry = find(session))
        forget(entry->exchange);
    table().sessions.erase(session);
}
void set_login_signature(ssh_session session, ssh_key key, base::Bytes signature) {
    if (Entry *entry = find(session)) {
        entry->login_key = key;
        entry->login_signature = std::move(signature);
    }
}

PackOverride::PackOverride(const char *format, base::BytesView bytes) {
    table().pack_format = format;
    table().pack_bytes = bytes;
}
PackOverride::~PackOverride() {
    table().pack_format = nullptr;
    table().pack_bytes = {};
}
RefusalText::RefusalText(std::string_view text) {
    table().refusal = text;
    table().refusing = true;
}
RefusalText::~RefusalText() {
    table().refusal = {};
    table().refusing = false;
}

std::vector<RepairCount> repair_counts() {
    std::vector<RepairCount> counts;
    for (std::size_t i = 0; i < RepairLast; ++i)
        counts.push_back({repair_names[i], table().calls[i]});
    return counts;
}

} // namespace sallyport::ssh

using namespace sallyport;      // NOLINT: the C functions below stand outside of any namespace
using namespace sallyport::ssh; // NOLINT

// NOLINTBEGIN: reserved names are what --wrap needs
#define SALLYPORT_WRAP(type, name, ...)                                                            \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

extern "C" {

// ---- the exchange's whole pre-image, of both roles

SALLYPORT_WRAP(int, ssh_make_sessionid, ssh_session session) {
    table().hashing = find(session);
    const int rc = __real_ssh_make_sessionid(session);
    table().hashing = nullptr;
    return rc;
}
SALLYPORT_WRAP(int, sha256, const unsigned char *input, size_t size, unsigned char *hash) {
    keep_input("sha256", input, size);
    return __real_sha256(input, size, hash);
}
SALLYPORT_WRAP(int, sha384, const unsigned char *input, size_t size, unsigned char *hash) {
    keep_input("sha384", input, size);
    return __real_sha384(input, size, hash);
}
SALLYPORT_WRAP(int, sha512, const unsigned char *input, size_t size, unsigned char *hash) {
    keep_input("sha512", input, size);
    return __real_sha512(input, size, hash);
}

// ---- server: the host key is public only, its signature comes from elsewhere

// `digest` is enum ssh_digest_e: 4 is SHA-512. Null ends the connection.
SALLYPORT_WRAP(ssh_string, ssh_srv_pki_do_sign_sessionid, ssh_session session, ssh_key key,
               int digest) {
    count(HostSign);
    Entry *entry = find(session);
    ssh_string blob = nullptr;
    if (entry == nullptr || ssh_pki_export_pubkey_blob(key, &blob) != SSH_OK || blob == nullptr)
        return nullptr;
    entry->exchange.algorithm = wire::Reader(view(blob)).text();
    ssh_string_free(blob);
    if (entry->exchange.algorithm == "ssh-rsa")
        entry->exchange.algorithm = digest == 4 ? "rsa-sha2-512" : "rsa-sha2-256";
    const base::Bytes signature = entry->hooks->sign(entry->exchange);
    forget(entry->exchange);
    return signature.empty() ? nullptr : to_ssh(signature);
}

SALLYPORT_WRAP(int, ssh_pki_export_privkey_to_pubkey, ssh_key key, ssh_key *out) {
    if (ssh_key_is_private(key))
        return __real_ssh_pki_export_privkey_to_pubkey(key, out);
    count(PublicHostKey);
    ssh_string blob = nullptr;
    if (ssh_pki_export_pubkey_blob(key, &blob) != SSH_OK || blob == nullptr)
        return SSH_ERROR;
    const int rc = ssh_pki_import_pubkey_blob(blob, out);
    ssh_string_free(blob);
    return rc;
}

// The client's list of host key algorithms loses its certificate types here; the list of all that
// libssh knows is recognised by the security keys in it.
SALLYPORT_WRAP(char *, ssh_find_all_matching, const char *have, const char *want) {
    char *matching = __real_ssh_find_all_matching(have, want);
    if (std::strstr(have, "sk-ssh-") == nullptr)
        return matching;
    count(HostKeyList);
    if (std::strstr(want, "-cert-v01@openssh.com") == nullptr)
        return matching;
    ssh_string_free_char(matching);
    return strdup(want);
}

SALLYPORT_WRAP(int, ssh_analyze_banner, ssh_session session, int server) {
    const int rc = __real_ssh_analyze_banner(session, server);
    if (Entry *entry = find(session); entry != nullptr && entry->role == Role::Server) {
        count(ClientVersion);
        entry->hooks->on_client_version();
    }
    return rc;
}

// ---- server: login

// libssh never parses a signature, and no request stays without an answer.
SALLYPORT_WRAP(int, ssh_packet_userauth_request, ssh_session session, uint8_t type,
               ssh_buffer packet, void *user) {
    count(LoginRequest);
    Entry *entry = find(session);
    if (entry == nullptr)
        return packet_used;
    const LoginReply reply = entry->hooks->login(view(packet));
    if (!reply.banner.empty()) {
        ssh_string banner = to_ssh(base::as_bytes(reply.banner));
        ssh_send_issue_banner(session, banner);
        ssh_string_free(banner);
    }
    switch (reply.answer) {
    case LoginAnswer::Acceptable: // libssh queues it, take_requests answers SSH_MSG_USERAUTH_PK_OK
        if (only_asks_for_a_key(view(packet)))
            return __real_ssh_packet_userauth_request(session, type, packet, user);
        ssh_auth_reply_default(session, 0);
        break;
    case LoginAnswer::Accept:
        ssh_auth_reply_success(session, 0);
        break;
    case LoginAnswer::Refuse:
    case LoginAnswer::RefuseAndClose:
        ssh_auth_reply_default(session, 0);
        break;
    }
    return packet_used;
}

// ---- server: channels

// Whatever is no session goes on as a type that libssh does not know, so that every open gives one
// message and is answered by us.
SALLYPORT_WRAP(int, ssh_packet_channel_open, ssh_session session, uint8_t type, ssh_buffer packet,
               void *user) {
    Entry *entry = find(session);
    if (entry == nullptr || entry->role != Role::Server)
        return __real_ssh_packet_channel_open(session, type, packet, user);
    count(ChannelOpen);
    wire::Reader reader(view(packet));
    const std::string name = reader.text();
    const std::uint32_t sender = reader.uint32(), window = reader.uint32(), size = reader.uint32();
    const bool accepted = !reader.bad() && name == "session" && size >= smallest_peer_packet;
    wire::Writer writer;
    writer.string(std::string_view(accepted ? "session" : "refused@sallyport"));
    writer.uint32(sender).uint32(window).uint32(size);
    ssh_buffer rewritten = ssh_buffer_new();
    if (reader.bad() || rewritten == nullptr ||
        ssh_buffer_add_data(rewritten, writer.bytes().data(),
                            static_cast<uint32_t>(writer.bytes().size())) != SSH_OK) {
        ssh_buffer_free(rewritten);
        return packet_used;
    }
    entry->hooks->on_channel_open(name, accepted);
    const int rc = __real_ssh_packet_channel_open(session, type, rewritten, user);
    ssh_buffer_free(rewritten);
    return rc;
}

// The raw request: libssh cuts a command at its first NUL and drops terminal modes, pixel sizes and
// every name that it does not know.
SALLYPORT_WRAP(int, channel_rcv_request, ssh_session session, uint8_t type, ssh_buffer packet,
               void *user) {
    if (Entry *entry = find(session); entry != nullptr && entry->role == Role::Server) {
        count(ChannelRequests);
        wire::Reader reader(view(packet));
        const std::uint32_t channel = reader.uint32();
        const std::string name = reader.text();
        reader.byte(); // whether a reply is wanted, libssh's business
        if (reader.bad() || !entry->hooks->on_channel_request(channel, name, reader.rest()))
            return packet_used;
    }
    return __real_channel_rcv_request(session, type, packet, user);
}

int __wrap__ssh_buffer_pack(ssh_buffer buffer, const char *format, size_t arguments, ...) {
    Table &state = table();
    if (state.pack_format != nullptr && std::strcmp(format, state.pack_format) == 0) {
        count(Pack);
        state.pack_format = nullptr;
        return ssh_buffer_add_data(buffer, state.pack_bytes.data(),
                                   static_cast<uint32_t>(state.pack_bytes.size()));
    }
    va_list list;
    va_start(list, arguments);
    int rc = SSH_ERROR;
    if (state.refusing && std::strcmp(format, "bdddd") == 0) { // SSH_MSG_CHANNEL_OPEN_FAILURE
        count(Pack);
        wire::Writer writer;
        writer.byte(static_cast<std::uint8_t>(va_arg(list, unsigned)));
        writer.uint32(va_arg(list, std::uint32_t)).uint32(administratively_prohibited);
        writer.string(state.refusal).string(std::string_view());
        rc = ssh_buffer_add_data(buffer, writer.bytes().data(),
                                 static_cast<uint32_t>(writer.bytes().size()));
    } else {
        rc = ssh_buffer_pack_va(buffer, format, arguments, list);
    }
    va_end(list);
    return rc;
}

// ---- client: the host's signature is reported, the login's signature is ready

SALLYPORT_WRAP(int, ssh_pki_signature_verify, ssh_session session, ssh_signature_struct *signature,
               ssh_key key, const unsigned char *digest, size_t size) {
    count(HostSignature);
    Entry *entry = find(session);
    ssh_string blob = nullptr;
    if (entry == nullptr || entry->role != Role::Client || entry->exchange.pre_image.empty() ||
        ssh_pki_export_signature_blob(signature, &blob) != SSH_OK || blob == nullptr)
        return SSH_ERROR;
    entry->hooks->on_host_signature(entry->exchange, view(blob));
    ssh_string_free(blob);
    forget(entry->exchange);
    return __real_ssh_pki_signature_verify(session, signature, key, digest, size);
}

SALLYPORT_WRAP(int, ssh_key_is_private, ssh_key key) {
    for (const auto &[session, entry] : table().sessions)
        if (key != nullptr && entry.login_key == key) {
            count(PrivateKey);
            return 1;
        }
    return __real_ssh_key_is_private(key);
}

// Null for a session without a signature: nothing here can sign.
ssh_string __wrap_ssh_pki_do_sign(ssh_session session, ssh_buffer, ssh_key, int) {
    count(LoginSign);
    Entry *entry = find(session);
    if (entry == nullptr || entry->login_signature.empty())
        return nullptr;
    ssh_string signature = to_ssh(entry->login_signature);
    entry->login_signature.clear();
    return signature;
}

// ---- both roles: a socket is read in long pieces

// libssh reads 4,096 bytes into the room that it made at the end of a buffer, and directly after
// that gives back what it did not use: there the rest is put behind them.
SALLYPORT_WRAP(ssize_t, recv, int socket, void *bytes, size_t size, int flags) {
    Table &state = table();
    if (size != library_read || flags != 0)
        return __real_recv(socket, bytes, size, flags);
    if (state.beyond_size != 0) { // the order of calls is not the known one: bytes would be lost
        errno = EPROTO;
        return -1;
    }
    const iovec parts[2] = {{bytes, size}, {state.beyond.data(), state.beyond.size()}};
    const ssize_t read = ::readv(socket, parts, 2);
    if (read <= static_cast<ssize_t>(size))
        return read;
    count(LongRead);
    state.beyond_size = static_cast<std::size_t>(read) - size;
    return static_cast<ssize_t>(size);
}

SALLYPORT_WRAP(uint32_t, ssh_buffer_pass_bytes_end, ssh_buffer buffer, uint32_t size) {
    const std::size_t beyond = std::exchange(table().beyond_size, 0);
    const uint32_t passed = __real_ssh_buffer_pass_bytes_end(buffer, size);
    if (beyond != 0 &&
        ssh_buffer_add_data(buffer, table().beyond.data(), static_cast<uint32_t>(beyond)) != SSH_OK)
        std::abort(); // no memory
    return passed;
}

// ---- GSSAPI: Debian's libssh.a refers to it; here it is unavailable

void *GSS_C_NT_HOSTBASED_SERVICE;
void *GSS_C_NT_USER_NAME;
#define SALLYPORT_NO_GSS(name)                                                                     \
    unsigned gss_##name() {                                                                        \
        return 16U << 16; /* GSS_S_UNAVAILABLE, RFC 2744 section 3.9.1 */                          \
    }
SALLYPORT_NO_GSS(accept_sec_context)
SALLYPORT_NO_GSS(acquire_cred)
SALLYPORT_NO_GSS(add_oid_set_member)
SALLYPORT_NO_GSS(create_empty_oid_set)
SALLYPORT_NO_GSS(display_name)
SALLYPORT_NO_GSS(display_status)
SALLYPORT_NO_GSS(get_mic)
SALLYPORT_NO_GSS(import_name)
SALLYPORT_NO_GSS(indicate_mechs)
SALLYPORT_NO_GSS(init_sec_context)
SALLYPORT_NO_GSS(inquire_cred)
SALLYPORT_NO_GSS(inquire_cred_by_mech)
SALLYPORT_NO_GSS(release_buffer)
SALLYPORT_NO_GSS(release_cred)
SALLYPORT_NO_GSS(release_name)
SALLYPORT_NO_GSS(release_oid_set)
SALLYPORT_NO_GSS(test_oid_set_member)
SALLYPORT_NO_GSS(verify_mic)

} // extern "C"
// NOLINTEND
