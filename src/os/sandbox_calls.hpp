// SPDX-License-Identifier: Apache-2.0
// The system calls of each profile. A number that this machine does not have is left out by the
// preprocessor, so that one table serves x86-64 and aarch64.
#pragma once
#include <vector>

#include <sys/syscall.h>

namespace sallyport::os::calls {

using List = std::vector<long>;

// Memory, time, threads that exist already, the end.
inline List core() {
    return {
        SYS_read,
        SYS_write,
        SYS_readv,
        SYS_writev,
        SYS_close,
        SYS_brk,
        SYS_munmap,
        SYS_mremap,
        SYS_madvise,
        SYS_getpid,
        SYS_gettid,
        SYS_getrandom,
        SYS_futex,
        SYS_clock_gettime,
        SYS_clock_nanosleep,
        SYS_nanosleep,
        SYS_gettimeofday,
        SYS_restart_syscall,
        SYS_rt_sigreturn,
        SYS_rt_sigprocmask,
        SYS_sched_yield,
        SYS_sched_getaffinity,
        SYS_exit,
        SYS_exit_group,
        SYS_ppoll,
#ifdef SYS_poll
        SYS_poll,
#endif
    };
}
// Descriptors that were given: sockets and messages on them.
inline List given_sockets() {
    return {SYS_recvfrom,   SYS_sendto,     SYS_recvmsg,  SYS_sendmsg,     SYS_fcntl,
            SYS_setsockopt, SYS_getsockopt, SYS_shutdown, SYS_getsockname, SYS_getpeername};
}
inline List event_loop() {
    return {
        SYS_epoll_create1, SYS_epoll_ctl,      SYS_epoll_pwait,
        SYS_eventfd2,      SYS_timerfd_create, SYS_timerfd_settime,
        SYS_signalfd4,     SYS_rt_sigaction,   SYS_pipe2,
        SYS_dup,           SYS_dup3,
#ifdef SYS_epoll_wait
        SYS_epoll_wait,
#endif
    };
}
inline List threads() {
    return {SYS_clone,     SYS_clone3,      SYS_set_robust_list, SYS_rseq,   SYS_prctl,
            SYS_prlimit64, SYS_sigaltstack, SYS_membarrier,      SYS_tgkill, SYS_getrusage,
            SYS_sysinfo,   SYS_uname,       SYS_set_tid_address};
}
inline List files() {
    return {
        SYS_openat,    SYS_newfstatat,   SYS_fstat,     SYS_statx,
        SYS_lseek,     SYS_pread64,      SYS_pwrite64,  SYS_fsync,
        SYS_fdatasync, SYS_ftruncate,    SYS_flock,     SYS_getdents64,
        SYS_mkdirat,   SYS_unlinkat,     SYS_renameat2, SYS_linkat,
        SYS_symlinkat, SYS_readlinkat,   SYS_faccessat, SYS_faccessat2,
        SYS_fchmod,    SYS_fchmodat,     SYS_fchown,    SYS_fchownat,
        SYS_umask,     SYS_memfd_create, SYS_fallocate, SYS_getcwd,
        SYS_statfs,    SYS_fstatfs,      SYS_utimensat, SYS_copy_file_range,
        SYS_ioctl,     SYS_geteuid,      SYS_getuid,    SYS_getegid,
        SYS_getgid,
#ifdef SYS_open
        SYS_open,      SYS_stat,         SYS_lstat,     SYS_access,
        SYS_readlink,  SYS_rename,       SYS_unlink,    SYS_mkdir,
        SYS_rmdir,     SYS_chmod,        SYS_chown,
#endif
    };
}
inline List network() {
    return {SYS_socket,  SYS_connect,    SYS_bind,     SYS_listen,
            SYS_accept4, SYS_socketpair, SYS_sendmmsg, SYS_recvmmsg,
#ifdef SYS_accept
            SYS_accept,
#endif
#ifdef SYS_select
            SYS_select,
#endif
            SYS_pselect6};
}
inline List processes() {
    return {
        SYS_execve,
        SYS_wait4,
        SYS_waitid,
        SYS_kill,
        SYS_pidfd_open,
        SYS_pidfd_send_signal,
        SYS_setsid,
        SYS_setpgid,
        SYS_setpriority,
        SYS_getppid,
        SYS_close_range,
        SYS_setrlimit,
        SYS_getrlimit,
        SYS_seccomp,
        SYS_chroot,
        SYS_chdir,
        SYS_fchdir,
        SYS_setresuid,
        SYS_setresgid,
        SYS_setgroups,
        SYS_setuid,
        SYS_setgid,
        SYS_landlock_create_ruleset,
        SYS_landlock_restrict_self,
#ifdef SYS_fork
        SYS_fork,
        SYS_vfork,
        SYS_dup2,
        SYS_pipe,
        SYS_arch_prctl,
#endif
    };
}

} // namespace sallyport::os::calls
