// SPDX-License-Identifier: Apache-2.0
// sallyport-listen: accepts and spawns, and can kill what it spawned. Sockets come by descriptor.
#include "options.hpp"

#include "sallyport/os/edges.hpp"
#include "sallyport/os/log.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/os/sandbox.hpp"
#include "sallyport/supervisor/listen.hpp"

#include <charconv>
#include <csignal>

using namespace sallyport; // NOLINT: composition only

namespace {

std::size_t number(const std::string &text, std::size_t otherwise) {
    std::size_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

base::Status run(const main_program::Options &options, base::Log &log) {
    SALLYPORT_CHECK(os::hide_memory());
    std::vector<base::UniqueFd> sockets;
    for (const std::string &where : options.values("--socket")) {
        SALLYPORT_TRY(auto socket, os::open_edge(where));
        sockets.push_back(std::move(socket));
    }
    for (auto &[name, socket] : os::passed_sockets())
        sockets.push_back(std::move(socket));
    SALLYPORT_TRY(auto edge, os::open_edge(options.value("--edge")));
    os::SandboxOptions sandbox;
    sandbox.profile = os::SandboxProfile::Listen;
    SALLYPORT_TRY([[maybe_unused]] const auto entered, os::enter_sandbox(sandbox));
    supervisor::ListenOptions listen;
    listen.connection_program = os::program_directory() + "/sallyport-connection";
    listen.max_connections = number(options.value("--max"), listen.max_connections);
    listen.max_connections_per_address =
        number(options.value("--max-per-address"), listen.max_connections_per_address);
    return supervisor::run_listen(std::move(sockets), std::move(edge), listen, log);
}

} // namespace

int main(int count, char **arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto log = os::open_log("sallyport-listen");
    const base::Status status = run(main_program::Options(count, arguments), *log);
    if (!status.ok())
        log->write(base::LogLevel::Error, "main", status.error().message);
    return status.ok() ? 0 : 1;
}
