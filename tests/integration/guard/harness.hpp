// SPDX-License-Identifier: Apache-2.0
// The real bash behind a real pseudo-terminal on one side, the state machine of `prompt` on the
// other, nothing between: carries out the actions and lets a test look on.
#pragma once
#include "sallyport/prompt/session.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace guard_test {

using namespace std::chrono_literals;
namespace prompt = sallyport::prompt;

class CountingNonces final : public prompt::NonceSource {
  public:
    std::string fresh() override {
        char text[32];
        std::snprintf(text, sizeof text, "%08x%016x", salt_, ++count_);
        return text;
    }

  private:
    unsigned salt_ = static_cast<unsigned>(getpid());
    unsigned count_ = 0;
};

struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "sallyport-guard-XXXXXX";
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    void write(const std::string &name, const std::string &text) const {
        std::ofstream(path / name) << text;
    }
};

inline std::string without_cr(std::string text) {
    std::erase(text, '\r');
    return text;
}

// A stock shell behind a pseudo-terminal, started as a target's sshd would: `SHELL -c boot_text`.
class Pty {
  public:
    explicit Pty(const std::filesystem::path &home, const std::string &shell = "/bin/bash") {
        const std::string boot(prompt::boot_text());
        pid_ = forkpty(&fd_, nullptr, nullptr, nullptr);
        REQUIRE(pid_ >= 0);
        if (pid_ == 0)
            run_target(home.string(), boot, shell);
        const winsize size{24, 80, 0, 0};
        ioctl(fd_, TIOCSWINSZ, &size);
        fcntl(fd_, F_SETFL, O_NONBLOCK);
    }
    ~Pty() {
        kill(pid_, SIGKILL);
        close(fd_);
        waitpid(pid_, nullptr, 0);
    }
    Pty(const Pty &) = delete;
    Pty &operator=(const Pty &) = delete;

    void write(const std::string &bytes) {
        pending_ += bytes;
        flush();
    }
    // What comes within the time; empty: nothing, or the end (see eof).
    std::string read_for(std::chrono::milliseconds time) {
        flush();
        pollfd one{fd_, static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
        if (poll(&one, 1, static_cast<int>(time.count())) <= 0)
            return {};
        flush();
        if ((one.revents & (POLLIN | POLLHUP | POLLERR)) == 0)
            return {};
        char buffer[65536];
        const auto got = read(fd_, buffer, sizeof buffer);
        if (got > 0)
            return std::string(buffer, static_cast<std::size_t>(got));
        eof = got == 0 || errno != EAGAIN;
        return {};
    }
    bool eof = false;

  private:
    [[noreturn]] static void run_target(const std::string &home, const std::string &boot,
                                        const std::string &shell) {
        for (int inherited = 3; inherited < 256; ++inherited)
            close(inherited);
        clearenv();
        setenv("SHELL", shell.c_str(), 1);
        setenv("HOME", home.c_str(), 1);
        setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
        setenv("TERM", "xterm-256color", 1);
        setenv("LANG", "C.UTF-8", 1);
        if (chdir(home.c_str()) == 0)
            execl(shell.c_str(), shell.c_str(), "-c", boot.c_str(), nullptr);
        _exit(127);
    }
    void flush() {
        while (!pending_.empty()) {
            const auto wrote = ::write(fd_, pending_.data(), pending_.size());
            if (wrote <= 0)
                return;
            pending_.erase(0, static_cast<std::size_t>(wrote));
        }
    }
    pid_t pid_ = -1;
    int fd_ = -1;
    std::string pending_;
};

class Bastion {
  public:
    explicit Bastion(const std::filesystem::path &home, const std::string &shell = "/bin/bash")
        : pty_(home, shell), session_(nonces_) {
        carry_out(session_.start());
    }
    Bastion(const Bastion &) = delete;
    Bastion &operator=(const Bastion &) = delete;

    // Until `done` or the time is up; true if done.
    template <typename Done>
    bool pump(Done done, std::chrono::milliseconds limit = 5000ms) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!done()) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                end - std::chrono::steady_clock::now());
            if (left <= 0ms || eof)
                return done();
            const auto bytes = pty_.read_for(left);
            if (!bytes.empty())
                carry_out(session_.target_output(sallyport::base::as_bytes(bytes)));
            if (pty_.eof) {
                eof = true;
                carry_out(session_.target_eof());
            }
        }
        return true;
    }
    bool reaches(prompt::State state, std::chrono::milliseconds limit = 5000ms) {
        return pump([&] { return session_.state() == state; }, limit);
    }
    bool at_prompt(std::chrono::milliseconds limit = 5000ms) {
        return reaches(prompt::State::Prompt, limit);
    }
    void settle(std::chrono::milliseconds time = 150ms) {
        pump([] { return false; }, time);
    }
    void start(const std::string &unit, const std::vector<std::string> &words = {}) {
        output.clear();
        status = -1;
        carry_out(session_.submit(unit));
        answer(prompt::Answer::Allow, words);
    }
    void answer(prompt::Answer given, const std::vector<std::string> &words = {}) {
        carry_out(session_.answer(given, words));
    }
    // Submits, allows, waits for the next prompt; the output of the unit.
    std::string run(const std::string &unit, const std::vector<std::string> &words = {},
                    std::chrono::milliseconds limit = 5000ms) {
        start(unit, words);
        at_prompt(limit);
        return output;
    }
    // The same without the shell's own prompt behind it and without CR.
    std::string result(const std::string &unit, const std::vector<std::string> &words = {}) {
        auto text = without_cr(run(unit, words));
        const auto line = without_cr(prompt_line);
        if (text.size() >= line.size() &&
            text.compare(text.size() - line.size(), line.size(), line) == 0)
            text.erase(text.size() - line.size());
        return text;
    }
    void keys(const std::string &bytes) {
        carry_out(session_.keys(sallyport::base::as_bytes(bytes)));
    }
    // Bytes that reach the terminal past the state machine: what another process on the terminal
    // or a broken bastion would do.
    void raw(const std::string &bytes) { pty_.write(bytes); }
    bool alive() {
        if (session_.state() != prompt::State::Prompt)
            at_prompt(1500ms);
        return session_.state() == prompt::State::Prompt &&
               run("echo A\"LI\"VE").find("ALIVE") != std::string::npos;
    }
    prompt::Session &session() { return session_; }

    std::string sent;   // every byte that the session sent to the target
    std::string output; // of the latest unit
    std::string prompt_line, type_ahead, definitions, message, editor_keys;
    int status = -1, end_status = -2;
    bool eof = false;

  private:
    void carry_out(const prompt::Actions &actions) {
        for (const auto &action : actions)
            std::visit([this](const auto &one) { carry_out_one(one); }, action);
    }
    void carry_out_one(const prompt::ToTarget &to) {
        sent += to.bytes;
        pty_.write(to.bytes);
    }
    void carry_out_one(const prompt::ToUser &to) { output += to.bytes; }
    void carry_out_one(const prompt::ToEditor &to) { editor_keys += to.bytes; }
    void carry_out_one(const prompt::OpenEditor &open) {
        prompt_line = open.prompt;
        type_ahead += open.type_ahead;
    }
    void carry_out_one(const prompt::JudgeDefinitions &judge) { definitions = judge.definitions; }
    void carry_out_one(const prompt::Ended &ended) { status = ended.status; }
    void carry_out_one(const prompt::Refused &refused) { message = refused.message; }
    void carry_out_one(const prompt::End &end) {
        end_status = end.status;
        message = end.message;
    }
    template <typename Other>
    void carry_out_one(const Other &) {}

    CountingNonces nonces_;
    Pty pty_;
    prompt::Session session_;
};

} // namespace guard_test
