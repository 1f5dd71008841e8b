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
