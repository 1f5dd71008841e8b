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
files = ["starter.toml"]

# [[issuer]]                           # who people are: an OpenID provider
# name = "company"
# url = "https://id.example.com"
# client_id = "sallyport"
)";

constexpr const char *first_targets =
    R"(# One table a target. `sallyport target trust-line NAME` prints what its sshd needs.
# [[target]]
# name = "web1"
# host = "web1.internal"
# labels = { env = "prod" }
# accounts = ["deploy"]
# host_keys = ["ssh-ed25519 AAAA..."]
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
    for (const std::string &folder : {prefix.var(), prefix.run(), prefix.log(), prefix.records()})
        SALLYPORT_CHECK(os::make_directories(folder, 0700));
    SALLYPORT_CHECK(put(prefix.config(), first_config));
    SALLYPORT_CHECK(put(prefix.targets() + "/targets.toml", first_targets));
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
