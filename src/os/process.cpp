// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::os {
namespace {

base::Error failed(const std::string &what) {
    return base::fail(base::ErrorCode::Unavailable, what + ": " + std::strerror(errno));
}

std::vector<char *> pointers(std::vector<std::string> &texts) {
    std::vector<char *> list;
    for (std::string &text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

struct Prepared {
    std::vector<char *> arguments, environment;
    std::vector<std::pair<int, int>> passed;
    pid_t parent = 0;
    bool die_with_parent = true;
};

// Runs in the child between fork and exec: async-signal-safe calls only. Gives back errno of what
// failed.
int become(const Prepared &prepared, const char *path, int report) {
    constexpr int lowest_spare = 200; // above every number that a child is given
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    if (prepared.die_with_parent && ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return errno;
    if (prepared.die_with_parent && ::getppid() != prepared.parent)
        return ESRCH; // the parent died before the prctl
    // Two steps, so that no descriptor is overwritten before it was moved.
    std::array<int, 16> moved{};
    if (prepared.passed.size() > moved.size())
        return E2BIG;
    for (std::size_t i = 0; i < prepared.passed.size(); ++i)
        if ((moved[i] = ::fcntl(prepared.passed[i].first, F_DUPFD_CLOEXEC, lowest_spare)) < 0)
            return errno;
    const int spare_report = ::fcntl(report, F_DUPFD_CLOEXEC, lowest_spare);
    int highest = 2;
    for (std::size_t i = 0; i < prepared.passed.size(); ++i) {
        if (::dup2(moved[i], prepared.passed[i].second) < 0)
            return errno;
        highest = std::max(highest, prepared.passed[i].second);
    }
    for (int fd = 3; fd <= highest; ++fd) {
        bool wanted = false;
        for (const auto &[ours, theirs] : prepared.passed)
            wanted = wanted || theirs == fd;
        if (!wanted)
            ::close(fd);
    }
    ::syscall(SYS_close_range, static_cast<unsigned>(highest + 1), ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(path, prepared.arguments.data(), prepared.environment.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(spare_report, &error, sizeof error);
    ::_exit(127);
}

} // namespace

base::Result<Child> start(const Program &program) {
    std::vector<std::string> arguments{program.path};
    arguments.insert(arguments.end(), program.arguments.begin(), program.arguments.end());
    std::vector<std::string> environment = program.environment;
    const Prepared prepared{pointers(arguments), pointers(environment), program.passed, ::getpid(),
                            program.die_with_parent};
    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0)
        return failed("pipe");
    const base::UniqueFd told(report[0]);
    base::UniqueFd teller(report[1]);
    const pid_t pid = ::fork();
    if (pid < 0)
        return failed("fork");
    if (pid == 0) {
        const int error = become(prepared, program.path.c_str(), teller.get());
        [[maybe_unused]] const ssize_t wrote = ::write(teller.get(), &error, sizeof error);
        ::_exit(127);
    }
    teller.reset();
    base::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    int error = 0;
    const bool failed_to_run =
        ::read(told.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error);
    if (failed_to_run || !pidfd) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        errno = failed_to_run ? error : errno;
        return failed("`" + program.path + "`");
    }
    ::fcntl(pidfd.get(), F_SETFD, FD_CLOEXEC);
    return Child(pid, std::move(pidfd));
}

void Child::signal(int number) const {
    if (pidfd_.valid())
        ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

int Child::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pidfd_.reset();
    return status;
}

base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return failed("socketpair");
    return std::pair(base::UniqueFd(ends[0]), base::UniqueFd(ends[1]));
}

base::Result<base::UniqueFd> signal_descriptor(const std::vector<int> &signals) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : signals)
        sigaddset(&set, number);
    base::UniqueFd fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
        return failed("signalfd");
    return fd;
}

int read_signal(int descriptor) {
    signalfd_siginfo info{};
    const ssize_t got = ::read(descriptor, &info, sizeof info);
    return got == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

std::string program_directory() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    const std::string whole(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return whole.substr(0, whole.rfind('/'));
}

} // namespace sallyport::os
