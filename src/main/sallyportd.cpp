// SPDX-License-Identifier: Apache-2.0
// sallyportd: decides, records, and asks others to sign, dial and tell. With --judge or --seal it
// is the small helper that takes hostile text or a hostile record apart, in its own sandbox.
#include "options.hpp"

#include "sallyport/crypto/digest.hpp"
#include "sallyport/decider/judge_pool.hpp"
#include "sallyport/decider/judge_worker.hpp"
#include "sallyport/os/edges.hpp"
#include "sallyport/os/log.hpp"
#include "sallyport/os/sandbox.hpp"
#include "sallyport/supervisor/daemon.hpp"
#include "sallyport/supervisor/seal_helper.hpp"

#include <csignal>

#include <unistd.h>

using namespace sallyport; // NOLINT: composition only

namespace {

base::Status confine(os::SandboxProfile profile) {
    SALLYPORT_CHECK(os::hide_memory());
    crypto::start(); // what the library opens, it opens now
    os::SandboxOptions options;
    options.profile = profile;
    const auto entered = os::enter_sandbox(options);
    return entered.ok() ? base::success() : base::Status(entered.error());
}
base::Status become_judge() {
    return confine(os::SandboxProfile::Judge);
}
base::Status become_sealer() {
    return confine(os::SandboxProfile::Record);
}

base::Status serve(const main_program::Options &options, base::Log &log) {
    supervisor::DaemonEdges edges;
    SALLYPORT_TRY(edges.listen, os::open_edge(options.value("--listen")));
    SALLYPORT_TRY(edges.signer, os::open_edge(options.value("--signer")));
    SALLYPORT_TRY(edges.dial, os::open_edge(options.value("--dial")));
    SALLYPORT_TRY(edges.identity, os::open_edge(options.value("--identity")));
    SALLYPORT_TRY(edges.notify, os::open_edge(options.value("--notify")));
    SALLYPORT_TRY(edges.control, os::open_edge(options.value("--control")));
    SALLYPORT_CHECK(confine(os::SandboxProfile::Daemon));
    const supervisor::Prefix prefix{options.value("--prefix")};
    return supervisor::run_daemon(prefix, std::move(edges), log, [&options] {
        os::notify_service_manager("READY=1\n");
        if (auto ready = os::open_edge(options.value("--ready")); ready.ok()) [[maybe_unused]]
            const ssize_t told = ::write(ready->get(), "r", 1);
    });
}

} // namespace

int main(int count, char **arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const main_program::Options options(count, arguments);
    const auto log = os::open_log("sallyportd");
    base::Status status = base::success();
    if (options.has("--judge"))
        status = decider::serve_judge(base::UniqueFd(decider::judge_edge_descriptor),
                                      options.value("--judge"), become_judge);
    else if (options.has("--seal"))
        status = supervisor::run_seal_helper(options.value("--seal"), become_sealer);
    else
        status = serve(options, *log);
    if (!status.ok() && !options.has("--judge")) // a judge ends when its edge does
        log->write(base::LogLevel::Error, "main", status.error().message);
    return status.ok() ? 0 : 1;
}
