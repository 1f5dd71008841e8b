// SPDX-License-Identifier: Apache-2.0
// The guarded shell against the real bash: what a person expects of a shell, and the protocol.
#include "harness.hpp"

using namespace guard_test;
namespace fs = std::filesystem;

TEST_SUITE_BEGIN("integration.guard.shell");

TEST_CASE("a stock bash becomes a guarded shell and shows its own prompt") {
    Folder folder;
    folder.write(".bash_profile",
                 "echo profile noise\nPS1='\\u first line\\ntest> '\nset -o vi\nX=from-profile\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.prompt_line == "test> ");
    CHECK(bastion.output.find("profile noise") != std::string::npos);
    CHECK(bastion.session().cwd() == folder.path);
    CHECK(without_cr(bastion.run("echo $X; echo $0; shopt -q login_shell; echo $?"))
              .find("from-profile\n-bash\n0\n") == 0);
    CHECK(bastion.status == 0);
}

TEST_CASE("what a person expects of a shell works") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    struct Row {
        const char *unit, *output;
        int status;
    };
    const Row rows[] = {
        {"cd /usr; pwd", "/usr\n", 0},
        {"pwd", "/usr\n", 0},
        {"(exit 7)", "", 7},
        {"echo $?", "7\n", 0},
        {"false | true | (exit 3)", "", 3},
        {"echo ${PIPESTATUS[*]}", "3\n", 0}, // of the whole unit before
        {"false | (exit 4); echo ${PIPESTATUS[*]}", "1 4\n", 0},
        {"f(){ echo in-f \"$1\"; }", "", 0},
        {"f a", "in-f a\n", 0},
        {"cat <<X\none\ntwo\nX", "one\ntwo\n", 0},
        {"for i in 1 2; do\necho $i\ndone", "1\n2\n", 0},
        {"echo 'ä€😀' | cat", "ä€😀\n", 0},
        {"printf '%s' 'a\tb' | od -An -c | tr -d ' '", "a\\tb\n", 0},
        {"printf %s '\x01\x1b[x\x7f\\n' | od -An -tx1 | tr -d ' \\n'; echo", "011b5b787f5c6e\n", 0},
        {"echo \"hi!there\"", "hi!there\n", 0},
        {"shopt -s expand_aliases; alias ll='echo aliased'", "", 0},
        {"ll x", "aliased x\n", 0},
        {"set -e; false || true; echo ok; set +e", "ok\n", 0},
        {"set -u; echo ok; set +u", "ok\n", 0},
        {"IFS=:; echo ok", "ok\n", 0},
        {"set -f; echo *; set +f", "*\n", 0},
        {"set -o posix; echo ok; set +o posix", "ok\n", 0},
        {"exec 3</dev/null; test -r /dev/fd/3 && echo open", "open\n", 0},
        {"tty >/dev/null && test -t 0 && test -t 1 && echo terminal", "terminal\n", 0},
    };
    for (const auto &row : rows) {
        CAPTURE(row.unit);
        CHECK(bastion.result(row.unit) == row.output);
        CHECK(bastion.status == row.status);
    }
    CHECK(bastion.session().cwd() == "/usr");
}

TEST_CASE("a unit of nearly 64 KiB arrives whole") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.result("v='" + std::string(65000, 'x') + "'; echo ${#v}") == "65000\n");
}

TEST_CASE("keys reach the program, Ctrl-C ends it, Ctrl-Z stops it, the shell goes on") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    bastion.start("read -r a; echo got:$a");
    REQUIRE(bastion.reaches(prompt::State::Running));
    bastion.keys("hello\r");
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.output.find("got:hello") != std::string::npos);
    bastion.start("sleep 30; echo not-reached");
    REQUIRE(bastion.reaches(prompt::State::Running));
    bastion.settle(100ms);
    bastion.keys("\x03");
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.status == 130);
    CHECK(bastion.output.find("not-reached") == std::string::npos);
    bastion.start("sleep 30");
    REQUIRE(bastion.reaches(prompt::State::Running));
    bastion.settle(100ms);
    bastion.keys("\x1a");
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.status == 148);
    CHECK(bastion.run("jobs").find("Stopped") != std::string::npos);
    bastion.run("kill %1");
    CHECK(bastion.alive());
}

TEST_CASE("keys that no program read come back as text and are not run") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    const auto marker = folder.path / "pwned";
    bastion.start("sleep 0.4");
    REQUIRE(bastion.reaches(prompt::State::Running));
    bastion.keys("touch " + marker.string() + "\r");
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.type_ahead == "touch " + marker.string() + "\n");
    bastion.settle();
    CHECK_FALSE(fs::exists(marker));
    CHECK(bastion.alive());
}

TEST_CASE("an alias or a function is answered with its definition and runs after a second yes") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    const auto marker = folder.path / "pwned";
    bastion.run("alias ls='touch " + marker.string() + "'; g(){ touch " + marker.string() +
                "; }; shopt -s expand_aliases");
    for (const std::string word : {"ls", "g"}) {
        CAPTURE(word);
        bastion.start(word, {"echo", word});
        REQUIRE(bastion.reaches(prompt::State::Judging));
        CHECK(bastion.definitions.find("touch " + marker.string()) != std::string::npos);
        bastion.answer(prompt::Answer::Deny);
        bastion.settle();
        CHECK_FALSE(fs::exists(marker));
        CHECK(bastion.session().state() == prompt::State::Prompt);
        bastion.start(word, {word});
        REQUIRE(bastion.reaches(prompt::State::Judging));
        bastion.answer(prompt::Answer::Allow, {"echo"});
        REQUIRE(bastion.at_prompt());
        CHECK(fs::exists(marker));
        fs::remove(marker);
    }
}

TEST_CASE("names of more than letters are checked too") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    CHECK(bastion.result("[ a = a ] && : && echo yes", {"[", ":", "echo"}) == "yes\n");
    CHECK(bastion.result("echo plain", {"echo", "a]b", "a[1]", "*", "?", "{x}", "~", "#", "ä", "-x",
                                        "=", "%", "!", "@"}) == "plain\n");
    for (const std::string word : {"[", ":", "a]b", "a@b", "ä", "a+b", "a/b", "a,b", "a%b"}) {
        CAPTURE(word);
        bastion.run("function " + word + " { true; }");
        CHECK(bastion.status == 0);
        bastion.definitions.clear();
        bastion.start(word + " x", {word});
        CHECK(bastion.reaches(prompt::State::Judging));
        CHECK(bastion.definitions.find(word) != std::string::npos);
        bastion.answer(prompt::Answer::Deny);
        bastion.run("unset -f '" + word + "'");
    }
}

TEST_CASE("no name that the frame leaves out can be an alias or a function") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    for (const std::string character :
         {" ", "\t", "|", "&", ";", "(", ")", "<", ">", "'", "\"", "`", "$", "\\"}) {
        CAPTURE(character);
        const std::string quoted = character == "'" ? "\"x'y\"" : "'x" + character + "y'";
        bastion.run("shopt -s expand_aliases; unalias -a; alias " + quoted + "=true 2>/dev/null");
        CHECK(bastion.result("alias") == "");
        bastion.run("{ " + std::string("eval \"function \"") + quoted +
                    "\" { true; }\"; } 2>/dev/null");
        CHECK(bastion.result("declare -F | grep '^declare -f x.y'") == "");
    }
}

TEST_CASE("a shell that is not bash is refused with the way out") {
    Folder folder;
    const auto rbash = folder.path / "rbash";
    fs::create_symlink("/bin/bash", rbash);
    for (const std::string shell : {"/bin/dash", "/bin/zsh"}) {
        if (!fs::exists(shell))
            continue;
        CAPTURE(shell);
        Bastion bastion(folder.path, shell);
        bastion.reaches(prompt::State::Dead);
        CHECK(bastion.end_status == 77);
        CHECK(bastion.message.rfind("not yet guarded: ", 0) == 0);
        CHECK(bastion.message.find("single commands work") != std::string::npos);
        CHECK(bastion.sent.empty());
    }
    for (const auto &shell : std::vector<std::string>{"/usr/sbin/nologin", "/bin/false", rbash}) {
        CAPTURE(shell);
        Bastion bastion(folder.path, shell);
        bastion.reaches(prompt::State::Dead);
        CHECK(bastion.end_status == 77);
        CHECK(bastion.sent.empty());
    }
}

TEST_CASE("exit ends the session with the shell's own status") {
    Folder folder;
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    bastion.start("exit 7");
    bastion.pump([&] { return bastion.eof; });
    CHECK(bastion.session().state() == prompt::State::Dead);
    CHECK(bastion.end_status == -1);
    CHECK(bastion.message.empty());
}

TEST_CASE("three hundred units in a row: no echo, no loss") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Bastion bastion(folder.path);
    REQUIRE(bastion.at_prompt());
    int wrong = 0;
    for (int i = 0; i < 300; ++i)
        wrong += bastion.result("echo n" + std::to_string(i)) != "n" + std::to_string(i) + "\n";
    CHECK(wrong == 0);
}

TEST_SUITE_END();
