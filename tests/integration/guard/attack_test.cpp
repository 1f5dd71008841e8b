// SPDX-License-Identifier: Apache-2.0
// The attack table of docs/GUARDED-SHELL.md against the real bash. Each attack tries to create one
// file in a folder of its own; "held" means that the file does not exist. The units are allowed
// here on purpose: what the mandatory deny rules refuse is a matter of `facts`.
#include "harness.hpp"

using namespace guard_test;
namespace fs = std::filesystem;

namespace {

enum class Then { Alive, Closed, Either };

struct Attack {
    const char *name;
    std::vector<std::string> units;
    std::string raw; // `%` stands for the command that must not run
    Then then = Then::Alive;
};

const std::string line = "%\r";

const std::vector<Attack> attacks = {
    {"typed bytes at the prompt", {}, line},
    {"raw paste of several lines", {}, "%\r%\n\x1e%\n\x1e"},
    {"CR, LF, 1E, Ctrl-J", {}, "\r\n\x1e\x0a%\n\x0a\x1e\x1e"},
    {"guessed frame", {}, ":sp1 000000000000000000000000 a b 5 -\n\n%\x1e\n\x1e\n"},
    {"_sp removed and replaced", {"unset -f _sp; _sp(){ read _sp_u </dev/tty; }"}, line},
    {"PROMPT_COMMAND reads", {"PROMPT_COMMAND='read -t 0.1 -r z </dev/tty'"}, line},
    {"PROMPT_COMMAND unset and interrupt", {"unset PROMPT_COMMAND; kill -INT $$"}, line},
    {"DEBUG trap with extdebug", {"shopt -s extdebug; trap false DEBUG"}, line, Then::Closed},
    {"_sp_u read-only", {"readonly _sp_u"}, line, Then::Closed},
    {"IFS changed", {"IFS=:spx"}, line},
    {"builtins switched off", {"enable -n read eval"}, line, Then::Closed},
    {"functions in place of builtins", {"read(){ :; }; printf(){ :; }; builtin(){ :; }"}, line},
    {"function eval", {"eval(){ :; }"}, line, Then::Either},
    {"aliases of the guard's words",
     {"shopt -s expand_aliases; alias eval=true _sp=true if=true"},
     line},
    {"set -o posix", {"set -o posix"}, line},
    {"set -n", {"set -n"}, line},
    {"set -v", {"set -v"}, line},
    {"set -o emacs", {"set -o emacs"}, line, Then::Either},
    {"set -o vi", {"set -o vi"}, "itouch\r%\r", Then::Either},
    {"descriptor 0 replaced", {"exec 0</dev/tty"}, line},
    {"descriptors 0 to 2 closed", {"exec 0<&- 1>&- 2>&-"}, line, Then::Either},
    {"descriptors 3 to 9 closed", {"for i in 3 4 5 6 7 8 9; do eval \"exec $i<&-\"; done"}, line},
    {"descriptors from 10 closed",
     {"for i in 10 11 12 13 14 255; do eval \"exec $i<&-\"; done"},
     line,
     Then::Closed},
    {"terminal over the descriptors from 10",
     {"for i in 10 11 12 13 14 255; do eval \"exec $i</dev/tty\"; done"},
     line,
     Then::Either},
    {"stopped and continued", {"(sleep .3; kill -CONT $$)& kill -STOP $$"}, line},
    {"TERM and QUIT", {"kill -TERM $$; kill -QUIT $$"}, line},
    {"interrupts at the prompt", {}, "\x03\x03\x03\x1c\x1a\x03%\r"},
    {"end of file at the prompt", {}, "\x04\x04\x04\x04%\r"},
    {"raw terminal left behind", {"stty raw -echo"}, "%\r\n"},
    {"background reader", {"(read -r x </dev/tty; echo $x) &"}, line},
    {"interrupt of the waiting shell", {"(sleep .02; kill -INT $$) & true"}, line},
    {"forged marker by guess",
     {"printf '\\033]7717;aaaaaaaaaaaaaaaaaaaaaaaa;P;0;/\\033]7717;aaaaaaaaaaaaaaaaaaaaaaaa;"
      "E\\007'"},
     line},
    {"marker behind open DCS and OSC", {"printf '\\033P\\033]0;'"}, line},
};

} // namespace

TEST_SUITE_BEGIN("integration.guard.attack");

TEST_CASE("nothing runs without a challenge") {
    for (const auto &attack : attacks) {
        CAPTURE(attack.name);
        Folder folder;
        const auto marker = folder.path / "pwned";
        Bastion bastion(folder.path);
        REQUIRE(bastion.at_prompt());
        std::string raw;
        for (const char c : attack.raw)
            raw += c == '%' ? "touch " + marker.string() : std::string(1, c);
        for (const auto &unit : attack.units)
            bastion.run(unit, {}, 1500ms);
        bastion.settle(50ms);
        bastion.raw(raw);
        bastion.settle(200ms);
        CHECK_FALSE(fs::exists(marker));
        const bool alive = !bastion.eof && bastion.alive();
        bastion.settle(50ms);
        CHECK_FALSE(fs::exists(marker));
        if (attack.then != Then::Either)
            CHECK(alive == (attack.then == Then::Alive));
    }
}

TEST_CASE("the harness can tell: the same bytes typed into an unguarded bash do run") {
    Folder folder;
    const auto marker = folder.path / "pwned";
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    bastion.start("while read -r l; do eval \"$l\"; done");
    REQUIRE(bastion.reaches(prompt::State::Running));
    bastion.raw("touch " + marker.string() + "\r");
    CHECK(bastion.pump([&] { return fs::exists(marker); }, 2000ms) == true);
}

TEST_CASE("TIOCSTI from a program of the same terminal is reported, not run") {
    if (!fs::exists("/usr/bin/python3"))
        return;
    Folder folder;
    const auto marker = folder.path / "pwned";
    folder.write("inject.py", "import fcntl, sys, termios, time\ntime.sleep(float(sys.argv[1]))\n"
                              "for c in 'touch " +
                                  marker.string() +
                                  "\\n':\n    fcntl.ioctl(0, termios.TIOCSTI, c.encode())\n");
    for (const std::string unit : {"python3 inject.py 0", "python3 inject.py 0.2 &"}) {
        CAPTURE(unit);
        Bastion bastion(folder.path);
        REQUIRE(bastion.at_prompt());
        bastion.run(unit);
        bastion.settle(500ms);
        CHECK_FALSE(fs::exists(marker));
        CHECK(bastion.alive());
        CHECK_FALSE(fs::exists(marker));
    }
}

TEST_CASE("a start-up file that reads the terminal gets no key and cannot be a raw shell") {
    Folder folder;
    const auto marker = folder.path / "pwned";
    folder.write(".bash_profile", "read -t 0.7 -r line; eval \"$line\"\n");
    Bastion bastion(folder.path);
    bastion.reaches(prompt::State::Startup);
    bastion.keys("touch " + marker.string() + "\r");
    REQUIRE(bastion.at_prompt());
    CHECK_FALSE(fs::exists(marker));
    CHECK(bastion.editor_keys == "touch " + marker.string() + "\r");
    CHECK(bastion.alive());
}

TEST_CASE("a frame runs once: sent again it is a stray") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    const auto marker = folder.path / "pwned";
    bastion.sent.clear();
    bastion.run("touch " + marker.string());
    CHECK(fs::exists(marker));
    const auto replay = bastion.sent;
    fs::remove(marker);
    bastion.raw(replay);
    bastion.settle();
    CHECK_FALSE(fs::exists(marker));
    CHECK(bastion.alive());
    CHECK_FALSE(fs::exists(marker));
}

TEST_CASE("bytes injected before a frame are reported, those inside it stop it") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    const auto marker = folder.path / "pwned";
    bastion.raw("touch " + marker.string() + ";");
    CHECK(bastion.run("echo fine").find("fine\r\n") == 0);
    bastion.settle();
    CHECK_FALSE(fs::exists(marker));
    CHECK(bastion.type_ahead == "touch " + marker.string() + ";");
    // The length tells; the session sends the unit again under a fresh challenge.
    bastion.session().submit("echo once");
    bastion.output.clear();
    for (const auto &action : bastion.session().answer(prompt::Answer::Allow))
        if (const auto *to = std::get_if<prompt::ToTarget>(&action)) {
            auto bytes = to->bytes;
            bytes.insert(bytes.size() - 1, ";touch " + marker.string());
            bastion.raw(bytes);
        }
    REQUIRE(bastion.at_prompt());
    CHECK_FALSE(fs::exists(marker));
    CHECK(bastion.output.find("once\r\n") == 0);
}

TEST_CASE("programs see neither the challenge nor the pipe") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    bastion.run("set -a; true");
    CHECK(bastion.result("env | grep -c -e ^_sp_n= -e ^_sp_m=") == "0\n");
    CHECK(bastion.result("ls -l /proc/self/fd > fds; grep -c pipe: fds") == "0\n");
}

TEST_SUITE_END();
