// SPDX-License-Identifier: Apache-2.0
// sallyport: the command line.
#include "sallyport/cli/cli.hpp"

#include <csignal>

int main(int count, char **arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    return sallyport::cli::run(count, arguments);
}
