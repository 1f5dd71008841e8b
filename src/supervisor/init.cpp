// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/init.hpp"

#include "sallyport/os/files.hpp"

#include <array>

namespace sallyport::supervisor {
namespace {

constexpr const char *first_config =
    R"(# Sallyport. Every key is documented in docs/CONFIGURATION.md.
[server]
listen = ["127.0.0.1:2222"]
name = "bastion"                       # what people type: ssh bastion
egress_addresses = ["127.0.0.1/32"]    # where targets see the bastion come from
contact = ""                           # whom to ask, shown with a refusal

[policy]
files = ["starter.toml", "site.toml"]  # later ones replace sets and rules of earlier ones

# [[issuer]]                           # who people are: an OpenID provider
# name = "company"
# url = "https://id.example.com"
# client_id = "sallyport"

# [[chat]]                             # where held commands are shown to those who may approve
# name = "approvals"
# platform = "telegram"
# token_file = "telegram_token"        # below etc/secrets, mode 0600
# chat = "-1001234567890"
)";

constexpr const char *first_targets =
    R"(# One table a target. Take the marks away and put yours in.
# `sallyport target trust-line NAME` prints what its sshd needs.
# [[target]]
# name = "web1"                          # what people type: ssh deploy@web1@bastion
# host = "127.0.0.1"                     # or a name
# port = 22
# labels = { env = "prod" }              # what the policy speaks about: prod, stage or dev
# accounts = ["deploy"]                  # who one may be there
# host_keys = ["ssh-ed25519 AAAA..."]    # ssh-keyscan -t ed25519 HOST, without the name in front
# allow_addresses = ["127.0.0.1/32"]     # only for a target on this machine: loopback is refused otherwise
)";

constexpr const char *first_site_policy =
    R"(# SPDX-License-Identifier: Apache-2.0
# What is different here from the starter policy. It is loaded after it and replaces by id; an update
# of the starter does not touch it.
format = 1
name = "site"

[set]
admin_net = ["127.0.0.0/8", "::1/128"] # from where people reach production: at first from this machine

[fixture.default] # what the tests beside the rules take for granted
from = "127.0.0.1"
)";

constexpr std::array shipped_files{"starter.toml", "packs/readers.toml", "knowledge/commands.toml",
                                   "mask/rules.toml"};

} // namespace

base::Result<InitReport> init(const Prefix &prefix, const std::string &shipped,
                              const std::function<base::Status(const std::string &)> &make_keys) {
    InitReport report;
    const auto put = [&report](const std::string &path,
                               const std::string &content) -> base::Status {
        if (os::exists(path)) {
            report.kept.push_back(path);
            return base::success();
        }
        SALLYPORT_CHECK(os::make_directories(path.substr(0, path.rfind('/')), 0755));
        SALLYPORT_CHECK(os::write_atomically(path, content, 0644));
        report.made.push_back(path);
        return base::success();
    };
    for (const std::string &folder : {prefix.etc(), prefix.targets(), prefix.policies()})
        SALLYPORT_CHECK(os::make_directories(folder, 0755));
    for (const std::string &folder :
         {prefix.var(), prefix.run(), prefix.log(), prefix.records(), prefix.etc() + "/secrets"})
        SALLYPORT_CHECK(os::make_directories(folder, 0700));
    SALLYPORT_CHECK(put(prefix.config(), first_config));
    SALLYPORT_CHECK(put(prefix.targets() + "/targets.toml", first_targets));
    SALLYPORT_CHECK(put(prefix.policies() + "/site.toml", first_site_policy));
    for (const char *name : shipped_files) {
        SALLYPORT_TRY(const std::string content, os::read_text(shipped + "/" + name));
        SALLYPORT_CHECK(put(prefix.policies() + "/" + name, content));
    }
    if (os::exists(prefix.keys())) {
        report.kept.push_back(prefix.keys());
        return report;
    }
    SALLYPORT_CHECK(os::make_directories(prefix.keys(), 0700));
    SALLYPORT_CHECK(make_keys(prefix.keys()));
    report.made.push_back(prefix.keys());
    return report;
}

} // namespace sallyport::supervisor
