// SPDX-License-Identifier: Apache-2.0
// Runs shell texts in a throw-away root and reports what they did.
//   runner ROOT < CASES > RESULTS
// ROOT is a tree made by root.py. A case is `ID SHELL BYTES\n` and the text; a result is
// `ID STATUS EVENTS LOG OUTPUT\n` (EVENTS: letters of `watched` below or `-`; LOG, OUTPUT: byte
// counts) and the recorders' log and the output. STATUS 124: it was stopped after the time limit.
// Every case has mount and process namespaces, empty file systems in memory and a process table of
// its own; all cases share a network namespace without any interface that is up. The shell has no
// capability, cannot gain one, and is no user that owns anything outside. Started as root it needs
// no user namespace; else it makes one. Ends with 111 and a reason if it cannot isolate.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { user = 1000, max_text = 1 << 20, max_reported = 1 << 16, max_seconds = 3 };

static void die(const char *what) {
    fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
    exit(111);
}
static void must(int result, const char *what) {
    if (result < 0)
        die(what);
}

// With mode 0 the mode stays.
static void write_file(const char *path, const char *text, mode_t mode) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || (mode != 0 && fchmod(fd, mode) < 0))
        die(path);
    close(fd);
}

// What happens to these files is reported by their letter.
static const struct {
    const char *path, *text;
    uint32_t events;
    char letter;
} watched[] = {
    {"/etc/shadow", "root:canary:1::::::\n", IN_OPEN, 'S'},
    {"/root/.ssh/id_rsa", "canary key\n", IN_OPEN, 'K'},
    {"/root/.ssh/authorized_keys", "", IN_MODIFY | IN_DELETE_SELF, 'A'},
    {"/etc/motd", "hello\n", IN_MODIFY, 'M'},
    {"/dev/sda", "disk", IN_MODIFY, 'D'},
    {"/srv/x/data", "data\n", IN_DELETE_SELF | IN_MOVE_SELF, 'G'},
};
enum { watched_count = sizeof watched / sizeof *watched };

// ---- the root, once -----------------------------------------------------------------------------

static void enter_namespaces(void) {
    const int own = getuid() != 0;
    const uid_t uid = getuid();
    const gid_t gid = getgid();
    must(unshare((own ? CLONE_NEWUSER : 0) | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
                 CLONE_NEWUTS | CLONE_NEWPID),
         own ? "unshare (run it as root, or allow unprivileged user namespaces)" : "unshare");
    if (!own)
        return;
    char map[64];
    write_file("/proc/self/setgroups", "deny", 0);
    snprintf(map, sizeof map, "%d %d 1", user, uid);
    write_file("/proc/self/uid_map", map, 0);
    snprintf(map, sizeof map, "%d %d 1", user, gid);
    write_file("/proc/self/gid_map", map, 0);
}

static void enter_root(const char *root) {
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
    must(mount(root, root, NULL, MS_BIND, NULL), "bind the root");
    must(chdir(root), "enter the root");
    static const char *const devices[] = {"null", "zero", "urandom"};
    for (size_t i = 0; i < 3; ++i) {
        char from[32], to[32];
        snprintf(from, sizeof from, "/dev/%s", devices[i]);
        snprintf(to, sizeof to, "device/%s", devices[i]);
        must(mount(from, to, NULL, MS_BIND, NULL), to);
    }
    must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount proc");
    must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "leave the old root");
    must(chdir("/"), "chdir");
    struct stat rm, recorder;
    if (stat("/bin/rm", &rm) < 0 || stat("/bin/mkfs", &recorder) < 0 ||
        rm.st_ino != recorder.st_ino)
        die("/bin/rm is not the recorder");
    must(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL), "read-only");
}

// ---- one case -----------------------------------------------------------------------------------

static void empty(const char *path, mode_t mode) {
    must(mount("none", path, "tmpfs", MS_NOSUID, "size=4m,nr_inodes=2000"), path);
    must(chmod(path, mode), path);
}

static void link_to(const char *target, const char *path) {
    must(symlink(target, path), path);
}

static void devices(void) {
    empty("/dev", 0755);
    static const char *const names[] = {"null", "zero", "urandom"};
    for (size_t i = 0; i < 3; ++i) {
        char from[32], to[32];
        snprintf(from, sizeof from, "/device/%s", names[i]);
        snprintf(to, sizeof to, "/dev/%s", names[i]);
        write_file(to, "", 0666);
        must(mount(from, to, NULL, MS_BIND, NULL), to);
    }
    link_to("/proc/self/fd", "/dev/fd");
    link_to("/proc/self/fd/0", "/dev/stdin");
    link_to("/proc/self/fd/1", "/dev/stdout");
    link_to("/proc/self/fd/2", "/dev/stderr");
}

static int fill(const char *shell) {
    must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount proc");
    empty("/rec", 0777);
    empty("/tmp", 0777);
    empty("/srv", 0777);
    empty("/etc", 0755);
    empty("/root", 0755);
    empty("/home", 0755);
    devices();
    must(mkdir("/home/deploy", 0777), "home");
    must(chown("/home/deploy", user, user), "home");
    must(mkdir("/root/.ssh", 0755), "keys");
    must(mkdir("/srv/x", 0755), "data");
    must(chown("/srv/x", user, user), "data");
    char users[256]; // ssh takes the account's shell from here, others from SHELL
    snprintf(users, sizeof users,
             "root:x:0:0::/root:/bin/bash\ndeploy:x:1000:1000::/home/deploy:/bin/%s\n", shell);
    write_file("/etc/passwd", users, 0644);
    write_file("/etc/group", "root:x:0:\ndeploy:x:1000:\n", 0644);
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    must(watch, "inotify");
    for (size_t i = 0; i < watched_count; ++i) {
        write_file(watched[i].path, watched[i].text, 0666);
        must(chown(watched[i].path, user, user), watched[i].path);
        must(inotify_add_watch(watch, watched[i].path, watched[i].events), "watch");
    }
    must(chdir("/home/deploy"), "home");
    return watch;
}

static void limit(int resource, rlim_t value) {
    const struct rlimit both = {value, value};
    must(setrlimit(resource, &both), "limits");
}

// No capability, no way to one.
static void drop(void) {
    for (int capability = 0; capability < 64; ++capability)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // fails beyond the last one
    if (getuid() == 0) {
        must(setgroups(0, NULL), "groups");
        must(setresgid(user, user, user), "group");
        must(setresuid(user, user, user), "user");
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    must((int)syscall(SYS_capset, &header, none), "capabilities");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "privileges");
    limit(RLIMIT_FSIZE, 1 << 22);
    limit(RLIMIT_CPU, max_seconds);
    limit(RLIMIT_AS, 1 << 30);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_NPROC, 300);
}

static void become_shell(const char *shell, char *text) {
    const int output = open("/rec/output", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    const int input = open("/dev/null", O_RDONLY);
    must(output, "output");
    must(input, "input");
    dup2(input, 0);
    dup2(output, 1);
    dup2(output, 2);
    must((int)syscall(SYS_close_range, 3, ~0U, 0), "descriptors");
    setsid();
    drop();
    char own_shell[32];
    snprintf(own_shell, sizeof own_shell, "SHELL=/bin/%s", shell);
    char *const environment[] = {
        "HOME=/home/deploy",
        "USER=deploy",
        "LOGNAME=deploy",
        "TERM=dumb",
        "LANG=C.UTF-8",
        "UNKNOWN=rm",
        own_shell,
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        NULL};
    if (strcmp(shell, "zsh") == 0)
        execle("/real/zsh", "zsh", "-fc", text, NULL, environment);
    else if (strcmp(shell, "ash") == 0)
        execle("/real/ash", "ash", "-c", text, NULL, environment);
    else if (strcmp(shell, "dash") == 0)
        execle("/real/dash", "dash", "-c", text, NULL, environment);
    else
        execle("/real/bash", "bash", "--norc", "-c", text, NULL, environment);
    _exit(127);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Waits for the shell, then shortly for what it left behind.
static int reap(pid_t shell) {
    const double end = now() + max_seconds;
    double left = end;
    int status = -1;
    for (;;) {
        int found;
        const pid_t ended = waitpid(-1, &found, WNOHANG);
        if (ended == shell) {
            status = WIFEXITED(found) ? WEXITSTATUS(found) : 128 + WTERMSIG(found);
            left = now() + 0.4 < end ? now() + 0.4 : end;
        }
        if (ended < 0)
            return status;
        if (ended > 0)
            continue;
        if (now() > left)
            return status < 0 ? 124 : status;
        poll(NULL, 0, 1);
    }
}

static size_t read_file(const char *path, char *out) {
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    size_t length = 0;
    while (fd >= 0 && length < max_reported) {
        const ssize_t got = read(fd, out + length, max_reported - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    close(fd);
    return length;
}

static void happened(int watch, char *letters) {
    char events[8192] __attribute__((aligned(8)));
    ssize_t length;
    while ((length = read(watch, events, sizeof events)) > 0) {
        for (char *at = events; at < events + length;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            if (event->wd >= 1 && event->wd <= watched_count &&
                (event->mask & watched[event->wd - 1].events) != 0 &&
                strchr(letters, watched[event->wd - 1].letter) == NULL)
                strncat(letters, &watched[event->wd - 1].letter, 1);
            at += sizeof *event + event->len;
        }
    }
}

static void run_case(const char *id, const char *shell, char *text) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static char log[max_reported], output[max_reported];
    const int watch = fill(shell);
    const pid_t child = fork();
    must(child, "fork");
    if (child == 0)
        become_shell(shell, text);
    const int status = reap(child);
    char letters[watched_count + 1] = "";
    happened(watch, letters);
    const size_t log_bytes = read_file("/rec/log", log);
    const size_t output_bytes = read_file("/rec/output", output);
    printf("%s %d %s %zu %zu\n", id, status, letters[0] ? letters : "-", log_bytes, output_bytes);
    fwrite(log, 1, log_bytes, stdout);
    fwrite(output, 1, output_bytes, stdout);
    fflush(stdout);
}

static void wait_for(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        _exit(111);
}

static void all_cases(void) {
    char id[64], shell[16];
    size_t bytes;
    static char text[max_text + 1];
    while (scanf("%63s %15s %zu", id, shell, &bytes) == 3 && getchar() == '\n') {
        if (bytes > max_text || fread(text, 1, bytes, stdin) != bytes)
            exit(111);
        text[bytes] = '\0';
        const pid_t outer = fork(); // one process can make only one process namespace
        must(outer, "fork");
        if (outer != 0) {
            wait_for(outer);
            continue;
        }
        must(unshare(CLONE_NEWNS | CLONE_NEWPID), "namespaces of a case");
        const pid_t first = fork();
        must(first, "fork");
        if (first == 0)
            run_case(id, shell, text);
        else
            wait_for(first);
        _exit(0);
    }
}

int main(int count, char **argv) {
    if (count != 2)
        return 2;
    umask(0);
    enter_namespaces();
    const pid_t inside = fork();
    must(inside, "fork");
    if (inside == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        enter_root(argv[1]);
        all_cases();
        return 0;
    }
    int status;
    waitpid(inside, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
