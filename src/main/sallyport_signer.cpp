// SPDX-License-Identifier: Apache-2.0
// sallyport-signer --keys DIR --log FILE --edge WHERE: answers sallyportd until the edge closes.
// Opens no socket of its own. Exit status: 0 the edge closed, 78 keys or log at fault, 70 the peer
// broke the form of the edge.
#include "options.hpp"

#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/edges.hpp"
#include "sallyport/os/log.hpp"
#include "sallyport/os/sandbox.hpp"
#include "sallyport/signer/service.hpp"

#include <csignal>
#include <cstdlib>

using namespace sallyport; // NOLINT: composition only

namespace {

constexpr int bad_configuration = 78, internal_error = 70;

int fault(base::Log &log, const base::Error &error, int status) {
    log.write(base::LogLevel::Error, "main", error.message);
    return status;
}

signer::KeyFolder folder_kind(const std::string &directory) {
    const char *credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return credentials != nullptr && directory == credentials ? signer::KeyFolder::Credentials
                                                              : signer::KeyFolder::Private;
}

} // namespace

int main(int count, char **arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const main_program::Options options(count, arguments);
    const auto log = os::open_log("sallyport-signer");
    const base::Status hidden = os::hide_memory();
    if (!hidden.ok())
        return fault(*log, hidden.error(), internal_error);
    crypto::start();
    const std::string directory = options.value("--keys");
    auto keys = signer::load_keys(directory, folder_kind(directory));
    if (!keys.ok())
        return fault(*log, keys.error(), bad_configuration);
    const base::SystemClock clock;
    auto signatures = signer::FileSignatureLog::open(options.value("--log"), clock);
    if (!signatures.ok())
        return fault(*log, signatures.error(), bad_configuration);
    auto edge = os::open_edge(options.value("--edge"), options.value("--peer-user"));
    if (!edge.ok())
        return fault(*log, edge.error(), bad_configuration);
    os::SandboxOptions sandbox;
    sandbox.profile = os::SandboxProfile::Signer;
    const auto entered = os::enter_sandbox(sandbox);
    if (!entered.ok())
        return fault(*log, entered.error(), internal_error);
    signer::Service service(std::move(*keys), *signatures, clock);
    const base::Status served = signer::serve(service, std::move(*edge));
    return served.ok() ? 0 : fault(*log, served.error(), internal_error);
}
