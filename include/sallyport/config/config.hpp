// SPDX-License-Identifier: Apache-2.0
// The administrator's configuration as values: sallyport.toml and the targets of targets.d. Parsing
// is pure: text in, values and faults out; every fault is reported, not just the first, with file,
// line and column. An unknown key is a fault, so that a misspelt setting never silently means its
// default. Documented in docs/CONFIGURATION.md.
#pragma once
#include "sallyport/model/target.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::config {

struct Fault {
    std::string file;
    std::uint32_t line = 0, column = 0; // from 1; 0: the file as a whole
    std::string message;
    bool operator==(const Fault &) const = default;
};
std::string shown(const Fault &fault); // `file:line:column: message`

struct ListenAddress {
    std::string address; // numeric
    std::uint32_t port = 22;
    bool operator==(const ListenAddress &) const = default;
};

struct Server {
    std::vector<ListenAddress> listen;
    std::string name = "bastion";              // what people call it; in config blocks and messages
    std::vector<std::string> egress_addresses; // CIDR: where targets see our connections come from
    std::string contact;                       // whom to ask, shown with a refusal
    std::uint32_t max_connections = 500, max_connections_per_address = 50;
    std::uint32_t judge_workers = 2;
    // Both SSH connections of a session renew their keys after so many; 0: the library decides.
    std::uint32_t rekey_bytes = 0;
};

struct Issuer {
    std::string name, url, client_id;
    std::string client_secret_file; // empty: public client
    std::vector<std::string> scopes{"openid", "profile", "groups"};
    std::vector<std::string> algorithms{"RS256", "ES256"};
    std::string person_claim = "/sub", groups_claim = "/groups"; // JSON pointers
    bool allow_loopback_http = false;
    std::chrono::seconds max_certificate{8 * 3600};
    std::vector<std::string> allowed_email_domains; // with person_claim = "/email"
    bool operator==(const Issuer &) const = default;
};

struct Chat {
    std::string name, platform; // telegram
    std::string api = "https://api.telegram.org";
    std::string token_file, chat; // chat: id of the group where requests are posted
    std::vector<std::string>
        groups; // posts requests that one of these groups may decide; empty: all
    bool allow_loopback_http = false;
    bool operator==(const Chat &) const = default;
};

struct Record {
    std::uint64_t reserve_bytes = 256 * 1024;             // kept free for the end of every record
    std::uint64_t free_floor_bytes = 64ULL * 1024 * 1024; // below it no session begins
};

struct Config {
    Server server;
    std::vector<Issuer> issuers;
    std::vector<Chat> chats;
    Record record;
    std::vector<std::string> policy_files; // below policies/, in the order of replacing
};

template <typename T>
struct Loaded {
    T value;
    std::vector<Fault> faults;
    bool ok() const { return faults.empty(); }
};

Loaded<Config> parse_config(std::string_view text, const std::string &file);

struct SourceFile {
    std::string name, text;
};
// All files of targets.d together, so that a name declared twice is a fault that names both places.
Loaded<std::vector<model::Target>> parse_targets(const std::vector<SourceFile> &files);

} // namespace sallyport::config
