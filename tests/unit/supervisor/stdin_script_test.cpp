// SPDX-License-Identifier: Apache-2.0
// What is sent to a target is run here by the real shells, with the bytes on standard input that a
// client would send.
#include "stdin_script.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;
using namespace sallyport::supervisor;

namespace {

struct Ran {
    std::string output;
    int status = -1;
};

// `command` as sshd runs it: by the account's shell, with `input` on standard input.
Ran run(const std::string &shell, const std::string &command, const std::string &input) {
    char folder[] = "/tmp/sallyport-script-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string place = folder;
    std::ofstream(place + "/input") << input;
    std::ofstream(place + "/command") << command;
    ::setenv("SHELL", shell.c_str(), 1);
    const std::string line =
        "cd " + place + " && HOME=" + place + " " + shell + " -c \"$(cat command)\" <input 2>&1";
    std::FILE *pipe = ::popen(line.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran;
    char piece[4096];
    for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;)
        ran.output.append(piece, n);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::filesystem::remove_all(place);
    return ran;
}

struct Shell {
    const char *path;
    model::Dialect dialect;
};
constexpr Shell shells[] = {{"/bin/bash", model::Dialect::Bash},
                            {"/bin/dash", model::Dialect::Dash},
                            {"/usr/bin/zsh", model::Dialect::Zsh}};

} // namespace

TEST_SUITE("supervisor.stdin_script") {
    TEST_CASE("a script runs whole, with its own status and nothing on standard input") {
        const std::string script =
            "#!/bin/sh\necho \"it's $((1+1))\"\ncat\nfalse || (exit 3)\n\n\n";
        for (const Shell &shell : shells) {
            CAPTURE(shell.path);
            const Ran ran = run(shell.path, run_script(script, shell.dialect), script);
            CHECK(ran.output == "it's 2\n");
            CHECK(ran.status == 3);
        }
    }

    TEST_CASE("a command gets the judged script on standard input") {
        const std::string script = "echo one\necho \"$1 '$0'\"";
        for (const Shell &shell : shells) {
            CAPTURE(shell.path);
            const Ran ran = run(shell.path, run_with_input("sh -s 'a b' # done", script), script);
            CHECK(ran.output == "one\na b 'sh'\n");
            CHECK(ran.status == 0);
        }
    }

    TEST_CASE("other bytes than the judged ones are not run") {
        const std::string script = "echo good\n";
        const std::string others[] = {"echo evil\n", "echo goo", "", "echo good\t"};
        for (const Shell &shell : shells) {
            for (const std::string &other : others) {
                CAPTURE(shell.path);
                CAPTURE(other);
                for (const std::string &command :
                     {run_script(script, shell.dialect), run_with_input("sh", script)}) {
                    const Ran ran = run(shell.path, command, other);
                    CHECK(ran.output == "sallyport: the script did not arrive as it was judged\n");
                    CHECK(ran.status == 70);
                }
            }
            // What follows the judged bytes is never read as a script.
            CHECK(
                run(shell.path, run_script(script, shell.dialect), script + "echo evil\n").output ==
                "good\n");
        }
    }

    TEST_CASE("an empty script and one of a megabyte run") {
        std::string large = "true '";
        large += std::string(1024 * 1024 - large.size() - 20, 'x') + "'\necho end\n";
        for (const Shell &shell : shells) {
            CAPTURE(shell.path);
            CHECK(run(shell.path, run_script("", shell.dialect), "").status == 0);
            CHECK(run(shell.path, run_script(large, shell.dialect), large).output == "end\n");
            CHECK(run(shell.path, run_with_input("sh -s", large), large).output == "end\n");
        }
    }

    TEST_CASE("a long command is named by its beginning, size and hash") {
        CHECK(headline("ls") == "ls");
        const std::string whole(4096, 'a');
        CHECK(headline(whole) == whole);
        const std::string cut = headline(std::string(4095, 'a') + "\xC3\xA9" + "b");
        CHECK(cut.substr(0, 4096) == std::string(4095, 'a') + "\n");
        CHECK(cut.find("<4098 bytes in all, sha256 ") == 4096);
    }

    TEST_CASE("an unjudged script is read by the account's declared shell") {
        CHECK(login_shell(model::Dialect::Zsh) == "exec zsh -l");
        CHECK(with_input("ab\n", "a<masked>") == "\n--- on standard input, 3 bytes:\na<masked>");
    }
}
