// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.simple");

TEST_CASE("simple commands, assignments and functions have one tree in each spelling") {
    check_rows({
        {"assignments before the command",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (assign a 1) (assign b 2) c)",
         {"a=1 b=2 c", "a=1  b=2 c"}},
        {"what only looks like an assignment",
         "bash,dash,zsh,ash,sh,unknown",
         "(simple (word a \\b =1)) (simple (word 'a' =1)) (simple (param x) a=1) (simple 1a=2)",
         {"a\\b=1; 'a'=1; $x a=1; 1a=2"}},
        {"appending", "bash,zsh", "(simple (append a b))", {"a+=b"}},
        {"appending is a word", "dash,ash", "(simple a+=b)", {"a+=b"}},
        {"an array",
         "bash,zsh",
         "(simple (assign a (array 1 (quoted 2) (param x))))",
         {"a=(1 \"2\" $x)", "a=( 1 \"2\"\n# c\n$x )"}},
        {"array elements with subscripts",
         "bash",
         "(simple (assign a (array (at 0) x (append-at (param i)) y z)))",
         {"a=([0]=x [$i]+=y z)"}},
        {"one array element",
         "bash,zsh",
         "(simple (assign a (at (sub (simple cmd))) 1))",
         {"a[$(cmd)]=1"}},
        {"one array element is a word",
         "dash,ash",
         "(simple (word a (glob-open [) (sub (simple cmd)) ]=1))",
         {"a[$(cmd)]=1"}},
        {"a subscript with blanks",
         "bash",
         "(simple (assign a (at 1\\x20+\\x202) 3))",
         {"a[1 + 2]=3"}},
        {"an array operand of declare",
         "bash,zsh",
         "(simple declare -a (word a= (array rm -rf)) b=c)",
         {"declare -a a=(rm -rf) b=c"}},
        {"a function",
         "bash,dash,zsh,ash,sh,unknown",
         "(function f (group (simple a)))",
         {"f() { a; }", "f () { a; }", "f()\n{\na\n}", "f( ) {\n a;}"}},
        {"a function with redirection",
         "bash,dash,zsh,ash,sh,unknown",
         "(function f (group (simple a) (redirect > x)))",
         {"f() { a; } >x"}},
        {"a function of a subshell",
         "bash,dash,zsh,ash,sh,unknown",
         "(function f (subshell (simple a)))",
         {"f() ( a )"}},
        {"a function without braces",
         "dash,zsh,ash",
         "(function f (simple a b))",
         {"f() a b", "f () a b"}},
        {"function keyword",
         "bash,zsh,ash",
         "(function f (group (simple a)))",
         {"function f { a; }", "function f() { a; }", "function f () { a; }"}},
        {"function is a word in dash", "dash", "(simple function f x)", {"function f x"}},
        {"any name for a function", "bash,zsh", "(function [ (group (simple a)))", {"[() { a; }"}},
    });
}

TEST_SUITE_END();
