// SPDX-License-Identifier: Apache-2.0
#include "issuers.hpp"

#include "sallyport/supervisor/issuer_settings.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::chrono::milliseconds fetch_limit{15000};

} // namespace

Issuers::Issuers(Core &core) : core_(core) {
    for (const config::Issuer &configured : core.setup->config.issuers) {
        oidc::Settings settings = issuer_settings(configured);
        const base::Status good = oidc::check(settings);
        if (!good.ok()) {
            core.log.write(base::LogLevel::Error, "oidc",
                           configured.name + ": " + good.error().message);
            continue;
        }
        auto issuer = std::make_unique<oidc::Issuer>(std::move(settings), signatures_, core.clock);
        const auto kept = core.store.kept_key_set(configured.url);
        if (kept.ok() && *kept)
            issuer->restore({(*kept)->body, (*kept)->fetched});
        issuers_.emplace_back(configured, std::move(issuer));
    }
}

oidc::Issuer *Issuers::find(const std::string &name) {
    for (auto &[configured, issuer] : issuers_)
        if (name.empty() || configured.name == name)
            return issuer.get();
    return nullptr;
}

const config::Issuer *Issuers::settings_of(const oidc::Issuer &issuer) const {
    for (const auto &[configured, own] : issuers_)
        if (own.get() == &issuer)
            return &configured;
    return nullptr;
}

void Issuers::ask(wire::FetchAsk ask, std::function<void(const wire::FetchAnswer &)> done) {
    core_.services.identity->ask<wire::FetchAnswer>(
        std::move(ask), fetch_limit,
        [done = std::move(done)](base::Result<ipc::Caller::Reply<wire::FetchAnswer>> answer) {
            wire::FetchAnswer message;
            if (answer.ok())
                message = std::move(answer->message);
            else
                message.error = answer.error().message;
            done(message);
        });
}

void Issuers::serve(oidc::Issuer &issuer, const std::function<void()> &progressed) {
    auto due = issuer.next();
    if (!due)
        return;
    ask(std::move(*due),
        [this, alive = alive_, &issuer, progressed](const wire::FetchAnswer &answer) {
            if (!*alive)
                return;
            const base::Status taken = issuer.answered(answer);
            if (!taken.ok())
                core_.log.write(base::LogLevel::Warning, "oidc",
                                issuer.settings().name + ": " + taken.error().message);
            keep(issuer);
            progressed();
        });
}

void Issuers::keep(oidc::Issuer &issuer) {
    for (const jwt::Jwk &key : issuer.take_added_keys())
        core_.note({model::EventKind::KeySetChanged,
                    {},
                    {},
                    "",
                    "",
                    "",
                    {{"issuer", issuer.settings().name}, {"thumbprint", issuer.thumbprint(key)}}});
    if (!issuer.take_changed())
        return;
    const base::Status kept = core_.store.keep_key_set(
        {issuer.settings().issuer, issuer.snapshot().keys, issuer.snapshot().fetched});
    if (!kept.ok())
        core_.log.write(base::LogLevel::Error, "store", kept.error().message);
}

} // namespace sallyport::supervisor
