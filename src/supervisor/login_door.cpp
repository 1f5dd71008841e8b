// SPDX-License-Identifier: Apache-2.0
#include "login_door.hpp"

#include "issue.hpp"
#include "speech.hpp"

#include "sallyport/crypto/digest.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using model::EventKind;

constexpr std::chrono::milliseconds longest_sleep{2000};

} // namespace

LoginDoor::LoginDoor(Connection &connection, Issuers &issuers, std::unique_ptr<Port> port)
    : connection_(connection), core_(connection.core()), issuers_(issuers), port_(std::move(port)) {
}

LoginDoor::~LoginDoor() {
    *alive_ = false;
    core_.loop.cancel(timer_);
    if (counted_)
        issuers_.quota().leave(connection_.origin().address);
}

void LoginDoor::refuse(const std::string &message, std::uint32_t exit_status) {
    over_ = true;
    port_->error(spoken({"login", message}, false));
    port_->end(exit_status);
}

void LoginDoor::begin(const std::vector<std::string> &words) {
    if (words == std::vector<std::string>{"config"})
        return print_config();
    const std::string first = words.empty() ? "" : words.front();
    if (first == "token" || first == "agent")
        return refuse("logins of machines and agents are not built yet", exit_refused);
    if (words.size() > 1 || (!first.empty() && issuers_.find(first) == nullptr))
        return refuse("usage: ssh login@bastion [config | NAME OF AN ISSUER]", 64);
    issuer_ = issuers_.find(first);
    if (issuer_ == nullptr)
        return refuse("no identity provider is configured", exit_configuration);
    counted_ = issuers_.quota().enter(connection_.origin().address);
    if (!counted_)
        return refuse("too many logins are open from your address: try again in a few minutes",
                      exit_undecided);
    core_.note({EventKind::LoginStarted,
                connection_.origin().id,
                {},
                "",
                "",
                "",
                {{"issuer", issuer_->settings().name},
                 {"key", connection_.login().fingerprint},
                 {"address", connection_.origin().address}}});
    flow_ = std::make_unique<oidc::DeviceFlow>(*issuer_, core_.clock);
    advance();
}

// The block that renews a certificate by itself (identity-and-login, section 6), and the bastion's
// key.
void LoginDoor::print_config() {
    const std::string &name = core_.setup->config.server.name;
    std::string known;
    for (const wire::HostKey &key : core_.keys.host)
        known += "# known_hosts: " + cert::key_line(key.blob, "") + "\n";
    port_->out("Match host " + name +
               " exec \"test %r = login || { find ~/.ssh/id_ed25519-cert.pub -mmin -470 "
               "2>/dev/null | grep -q . ; } || "
               "{ ssh login@%h > ~/.ssh/.sallyport-cert && mv ~/.ssh/.sallyport-cert "
               "~/.ssh/id_ed25519-cert.pub; }\"\n" +
               known);
    port_->end(0);
}

void LoginDoor::advance() {
    if (over_)
        return;
    core_.loop.cancel(std::exchange(timer_, 0));
    const auto again = [this, alive = alive_] {
        if (*alive)
            advance();
    };
    issuers_.serve(*issuer_, again);
    if (auto ask = flow_->next())
        issuers_.ask(std::move(*ask),
                     [this, alive = alive_, again](const wire::FetchAnswer &answer) {
                         if (!*alive || over_)
                             return;
                         flow_->answered(answer);
                         again();
                     });
    if (flow_->prompt() && !std::exchange(prompted_, true)) {
        const oidc::Prompt &prompt = *flow_->prompt();
        port_->error("sallyport: open " + prompt.url + "\nsallyport: and type the code " +
                     prompt.code + "\nsallyport: only if you started this login yourself. Key " +
                     connection_.login().fingerprint + ", from " + connection_.origin().address +
                     ".\n");
    }
    if (flow_->end())
        return ended();
    const auto until = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::min(flow_->wake(), issuer_->wake()) - core_.clock.steady());
    timer_ =
        core_.loop.after(std::clamp(until, std::chrono::milliseconds(20), longest_sleep), again);
}

void LoginDoor::ended() {
    const oidc::FlowEnd end = *flow_->end();
    if (end == oidc::FlowEnd::Proven)
        return certify(flow_->person());
    core_.note({EventKind::LoginRefused,
                connection_.origin().id,
                {},
                "",
                "",
                "",
                {{"issuer", issuer_->settings().name},
                 {"end", std::string(oidc::flow_end_name(end))},
                 {"reason", flow_->detail()},
                 {"address", connection_.origin().address}}});
    const bool again = end == oidc::FlowEnd::Expired || end == oidc::FlowEnd::Unavailable ||
                       end == oidc::FlowEnd::Cancelled;
    refuse(flow_->message(), again ? exit_undecided : exit_refused);
}

void LoginDoor::certify(const oidc::ProvenPerson &person) {
    over_ = true;
    // One token, one login; the store remembers beyond a restart.
    const base::Status fresh =
        core_.store.use_token(person.token_hash, person.expires, core_.clock.now());
    const base::Status bound =
        core_.store.bind_person(person.person, person.issuer, person.subject);
    if (!bound.ok()) {
        core_.note({EventKind::LoginRefused,
                    connection_.origin().id,
                    {},
                    person.person,
                    "",
                    "",
                    {{"issuer", person.issuer_name},
                     {"subject", person.subject},
                     {"reason", bound.error().message}}});
        return refuse("`" + person.person + "` belongs to another identity: ask an administrator",
                      exit_refused);
    }
    const auto key = cert::parse_public_key(connection_.login().key);
    const config::Issuer *settings = issuers_.settings_of(*issuer_);
    if (!fresh.ok() || !key.ok() || settings == nullptr)
        return refuse("this login cannot be completed: log in again", exit_undecided);
    const IssueOrder order{{person.person, person.groups, model::Origin::Human, {}},
                           "oidc:" + person.issuer_name,
                           person.subject,
                           *key,
                           connection_.origin().address,
                           settings->max_certificate};
    issue_certificate(
        core_, order,
        [this, alive = alive_, name = person.person](const base::Result<std::string> &line) {
            if (!*alive)
                return;
            if (!line.ok())
                return refuse("no certificate: " + line.error().message, exit_internal);
            port_->out(*line + "\n");
            port_->error("sallyport: you are " + name + ". Save this as <your key>-cert.pub\n");
            port_->end(0);
        });
}

void LoginDoor::input(base::BytesView, bool) {}

void LoginDoor::cancel(bool) {
    if (over_)
        return;
    over_ = true;
    if (flow_)
        flow_->cancel();
    port_->end(exit_undecided);
}

} // namespace sallyport::supervisor
