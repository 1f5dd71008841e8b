// SPDX-License-Identifier: Apache-2.0
// Values that only seem to be known: each line really runs `rm` in that shell.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;
using model::Dialect;

namespace {
bool is_seen(const char *line, Dialect dialect) {
    const auto facts = judged(line, dialect);
    return is_opaque(facts) || !named(facts, "rm").empty();
}
} // namespace

TEST_SUITE("facts.values") {
    TEST_CASE("what a trap or a hook assigns is known at no time") {
        for (const char *line :
             {"x=ls; trap 'x=rm' DEBUG; :; $x y", "trap 'x=rm' DEBUG; x=ls; $x y",
              "x=ls; trap 'x=rm' ERR; false; $x y", "x=ls; trap 'x=rm' USR1; kill -USR1 $$; $x y",
              "trap 'set -- rm' DEBUG; set -- ls; $1 y",
              "for i in 1 2; do trap 'x=rm' DEBUG; x=ls; $x y; done",
              "trap 'x=rm' DEBUG; export x=ls; sh -c '$x y'"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Bash));
        }
        CHECK(is_seen("chpwd() { x=rm; }; x=ls; cd /; $x y", Dialect::Zsh));
        CHECK(is_seen("x=ls; TRAPUSR1() { x=rm; }; kill -USR1 $$; $x y", Dialect::Zsh));
        CHECK(!is_opaque(judged("trap 'y=rm' DEBUG; x=ls; $x y")));
    }

    TEST_CASE("names that the shell itself assigns, converts or redirects") {
        for (const char *line :
             {"_=ls; : rm; $_ y", "BASH_REMATCH=ls; [[ rm =~ .* ]]; $BASH_REMATCH y",
              "declare -l x=RM; $x y", "declare -l x; x=RM; $x y", "declare -u x; x=ls; $x y",
              "declare -n r; x=ls; for r in x; do r=rm; done; $x y",
              "x=ls; declare -n r=x; declare -n q=r; q=rm; $x y",
              "declare -n r=x; x=rm; unset -n r; r=ls; $x y",
              "set -- ls; . /dev/stdin rm y <<< '\"$@\"'", "set -k; ls x=rm",
              "set -o keyword; ls x=rm"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Bash));
        }
        for (const char *line : {"MATCH=ls; [[ rm =~ .* ]]; $MATCH y", "typeset -L2 x=rmf; $x y",
                                 "set -- ls; argv=(rm y); \"$@\"", "set -- ls; 1=rm; $1 y"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Zsh));
        }
        for (const char *line :
             {"x=ls; $x y", "declare -r x=ls; $x y", "declare -n r=x; r=ls; $x y",
              "set -e; ls x=rm", ". /dev/stdin y <<< 'ls'; set -- ls; $1"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
    }

    TEST_CASE("an integer evaluates what it is given, by whatever way") {
        for (const char *line : {"RANDOM='a[$(rm x)]'",
                                 "OPTIND='a[$(rm x)]'",
                                 "HISTCMD='a[$(rm x)]'",
                                 "SECONDS='a[$(rm x)]' ls",
                                 "printf -v RANDOM '%s' 'a[$(rm x)]'",
                                 "read RANDOM",
                                 "for SECONDS in 'a[$(rm x)]'; do ls; done",
                                 "export OPTIND='a[$(rm x)]'",
                                 ": ${BASH_SUBSHELL:='a[$(rm x)]'}",
                                 "getopts a: RANDOM \"$@\"",
                                 "declare -n r=RANDOM; r='a[$(rm x)]'",
                                 "RANDOM[0]='a[$(rm x)]'",
                                 "declare -i y; read y",
                                 "declare -i y; for y in 'a[$(rm x)]'; do ls; done",
                                 "declare -i y; printf -v y '%s' 'a[$(rm x)]'",
                                 "declare -i y; : ${y:='a[$(rm x)]'}",
                                 "unset y; declare -i y; : ${y:='a[$(rm x)]'}",
                                 "typeset -i y; export y='a[$(rm x)]'",
                                 "declare -i y; declare -n r=y; read r",
                                 "declare -i y; readonly y='a[$(rm x)]'",
                                 "declare -i y; read 'y[0]'",
                                 "y='a[$(rm x)]'; declare -i y; ((y))",
                                 "declare -i y; read y <<< 5; y+='a[$(rm x)]'",
                                 "declare -i OLDPWD; cd /srv",
                                 "declare -i OPTARG; getopts a: o -a 'a[$(rm x)]'",
                                 "declare -i _; : 'a[$(rm x)]'"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Bash));
        }
        CHECK(is_seen("integer y; y='a[$(rm x)]'", Dialect::Zsh));
        CHECK(is_seen("float y; y='a[$(rm x)]'", Dialect::Zsh));
        CHECK(is_seen("HISTSIZE='a[$(rm x)]'", Dialect::Zsh));
        for (const char *line :
             {"RANDOM=42; ls", "SECONDS=0; ls", "OPTIND=1; ls", "declare -i y; y=5; ls",
              "declare -i y; for y in 1 2; do ls; done", "declare -i y=3; export y; ls",
              "f() { local -i n; n=1; }; n=x; f", "while getopts a:b o; do ls; done",
              "RANDOM=$$; ls", "HISTSIZE=$x; ls"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
        CHECK(!is_opaque(judged("RANDOM='a[1]'; ls", Dialect::Dash)));
    }

    TEST_CASE("a watched name that is assigned or removed by another way") {
        for (const char *line : {"declare -n P=PATH; P=/tmp; ls",
                                 "typeset -n P=PATH; P=/tmp; ls",
                                 "declare -n P=PATH; declare -n Q=P; Q=/tmp; ls",
                                 "declare -n Q=P; declare -n P=PATH; Q=/tmp; ls",
                                 "declare -n P=PATH; read P; ls",
                                 "declare -n P=PATH; export P=/tmp; ls",
                                 "declare -n P=PS4; P='$(rm x)'; set -x; ls",
                                 "declare -n P=PROMPT_COMMAND; P='rm x'",
                                 "declare -n P; P=PATH; P=/tmp; ls",
                                 "P=PATH; declare -n P; P=/tmp; ls",
                                 "declare -n P='PATH[0]'; P=/tmp; ls",
                                 "declare +x -n P=PATH; P=/tmp; ls",
                                 "declare -n P=x; for P in PATH; do P=/tmp; done; ls",
                                 "declare -n A=BASH_ALIASES; A[ls]=rm",
                                 "read 'BASH_CMDS[ls]' <<< /bin/rm; ls",
                                 "declare 'BASH_CMDS[ls]=/bin/rm'; ls",
                                 "unset PATH; ls",
                                 "unset -v PATH; ls",
                                 "unset 'PATH[0]'; ls",
                                 "wait -n -p PATH; ls",
                                 "wait -npPATH; ls",
                                 "coproc PATH { id; }; ls",
                                 "((PATH=5)); ls",
                                 "let PATH=5; ls",
                                 "exec {PATH}>/dev/null; ls",
                                 "read 'PATH[0]'; ls",
                                 "declare 'PATH[0]=/tmp'; ls",
                                 "x=ls; read 'x[0]' <<< rm; $x y",
                                 "x=(rm); : ${x[1]:=ls}; $x y",
                                 "x=ls; coproc x { id; }; $x y",
                                 "x=rm; declare -n P=x; declare +n P; P=ls; $x y"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Bash));
        }
        CHECK(is_seen("unset PATH; ls", Dialect::Dash));
        for (const char *line :
             {"declare -n P=x; P=/tmp; ls", "unset x; ls", "unset -f PATH; ls", "wait -n -p x; ls",
              "coproc { id; }; ls", "((x=5)); ls", "exec {x}>/dev/null; ls"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
        CHECK(!is_opaque(judged("unset PATH; ls", Dialect::Zsh)));
    }

    TEST_CASE("a label of sed ends at a blank") {
        for (const char *line :
             {"sed ':a e rm -rf /srv/x' x", "sed ':a\te rm x' x", "sed 'b e rm x' x",
              "sed ':a; e rm x' x", "sed 'ba e rm x' x", "sed ': a e rm x' x"}) {
            CAPTURE(line);
            CHECK(is_seen(line, Dialect::Bash));
        }
        for (const char *line :
             {"sed ':a;N;$!ba;s/x/y/g' x", "sed -e ':a' -e '$!{N;ba }' x", "sed ': a; ta' x"}) {
            CAPTURE(line);
            CHECK(!is_opaque(judged(line)));
        }
    }

    TEST_CASE("a pattern in a value, and `..` behind what is a link on every system") {
        const auto read = [](const char *line) {
            const auto commands = judged(line).commands;
            return commands.back().reads.empty() ? "" : commands.back().reads[0].glob;
        };
        CHECK(read("shopt -s extglob; x='/etc/@(shadow)'; cat $x") == "**");
        CHECK(read("cat /proc/self/cwd/../../etc/shadow") == "**");
        CHECK(read("cat /dev/fd/../root/etc/shadow") == "**");
        CHECK(read("cat /var/run/../etc/shadow") == "**");
        CHECK(read("cat /usr/lib/ssl/certs/../../shadow") == "**");
        CHECK(read("cat /p*/self/cwd/../x") == "**");
        CHECK(read("cat /srv/app/../x") == "/srv/x");
        CHECK(read("cat /var/log/../x") == "/var/x");
        CHECK(read("cat /etc/../etc/x") == "/etc/x");
    }

    TEST_CASE("a home directory is no option, unless the text sets it") {
        CHECK(!is_opaque(judged("find ~ -name x")));
        CHECK(is_opaque(judged("find ~- -name x")));
        CHECK(is_opaque(judged("HOME=-delete; find ~")));
    }
}
