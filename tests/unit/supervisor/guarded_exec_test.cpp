// SPDX-License-Identifier: Apache-2.0
// The check is run by the real bash with a start-up file of a hostile or a merely busy account.
#include "guarded_exec.hpp"
#include "ran.hpp"

#include <doctest/doctest.h>

using namespace sallyport::supervisor;
using testing::Ran;

namespace {

// sshd makes bash read ~/.bashrc first; here it stands in front of the command.
Ran with_startup(const std::string &startup, const std::vector<std::string> &programs,
                 const std::string &command) {
    return testing::run("/bin/bash", startup + "\n" + name_check(programs) + command, "");
}

} // namespace

TEST_SUITE("supervisor.guarded_exec") {
    TEST_CASE("what the account's files leave alone runs as it is") {
        const Ran plain =
            with_startup("", {"echo", "ls", "cd"}, "cd / && echo \"it's $?\"; exit 4");
        CHECK(plain.output == "it's 0\n");
        CHECK(plain.status == 4);
        CHECK(
            with_startup("ll() { ls -l; }; PS1=x; export EDITOR=vi", {"echo"}, "echo ok").output ==
            "ok\n");
        CHECK(with_startup("", {"no-such-program"}, "no-such-program").status == 127);
        CHECK(with_startup("", {"/bin/echo"}, "/bin/echo ok").output == "ok\n");
        CHECK(with_startup("", {"echo"}, "[[ -o posix ]] || echo $_name$POSIXLY_CORRECT.").output ==
              ".\n");
    }

    TEST_CASE("a name that means something else is refused before anything runs") {
        const char *startups[] = {
            "ls() { echo owned; }",
            "ls() { echo owned; }; readonly -f ls",
            "ls() { echo owned; }; type() { echo file; }; builtin() { echo file; }",
            "ls() { echo owned; }; unset() { :; }; exit() { :; }; trap() { :; }",
            "ls() { echo owned; }; shopt -s expand_aliases; alias for=: case=: echo=:",
            // PATH as a start-up file of the account's own folder would set it
            "mkdir -p bin; printf 'echo owned' >bin/ls; chmod +x bin/ls; PATH=$PWD/bin:$PATH",
        };
        for (const char *startup : startups) {
            CAPTURE(startup);
            const Ran ran = with_startup(startup, {"true", "ls"}, "true; ls");
            CHECK(ran.status == 77);
            CHECK(ran.output.find("sallyport: `ls' is a ") != std::string::npos);
            CHECK(ran.output.find("owned") == std::string::npos);
        }
    }

    TEST_CASE("a check that cannot be trusted ends the shell") {
        for (const char *startup :
             {"type() { echo file; }; readonly -f type", "builtin() { :; }; readonly -f builtin"}) {
            const Ran ran = with_startup(startup, {"ls"}, "echo owned");
            CHECK(ran.status == 70);
            CHECK(ran.output.find("owned") == std::string::npos);
        }
    }

    TEST_CASE("aliases, hashed paths and traps of the account are gone") {
        for (const char *startup :
             {"shopt -s expand_aliases; alias true='echo owned'",
              "printf '#!/bin/sh\necho owned' >t; chmod +x t; hash -p $PWD/t id",
              "trap 'echo owned' DEBUG", "trap 'echo owned' ERR; set -E"}) {
            CAPTURE(startup);
            // A trap still fires for the first words of the check, which end it.
            const Ran ran =
                with_startup(startup, {"true", "id"}, "echo start; true; id -u >/dev/null; false");
            REQUIRE(ran.output.find("start\n") != std::string::npos);
            CHECK(ran.output.substr(ran.output.find("start\n")) == "start\n");
        }
    }
}
