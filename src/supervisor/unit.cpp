// SPDX-License-Identifier: Apache-2.0
#include "unit.hpp"

#include "text.hpp"

#include "sallyport/cert/certificate.hpp"
#include "sallyport/mask/text.hpp"

#include <algorithm>

namespace sallyport::supervisor {

model::Request make_request(const model::Action &action, const model::Decision &decision,
                            const std::string &shown, const std::string &binding,
                            const model::ConnectionId &connection, const model::SessionId &session,
                            base::WallTime now) {
    model::Request request;
    request.connection = connection;
    request.session = session;
    request.person = action.who.person;
    request.account = action.account;
    request.target = action.target;
    request.from = action.from;
    request.cwd = action.cwd.value_or("");
    request.kind = action.kind;
    request.shown = shown;
    request.binding = binding;
    request.rules = decision.held_by;
    request.need = decision.need;
    request.opened = now;
    request.expires = now + std::chrono::seconds(decision.need.ttl_seconds);
    return request;
}

void add_circumstances(model::Event &event, const model::Action &action) {
    std::vector<std::string> labels;
    for (const auto &[name, value] : action.labels)
        labels.push_back(name + "=" + value);
    const std::pair<const char *, std::string> said[] = {
        {"groups", joined(action.who.groups, " ")},
        {"origin", std::string(model::origin_name(action.who.origin))},
        {"declared", joined(action.declared, " ")},
        {"from", action.from},
        {"labels", joined(labels, "\n")},
        {"dialect", std::string(model::dialect_name(action.dialect))},
        {"sh", std::string(model::dialect_name(action.sh))},
        {"cwd", action.cwd.value_or("")},
        {"terminal", action.terminal ? "yes" : ""},
    };
    for (const auto &[key, value] : said)
        if (!value.empty())
            event.details.emplace_back(key, value);
}

std::string shown_command(const Setup &setup, const model::Action &action,
                          const model::CommandFacts &facts) {
    const auto database = mask::Database::open(setup.mask_database);
    if (!database.ok())
        return action.bytes;
    std::vector<mask::ConstantSpan> constants;
    for (const model::Span &span : facts.constants)
        constants.push_back({span.begin, span.end});
    return mask::mask_command(*database, action.bytes, constants).text;
}

std::unique_ptr<identity::TargetExchange> make_target_exchange(const model::Target &target) {
    std::vector<base::Bytes> pins;
    for (const std::string &line : target.host_keys)
        if (const auto key = cert::parse_public_key_line(line); key.ok())
            pins.push_back(key->blob);
    std::vector<cert::PublicKey> authorities;
    for (const std::string &line : target.host_cas)
        if (auto key = cert::parse_public_key_line(line); key.ok())
            authorities.push_back(std::move(*key));
    return std::make_unique<identity::TargetExchange>(std::move(pins), std::move(authorities),
                                                      target.name);
}

// What to offer as host key algorithms: only what a pin or a CA could satisfy.
std::vector<std::string> pinned_algorithms(const model::Target &target) {
    std::vector<std::string> names;
    const auto add = [&names](std::string name) {
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    };
    for (const std::string &line : target.host_keys) {
        const auto key = cert::parse_public_key_line(line);
        if (!key.ok())
            continue;
        if (key->type == cert::KeyType::Rsa) {
            add("rsa-sha2-512");
            add("rsa-sha2-256");
        } else {
            add(std::string(cert::key_type_name(key->type)));
        }
    }
    if (!target.host_cas.empty()) {
        add("ssh-ed25519-cert-v01@openssh.com");
        add("ecdsa-sha2-nistp256-cert-v01@openssh.com");
        add("rsa-sha2-512-cert-v01@openssh.com");
    }
    return names;
}

} // namespace sallyport::supervisor
