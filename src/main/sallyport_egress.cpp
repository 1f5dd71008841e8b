// SPDX-License-Identifier: Apache-2.0
// sallyport-egress: the three programs that speak to the outside, each with its own user, secrets
// and messages:
//   dial      resolves names and connects to addresses that sallyportd judged; no secret
//   identity  fetches from the configured identity providers; their client secrets
//   notify    shows messages in chats and hears clicks; the bots' tokens
#include "options.hpp"

#include "sallyport/config/config.hpp"
#include "sallyport/egress/dial_service.hpp"
#include "sallyport/egress/identity_service.hpp"
#include "sallyport/egress/notify_service.hpp"
#include "sallyport/os/edges.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/log.hpp"
#include "sallyport/os/sandbox.hpp"
#include "sallyport/supervisor/issuer_settings.hpp"
#include "sallyport/supervisor/prefix.hpp"

#include <csignal>

using namespace sallyport; // NOLINT: composition only

namespace {

// Secrets lie in etc/secrets below the prefix; a trailing newline is not part of one.
base::Result<std::string> read_secret(const supervisor::Prefix &prefix, const std::string &name) {
    SALLYPORT_TRY(std::string text, os::read_private(prefix.etc() + "/secrets/" + name, 4096));
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

base::Result<std::vector<egress::IssuerAccess>> issuers_of(const supervisor::Prefix &prefix,
                                                           const config::Config &config) {
    std::vector<egress::IssuerAccess> issuers;
    for (const config::Issuer &configured : config.issuers) {
        egress::IssuerAccess access{supervisor::issuer_settings(configured), base::Secret()};
        if (!configured.client_secret_file.empty()) {
            SALLYPORT_TRY(const std::string secret,
                          read_secret(prefix, configured.client_secret_file));
            access.secret = base::Secret(secret);
        }
        issuers.push_back(std::move(access));
    }
    return issuers;
}

base::Result<std::vector<egress::BotAccess>> bots_of(const supervisor::Prefix &prefix,
                                                     const config::Config &config) {
    std::vector<egress::BotAccess> bots;
    for (const config::Chat &chat : config.chats) {
        SALLYPORT_TRY(std::string token, read_secret(prefix, chat.token_file));
        bots.push_back(
            {{chat.platform, chat.api, std::move(token)},
             chat.allow_loopback_http ? http::PlainHttp::OnLoopback : http::PlainHttp::Never});
    }
    return bots;
}

base::Status confine(base::Log &log) {
    os::SandboxOptions options;
    options.profile = os::SandboxProfile::Egress;
    SALLYPORT_TRY(const os::SandboxReport report, os::enter_sandbox(options));
    log.write(base::LogLevel::Info, "sandbox", report.filter ? "filter in force" : "no filter");
    return base::success();
}

base::Status run(const main_program::Options &options, base::Log &log) {
    SALLYPORT_CHECK(os::hide_memory());
    const std::string role = options.word();
    const supervisor::Prefix prefix{options.value("--prefix")};
    SALLYPORT_TRY(auto edge, os::open_edge(options.value("--edge")));
    SALLYPORT_TRY(const auto loop, os::Loop::open());
    const base::SystemClock clock;
    config::Config config;
    if (role != "dial") {
        SALLYPORT_TRY(const std::string text, os::read_text(prefix.config()));
        auto loaded = config::parse_config(text, prefix.config());
        if (!loaded.ok())
            return base::invalid(config::shown(loaded.faults.front()));
        config = std::move(loaded.value);
    }
    SALLYPORT_TRY(auto issuers, issuers_of(prefix, role == "identity" ? config : config::Config{}));
    SALLYPORT_TRY(auto bots, bots_of(prefix, role == "notify" ? config : config::Config{}));
    SALLYPORT_CHECK(confine(log));
    std::unique_ptr<egress::DialService> dial;
    std::unique_ptr<egress::IdentityService> identity;
    std::unique_ptr<egress::NotifyService> notify;
    if (role == "dial") {
        SALLYPORT_TRY(dial, egress::DialService::open(*loop, std::move(edge), log));
    } else if (role == "identity") {
        SALLYPORT_TRY(identity, egress::IdentityService::open(*loop, std::move(edge),
                                                              std::move(issuers), {}, log));
    } else if (role == "notify") {
        SALLYPORT_TRY(notify, egress::NotifyService::open(*loop, std::move(edge), std::move(bots),
                                                          {}, clock, log));
    } else {
        return base::invalid(
            "usage: sallyport-egress dial|identity|notify --prefix DIR --edge WHERE");
    }
    loop->run();
    return base::success();
}

} // namespace

int main(int count, char **arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const main_program::Options options(count, arguments);
    const auto log = os::open_log("sallyport-egress");
    const base::Status status = run(options, *log);
    if (!status.ok())
        log->write(base::LogLevel::Error, options.word(), status.error().message);
    return status.ok() ? 0 : 1;
}
