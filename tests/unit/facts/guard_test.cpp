// SPDX-License-Identifier: Apache-2.0
// The mandatory rules of the guarded shell: what would open it is found whatever its spelling.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts::testing;

TEST_SUITE("facts.guard") {
    TEST_CASE("lines that would open the guarded shell") {
        for (const char *line : {"_sp_u=1",
                                 "_sp() { :; }",
                                 "unset _sp_c",
                                 "readonly _sp_u",
                                 "echo $_sp_n",
                                 "(( _sp_m = 1 ))",
                                 "read _sp_u",
                                 "eval() { :; }",
                                 "read() { :; }",
                                 "set() { :; }",
                                 "alias eval=x",
                                 "alias 'builtin'=x",
                                 "exec 10>&1",
                                 "exec 12<&-",
                                 "exec {v}>f",
                                 "exec 0<&11",
                                 "exec 3>&10-",
                                 "set -o vi",
                                 "set -o emacs",
                                 "\"set\" -o vi",
                                 "s\\et -o \"v\"i",
                                 "command set -o vi",
                                 "builtin set -o vi",
                                 "eval 'set -o vi'",
                                 "enable -n read",
                                 "shopt -s extdebug",
                                 "a=set; $a -o vi",
                                 "if false; then set -o vi; fi",
                                 "f() { set -o vi; }",
                                 "trap 'set -o vi' USR1",
                                 "export _sp_n",
                                 "printf -v _sp_u x",
                                 "for _sp_u in a; do :; done",
                                 "{ ls; } 11>f"}) {
            const auto facts = judged(line);
            CHECK_MESSAGE(has_effect(facts, model::Effect::GuardBreak), std::string(line), "\n  ",
                          shown(facts));
        }
    }
    TEST_CASE("lines that only look like it") {
        for (const char *line :
             {"echo set -o vi", "ls _s", "set -o pipefail", "exec 3>f", "ls 2>&1", "set -eu",
              "echo a_sp", "sh -c 'set -o vi'", "sudo bash -c 'a; _sp=1'", "alias ll='ls -l'",
              "f() { ls; }", "cat <&3"}) {
            const auto facts = judged(line);
            CHECK_MESSAGE(!has_effect(facts, model::Effect::GuardBreak), std::string(line), "\n  ",
                          shown(facts));
        }
    }
    TEST_CASE("dynamic forms are opaque") {
        for (const char *line : {"set -o $x", "shopt -s \"$x\"", "$x -o vi", "exec 0<&$x",
                                 "eval \"$x\"", "trap \"$x\" INT", ". $f", "declare \"$x\"=1"})
            CHECK_MESSAGE(is_opaque(judged(line)), std::string(line));
    }
}
