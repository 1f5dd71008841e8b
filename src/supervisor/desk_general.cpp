// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "json_object.hpp"
#include "speech.hpp"
#include "text.hpp"

namespace sallyport::supervisor {
namespace {

void help(Desk &desk, const Words &) {
    std::string text;
    for (const DeskCommand &command : desk_commands())
        if (desk.asker().administrator() ? command.administrator : command.person)
            text += columns(
                {{std::string(command.words) + " " + command.arguments, 44}, {command.help, 0}});
    desk.port().out(text);
    desk.done();
}

void whoami(Desk &desk, const Words &) {
    const model::Principal &who = desk.asker().who;
    if (desk.json()) {
        desk.port().out(json_object({{"person", who.person},
                                     {"groups", joined(who.groups, ",")},
                                     {"origin", std::string(model::origin_name(who.origin))},
                                     {"login", who.login.text},
                                     {"from", desk.asker().address}}) +
                        "\n");
    } else {
        desk.port().out(who.person + " (" + std::string(model::origin_name(who.origin)) +
                        ")\ngroups  " + joined(who.groups, ", ") + "\nlogin   " + who.login.text +
                        "\nfrom    " + desk.asker().address + "\n");
    }
    desk.done();
}

void targets(Desk &desk, const Words &) {
    for (const auto &[name, target] : desk.core().setup->targets) {
        if (!may_reach(desk, target))
            continue;
        std::vector<std::string> labels;
        for (const auto &[key, value] : target.labels)
            labels.push_back(key + "=" + value);
        if (desk.json())
            desk.port().out(json_object({{"target", name},
                                         {"labels", joined(labels, ",")},
                                         {"accounts", joined(target.accounts, ",")}}) +
                            "\n");
        else
            desk.port().out(columns(
                {{name, 20}, {joined(target.accounts, ", "), 24}, {joined(labels, ", "), 0}}));
    }
    desk.done();
}

void explain(Desk &desk, const Words &arguments) {
    Words words = arguments;
    const auto name = take_option(words, "--target");
    const auto account = take_option(words, "--account");
    const auto &all = desk.core().setup->targets;
    const auto target = name ? all.find(*name) : all.end();
    if (words.size() != 1 || target == all.end() || !may_reach(desk, target->second))
        return desk.fail("usage: explain 'command' --target TARGET [--account ACCOUNT]", 64);
    model::Action action;
    action.kind = model::ActionKind::Exec;
    action.who = desk.asker().who;
    action.target = target->first;
    action.labels = target->second.labels;
    action.dialect = target->second.shell;
    action.account = account                           ? *account
                     : target->second.accounts.empty() ? ""
                                                       : target->second.accounts.front();
    action.from = desk.asker().address;
    action.at = desk.core().clock.now();
    action.bytes = words.front();
    desk.core().decider.decide(
        action, "", [&desk, alive = desk.alive()](const decider::Decided &outcome) {
            if (alive.expired())
                return;
            desk.port().out(joined(outcome.decision.explanation, "\n") + "\n");
            desk.done();
        });
}

void reload(Desk &desk, const Words &) {
    const Reloaded reloaded = desk.house().reload();
    if (!reloaded.faults.empty()) {
        desk.port().error(reloaded.faults);
        return desk.fail("nothing was changed", exit_configuration);
    }
    for (const std::string &note : reloaded.notes)
        desk.port().error(note + "\n");
    desk.port().out("reloaded\n");
    desk.done();
}

void home(Desk &desk, const Words &) {
    desk.port().out("Sallyport. You are " + desk.asker().who.person + ".\n\nTargets:\n");
    for (const auto &[name, target] : desk.core().setup->targets)
        if (may_reach(desk, target))
            desk.port().out("  " + name + "\n");
    const auto open = desk.core().store.list_requests(true, 100);
    std::size_t waiting = 0;
    for (const model::Request &request : open.ok() ? *open : std::vector<model::Request>())
        waiting += request.state == model::RequestState::Pending &&
                           request.person != desk.asker().who.person
                       ? 1
                       : 0;
    desk.port().out("\n" + std::to_string(waiting) +
                    " requests of others wait. `ssh bastion help` lists the commands.\n");
    desk.done();
}

} // namespace

bool may_reach(const Desk &desk, const model::Target &target) {
    if (desk.asker().administrator())
        return true;
    model::Action action;
    action.kind = model::ActionKind::Connect;
    action.who = desk.asker().who;
    action.target = target.name;
    action.labels = target.labels;
    action.account = target.accounts.empty() ? "" : target.accounts.front();
    action.from = desk.asker().address;
    action.at = desk.core().clock.now();
    return desk.core().decider.decide_now(action).verdict == model::Verdict::Allow;
}

std::vector<DeskCommand> general_commands() {
    return {
        {"help", "", "this list", true, true, help},
        {"home", "", "what is mine and what waits", true, false, home},
        {"whoami", "", "who I am to the bastion", true, false, whoami},
        {"targets", "", "targets that I may reach", true, true, targets},
        {"target list", "", "targets that I may reach", true, true, targets},
        {"explain", "'command' --target T", "what the policy would say, and why", true, false,
         explain},
        {"reload", "", "read configuration and policy anew", false, true, reload},
    };
}

} // namespace sallyport::supervisor
