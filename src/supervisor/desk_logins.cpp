// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "issue.hpp"
#include "json_object.hpp"
#include "links.hpp"
#include "text.hpp"

#include "sallyport/base/limits.hpp"

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

std::string state_of(const store::Login &login, base::WallTime now) {
    return login.revoked ? "revoked" : now >= login.expires ? "expired" : "live";
}

void list(Desk &desk, const Words &arguments) {
    Words words = arguments;
    const bool all = take_flag(words, "--all");
    const base::WallTime now = desk.core().clock.now();
    const auto logins = desk.core().store.list_logins(!all, now);
    if (!logins.ok())
        return desk.fail(logins.error().message);
    for (const store::Login &login : *logins) {
        if (!desk.asker().administrator() && login.who.person != desk.asker().who.person)
            continue;
        if (desk.json())
            desk.port().out(json_object({{"login", login.id.text},
                                         {"person", login.who.person},
                                         {"groups", joined(login.who.groups, ",")},
                                         {"state", state_of(login, now)},
                                         {"issuer", login.issuer},
                                         {"subject", login.subject},
                                         {"serial", std::to_string(login.serial)},
                                         {"key", login.fingerprint},
                                         {"from", login.from},
                                         {"issued", base::rfc3339(login.issued)},
                                         {"expires", base::rfc3339(login.expires)}}) +
                            "\n");
        else
            desk.port().out(columns({{login.id.text, 27},
                                     {state_of(login, now), 8},
                                     {login.who.person, 14},
                                     {base::rfc3339(login.expires).substr(0, 19), 20},
                                     {login.fingerprint, 0}}));
    }
    desk.done();
}

void revoke(Desk &desk, const Words &words) {
    if (words.size() != 1)
        return desk.fail("usage: login revoke LOGIN|PERSON|SERIAL|FINGERPRINT", 64);
    const std::string by = desk.asker().administrator() ? "administrator" : desk.asker().who.person;
    // A person may revoke their own logins only, named by what `login list` shows.
    if (!desk.asker().administrator()) {
        const auto login = desk.core().store.find_login({words.front()});
        const bool own = words.front() == desk.asker().who.person ||
                         (login.ok() && *login && (*login)->who.person == desk.asker().who.person);
        if (!own)
            return desk.fail("that is no login of yours");
    }
    const auto revoked =
        desk.core().store.revoke_logins(words.front(), by, desk.core().clock.now());
    if (!revoked.ok())
        return desk.fail(revoked.error().message);
    for (const model::LoginId &id : *revoked)
        desk.core().note(
            {model::EventKind::LoginRevoked, {}, {}, "", "", "", {{"login", id.text}, {"by", by}}});
    desk.port().out(std::to_string(revoked->size()) + " logins revoked\n");
    desk.done();
    desk.house().connections.end_logins(*revoked, "this login was revoked");
}

void free_name(Desk &desk, const Words &words) {
    if (words.size() != 1)
        return desk.fail("usage: login free PERSON", 64);
    const base::Status freed = desk.core().store.free_person(words.front());
    if (!freed.ok())
        return desk.fail(freed.error().message);
    desk.core().note({model::EventKind::LoginRevoked,
                      {},
                      {},
                      words.front(),
                      "",
                      "",
                      {{"name", "freed"}, {"by", "administrator"}}});
    desk.port().out(words.front() + " may be taken by the next identity that comes with it\n");
    desk.done();
}

void show_ca(Desk &desk, const Words &) {
    const Keys &keys = desk.core().keys;
    desk.port().out("user CA    " + cert::key_line(keys.user_ca.blob, "sallyport-user-ca") + "\n");
    desk.port().out("target CA  " + cert::key_line(keys.target_ca, "sallyport-target-ca") + "\n");
    for (const wire::HostKey &key : keys.host)
        desk.port().out("host key   " +
                        cert::key_line(key.blob, desk.core().setup->config.server.name) + "\n");
    desk.port().out("seal key   " + keys.seal_key_id + "\n");
    desk.done();
}

void issue(Desk &desk, const Words &arguments) {
    Words words = arguments;
    const std::string person = take_option(words, "--person").value_or("");
    const auto lifetime = base::parse_duration(take_option(words, "--for").value_or("8h"));
    model::Principal who{person, {}, model::Origin::Human, {}};
    while (const auto group = take_option(words, "--group"))
        who.groups.push_back(*group);
    const auto key =
        words.size() == 1
            ? cert::parse_public_key_line(words.front())
            : base::Result<cert::PublicKey>(base::invalid(
                  "usage: ca issue 'ssh-ed25519 AAAA...' --person P [--group G]... [--for 8h]"));
    if (!key.ok())
        return desk.fail(key.error().message, 64);
    if (!model::is_person_name(person) || !lifetime.ok() || *lifetime > 8h)
        return desk.fail("a person name and a lifetime of at most 8h are needed", 64);
    for (const std::string &group : who.groups)
        if (!model::is_group_name(group))
            return desk.fail("`" + base::printable(group, 60) + "` is no group name", 64);
    issue_certificate(desk.core(), {who, "local", person, *key, desk.asker().address, *lifetime},
                      [&desk, alive = desk.alive()](const base::Result<std::string> &line) {
                          if (alive.expired())
                              return;
                          if (!line.ok())
                              return desk.fail(line.error().message);
                          desk.port().out(*line + "\n");
                          desk.done();
                      });
}

void link(Desk &desk, const Words &words) {
    const auto &chats = desk.core().setup->config.chats;
    if (words.size() != 1 || chats.empty() || words.front() != chats.front().platform)
        return desk.fail(
            chats.empty() ? "no chat is configured" : "usage: link " + chats.front().platform, 64);
    const std::string code = desk.house().links.begin(words.front(), desk.asker().who.person);
    desk.port().out(
        "Send this to the bot within 10 minutes, from the account that is yours:\n\n    /link " +
        code + "\n");
    desk.done();
}

void links(Desk &desk, const Words &) {
    const auto all = desk.core().store.list_links();
    if (!all.ok())
        return desk.fail(all.error().message);
    for (const store::Link &entry : *all)
        if (desk.asker().administrator() || entry.person == desk.asker().who.person)
            desk.port().out(columns({{entry.platform, 12},
                                     {entry.user, 20},
                                     {entry.person, 16},
                                     {base::rfc3339(entry.made), 0}}));
    desk.done();
}

void unlink(Desk &desk, const Words &words) {
    if (words.size() != 2)
        return desk.fail("usage: unlink PLATFORM USER", 64);
    const auto person = desk.core().store.find_linked_person(words[0], words[1]);
    if (!person.ok() || !*person ||
        (!desk.asker().administrator() && **person != desk.asker().who.person))
        return desk.fail("there is no such link of yours");
    const base::Status removed = desk.core().store.remove_link(words[0], words[1]);
    if (!removed.ok())
        return desk.fail(removed.error().message);
    desk.port().out("unlinked\n");
    desk.done();
}

} // namespace

std::vector<DeskCommand> login_commands() {
    return {
        {"login list", "[--all]", "logins: mine (an administrator: all)", true, true, list},
        {"login revoke", "LOGIN|PERSON|SERIAL", "revoke logins; live connections end", true, true,
         revoke},
        {"login free", "PERSON", "a name may belong to another identity", false, true, free_name},
        {"ca show", "", "the public keys", false, true, show_ca},
        {"ca issue", "'KEY LINE' --person P [--group G]... [--for 8h]",
         "a user certificate without a login", false, true, issue},
        {"link", "PLATFORM", "link my chat account", true, false, link},
        {"links", "", "linked chat accounts", true, true, links},
        {"unlink", "PLATFORM USER", "remove a link", true, true, unlink},
    };
}

} // namespace sallyport::supervisor
