// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/network.hpp"

#include <algorithm>
#include <charconv>

namespace sallyport::config {
namespace {

using namespace std::chrono_literals;

// `127.0.0.1:2222` or `[::1]:2222`.
std::optional<ListenAddress> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == text.size())
        return std::nullopt;
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    ListenAddress listen{std::string(address), 0};
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, listen.port);
    const bool good =
        parsed.ec == std::errc() && parsed.ptr == end && listen.port > 0 && listen.port < 65536;
    return good && base::parse_ip(address).ok() ? std::optional(listen) : std::nullopt;
}

void read_server(Table &table, Server &server) {
    std::vector<std::string> listen;
    table.texts("listen", listen);
    for (const std::string &text : listen) {
        if (const auto address = parse_listen(text))
            server.listen.push_back(*address);
        else
            table.fault("listen",
                        "`" + text + "` is no address and port such as `0.0.0.0:22` or `[::]:22`");
    }
    table.expect(!server.listen.empty() || !listen.empty(), "listen", "`listen` is missing");
    table.text("name", server.name);
    table.texts("egress_addresses", server.egress_addresses);
    for (const std::string &range : server.egress_addresses)
        table.expect(base::parse_network(range).ok(), "egress_addresses",
                     "`" + range + "` is no address range");
    table.expect(!server.egress_addresses.empty(), "egress_addresses",
                 "`egress_addresses` is missing: the addresses that targets see us come from");
    table.text("contact", server.contact);
    table.number("max_connections", server.max_connections, 1, 100000);
    table.number("max_connections_per_address", server.max_connections_per_address, 1, 100000);
    table.number("judge_workers", server.judge_workers, 1, 64);
    table.number("rekey_bytes", server.rekey_bytes, 1U << 20, UINT32_MAX);
}

bool is_pointer(const std::string &text) {
    return text.starts_with('/') && text.size() > 1;
}

void read_issuer(Table &table, std::vector<Issuer> &issuers) {
    Issuer issuer;
    table.text("name", issuer.name);
    table.required("name", issuer.name);
    table.text("url", issuer.url);
    table.required("url", issuer.url);
    table.text("client_id", issuer.client_id);
    table.required("client_id", issuer.client_id);
    table.text("client_secret_file", issuer.client_secret_file);
    table.texts("scopes", issuer.scopes);
    table.texts("algorithms", issuer.algorithms);
    table.text("person_claim", issuer.person_claim);
    table.text("groups_claim", issuer.groups_claim);
    table.flag("allow_loopback_http", issuer.allow_loopback_http);
    table.duration("max_certificate", issuer.max_certificate, 8h);
    table.texts("allowed_email_domains", issuer.allowed_email_domains);
    table.expect(is_pointer(issuer.person_claim), "person_claim",
                 "`person_claim` must be a JSON pointer such as `/sub`");
    table.expect(is_pointer(issuer.groups_claim), "groups_claim",
                 "`groups_claim` must be a JSON pointer such as `/groups`");
    table.expect(issuer.person_claim != "/email" || !issuer.allowed_email_domains.empty(),
                 "person_claim", "`person_claim = \"/email\"` needs `allowed_email_domains`");
    const bool secure = issuer.url.starts_with("https://") ||
                        (issuer.allow_loopback_http && issuer.url.starts_with("http://127.0.0.1"));
    table.expect(issuer.url.empty() || secure, "url",
                 "`url` must be https (loopback http only with `allow_loopback_http`)");
    const bool repeated = std::any_of(issuers.begin(), issuers.end(), [&](const Issuer &other) {
        return other.name == issuer.name || other.url == issuer.url;
    });
    table.expect(!repeated, "name", "issuer `" + issuer.name + "` is declared twice");
    issuers.push_back(std::move(issuer));
}

void read_chat(Table &table, std::vector<Chat> &chats) {
    Chat chat;
    table.text("name", chat.name);
    table.required("name", chat.name);
    table.text("platform", chat.platform);
    table.expect(chat.platform == "telegram", "platform",
                 "`platform` must be `telegram`: no other is built yet");
    table.text("api", chat.api);
    table.text("token_file", chat.token_file);
    table.required("token_file", chat.token_file);
    table.text("chat", chat.chat);
    table.required("chat", chat.chat);
    table.texts("groups", chat.groups);
    table.flag("allow_loopback_http", chat.allow_loopback_http);
    const bool secure = chat.api.starts_with("https://") ||
                        (chat.allow_loopback_http && chat.api.starts_with("http://127.0.0.1"));
    table.expect(secure, "api",
                 "`api` must be https (loopback http only with `allow_loopback_http`)");
    table.expect(chats.empty(), "name", "only one chat is supported yet");
    chats.push_back(std::move(chat));
}

bool is_home(std::string_view text) {
    if (text.front() != '/' || text.size() > 255 ||
        text.find_first_of("*?[]\\") != std::string_view::npos ||
        std::any_of(text.begin(), text.end(), [](char byte) {
            return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
        }))
        return false;
    const std::string closed = std::string(text) + "/";
    return closed.find("/./") == std::string::npos && closed.find("/../") == std::string::npos &&
           closed.find("//") == std::string::npos;
}

// `ssh-ed25519 AAAA...`, with or without a comment. The blob is a row of strings with their
// lengths, the first of which names the algorithm again (RFC 4253 section 6.6).
bool is_key_line(const std::string &line) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos)
        return false;
    const auto blob =
        base::from_base64(line.substr(space + 1, line.find(' ', space + 1) - space - 1));
    std::string_view rest = blob.ok() ? base::as_text(*blob) : std::string_view();
    std::vector<std::string_view> fields;
    while (rest.size() >= 4) {
        std::size_t size = 0;
        for (const char byte : rest.substr(0, 4))
            size = size << 8 | static_cast<unsigned char>(byte);
        if (size > rest.size() - 4)
            return false;
        fields.push_back(rest.substr(4, size));
        rest.remove_prefix(4 + size);
    }
    return rest.empty() && fields.size() > 1 && fields.front() == line.substr(0, space);
}

void read_target(Table &table, std::vector<model::Target> &targets) {
    model::Target target;
    target.origin = table.origin();
    table.text("name", target.name);
    table.expect(model::is_target_name(target.name) && target.name.find('~') == std::string::npos,
                 "name", "`name` must match [a-z0-9][a-z0-9._-]{0,62}");
    table.text("host", target.host);
    table.required("host", target.host);
    table.number("port", target.port, 1, 65535);
    table.labels("labels", target.labels);
    table.expect(target.labels.count("name") == 0, "labels",
                 "`name` is no label: every target has it");
    table.texts("accounts", target.accounts);
    for (const std::string &account : target.accounts)
        table.expect(model::is_account_name(account), "accounts",
                     "`" + account + "` is no account name");
    table.texts("host_keys", target.host_keys);
    table.texts("host_cas", target.host_cas);
    for (const auto &[key, lines] :
         {std::pair("host_keys", &target.host_keys), std::pair("host_cas", &target.host_cas)})
        for (const std::string &line : *lines)
            table.expect(is_key_line(line), key,
                         "`" + line +
                             "` is no public key: what `ssh-keyscan -t ed25519 HOST` prints, "
                             "without the name in front");
    table.expect(!target.host_keys.empty() || !target.host_cas.empty(), "host_keys",
                 "target `" + target.name +
                     "` has neither `host_keys` nor `host_cas`: nothing would be verified");
    std::string shell = "bash";
    table.text("shell", shell);
    const auto dialect = model::parse_dialect(shell);
    if (dialect.ok())
        target.shell = *dialect;
    else
        table.fault("shell", dialect.error().message);
    std::string sh = "dash";
    table.text("sh", sh);
    const auto sh_dialect = model::parse_dialect(sh);
    table.expect(sh_dialect.ok() && *sh_dialect != model::Dialect::Unknown, "sh",
                 "`sh` must be bash, dash, zsh, ash or sh");
    if (sh_dialect.ok())
        target.sh = *sh_dialect;
    table.text("home", target.home);
    table.expect(target.home.empty() || is_home(target.home), "home",
                 "`home` must be an absolute path such as `/home/{account}`, without `.`, `..` "
                 "and patterns");
    std::string exec = "plain";
    table.text("exec", exec);
    target.guarded_exec = exec == "guarded";
    table.expect(exec == "plain" || exec == "guarded", "exec", "`exec` must be plain or guarded");
    table.expect(!target.guarded_exec || target.shell == model::Dialect::Bash, "exec",
                 "`exec = \"guarded\"` needs `shell = \"bash\"`");
    table.texts("allow_addresses", target.allow_addresses);
    for (const std::string &range : target.allow_addresses)
        table.expect(base::parse_network(range).ok(), "allow_addresses",
                     "`" + range + "` is no address range");
    for (const model::Target &other : targets)
        table.expect(other.name != target.name, "name",
                     "target `" + target.name + "` is declared twice, first at " + other.origin);
    targets.push_back(std::move(target));
}

} // namespace

Loaded<Config> parse_config(std::string_view text, const std::string &file) {
    Loaded<Config> loaded;
    read_file(text, file, loaded.faults, [&](Table &root) {
        Config &config = loaded.value;
        bool has_server = false;
        root.table("server", [&](Table &table) {
            has_server = true;
            read_server(table, config.server);
        });
        root.expect(has_server, "server", "the table [server] is missing");
        root.tables("issuer", [&](Table &table) { read_issuer(table, config.issuers); });
        root.tables("chat", [&](Table &table) { read_chat(table, config.chats); });
        root.table("record", [&](Table &table) {
            table.size("reserve_bytes", config.record.reserve_bytes);
            table.size("free_floor_bytes", config.record.free_floor_bytes);
        });
        root.table("policy", [&](Table &table) {
            table.texts("files", config.policy_files);
            for (const std::string &name : config.policy_files)
                table.expect(name.find("..") == std::string::npos && !name.starts_with('/'),
                             "files", "`" + name + "` must be a path below policies/");
        });
        root.expect(!config.policy_files.empty(), "policy",
                    "`policy.files` is missing: without policy nothing is allowed");
    });
    return loaded;
}

Loaded<std::vector<model::Target>> parse_targets(const std::vector<SourceFile> &files) {
    Loaded<std::vector<model::Target>> loaded;
    for (const SourceFile &file : files)
        read_file(file.text, file.name, loaded.faults, [&](Table &root) {
            root.tables("target", [&](Table &table) { read_target(table, loaded.value); });
        });
    return loaded;
}

} // namespace sallyport::config
