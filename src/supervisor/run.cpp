// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/run.hpp"

#include "sallyport/os/edges.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/loop.hpp"
#include "sallyport/os/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds stop_time = 5s;
constexpr std::chrono::milliseconds start_time = 15s;
constexpr std::chrono::milliseconds cause_time = 300ms; // one that fails takes others with it

// Held as long as the system runs, so that a second one in the same prefix touches nothing of the
// first. The file holds the pid of its owner; the kernel gives the lock back however that one ends.
base::Result<base::UniqueFd> take_lock(const std::string &path) {
    base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return base::fail(base::ErrorCode::Unavailable, "`" + path + "`: " + std::strerror(errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto owner = os::read_text(path, 32);
        const std::string pid = owner.ok() && !owner->empty() ? *owner : "unknown";
        return base::fail(base::ErrorCode::Conflict, "already running (pid " + pid + ")");
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(fd.get(), 0) != 0)
        return base::fail(base::ErrorCode::Unavailable, "`" + path + "`: " + std::strerror(errno));
    SALLYPORT_CHECK(os::write_all(fd.get(), base::as_bytes(pid)));
    return fd;
}

std::string ending_text(int status) {
    if (WIFSIGNALED(status))
        return "was killed by signal " + std::to_string(WTERMSIG(status));
    return "ended with exit status " + std::to_string(WEXITSTATUS(status));
}

class Run {
  public:
    Run(const Prefix &prefix, os::Loop &loop) : prefix_(prefix), loop_(loop) {}
    ~Run() { stop(); }

    base::Status start(const Setup &setup) {
        for (const std::string &folder : {prefix_.var(), prefix_.run(), prefix_.log()})
            SALLYPORT_CHECK(os::make_directories(folder));
        SALLYPORT_TRY(lock_, take_lock(prefix_.run() + "/lock"));
        SALLYPORT_TRY(auto control, os::listen_unix(prefix_.control_socket()));
        std::vector<std::pair<int, int>> daemon_edges;
        std::vector<base::UniqueFd> kept;
        // Number of each edge inside sallyportd; see src/main/sallyportd.cpp.
        SALLYPORT_CHECK(service("sallyport-signer",
                                {"--keys", prefix_.keys(), "--log", prefix_.log() + "/signer.log"},
                                4, daemon_edges, kept));
        SALLYPORT_CHECK(
            service("sallyport-egress", {"dial", "--prefix", prefix_.root}, 5, daemon_edges, kept));
        SALLYPORT_CHECK(service("sallyport-egress", {"identity", "--prefix", prefix_.root}, 6,
                                daemon_edges, kept));
        SALLYPORT_CHECK(service("sallyport-egress", {"notify", "--prefix", prefix_.root}, 7,
                                daemon_edges, kept));
        SALLYPORT_CHECK(start_listen(setup, daemon_edges, kept));
        daemon_edges.emplace_back(control.get(), 8);
        os::Program daemon;
        daemon.arguments = {"--prefix",  prefix_.root, "--listen",   "fd:3", "--signer", "fd:4",
                            "--dial",    "fd:5",       "--identity", "fd:6", "--notify", "fd:7",
                            "--control", "fd:8",       "--ready",    "fd:9"};
        SALLYPORT_TRY(auto ready, os::socket_pair());
        daemon_edges.emplace_back(ready.second.get(), 9);
        daemon.passed = daemon_edges;
        SALLYPORT_CHECK(start_program("sallyportd", std::move(daemon)));
        ready.second.reset();
        return await_ready(std::move(ready.first));
    }

    base::Status run() {
        auto signals = os::signal_descriptor({SIGTERM, SIGINT});
        if (!signals.ok())
            return signals.error();
        SALLYPORT_CHECK(loop_.watch(signals->get(), [&](os::Ready) {
            if (os::read_signal(signals->get()) != 0)
                loop_.stop();
        }));
        if (endings_.empty())
            loop_.run();
        loop_.forget(signals->get());
        const auto failure = cause();
        stop();
        return failure ? base::Status(*failure) : base::success();
    }

  private:
    base::Status start_program(const std::string &name, os::Program program) {
        program.path = os::program_directory() + "/" + name;
        const std::string title =
            name == "sallyport-egress" ? "egress-" + program.arguments.front() : name;
        const std::string log_path = prefix_.log() + "/" + title + ".log";
        const base::UniqueFd log_file(
            ::open(log_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
        if (!log_file)
            return base::fail(base::ErrorCode::Unavailable,
                              "`" + log_path + "`: " + std::strerror(errno));
        program.passed.emplace_back(log_file.get(), 1);
        program.passed.emplace_back(log_file.get(), 2);
        SALLYPORT_TRY(auto child, os::start(program));
        const int pidfd = child.pidfd();
        children_.emplace_back(title, std::move(child));
        return loop_.watch(pidfd, [this, title](os::Ready) { ended(title); });
    }

    base::Status service(const std::string &name, std::vector<std::string> arguments, int number,
                         std::vector<std::pair<int, int>> &daemon_edges,
                         std::vector<base::UniqueFd> &kept) {
        SALLYPORT_TRY(auto ends, os::socket_pair());
        os::Program program;
        program.arguments = std::move(arguments);
        program.arguments.insert(program.arguments.end(), {"--edge", "fd:3"});
        program.passed = {{ends.first.get(), 3}};
        SALLYPORT_CHECK(start_program(name, std::move(program)));
        daemon_edges.emplace_back(ends.second.get(), number);
        kept.push_back(std::move(ends.second));
        return base::success();
    }

    base::Status start_listen(const Setup &setup, std::vector<std::pair<int, int>> &daemon_edges,
                              std::vector<base::UniqueFd> &kept) {
        SALLYPORT_TRY(auto ends, os::socket_pair());
        os::Program program;
        const config::Server &server = setup.config.server;
        program.arguments = {"--edge",
                             "fd:3",
                             "--max",
                             std::to_string(server.max_connections),
                             "--max-per-address",
                             std::to_string(server.max_connections_per_address)};
        program.passed = {{ends.first.get(), 3}};
        std::vector<base::UniqueFd> sockets;
        for (const config::ListenAddress &address : server.listen) {
            SALLYPORT_TRY(auto socket, os::listen_tcp(address.address, address.port));
            const int number = 4 + static_cast<int>(sockets.size());
            program.arguments.insert(program.arguments.end(),
                                     {"--socket", "fd:" + std::to_string(number)});
            program.passed.emplace_back(socket.get(), number);
            sockets.push_back(std::move(socket));
        }
        SALLYPORT_CHECK(start_program("sallyport-listen", std::move(program)));
        daemon_edges.emplace_back(ends.second.get(), 3);
        kept.push_back(std::move(ends.second));
        return base::success();
    }

    base::Status await_ready(base::UniqueFd ready) {
        bool told = false;
        SALLYPORT_CHECK(loop_.watch(ready.get(), [&](os::Ready) {
            char byte = 0;
            told = ::read(ready.get(), &byte, 1) == 1;
            loop_.forget(ready.get());
        }));
        const auto deadline = std::chrono::steady_clock::now() + start_time;
        while (!told && endings_.empty() && std::chrono::steady_clock::now() < deadline)
            loop_.turn(100ms);
        loop_.forget(ready.get());
        if (const auto failure = cause())
            return *failure;
        return told ? base::success()
                    : base::Status(base::fail(base::ErrorCode::Unavailable,
                                              "sallyportd did not become ready"));
    }

    void ended(const std::string &title) {
        for (auto &[name, child] : children_)
            if (name == title && child.running()) {
                loop_.forget(child.pidfd());
                const int status = child.wait();
                if (!stopping_)
                    endings_.emplace_back(title, status);
            }
        loop_.stop();
    }

    // Whoever loses a neighbour ends politely: the cause is among those that did not.
    std::optional<base::Error> cause() {
        if (endings_.empty())
            return std::nullopt;
        const auto deadline = std::chrono::steady_clock::now() + cause_time;
        while (std::chrono::steady_clock::now() < deadline)
            loop_.turn(50ms);
        std::string text;
        for (const bool polite : {false, true})
            for (const auto &[title, status] : endings_)
                if ((status == 0) == polite && (!polite || text.empty()))
                    text += (text.empty() ? "" : "; ") + title + " " + ending_text(status) +
                            ", see " + prefix_.log() + "/" + title + ".log";
        return base::fail(base::ErrorCode::Internal, text);
    }

    // sallyportd last of those that it needs: it tells its connections. Whoever does not end in
    // time is killed.
    void stop() {
        stopping_ = true;
        for (auto &[name, child] : children_)
            child.signal(SIGTERM);
        const auto deadline = std::chrono::steady_clock::now() + stop_time;
        const auto any_runs = [&] {
            for (const auto &[name, child] : children_)
                if (child.running())
                    return true;
            return false;
        };
        while (any_runs() && std::chrono::steady_clock::now() < deadline)
            loop_.turn(50ms);
        for (auto &[name, child] : children_)
            if (child.running()) {
                child.signal(SIGKILL);
                loop_.forget(child.pidfd());
                child.wait();
            }
    }

    const Prefix &prefix_;
    os::Loop &loop_;
    std::vector<std::pair<std::string, os::Child>> children_;
    std::vector<std::pair<std::string, int>> endings_; // wait statuses, in order
    base::UniqueFd lock_;
    bool stopping_ = false;
};

} // namespace

base::Status run_all(const Prefix &prefix, base::Log &log,
                     const std::function<void(const Setup &)> &ready) {
    const SetupResult setup = load_setup(prefix);
    if (!setup.setup) {
        std::string text = "the configuration has faults:";
        for (const config::Fault &fault : setup.faults)
            text += "\n" + config::shown(fault);
        return base::invalid(text);
    }
    log.write(base::LogLevel::Info, "run",
              "all programs run as one user, and connections without an empty root: this is the "
              "form for trying and testing");
    SALLYPORT_TRY(const auto loop, os::Loop::open());
    Run run(prefix, *loop);
    SALLYPORT_CHECK(run.start(*setup.setup));
    ready(*setup.setup);
    return run.run();
}

} // namespace sallyport::supervisor
