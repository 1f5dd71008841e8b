// SPDX-License-Identifier: Apache-2.0
// What is sent to a target is run here by the real shells, with the bytes on standard input that a
// client would send.
#include "ran.hpp"
#include "stdin_script.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::supervisor;
using testing::Ran;
using testing::run;

namespace {

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
