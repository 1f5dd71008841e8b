// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/sandbox.hpp"

#include "sandbox_calls.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sallyport::os {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
#error "no system call table for this machine"
#endif

base::Error failed(const char *what) {
    return base::fail(base::ErrorCode::Internal,
                      std::string("sandbox: ") + what + ": " + std::strerror(errno));
}

struct Profile {
    calls::List allowed;
    calls::List absent;          // answered ENOENT
    bool executable = false;     // memory may be made executable
    bool no_paths = false;       // Landlock without a rule
    std::uint32_t otherwise = 0; // what happens to a call that no list names
};

void add(calls::List &to, const calls::List &more) {
    to.insert(to.end(), more.begin(), more.end());
}

Profile profile_of(SandboxProfile which) {
    Profile profile;
    profile.allowed = calls::core();
    profile.otherwise = SECCOMP_RET_KILL_PROCESS;
    switch (which) {
    case SandboxProfile::Connection:
        add(profile.allowed, calls::given_sockets());
        add(profile.allowed, {SYS_fdatasync, SYS_fstat});
        // libssh looks for known_hosts, the C library for its locale and zones
        profile.absent = {SYS_openat, SYS_newfstatat};
        profile.no_paths = true;
        return profile;
    case SandboxProfile::Judge:
        add(profile.allowed, calls::given_sockets());
        add(profile.allowed, calls::event_loop());
        profile.absent = {SYS_openat, SYS_newfstatat};
        profile.no_paths = true;
        return profile;
    case SandboxProfile::Record:
        add(profile.allowed, {SYS_lseek, SYS_ftruncate, SYS_fdatasync, SYS_fstat});
        profile.absent = {SYS_openat, SYS_newfstatat};
        profile.no_paths = true;
        return profile;
    case SandboxProfile::Signer:
        add(profile.allowed, calls::given_sockets());
        add(profile.allowed, calls::event_loop());
        add(profile.allowed, {SYS_fdatasync, SYS_fsync, SYS_accept4, SYS_lseek, SYS_fstat});
        profile.absent = {SYS_openat, SYS_newfstatat};
        return profile;
    case SandboxProfile::Egress:
        add(profile.allowed, calls::network());
        break;
    case SandboxProfile::Listen:
    case SandboxProfile::Daemon:
        add(profile.allowed, calls::network());
        add(profile.allowed, calls::processes());
        break;
    }
    // Programs with a C++ library, SQLite or curl below them: a forgotten call is an error, not the
    // end of the service.
    for (const calls::List &list :
         {calls::given_sockets(), calls::event_loop(), calls::threads(), calls::files()})
        add(profile.allowed, list);
    profile.executable = true;
    profile.otherwise = SECCOMP_RET_ERRNO | EPERM;
    return profile;
}

using Program = std::vector<sock_filter>;

void match(Program &program, long number, std::uint32_t action) {
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, action));
}

// mmap and mprotect, third argument: no PROT_EXEC.
void match_not_executable(Program &program, long number) {
    constexpr std::uint32_t protection = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 4));
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, protection));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

Program filter_of(const Profile &profile) {
    Program program;
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, machine, 1, 0));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const long number : profile.allowed)
        match(program, number, SECCOMP_RET_ALLOW);
    for (const long number : profile.absent)
        match(program, number, SECCOMP_RET_ERRNO | ENOENT);
    for (const long number : {static_cast<long>(SYS_mmap), static_cast<long>(SYS_mprotect)}) {
        if (profile.executable)
            match(program, number, SECCOMP_RET_ALLOW);
        else
            match_not_executable(program, number);
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, profile.otherwise));
    return program;
}

base::Status change_root(const SandboxOptions &options) {
    if (fchdir(options.root_directory) != 0 || chroot(".") != 0 || chdir("/") != 0)
        return failed("root directory");
    if (setgroups(0, nullptr) != 0 || setresgid(options.user, options.user, options.user) != 0 ||
        setresuid(options.user, options.user, options.user) != 0)
        return failed("user");
    return base::success();
}

// False where the kernel does not have it.
base::Result<bool> forbid_paths() {
    const long version =
        syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return false;
    landlock_ruleset_attr rules{};
    rules.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; // all of version 1
    const long made = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (made < 0)
        return failed("landlock");
    const int descriptor = static_cast<int>(made);
    const long rc = syscall(SYS_landlock_restrict_self, descriptor, 0);
    close(descriptor);
    if (rc != 0)
        return failed("landlock");
    return true;
}

} // namespace

base::Status hide_memory() {
    const rlimit none{0, 0};
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return failed("core dumps");
    return base::success();
}

base::Result<SandboxReport> enter_sandbox(const SandboxOptions &options) {
    SandboxReport report;
    const Profile profile = profile_of(options.profile);
    SALLYPORT_CHECK(hide_memory());
    if (options.root_directory >= 0 && geteuid() == 0) {
        SALLYPORT_CHECK(change_root(options));
        SALLYPORT_CHECK(hide_memory()); // a change of user makes the process dumpable again
        report.root = true;
    }
    if (options.root_directory >= 0)
        close(options.root_directory);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failed("no_new_privs");
    if (profile.no_paths) {
        SALLYPORT_TRY(report.landlock, forbid_paths());
    }
    if (options.before_filter)
        SALLYPORT_CHECK(options.before_filter());
    Program program = filter_of(profile);
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    // TSYNC: threads that run already are filtered as well.
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0)
        return failed("filter");
    report.filter = true;
    return report;
}

} // namespace sallyport::os
