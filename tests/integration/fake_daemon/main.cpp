// SPDX-License-Identifier: Apache-2.0
// fake_daemon CONNECTION DIR PORT TARGET_PORT [rekey=BYTES] [chacha] [root=no]
//     [rules=FILE] [mask=MODE] [full]
// fake_daemon verify FILE     prints frames, raw bytes and the chain's head, or what is wrong
#include "daemon.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/record_digest.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/record/verify.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace fake; // NOLINT

base::UniqueFd listen_on(int port) {
    base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int one = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
        listen(socket.get(), 64) != 0)
        socket.reset();
    return socket;
}

int serve(const Options &options, const Keys &keys, base::UniqueFd client) {
    auto ends = os::socket_pair();
    os::Program program;
    program.path = options.connection;
    program.passed = {{client.get(), 3}, {ends->second.get(), 4}};
    base::UniqueFd root;
    if (options.empty_root) {
        const std::string path = options.directory + "/empty";
        mkdir(path.c_str(), 0755);
        root.reset(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        program.passed.emplace_back(root.get(), 5);
    }
    auto child = os::start(program);
    if (!child.ok())
        return 1;
    client.reset();
    ends->second.reset();
    std::printf("CONNECTION %d\n", static_cast<int>(child->pid()));
    std::fflush(stdout);
    {
        Daemon daemon(options, keys, std::move(ends->first), child->pid());
        if (!daemon.run())
            child->signal(SIGKILL);
    }
    const int status = child->wait();
    std::printf("EXIT %#x\n", static_cast<unsigned>(status));
    std::fflush(stdout);
    return 0;
}

int verify(const std::string &path) {
    const std::string file = read_file(path);
    const crypto::RecordDigest digest;
    const record::VerifyReport report = record::verify(base::as_bytes(file), "", {}, {}, digest);
    for (const record::Finding &finding : report.findings)
        std::printf("%s: %s\n", std::string(record::fault_name(finding.fault)).c_str(),
                    finding.text.c_str());
    std::printf("frames %d raw %llu head %s\n", static_cast<int>(report.frames),
                static_cast<unsigned long long>(report.raw_bytes),
                base::hex(report.chain.chain).c_str());
    return report.intact() && report.foot ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
    if (argc == 3 && std::strcmp(argv[1], "verify") == 0)
        return verify(argv[2]);
    if (argc < 5)
        return 2;
    Options options;
    options.connection = argv[1];
    options.directory = argv[2];
    options.record_directory = options.directory + "/records";
    options.port = std::atoi(argv[3]);
    options.target_port = std::atoi(argv[4]);
    for (int i = 5; i < argc; ++i) {
        if (std::strncmp(argv[i], "rekey=", 6) == 0)
            options.rekey_bytes = std::strtoull(argv[i] + 6, nullptr, 10);
        else if (std::strcmp(argv[i], "chacha") == 0)
            options.prefer_gcm = false;
        else if (std::strcmp(argv[i], "root=no") == 0)
            options.empty_root = false;
        else if (std::strcmp(argv[i], "full") == 0)
            options.full_disk = true;
        else if (std::strncmp(argv[i], "rules=", 6) == 0)
            options.mask_rules = argv[i] + 6;
        else if (std::strncmp(argv[i], "mask=", 5) == 0)
            options.mask_mode = argv[i] + 5;
    }
    std::signal(SIGPIPE, SIG_IGN);
    mkdir(options.record_directory.c_str(), 0700);
    const auto keys = Keys::load(options.directory);
    if (!keys.ok()) {
        std::fprintf(stderr, "%s\n", keys.error().message.c_str());
        return 1;
    }
    const base::UniqueFd listener = listen_on(options.port);
    if (!listener)
        return 1;
    std::signal(SIGCHLD, SIG_IGN);
    std::printf("READY\n");
    std::fflush(stdout);
    for (;;) {
        base::UniqueFd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client || fork() != 0)
            continue;
        std::signal(SIGCHLD, SIG_DFL);
        _exit(serve(options, keys.value(), std::move(client)));
    }
}
