// SPDX-License-Identifier: Apache-2.0
// zshmisc(1) "Alternate Forms For Complex Commands": one tree for the short and the long form.
#include "table.hpp"

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.zsh");

TEST_CASE("short forms of zsh have the tree of the long form") {
    check_rows({
        {"if",
         "zsh",
         "(if (when (test (= a a))) (then (simple b)))",
         {"if [[ a = a ]] b", "if [[ a = a ]] { b }", "if [[ a = a ]]; then b; fi",
          "if [[ a = a ]] { b; }"}},
        {"if with branches",
         "zsh",
         "(if (when (test a)) (then (simple b)) (when (arithmetic c)) (then (simple d)) (else "
         "(simple e)))",
         {"if [[ a ]] { b } elif ((c)) { d } else { e }",
          "if [[ a ]]; then b; elif ((c)); then d; else e; fi"}},
        {"the body of a short if is one command with its pipes",
         "zsh",
         "(if (when (test a)) (then (and-or (simple b) && (pipe (simple c) (simple d))))) (simple "
         "e)",
         {"if [[ a ]] b && c | d; e"}},
        {"while and until",
         "zsh",
         "(while (when (test a)) (do (simple b))) (until (when (arithmetic 1)) (do (simple c)))",
         {"while [[ a ]] b; until ((1)) c", "while [[ a ]] { b }; until ((1)) { c }",
          "while [[ a ]]; do b; done; until ((1)); do c; done"}},
        {"for",
         "zsh",
         "(for i (in a b) (do (simple c)))",
         {"for i (a b) c", "for i (a b) { c }", "for i (a b); do c; done",
          "for i (a b)\ndo c\ndone", "for i in a b; c", "for i in a b; do c; done",
          "foreach i (a b) c; end", "foreach i (a b)\nc\nend", "foreach i in a b; do c; done"}},
        {"for over the arguments", "zsh", "(for i (do (simple c)))", {"for i; c", "for i { c }"}},
        {"select", "zsh", "(select i (in a b) (do (simple c)))", {"select i (a b) c"}},
        {"arithmetic for",
         "zsh",
         "(for-arith (arith i=0) (arith i) (arith i++) (do (simple a)))",
         {"for ((i=0;i;i++)) a", "for ((i=0;i;i++)); { a }"}},
        {"repeat",
         "zsh",
         "(repeat (arith (param n)) (do (simple a b)))",
         {"repeat $n a b", "repeat $n; do a b; done", "repeat $n { a b }",
          "repeat $n do a b; done"}},
        {"case with braces",
         "zsh",
         "(case x (item (patterns a) (simple b)) (item (patterns c) (simple d)))",
         {"case x { a) b ;; c) d }", "case x { (a) b ;; (c) d ;; }",
          "case x in a) b;; c) d;; esac"}},
        {"always",
         "zsh",
         "(always (group (simple a)) (group (simple b)) (redirect > f))",
         {"{ a } always { b } >f", "{ a; } always\n{ b; } > f"}},
        {"a substitution that gives a file",
         "zsh",
         "(simple cat (file (simple a)))",
         {"cat =(a)", "cat =(a;)"}},
        {"redirections that ignore noclobber",
         "zsh",
         "(simple a (redirect >| b) (redirect >> c) (redirect &> d) (redirect &>> e))",
         {"a >!b >>!c >&!d >>&e", "a >|b >>|c &>|d &>>!e", "a >| b >> c &> d &>> e"}},
        {"disowned commands", "zsh", "(simple a) & (simple b)", {"a &! b", "a &| b", "a & b"}},
    });
}

TEST_CASE("redirections of zsh may stand before a compound command") {
    check_rows({
        {"group",
         "zsh",
         "(group (simple rm x) (redirect > f))",
         {">f { rm x }", "{ rm x } >f", "> f { rm x; }"}},
        {"subshell", "zsh", "(subshell (simple rm x) (redirect > f))", {">f (rm x)", "(rm x) >f"}},
        {"if",
         "zsh",
         "(if (when (simple a)) (then (simple b)) (redirect < f))",
         {"<f if a; then b; fi"}},
        {"repeat",
         "zsh",
         "(repeat (arith 2) (do (simple rm)) (redirect > f))",
         {">f repeat 2 { rm }"}},
        {"time", "zsh", "(pipe time (simple rm x) (redirect > f))", {">f time rm x"}},
        {"a test", "zsh", "(test a (redirect > f) (redirect > g))", {">f [[ a ]] >g"}},
        {"words of the others",
         "bash,dash,ash,sh",
         "(simple repeat 2 (redirect > f)) (simple if a (redirect > f))",
         {">f repeat 2; >f if a"}},
    });
}

TEST_CASE("zsh refuses a reserved word behind an assignment") {
    for (const std::string_view text :
         {"x=1 if a; then b; fi", "x=1 [[ a ]]", "x=1 { a }", "x= then", "x=1 repeat 2 a",
          "a | coproc b", ">f then", ">f ! a"}) {
        INFO(text);
        CHECK_EQ(parse(text, model::Dialect::Zsh).state, model::ParseState::Error);
    }
}

TEST_CASE("patterns and conditions of zsh") {
    check_rows({
        {"a parenthesis may belong to the first pattern",
         "zsh",
         "(case x (item (patterns (word (unsupported "
         "'a\\x20zsh\\x20pattern\\x20in\\x20parentheses') "
         "(glob *)) c) (simple d)))",
         {"case x in (a|b)*|c) d;; esac", "case x; in (a|b)*|c) d; esac"}},
        {"or stand before all of them",
         "zsh",
         "(case x (item (patterns a b) (simple d)))",
         {"case x in (a|b) d;; esac", "case x in (a | b)\nd;; esac", "case x in a|b) d;; esac"}},
        {"a condition of a module",
         "zsh",
         "(test (-prefix *) && (-after a) b)",
         {"[[ -prefix * && -after a b ]]"}},
    });
}

TEST_CASE("only numbers make a number pattern of zsh") {
    CHECK_EQ(dump(parse("a <- <1-", model::Dialect::Zsh)),
             "(simple a (redirect < -) (redirect < 1-))");
    CHECK_EQ(parse("a <1-9> <-> <-5>", model::Dialect::Zsh).unsupported, 3);
}

TEST_CASE("the words of zsh are operands elsewhere") {
    check_rows({
        {"repeat, foreach, always and end are no reserved words",
         "bash,dash,ash,sh",
         "(simple repeat 2 a) (simple end) (simple foreach) (simple always)",
         {"repeat 2 a; end; foreach; always"}},
    });
}

TEST_SUITE_END();
