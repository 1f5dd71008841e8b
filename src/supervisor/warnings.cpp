// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/files.hpp"
#include "sallyport/store/store.hpp"
#include "sallyport/supervisor/setup.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

bool is_loopback(const std::string &host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1";
}

// The groups of quorums that nobody could fill, for one sentence.
std::string missing_approvers(const policy::Policy &policy, const std::set<std::string> &groups) {
    std::set<std::string> missing;
    for (const model::Quorum &quorum : policy.quorums()) {
        const bool known =
            std::any_of(quorum.groups.begin(), quorum.groups.end(),
                        [&](const std::string &group) { return groups.count(group) != 0; });
        if (known)
            continue;
        std::string text;
        for (const std::string &group : quorum.groups)
            text += (text.empty() ? "`" : " or `") + group + "`";
        missing.insert(text);
    }
    std::string all;
    for (const std::string &text : missing)
        all += (all.empty() ? "" : ", ") + text;
    return all;
}

} // namespace

std::vector<std::string> warnings(const Setup &setup,
                                  const std::optional<std::set<std::string>> &groups) {
    std::vector<std::string> all;
    for (const auto &[name, target] : setup.targets)
        if (is_loopback(target.host) && target.allow_addresses.empty())
            all.push_back("target `" + name + "` is on this machine (" + target.host +
                          ") and has no `allow_addresses`: it will not be dialled; add "
                          "`allow_addresses = [\"127.0.0.1/32\"]`");
    if (setup.config.issuers.empty())
        all.emplace_back("there is no [[issuer]]: nobody can log in, only `sallyport ca issue` "
                         "makes certificates");
    const std::string missing = groups ? missing_approvers(*setup.policy, *groups) : "";
    if (!missing.empty())
        all.push_back("nobody who has logged in so far is in a group whose approval the policy "
                      "asks for: " +
                      missing + "; what they would have to approve expires");
    return all;
}

std::vector<std::string> warnings(const Setup &setup, store::Store &store) {
    const auto logins = store.list_logins(false, {});
    if (!logins.ok())
        return warnings(setup, std::nullopt);
    std::set<std::string> groups;
    for (const store::Login &login : *logins)
        groups.insert(login.who.groups.begin(), login.who.groups.end());
    return warnings(setup, groups);
}

std::vector<std::string> warnings(const Prefix &prefix, const Setup &setup) {
    if (!os::exists(prefix.store()))
        return warnings(setup, std::set<std::string>());
    const auto store = store::Store::open(prefix.store());
    return store.ok() ? warnings(setup, **store) : warnings(setup, std::nullopt);
}

} // namespace sallyport::supervisor
