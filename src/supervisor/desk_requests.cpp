// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "json_object.hpp"
#include "speech.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_requests = 200;
constexpr std::size_t shown_hash_digits = 12;       // of the binding: what `--yes` repeats
constexpr std::chrono::minutes fresh_login = 15min; // for rules with `confirm = "ssh"`

// A person sees their own requests and those that their groups may decide.
bool visible(const Desk &desk, const model::Request &request) {
    const model::Principal &who = desk.asker().who;
    if (desk.asker().administrator() || request.person == who.person)
        return true;
    for (const model::Quorum &quorum : request.need.approvals)
        for (const std::string &group : quorum.groups)
            if (std::find(who.groups.begin(), who.groups.end(), group) != who.groups.end())
                return true;
    return false;
}

std::string rules_text(const model::Request &request) {
    std::string text;
    for (const std::string &rule : request.rules)
        text += (text.empty() ? "" : ", ") + rule;
    return text;
}

std::string hash_text(const model::Request &request) {
    return request.binding.substr(0, shown_hash_digits);
}

std::string as_json(const model::Request &request) {
    return json_object({{"request", request.id.text},
                        {"state", std::string(model::request_state_name(request.state))},
                        {"person", request.person},
                        {"account", request.account},
                        {"target", request.target},
                        {"from", request.from},
                        {"cwd", request.cwd},
                        {"command", request.shown},
                        {"rules", rules_text(request)},
                        {"needs", approval::needs_text(request.need)},
                        {"hash", hash_text(request)},
                        {"opened", base::rfc3339(request.opened)},
                        {"expires", base::rfc3339(request.expires)}}) +
           "\n";
}

// The whole request: what an approver needs, nothing hidden. The command is shown line by line
// behind a bar.
std::string described(const model::Request &request) {
    std::string command;
    std::string_view rest = request.shown;
    for (;;) {
        const std::size_t end = rest.find('\n');
        command += "    | " + base::printable(rest.substr(0, end), 70000) + "\n";
        if (end == std::string_view::npos)
            break;
        rest.remove_prefix(end + 1);
    }
    std::string text = "request  " + request.id.text + "  " +
                       std::string(model::request_state_name(request.state)) + "\n";
    text += "who      " + request.person + " from " + request.from + "\n";
    text += "where    " + request.account + "@" + request.target + "\n";
    if (!request.cwd.empty())
        text += "cwd      " + base::printable(request.cwd, 300) + " (" +
                std::string(model::directory_source(request.kind)) + ")\n";
    text += "command\n" + command;
    text += "held by  " + rules_text(request) + ": " + approval::needs_text(request.need) + "\n";
    text += "expires  " + base::rfc3339(request.expires) + "\n";
    text += "hash     " + hash_text(request) + "\n";
    for (const model::Vote &vote : request.votes)
        text += "vote     " +
                std::string(vote.answer == model::Answer::Approve ? "approve" : "deny") + " by " +
                vote.person + " (" + vote.channel + ")\n";
    return text;
}

void requests(Desk &desk, const Words &arguments) {
    Words words = arguments;
    const bool all = take_flag(words, "--all");
    const auto list = desk.core().store.list_requests(!all, most_requests);
    if (!list.ok())
        return desk.fail(list.error().message);
    for (const model::Request &request : *list) {
        if (!visible(desk, request))
            continue;
        if (desk.json())
            desk.port().out(as_json(request));
        else
            desk.port().out(columns({{request.id.text, 7},
                                     {std::string(model::request_state_name(request.state)), 10},
                                     {request.person, 14},
                                     {request.account + "@" + request.target, 20},
                                     {base::printable(request.shown, 120), 0}}));
    }
    desk.done();
}

// The request that the words name, if it exists for this asker; an error was told otherwise.
std::optional<model::Request> named_request(Desk &desk, const Words &words) {
    const auto id = words.size() == 1
                        ? model::parse_request_id(words.front())
                        : base::Result<model::RequestId>(base::invalid("usage: one request id"));
    if (!id.ok()) {
        desk.fail(id.error().message, 64);
        return std::nullopt;
    }
    const auto found = desk.core().store.find_request(*id);
    if (!found.ok() || !*found || !visible(desk, **found)) {
        desk.fail("there is no request " + id->text + " for you");
        return std::nullopt;
    }
    return **found;
}

void show(Desk &desk, const Words &words) {
    const auto request = named_request(desk, words);
    if (!request)
        return;
    desk.port().out(desk.json() ? as_json(*request) : described(*request));
    desk.done();
}

void cast(Desk &desk, const model::Request &request, model::Answer answer, const std::string &why) {
    const Asker &asker = desk.asker();
    // confirm = ssh: an old login on an unattended machine is not enough for the gravest rules.
    if (request.need.confirm == model::Confirm::Ssh && answer == model::Answer::Approve &&
        desk.core().clock.now() - asker.logged_in > fresh_login)
        return desk.fail("this rule wants a login of the last 15 minutes: ssh login@... first, "
                         "then approve again",
                         exit_refused);
    const model::Vote vote{asker.who.person,       asker.who.groups, answer, "ssh", why,
                           desk.core().clock.now()};
    const auto voted = desk.house().held.vote(request.id, vote, asker.who.origin);
    if (!voted.ok())
        return desk.fail(voted.error().message, exit_internal);
    if (voted->refusal)
        return desk.fail(std::string(approval::refusal_text(*voted->refusal)), exit_refused);
    desk.port().out("request " + request.id.text + " is " +
                    std::string(model::request_state_name(voted->request.state)) + "\n");
    desk.done();
}

void decide(Desk &desk, const Words &arguments, model::Answer answer) {
    Words words = arguments;
    const std::string why = take_option(words, "-m").value_or("");
    const auto yes = take_option(words, "--yes");
    const auto request = named_request(desk, words);
    if (!request)
        return;
    if (why.size() > 400)
        return desk.fail("the reason is longer than 400 bytes", 64);
    if (yes) {
        // Whoever decides without being shown must name what was decided.
        if (yes->size() < shown_hash_digits || !request->binding.starts_with(*yes))
            return desk.fail("the hash is not that of request " + request->id.text +
                                 ": nothing was decided",
                             exit_refused);
        return cast(desk, *request, answer, why);
    }
    desk.port().error(described(*request));
    const char *verb = answer == model::Answer::Approve ? "approve" : "deny";
    const bool asked =
        desk.ask(std::string("Type `") + verb + "` to " + verb + ": ",
                 [&desk, request = *request, answer, why, verb](const std::string &line) {
                     if (line != verb)
                         return desk.fail("nothing was decided", exit_undecided);
                     cast(desk, request, answer, why);
                 });
    if (!asked)
        desk.fail("without a terminal add --yes " + hash_text(*request) + " (ssh -t asks)", 64);
}

void approve(Desk &desk, const Words &words) {
    decide(desk, words, model::Answer::Approve);
}
void deny(Desk &desk, const Words &words) {
    decide(desk, words, model::Answer::Deny);
}

void revoke(Desk &desk, const Words &words) {
    const auto request = named_request(desk, words);
    if (!request)
        return;
    desk.house().held.cancel(request->id, "cancelled by an administrator");
    desk.port().out("request " + request->id.text + " is cancelled unless it had ended before\n");
    desk.done();
}

} // namespace

std::vector<DeskCommand> request_commands() {
    return {
        {"requests", "[--all]", "held requests: mine, and those that I may decide", true, true,
         requests},
        {"request list", "[--all]", "held requests: mine, and those that I may decide", true, true,
         requests},
        {"request show", "ID", "one request, whole", true, true, show},
        {"approve", "ID [-m why] [--yes HASH]", "let it run", true, false, approve},
        {"request approve", "ID [-m why] [--yes HASH]", "the same", true, false, approve},
        {"deny", "ID [-m why] [--yes HASH]", "do not let it run", true, false, deny},
        {"request deny", "ID [-m why] [--yes HASH]", "the same", true, false, deny},
        {"request revoke", "ID", "cancel a held request", false, true, revoke},
    };
}

} // namespace sallyport::supervisor
