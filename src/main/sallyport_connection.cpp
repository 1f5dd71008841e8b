// SPDX-License-Identifier: Apache-2.0
// sallyport-connection: one client of the bastion. Started by sallyport-listen with descriptors 3
// (the client's socket), 4 (the edge to sallyportd) and perhaps 5 (an empty directory); no
// arguments, no environment. It holds no key and no path and ends with _exit.
#include "sallyport/base/log.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/record_digest.hpp"
#include "sallyport/os/sandbox.hpp"
#include "sallyport/relay/connection.hpp"
#include "sallyport/ssh/library.hpp"

#include <csignal>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

using namespace sallyport; // NOLINT: composition only

namespace {

constexpr int client_descriptor = 3, edge_descriptor = 4;
constexpr std::chrono::seconds welcome_limit{10};

void tell(ipc::Edge &edge, const std::string &text) {
    wire::Note note;
    note.text = text;
    (void)edge.send(note);
}

#ifdef SALLYPORT_NO_FILTER // a sanitizer's run-time needs far more system calls
base::Status close_up(ipc::Edge &edge, relay::Helper &helper) {
    tell(edge, "this build of sallyport-connection has no sandbox");
    return helper.start();
}
#else
base::Status close_up(ipc::Edge &edge, relay::Helper &helper) {
    constexpr int root_descriptor = 5;
    os::SandboxOptions options;
    options.profile = os::SandboxProfile::Connection;
    options.root_directory = fcntl(root_descriptor, F_GETFD) < 0 ? -1 : root_descriptor;
    options.before_filter = [&helper] { return helper.start(); };
    SALLYPORT_TRY(const os::SandboxReport report, os::enter_sandbox(options));
    if (!report.root || !report.landlock)
        tell(edge, std::string("sandbox without") + (report.root ? "" : " its own root and user") +
                       (report.landlock ? "" : " landlock"));
    return base::success();
}
#endif

base::Status run(ipc::Edge &edge, base::UniqueFd client) {
    // 1. Nobody looks into our memory, nothing of the past is left in it.
    SALLYPORT_CHECK(os::hide_memory());
    // 2. What we are: host keys (public), our name.
    SALLYPORT_TRY(const wire::Welcome welcome, relay::await_welcome(edge, welcome_limit));
    // 3. The libraries open what they ever open.
    crypto::start();
    SALLYPORT_CHECK(ssh::start_library());
    // 4. The doors close, before the first byte of the peer is read.
    mallopt(M_ARENA_MAX, 1); // the helper's own heap would cost every idle session its pages
    relay::Helper helper;
    SALLYPORT_CHECK(close_up(edge, helper));
    // 5. The connection.
    const base::SystemClock clock;
    const crypto::RecordDigest digest;
    const auto paths = relay::recorded_paths(edge, clock, digest, helper);
    const base::Status status =
        relay::serve(std::move(client), welcome, {edge, clock, *paths, helper});
    // 6. For the tests: a repair of the SSH library that is no longer reached is a silent hole.
    std::string counts = "repairs";
    for (const ssh::RepairCount &count : ssh::repair_counts())
        counts += " " + count.name + "=" + std::to_string(count.calls);
    tell(edge, counts);
    return status;
}

} // namespace

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    ipc::Edge edge{base::UniqueFd(edge_descriptor)};
    const base::Status status = run(edge, base::UniqueFd(client_descriptor));
    if (!status.ok())
        tell(edge, base::printable(status.error().message, 500));
    (void)edge.flush();
    _exit(status.ok() ? 0 : 1);
}
