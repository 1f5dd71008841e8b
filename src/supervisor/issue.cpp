// SPDX-License-Identifier: Apache-2.0
#include "issue.hpp"

#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/random.hpp"

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds skew = 60s; // clocks of people's machines

std::uint64_t random_serial() {
    std::uint64_t serial = 0;
    for (const std::uint8_t byte : os::random_bytes(8))
        serial = serial << 8 | byte;
    return serial;
}

} // namespace

void issue_certificate(Core &core, const IssueOrder &order,
                       std::function<void(base::Result<std::string>)> done) {
    const base::WallTime now = core.clock.now();
    store::Login login;
    login.id = {model::make_ulid(now, os::random_bytes(10))};
    login.who = order.who;
    login.who.login = login.id;
    login.issuer = order.issuer;
    login.subject = order.subject;
    login.key = order.key.blob;
    login.fingerprint = crypto::fingerprint(order.key.blob);
    login.serial = random_serial();
    login.from = order.from;
    login.issued = now;
    login.expires = now + order.lifetime;
    const base::Status stored = core.store.insert_login(login);
    if (!stored.ok())
        return done(stored.error());
    wire::UserCertificateAsk ask;
    ask.key = order.key.blob;
    ask.serial = login.serial;
    ask.person = order.who.person;
    ask.key_id = order.who.person + " login=" + login.id.text + " via=" + order.issuer;
    ask.valid_after = base::unix_seconds(now - skew);
    ask.valid_before = base::unix_seconds(login.expires);
    core.services.signer->ask<wire::UserCertificateAnswer>(
        std::move(ask), 10s,
        [&core, login, done = std::move(done)](
            base::Result<ipc::Caller::Reply<wire::UserCertificateAnswer>> answer) {
            if (!answer.ok())
                return done(answer.error());
            model::Event issued{
                model::EventKind::LoginIssued, {}, {}, login.who.person, "", "", {}};
            issued.details = {{"login", login.id.text},
                              {"issuer", login.issuer},
                              {"subject", login.subject},
                              {"key", login.fingerprint},
                              {"serial", std::to_string(login.serial)},
                              {"address", login.from},
                              {"expires", base::rfc3339(login.expires)}};
            const base::Status recorded = core.record(issued);
            if (!recorded.ok())
                return done(recorded.error());
            done(cert::key_line(answer->message.certificate, login.who.person));
        });
}

} // namespace sallyport::supervisor
