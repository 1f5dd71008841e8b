// SPDX-License-Identifier: Apache-2.0
// Stands in place of every program of the throw-away root. Writes one JSON array to /rec/log: the
// real name of the program that started it, its own real name (from /proc, so `exec -a` cannot
// lie) and its arguments. Then it becomes /real/NAME if that exists (shells, wrappers, text tools);
// everything else ends here. Bytes outside ASCII are written as U+0080..U+00FF.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buffer[1 << 18];
static size_t used;

static void put(char byte) {
    if (used < sizeof buffer - 16)
        buffer[used++] = byte;
}

static void put_string(const char *text) {
    put('"');
    for (; *text != '\0'; ++text) {
        const unsigned char byte = (unsigned char)*text;
        if (byte >= 32 && byte < 127 && byte != '"' && byte != '\\') {
            put((char)byte);
            continue;
        }
        char escape[8];
        snprintf(escape, sizeof escape, "\\u%04x", byte);
        for (const char *at = escape; *at != '\0'; ++at)
            put(*at);
    }
    put('"');
}

// Base name of what /proc/WHO/exe says; `out` stays empty if it says nothing.
static const char *real_name(const char *who, char *out, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/exe", who);
    const ssize_t length = readlink(path, out, size - 1);
    out[length < 0 ? 0 : length] = '\0';
    const char *slash = strrchr(out, '/');
    return slash == NULL ? out : slash + 1;
}

int main(int count, char **argv) {
    char own_path[4096], parent_path[4096], parent_id[16], real[4200];
    snprintf(parent_id, sizeof parent_id, "%d", (int)getppid());
    const char *own = real_name("self", own_path, sizeof own_path);
    put('[');
    put_string(real_name(parent_id, parent_path, sizeof parent_path));
    put(',');
    put_string(own);
    for (int i = 1; i < count; ++i) {
        put(',');
        put_string(argv[i]);
    }
    put(']');
    put('\n');
    const int log = open("/rec/log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (log >= 0 && write(log, buffer, used) < 0)
        return 125;
    snprintf(real, sizeof real, "/real/%s", own);
    if (access(real, X_OK) == 0)
        execv(real, argv);
    if (strcmp(own, "curl") == 0 || strcmp(own, "wget") == 0)
        puts("rm -rf /srv/x");
    if (strcmp(own, "hostname") == 0)
        puts("web1");
    return strcmp(own, "false") == 0;
}
