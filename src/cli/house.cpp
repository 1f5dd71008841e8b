// SPDX-License-Identifier: Apache-2.0
#include "house.hpp"

#include "sallyport/audit/event_log.hpp"
#include "sallyport/base/encoding.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/edges.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/signer/keys.hpp"
#include "sallyport/supervisor/init.hpp"
#include "sallyport/supervisor/run.hpp"
#include "sallyport/supervisor/setup.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <algorithm>
#include <iostream>

#include <nlohmann/json.hpp>

namespace sallyport::cli {
namespace {

constexpr int configuration_fault = 78, unavailable = 69, internal_error = 70;

int status_of(const base::Error &error) {
    switch (error.code) {
    case base::ErrorCode::InvalidInput:
    case base::ErrorCode::Conflict:
        return configuration_fault;
    case base::ErrorCode::Unavailable:
        return unavailable;
    default:
        return internal_error;
    }
}

int failed(std::ostream &err, const base::Error &error, int status) {
    err << "sallyport: " << error.message << "\n";
    return status;
}

} // namespace

std::string shipped_policies() {
    const std::string here = os::program_directory();
    for (const char *candidate : {"/../share/sallyport/policies", "/../../../../policies"})
        if (os::exists(here + candidate + "/starter.toml"))
            return here + candidate;
    return here + "/../share/sallyport/policies";
}

int init_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err) {
    const auto report =
        supervisor::init(prefix, shipped_policies(), [](const std::string &directory) {
            return signer::create_keys(directory);
        });
    if (!report.ok())
        return failed(err, report.error(), internal_error);
    for (const std::string &path : report->made)
        out << "made  " << path << "\n";
    for (const std::string &path : report->kept)
        out << "kept  " << path << "\n";
    const std::string me =
        "sallyport" + (prefix.root.empty() ? std::string() : " --prefix " + prefix.root);
    out << "\nnext:\n"
        << "  edit " << prefix.targets() << "/targets.toml: your first target\n"
        << "  edit " << prefix.config() << ": your OpenID provider, or none yet\n"
        << "  " << me << " check\n"
        << "  " << me << " target trust-line NAME   # what goes into the target's sshd\n"
        << "  " << (prefix.root.empty() ? "systemctl start sallyportd" : me + " run") << "\n"
        << "  " << me << " ca issue \"$(cat ~/.ssh/id_ed25519.pub)\" --person NAME --group ops\n"
        << "    # a certificate without a provider, while it runs; approvers are in group sre\n";
    return 0;
}

int run_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err) {
    base::StderrLog log;
    const base::Status ended =
        supervisor::run_all(prefix, log, [&](const supervisor::Setup &setup) {
            out << "ready on";
            for (const config::ListenAddress &at : setup.config.server.listen)
                out << " "
                    << (at.address.find(':') == std::string::npos ? at.address
                                                                  : "[" + at.address + "]")
                    << ":" << at.port;
            out << ", logs in " << prefix.log() << std::endl;
        });
    return ended.ok() ? 0 : failed(err, ended.error(), status_of(ended.error()));
}

int check_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err) {
    const supervisor::SetupResult result = supervisor::load_setup(prefix);
    for (const config::Fault &fault : result.faults)
        err << config::shown(fault) << "\n";
    if (!result.setup) {
        err << result.faults.size() << (result.faults.size() == 1 ? " fault\n" : " faults\n");
        return configuration_fault;
    }
    for (const std::string &warning : supervisor::warnings(prefix, *result.setup))
        err << "warning: " << warning << "\n";
    out << "good: " << result.setup->targets.size() << " targets, "
        << result.setup->policy->rule_count() << " rules, policy "
        << result.setup->policy->hash().substr(0, 12) << "\n";
    return 0;
}

int trust_line_verb(const supervisor::Prefix &prefix, const std::string &name, std::ostream &out,
                    std::ostream &err) {
    const supervisor::SetupResult result = supervisor::load_setup(prefix);
    if (!result.setup)
        return check_verb(prefix, out, err);
    const auto target = result.setup->targets.find(name);
    if (target == result.setup->targets.end())
        return failed(err, base::invalid("there is no target `" + name + "`"), configuration_fault);
    const auto ca = os::read_text(prefix.keys() + "/target_ca.pub");
    if (!ca.ok())
        return failed(err, ca.error(), configuration_fault);
    out << "# /etc/ssh/sallyport_ca.pub on " << name << "\n" << *ca;
    out << "# /etc/ssh/sshd_config on " << name << "\n"
        << "TrustedUserCAKeys /etc/ssh/sallyport_ca.pub\n"
        << "AuthorizedPrincipalsFile /etc/ssh/sallyport_principals/%u\n";
    std::vector<std::string> accounts = target->second.accounts;
    if (accounts.empty())
        accounts.emplace_back("ACCOUNT");
    for (const std::string &account : accounts)
        out << "# /etc/ssh/sallyport_principals/" << account << " on " << name << "\n"
            << account << "@" << name << "\n";
    return 0;
}

int event_verify_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err) {
    constexpr std::size_t most = std::size_t{1} << 32;
    const auto text = os::read_text(prefix.events(), most);
    if (!text.ok())
        return failed(err, text.error(), 2);
    const auto lines = audit::verify_log(*text);
    if (!lines.ok())
        return failed(err, lines.error(), 1);
    out << "intact: " << *lines << " events\n";
    return 0;
}

std::string find_record(const supervisor::Prefix &prefix, const std::string &name) {
    if (!model::is_ulid(name))
        return name;
    // The ULID's time is that of the session's begin: its day names the directory, or the day
    // before or after it.
    const auto years = os::list_directory(prefix.records(), "");
    for (const std::string &year : years.ok() ? *years : std::vector<std::string>())
        for (int month = 1; month <= 12; ++month)
            for (int day = 1; day <= 31; ++day) {
                const auto two = [](int number) {
                    return (number < 10 ? "0" : "") + std::to_string(number);
                };
                const std::string path = prefix.records() + "/" + year + "/" + two(month) + "/" +
                                         two(day) + "/" + name + ".cast.zst";
                if (os::exists(path))
                    return path;
            }
    return name;
}

std::vector<record::ChainHead> logged_heads(const supervisor::Prefix &prefix,
                                            const std::string &session) {
    constexpr std::size_t most = std::size_t{1} << 32;
    std::vector<record::ChainHead> heads;
    const auto text = os::read_text(prefix.events(), most);
    std::string_view rest = text.ok() ? std::string_view(*text) : std::string_view();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.find(session) == std::string_view::npos ||
            line.find("\"head\"") == std::string_view::npos)
            continue;
        const auto event = nlohmann::json::parse(line, nullptr, false);
        if (!event.is_object() || event.value("session", "") != session)
            continue;
        const auto bytes = base::from_hex(event.value("head", ""));
        record::ChainHead head;
        if (!bytes.ok() || bytes->size() != head.chain.size())
            continue;
        std::copy(bytes->begin(), bytes->end(), head.chain.begin());
        head.sequence = std::strtoull(event.value("frames", "0").c_str(), nullptr, 10);
        heads.push_back(head);
    }
    return heads;
}

int desk_verb(const supervisor::Prefix &prefix, const std::vector<std::string> &words, bool json) {
    auto socket = os::connect_unix(prefix.control_socket());
    if (!socket.ok())
        return failed(std::cerr, base::within("sallyportd does not run here", socket.error()),
                      unavailable);
    ipc::Edge edge(std::move(*socket));
    if (const auto sent = edge.send(wire::ControlAsk{words, json}); !sent.ok())
        return failed(std::cerr, sent.error(), unavailable);
    {
        const auto end = edge.await(wire::ControlEnd::type, std::chrono::seconds(60));
        const auto frames = edge.receive(); // what came before the end, in order
        for (std::size_t i = 0; frames.ok() && i < frames->size(); ++i)
            if (const auto text = (*frames)[i].as<wire::ControlText>(); text.ok())
                (text->stream == wire::Stream::Out ? std::cout : std::cerr)
                    << base::as_text(text->bytes) << std::flush;
        if (!end.ok())
            return failed(std::cerr, end.error(), unavailable);
        const auto message = end->as<wire::ControlEnd>();
        return message.ok() ? static_cast<int>(message->exit_status) : internal_error;
    }
}

} // namespace sallyport::cli
