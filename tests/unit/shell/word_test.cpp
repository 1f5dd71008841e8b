// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.word");

TEST_CASE("words keep their quoted and expanded parts") {
    check_rows({
        {"quotes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (word a \\b 'c\\x20d' (quoted e\\x20 (param f)) ''))",
         {"a\\b'c d'\"e $f\"''", "a\\b'c d'\"e ${f}\"''"}},
        {"backslashes in double quotes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (quoted \\x5ca \\$ \\\\x5c \\\\x22 \\`))",
         {"\"\\a\\$\\\\\\\"\\`\""}},
        {"dollar quotes",
         "bash,zsh",
         "(simple $'a\\x0aAA\\x27\\xc3\\xa9')",
         {"$'a\\n\\x41\\101\\'\\u00e9'"}},
        {"dollar quotes end at NUL", "bash", "(simple $'rm')", {"$'rm\\0x'"}},
        {"NUL ends the whole word for programs of zsh, and stays for its own commands",
         "zsh",
         R"((simple (unsupported 'an\x20escape\x20in\x20`$\x27..\x27`\x20that\x20shells\x20read\x20differently')))",
         {"$'rm\\0x'"}},
        {"dollar quotes are a dollar", "dash", "(simple (word $ 'rm'))", {"$'rm'"}},
        {"translated string", "bash", "(simple (translated a))", {"$\"a\""}},
        {"dollar and string", "dash,zsh,ash", "(simple (word $ (quoted a)))", {"$\"a\""}},
        {"patterns",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (word a (glob *) b (glob ?)) (glob [a-z]) (word (glob [!a]) x) (glob []a]) (glob "
         "[[:alpha:]_]))",
         {"a*b? [a-z] [!a]x []a] [[:alpha:]_]"}},
        {"brackets that are no pattern",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple [ a ]) (simple y x[ ]y)",
         {"[ a ]; y x[ ]y"}},
        {"quoted bytes in a bracket",
         "bash,dash,ash",
         "(simple (word (glob-open [) (quoted a-) \\] z]))",
         {"[\"a-\"\\]z]"}},
        {"an expansion in a bracket",
         "bash,dash,ash",
         "(simple (word (glob-open [) (param x) ]))",
         {"[$x]"}},
        {"braces",
         "bash",
         "(simple (word (brace a (word b (brace c d)) (quoted e\\x20f)) x (sequence 1 5 2) "
         "(sequence a c)))",
         {"{a,b{c,d},\"e f\"}x{1..5..2}{a..c}"}},
        {"braces that are none",
         "bash",
         "(simple {a} {} {a,b a,b} {a..} x{1..b})",
         {"{a} {} {a,b a,b} {a..} x{1..b}"}},
        {"braces are literal", "dash,ash", "(simple x{a,b})", {"x{a,b}"}},
        {"braces in an operand of zsh", "zsh", "(simple (word x (brace a b)))", {"x{a,b}"}},
        {"braces are not expanded in values", "bash", "(simple (assign a {b,c}))", {"a={b,c}"}},
        {"tildes",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (tilde) (word (tilde) /a) (word (tilde root) /b) a~ (quoted ~) \\~ (word ~ "
         "(quoted x)))",
         {"~ ~/a ~root/b a~ \"~\" \\~ ~\"x\""}},
        {"tildes in values",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (assign a (word (tilde) /b: (tilde c) /d:e~)))",
         {"a=~/b:~c/d:e~"}},
        {"tildes in operands", "bash", "(simple dd (word of= (tilde) /x))", {"dd of=~/x"}},
        {"extended patterns once switched on",
         "bash",
         "(simple shopt -s extglob) (simple rm (extended ! a (word b (glob *))))",
         {"shopt -s extglob\nrm !(a|b*)"}},
        {"carriage return and other space are bytes of words",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple rm\\x0d\\x0b\\x0c\\xa0\\xe2\\x80\\x83 x)",
         {"rm\r\013\014\240\342\200\203 x"}},
    });
}

TEST_SUITE_END();
