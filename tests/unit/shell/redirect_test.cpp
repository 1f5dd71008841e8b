// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.redirect");

TEST_CASE("redirections belong to their command wherever they stand") {
    check_rows({
        {"operators",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple a (redirect < b) (redirect > c) (redirect >> d) (redirect <> e) (redirect >| f) "
         "(redirect 2 >& 1) (redirect <& -) (redirect 3 <& 4))",
         {"a <b >c >>d <>e >|f 2>&1 <&- 3<&4"}},
        {"places",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple a d (redirect > c) (redirect < b))",
         {">c a <b d", "> c a < b d"}},
        {"digits are a descriptor only when glued",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple a 2 (redirect > b)) (simple a (redirect 2 > b)) (simple a2 (redirect > b))",
         {"a 2 >b; a 2>b; a2>b"}},
        {"ten is a descriptor", "bash,ash", "(simple a (redirect 10 > b))", {"a 10>b"}},
        {"ten is an operand", "dash,zsh", "(simple a 10 (redirect > b))", {"a 10>b"}},
        {"both outputs", "bash,zsh,ash", "(simple a (redirect &> b))", {"a &>b", "a &> b"}},
        {"background and truncation",
         "dash",
         "(simple a) & (simple (redirect > b))",
         {"a &>b", "a & >b"}},
        {"both outputs appended", "bash,zsh", "(simple a (redirect &>> b))", {"a &>>b"}},
        {"a here-string",
         "bash,zsh",
         "(simple a (redirect <<< (quoted b\\x20c)))",
         {"a <<<\"b c\"", "a <<< \"b c\""}},
        {"a descriptor variable", "bash", "(simple exec (redirect fd > f))", {"exec {fd}>f"}},
        {"process substitutions",
         "bash,zsh,ash",
         "(simple a (from (simple b)) (into (simple c)) (redirect > (into (simple d))))",
         {"a <(b) >(c) > >(d)"}},
    });
}

TEST_SUITE_END();
