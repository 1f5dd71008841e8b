// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/sandbox.hpp"

#include <csignal>
#include <functional>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sallyport;

namespace {

// In a child behind the profile's filter: 0 if `act` returned true, 1 if false, -SIGSYS if the
// kernel ended it.
int behind(os::SandboxProfile profile, const std::function<bool()> &act) {
    const pid_t child = fork();
    if (child == 0) {
        os::SandboxOptions options;
        options.profile = profile;
        if (!os::enter_sandbox(options).ok())
            _exit(2);
        _exit(act() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true; // its run-time needs far more system calls
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

bool unshare_is_refused() {
    return unshare(CLONE_NEWNS) != 0;
}
bool opens_a_file() {
    return open("/etc/passwd", O_RDONLY) >= 0;
}

} // namespace

TEST_SUITE_BEGIN("os.sandbox");

TEST_CASE("what a program was given still works" * doctest::skip(sanitized)) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    for (const auto profile :
         {os::SandboxProfile::Connection, os::SandboxProfile::Judge, os::SandboxProfile::Signer,
          os::SandboxProfile::Egress, os::SandboxProfile::Listen, os::SandboxProfile::Daemon})
        CHECK(behind(profile, [&] {
                  void *memory = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                  return memory != MAP_FAILED && send(ends[0], "x", 1, 0) == 1;
              }) == 0);
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("no path, no process, no socket of its own" * doctest::skip(sanitized)) {
    for (const auto profile : {os::SandboxProfile::Connection, os::SandboxProfile::Judge}) {
        CHECK(behind(profile, opens_a_file) == 1);
        CHECK(behind(profile, [] { return fork() >= 0; }) == -SIGSYS);
        CHECK(behind(profile, [] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == -SIGSYS);
        CHECK(behind(profile, [] { return execl("/bin/true", "true", nullptr) == 0; }) == -SIGSYS);
        CHECK(behind(profile, [] { return kill(getppid(), 0) == 0; }) == -SIGSYS);
        CHECK(behind(profile, [] {
                  return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                              0) != MAP_FAILED;
              }) == -SIGSYS);
    }
    CHECK(behind(os::SandboxProfile::Connection, [] { return lseek(0, 0, SEEK_SET) >= 0; }) ==
          -SIGSYS);
    CHECK(behind(os::SandboxProfile::Connection, [] { return ftruncate(1, 0) == 0; }) == -SIGSYS);
}

TEST_CASE("the larger programs lose what they never need" * doctest::skip(sanitized)) {
    for (const auto profile : {os::SandboxProfile::Egress, os::SandboxProfile::Daemon}) {
        CHECK(behind(profile, opens_a_file) == 0);
        CHECK(behind(profile, [] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == 0);
        CHECK(behind(profile, unshare_is_refused) == 0);
    }
    CHECK(behind(os::SandboxProfile::Egress,
                 [] { return execl("/bin/true", "true", nullptr) == 0; }) == 1);
}

TEST_SUITE_END();
