// SPDX-License-Identifier: Apache-2.0
// sallyport-signer --keys DIR --log FILE --edge FD: answers sallyportd on the connected socket FD
// until it closes. Opens no socket of its own. Exit status: 0 the edge closed, 78 keys or log at
// fault, 70 the peer broke the form of the edge.
#include "sallyport/base/log.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/signer/service.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <map>

#include <sys/prctl.h>
#include <sys/resource.h>

using namespace sallyport;

namespace {

constexpr int bad_configuration = 78, internal_error = 70;

// No core file and no debugger of the same user: both would show the keys.
bool keep_memory_private() {
    const rlimit none{0, 0};
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && ::setrlimit(RLIMIT_CORE, &none) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

std::map<std::string, std::string> options_of(int count, char **words) {
    std::map<std::string, std::string> options;
    for (int i = 1; i + 1 < count; i += 2)
        options[words[i]] = words[i + 1];
    return options;
}

int fault(std::string_view text, int status) {
    base::StderrLog().write(base::LogLevel::Error, "signer", base::printable(text));
    return status;
}

} // namespace

int main(int count, char **words) {
    std::signal(SIGPIPE, SIG_IGN);
    auto options = options_of(count, words);
    const std::string edge = options["--edge"], directory = options["--keys"];
    int descriptor = -1;
    const auto read = std::from_chars(edge.data(), edge.data() + edge.size(), descriptor);
    if (count != 7 || directory.empty() || read.ec != std::errc() || descriptor < 3)
        return fault("usage: sallyport-signer --keys DIR --log FILE --edge FD", bad_configuration);
    if (!keep_memory_private())
        return fault("the kernel would not keep the signer's memory private", internal_error);
    crypto::start();
    const char *credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const auto folder = credentials != nullptr && directory == credentials
                            ? signer::KeyFolder::Credentials
                            : signer::KeyFolder::Private;
    auto keys = signer::load_keys(directory, folder);
    if (!keys)
        return fault(keys.error().message, bad_configuration);
    const base::SystemClock clock;
    auto log = signer::FileSignatureLog::open(options["--log"], clock);
    if (!log)
        return fault(log.error().message, bad_configuration);
    signer::Service service(std::move(*keys), *log, clock);
    const auto served = signer::serve(service, base::UniqueFd(descriptor));
    return served.ok() ? 0 : fault(served.error().message, internal_error);
}
