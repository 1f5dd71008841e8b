// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.parameter");

TEST_CASE("parameter expansions keep operator and operands") {
    check_rows({
        {"values and defaults",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (param a - b) (param a :- b) (param a = b) (param a := b) (param a + b) (param a "
         ":+ b) (param a ? b) (param a :? b) (param a :- (word)))",
         {"${a-b} ${a:-b} ${a=b} ${a:=b} ${a+b} ${a:+b} ${a?b} ${a:?b} ${a:-}"}},
        {"prefixes and suffixes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (param a # (word b (glob *))) (param a ## (word (glob *) b)) (param a % (word b "
         "(glob ?))) (param a %% b))",
         {"${a#b*} ${a##*b} ${a%b?} ${a%%b}"}},
        {"lengths",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (param a length) (param #) (param # length) (param ? length) (param # - x))",
         {"${#a} ${#} ${##} ${#?} ${#-x}"}},
        {"nested and quoted operands",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (param a :- (quoted b\\x20 (param c))) (quoted (param a :- (sub (simple d)))) "
         "(param a :- (param b :- c\\x20d)))",
         {"${a:-\"b $c\"} \"${a:-$(d)}\" ${a:-${b:-c d}}"}},
        {"single quotes in double quotes are bytes",
         "bash,dash,ash",
         "(simple (quoted (param a :- it\\x27s)))",
         {"\"${a:-it's}\""}},
        {"single quotes in patterns quote",
         "bash",
         "(simple (quoted (param a # '}')))",
         {"\"${a#'}'}\""}},
        {"replacement",
         "bash,ash",
         "(simple (param a / b c) (param a // b) (param a / \\/ x))",
         {"${a/b/c} ${a//b} ${a/\\//x}"}},
        {"replacement at an end",
         "bash",
         "(simple (param a /# b c) (param a /% b))",
         {"${a/#b/c} ${a/%b}"}},
        {"substrings",
         "bash,ash",
         "(simple (param a substring 1) (param a substring 1 2) (param a substring \\x20-1) (param "
         "a substring b?c:d e))",
         {"${a:1} ${a:1:2} ${a: -1} ${a:b?c:d:e}"}},
        {"case",
         "bash",
         "(simple (param a ^ (word)) (param a ^^ (word)) (param a , (word)) (param a ,, (word)) "
         "(param a ^^ (glob [ab])) (param a ~ (word)))",
         {"${a^} ${a^^} ${a,} ${a,,} ${a^^[ab]} ${a~}"}},
        {"transformations and names",
         "bash",
         "(simple (param a @P) (param a indirect) (param a names) (param a names) (param a (at @) "
         "keys) (param a indirect :- b))",
         {"${a@P} ${!a} ${!a*} ${!a@} ${!a[@]} ${!a:-b}"}},
        {"subscripts",
         "bash",
         "(simple (param a (at 0)) (param a (at @)) (param a length (at @)) (param a (at (sub "
         "(simple b)))) (param a (at b[1]) # c))",
         {"${a[0]} ${a[@]} ${#a[@]} ${a[$(b)]} ${a[b[1]]#c}"}},
        {"bad substitutions",
         "bash",
         "(simple (unsupported 'a\\x20bad\\x20substitution'))",
         {"${a!b}"}},
        {"bad substitutions of dash",
         "dash",
         "(simple (unsupported 'a\\x20bad\\x20substitution') (unsupported "
         "'a\\x20bad\\x20substitution'))",
         {"${a/b/c} ${a^^}"}},
        {"zsh keeps its own",
         "zsh",
         "(simple (unsupported 'a\\x20zsh\\x20expansion') (unsupported "
         "'a\\x20zsh\\x20subscript\\x20or\\x20modifier') (unsupported "
         "'a\\x20zsh\\x20subscript\\x20or\\x20modifier') (unsupported 'a\\x20zsh\\x20expansion') "
         "(unsupported 'a\\x20zsh\\x20expansion'))",
         {"${(e)a} $a[1] $a:h $=a ${=a}"}},
    });
}

TEST_SUITE_END();
