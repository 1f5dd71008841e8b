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
         "dash,ash",
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

// bash pairs quotes to find the end of `"${..}"` and of arithmetic, dash does not: a text that is
// inert in one reading may run commands in the other.
TEST_CASE("a quote that moves the end of an expansion is never taken apart") {
    for (const std::string_view text :
         {R"(echo "${a:-'}" 'x}"; echo RAN; echo '"' #")", R"(echo "${a:-$'}" 'x}"; echo RAN #')",
          R"(echo ${a:'}'x}; echo RAN; echo '"' #")", R"(echo ${a:$"}"x}; echo RAN #")",
          R"(echo $((')) 'x)); echo RAN; echo '"' #")", R"(echo "$[$']"' ]"; echo RAN #')",
          R"(a="${b:-'"'}"" }"; echo RAN; #}")", "cat <<E\n${a:-'}'}\nE\n",
          R"((('))'x)); echo RAN; echo '"' #")", R"(echo "${a:-"${b:-'}"}"'x}"}"; echo RAN #')"}) {
        INFO(text);
        const Unit unit = parse(text, sallyport::model::Dialect::Bash);
        CHECK_EQ(unit.state, sallyport::model::ParseState::Ok);
        CHECK(unit.unsupported > 0);
    }
}

TEST_CASE("a brace that ash takes for an operator does not end an expansion") {
    const Unit unit = parse(R"(echo "${a:}"'" }"; echo RAN #")", sallyport::model::Dialect::Ash);
    CHECK_EQ(unit.state, sallyport::model::ParseState::Ok);
    CHECK(unit.unsupported > 0);
}

TEST_CASE("quotes of a quoted pattern that only zsh takes for bytes are not taken apart there") {
    for (const std::string_view text :
         {R"(echo "${a#'"'}"x}"; echo RAN; #}")", R"(echo "${a/x/'"'}"'x}"; echo RAN #"}')",
          R"(echo "${a/$"}"'x}"; echo RAN #'}")", R"(echo "${a#${b:-'"'}}"x}}"; echo RAN #")"}) {
        const Unit unit = parse(text, sallyport::model::Dialect::Zsh);
        INFO(text, " => ", dump(unit));
        CHECK_EQ(unit.state, sallyport::model::ParseState::Ok);
        CHECK(unit.unsupported > 0);
    }
}

TEST_CASE("a quote that moves nothing stays what it is") {
    for (const std::string_view text : {R"(echo "${a:-'b c'}")", R"((( "$a" > "${b[0]}" )))",
                                        R"x(echo $(( "$(c)" + '1' )))x", R"(echo "${a:0:"$n"}")"}) {
        INFO(text);
        const Unit unit = parse(text, sallyport::model::Dialect::Bash);
        CHECK_EQ(unit.state, sallyport::model::ParseState::Ok);
        CHECK_EQ(unit.unsupported, 0);
    }
    CHECK_EQ(parse(R"(echo "${a:-it's}")", sallyport::model::Dialect::Dash).unsupported, 0);
}

TEST_SUITE_END();
