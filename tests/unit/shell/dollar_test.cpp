// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.dollar");

TEST_CASE("what begins with a dollar or a backquote is kept as written") {
    check_rows({
        {"parameters",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (param a) (param 1) (word (param 1) 2) (param @) (param *) (param #) (param ?) "
         "(param -) (param $) (param !))",
         {"$a $1 $12 $@ $* $# $? $- $$ $!", "${a} ${1} ${1}2 ${@} ${*} ${#} ${?} ${-} ${$} ${!}"}},
        {"a lone dollar",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple $ a$ (quoted $) $.)",
         {"$ a$ \"$\" $."}},
        {"command substitutions",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (sub (simple a b)) (quoted (sub (simple c))))",
         {"$(a b) \"$(c)\"", "`a b` \"`c`\"", "$( a b ) \"$(\nc\n)\""}},
        {"nested backquotes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (sub (simple a (sub (simple b)))))",
         {"`a \\`b\\``", "$(a $(b))"}},
        {"backquotes in double quotes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (quoted (sub (simple a (quoted b)))))",
         {"\"`a \\\"b\\\"`\"", "\"$(a \"b\")\""}},
        {"arithmetic",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (arith a\\x20+\\x20 (param b) \\x20*\\x20\\x28c\\x20-\\x201\\x29))",
         {"$((a + $b * (c - 1)))"}},
        {"arithmetic in brackets",
         "bash,zsh",
         "(simple (arith 1\\x20+\\x20 (param a)))",
         {"$[1 + $a]"}},
        {"double parentheses that are commands",
         "bash,zsh",
         "(simple (sub (subshell (simple a)) (simple b)))",
         {"$((a); b)", "$( (a); b)"}},
    });
}

TEST_SUITE_END();
