// SPDX-License-Identifier: Apache-2.0
// Starting and ending processes. A child is forked and executed, gets exactly the descriptors
// named, an environment of its own, and is known by a pidfd, so that a kill never hits a stranger
// with a recycled pid.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace sallyport::os {

struct Program {
    std::string path;
    std::vector<std::string> arguments;   // without argv[0], which is the path
    std::vector<std::string> environment; // NAME=value; nothing is inherited
    std::vector<std::pair<int, int>>
        passed;                  // {our descriptor, number in the child}; 0..2 are inherited
    bool die_with_parent = true; // PR_SET_PDEATHSIG
};

class Child {
  public:
    Child() = default;
    Child(pid_t pid, base::UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

    pid_t pid() const { return pid_; }
    int pidfd() const { return pidfd_.get(); } // readable when the child has ended
    bool running() const { return pidfd_.valid(); }
    void signal(int number) const;
    // Waits until the child has ended; the status as waitpid gives it. Then it is no longer
    // running.
    int wait();

  private:
    pid_t pid_ = -1;
    base::UniqueFd pidfd_;
};

// Unavailable if fork or exec fails; that exec failed is known when this returns.
base::Result<Child> start(const Program &program);

// Two ends of a unix stream socket, non-blocking, close-on-exec.
base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair();

// Blocks these signals and gives a descriptor that reads them.
base::Result<base::UniqueFd> signal_descriptor(const std::vector<int> &signals);
// The number of one pending signal, 0 if there is none.
int read_signal(int descriptor);

// Directory of the running program, with trailing slash removed; siblings are started from there.
std::string program_directory();

} // namespace sallyport::os
