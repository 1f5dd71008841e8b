// SPDX-License-Identifier: Apache-2.0
#include "sallyport/config/config.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("config.config");

namespace {
const std::string host_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
constexpr const char *whole = R"([server]
listen = ["127.0.0.1:2222", "[::1]:2222"]
egress_addresses = ["127.0.0.1/32"]
contact = "#sre"

[[issuer]]
name = "demo"
url = "https://id.example.com"
client_id = "sallyport"
max_certificate = "4h"

[policy]
files = ["starter.toml"]
)";

std::string faults_of(std::string_view text) {
    std::string all;
    for (const config::Fault &fault : config::parse_config(text, "sallyport.toml").faults)
        all += config::shown(fault) + "\n";
    return all;
}

std::string replaced(std::string text, const std::string &from, const std::string &to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}
} // namespace

TEST_CASE("a whole configuration is read") {
    const auto loaded = config::parse_config(whole, "sallyport.toml");
    CHECK(faults_of(whole).empty());
    const config::Config &config = loaded.value;
    CHECK(config.server.listen ==
          std::vector<config::ListenAddress>{{"127.0.0.1", 2222}, {"::1", 2222}});
    CHECK(config.server.contact == "#sre");
    CHECK(config.issuers.at(0).max_certificate == std::chrono::hours(4));
    CHECK(config.policy_files == std::vector<std::string>{"starter.toml"});
    CHECK(config.server.rekey_bytes == 0);
    const auto rekeying = config::parse_config(
        replaced(whole, "contact =", "rekey_bytes = 1048576\ncontact ="), "sallyport.toml");
    CHECK(rekeying.value.server.rekey_bytes == 1048576);
}

TEST_CASE("every fault is told with file, line and column") {
    struct Row {
        const char *from, *to, *fault;
    };
    const Row rows[] = {
        {"contact = \"#sre\"", "contakt = \"#sre\"", "sallyport.toml:4:1: unknown key `contakt`\n"},
        {"contact = \"#sre\"", "contact = 5", "sallyport.toml:4:11: `contact` must be a string\n"},
        {"contact = \"#sre\"", "rekey_bytes = 1048575",
         "sallyport.toml:4:15: `rekey_bytes` must be a number from 1048576 to 4294967295\n"},
        {"127.0.0.1:2222", "bastion:2222",
         "sallyport.toml:2:10: `bastion:2222` is no address and port such as `0.0.0.0:22` or "
         "`[::]:22`\n"},
        {"127.0.0.1/32", "127.0.0.1/33",
         "sallyport.toml:3:20: `127.0.0.1/33` is no address range\n"},
        {"https://", "http://",
         "sallyport.toml:8:7: `url` must be https (loopback http only with "
         "`allow_loopback_http`)\n"},
        {"client_id = \"sallyport\"\n", "", "sallyport.toml:6:1: `client_id` is missing\n"},
        {"\"4h\"", "\"9h\"",
         "sallyport.toml:10:19: `max_certificate` must be between 1s and 28800s\n"},
        {"\"4h\"", "\"soon\"",
         "sallyport.toml:10:19: `max_certificate`: `soon` is not a duration such as `90s`, `15m`, "
         "`8h` or `1d`\n"},
        {"[policy]\nfiles = [\"starter.toml\"]\n", "",
         "sallyport.toml:1:1: `policy.files` is missing: without policy nothing is allowed\n"},
        {"\"starter.toml\"", "\"../x\"",
         "sallyport.toml:13:9: `../x` must be a path below policies/\n"},
    };
    for (const Row &row : rows)
        CHECK(faults_of(replaced(whole, row.from, row.to)) == row.fault);
}

TEST_CASE("a syntax error and an empty file are faults, and several faults are all told") {
    CHECK(faults_of("[server\n").find("sallyport.toml:1:8: ") == 0);
    CHECK(faults_of("").find("[server] is missing") != std::string::npos);
    CHECK(faults_of("a = 1\nb = 2\n").find("unknown key `b`") != std::string::npos);
    CHECK(faults_of("a = 1\nb = 2\n").find("unknown key `a`") != std::string::npos);
}

TEST_CASE("targets of several files are one list and a name is declared once") {
    const config::SourceFile one{
        "a.toml",
        "[[target]]\nname = \"web1\"\nhost = \"web1.internal\"\nlabels = { env = \"prod\" }\n"
        "host_keys = [\"" +
            host_key + "\"]\nshell = \"zsh\"\n"};
    config::SourceFile two = one;
    two.name = "b.toml";
    const auto loaded = config::parse_targets({one});
    REQUIRE(loaded.ok());
    CHECK(loaded.value.at(0).labels.at("env") == "prod");
    CHECK(loaded.value.at(0).shell == model::Dialect::Zsh);
    CHECK(loaded.value.at(0).port == 22);
    CHECK(loaded.value.at(0).origin == "a.toml:1");
    const auto twice = config::parse_targets({one, two});
    REQUIRE(twice.faults.size() == 1);
    CHECK(config::shown(twice.faults[0]) ==
          "b.toml:2:8: target `web1` is declared twice, first at a.toml:1");
}

TEST_CASE("text that is not TOML at all is a fault with its line, never the end of the process") {
    for (const std::string_view text : {std::string_view("[ } }"), std::string_view("[[\0", 3),
                                        std::string_view("a = \xEF\xBB\xAF\n"),
                                        std::string_view("\xC3\xA9 = 1"), std::string_view("[[")}) {
        CAPTURE(text);
        CHECK(config::parse_config(text, "s.toml").faults.size() == 1);
        CHECK(config::parse_targets({{"t.toml", std::string(text)}}).faults.size() == 1);
    }
    CHECK(faults_of("[server]\nlisten = []\n[ } }\n") ==
          "sallyport.toml:3:1: not TOML: a bracket stands where none can\n");
}

TEST_CASE("home and sh of a target are a declaration with usual values") {
    const auto with = [](const std::string &lines) {
        return config::parse_targets({{"a.toml", "[[target]]\nname = \"web1\"\nhost = \"h\"\n"
                                                 "host_keys = [\"" +
                                                     host_key + "\"]\n" + lines}});
    };
    const auto usual = with("");
    REQUIRE(usual.ok());
    CHECK(usual.value.at(0).sh == model::Dialect::Dash);
    CHECK(model::home_of(usual.value.at(0), "deploy") == "/home/deploy");
    CHECK(model::home_of(usual.value.at(0), "root") == "/root");
    const auto said = with("home = \"/srv/{account}/home\"\nsh = \"bash\"\n");
    REQUIRE(said.ok());
    CHECK(said.value.at(0).sh == model::Dialect::Bash);
    CHECK(model::home_of(said.value.at(0), "root") == "/srv/root/home");
    CHECK(!said.value.at(0).guarded_exec);
    CHECK(with("exec = \"guarded\"\n").value.at(0).guarded_exec);
    for (const char *wrong :
         {"home = \"srv\"", "home = \"/srv/../etc\"", "home = \"/srv/*\"", "home = \"/a//b\"",
          "home = \"/a\\nb\"", "home = 5", "exec = \"guard\"", "exec = true",
          "exec = \"guarded\"\nshell = \"zsh\"", "sh = \"fish\"", "sh = \"unknown\"", "sh = 5"}) {
        CAPTURE(wrong);
        CHECK(with(wrong).faults.size() == 1);
    }
}

TEST_CASE("a host key that is none, such as the example's, is a fault where it stands") {
    const auto with = [](const std::string &key) {
        return config::parse_targets({{"a.toml", "[[target]]\nname = \"web1\"\nhost = \"h\"\n"
                                                 "host_keys = [\"" +
                                                     key + "\"]\n"}});
    };
    CHECK(with(host_key + " a comment").ok());
    for (const std::string &wrong :
         {std::string("ssh-ed25519 AAAA..."), std::string("ssh-ed25519 AAAA"), std::string(""),
          "web1 " + host_key, "ssh-rsa" + host_key.substr(11), host_key.substr(0, 40)}) {
        CAPTURE(wrong);
        const auto loaded = with(wrong);
        REQUIRE(loaded.faults.size() == 1);
        CHECK(loaded.faults[0].line == 4);
        CHECK(loaded.faults[0].message.find("is no public key") != std::string::npos);
    }
}

TEST_CASE("a target that would be dialled without a pin is a fault") {
    const auto loaded = config::parse_targets(
        {{"a.toml", "[[target]]\nname = \"Web\"\nhost = \"h\"\nport = 0\nshell = \"fish\"\n"}});
    CHECK(loaded.faults.size() == 4);
}
TEST_SUITE_END();
