// SPDX-License-Identifier: Apache-2.0
// Linear time, counted and not timed: the parser is compiled once more so that every call of every
// function, inlined ones too, adds one. Four times the text may cost four times the calls.
#include "sallyport/shell/parser.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

std::size_t calls = 0;

} // namespace

extern "C" __attribute__((no_instrument_function)) void __cyg_profile_func_enter(void *, void *) {
    ++calls;
}
extern "C" __attribute__((no_instrument_function)) void __cyg_profile_func_exit(void *, void *) {}

namespace {

using namespace sallyport;

constexpr std::size_t small = 2048, large = 4 * small;
constexpr double most_growth = 4.3;        // four times, and what does not fit evenly
constexpr double most_calls_a_byte = 2500; // a second try, a lookahead: a constant each

// What repeats: openings alone (they meet the depth limit or an error soon), and closed forms,
// which can go on for the whole text.
constexpr std::string_view patterns[] = {
    "((",
    "$((",
    "$(",
    "`",
    "{",
    "(",
    "[[ ",
    "<<E\n",
    "\"",
    "'",
    "a[",
    "${a:-",
    "a=(",
    "\\\n",
    "\\",
    "$",
    "<",
    "!",
    "~",
    "{a,",
    "{a..",
    "[",
    "[!",
    "[a",
    "[]",
    "#",
    ";",
    "|",
    "&",
    "1",
    "\xff",
    "*",
    "a ",
    "a\n",
    "a;",
    "a=b ",
    "a[1]=b ",
    "{a,b}",
    "{1..9}",
    "$a",
    "${a}",
    "\"$a\"",
    "$(a)",
    "`a`",
    "$((1))",
    "((1));",
    "((a);b);",
    "$((a);b)",
    "<(a) ",
    "(a);",
    "{ a;};",
    "if a;then b;fi;",
    "while a;do b;done;",
    "case a in b)c;;esac;",
    "for a in b;do c;done;",
    "f(){ a;};",
    "[[ a ]];",
    "[[ a =~ (b|c) ]];",
    "a <<E\nb $c `d`\nE\n",
    "a <<'E'\nb\nE\n",
    "a <<-E\n\t\tb\n\tE\n",
    "a <<E <<F\nb\nE\nc\nF\n",
    "$'\\x41'",
    "# \n",
    "a && ",
    "a | ",
    "! ",
    "time ",
    "coproc a;",
    "a `b \\`c \\\\\\`d\\\\\\` e\\` f` ",
    "((((((((a) ) ) ) ) ) ) );",
    "$(((((a) ) ) ) ) ",
    "a[$(b)] ",
    "a[b[c[d]]]=e ",
    "${a[${b[${c}]}]} ",
    "${a/${b/c/d}/e} ",
    "a=(b c [d]=e);",
    "{a,{b,{c,d},e},f} ",
    "[[:alpha:]]",
    "[a$(b)c] ",
    "@(a|b) ",
    "!(a) ",
    "*(a) ",
    "<1-9> ",
    "repeat 2 a;",
    "a{",
    "a}",
    "a\\\nb",
    "${a",
    "$[1]",
    "a ~/b:~c=~ ",
    "a >b 2>&1 ",
    "{f}>g ",
    "12>g ",
};

double calls_for(std::string_view pattern, std::size_t bytes, model::Dialect dialect) {
    std::string text;
    while (text.size() + pattern.size() <= bytes)
        text += pattern;
    shell::Limits limits = shell::script_limits();
    limits.simple_commands = limits.parts = 1U << 30; // the limits must not hide the growth
    limits.extended_globs = shell::ExtendedGlobs::On;
    calls = 0;
    static_cast<void>(shell::parse(text, dialect, limits));
    return static_cast<double>(calls);
}

} // namespace

int main() {
    int failed = 0;
    double worst_growth = 0, worst_calls = 0;
    for (const std::string_view pattern : patterns)
        for (int number = 0; number < 4; ++number) {
            const auto dialect = static_cast<model::Dialect>(number);
            const double one = calls_for(pattern, small, dialect);
            const double two = calls_for(pattern, large, dialect);
            const double growth = two / std::max(one, 1.0);
            const double a_byte = two / static_cast<double>(large);
            worst_growth = std::max(worst_growth, growth);
            worst_calls = std::max(worst_calls, a_byte);
            if (growth <= most_growth && a_byte <= most_calls_a_byte)
                continue;
            ++failed;
            std::printf("FAILED %s: four times the text costs %.2f times, %.0f calls a byte: %s\n",
                        std::string(model::dialect_name(dialect)).c_str(), growth, a_byte,
                        std::string(pattern).c_str());
        }
    std::printf("%zu patterns, 4 dialects, %zu and %zu bytes: at most %.2f times the calls, %.0f "
                "calls a byte\n",
                std::size(patterns), small, large, worst_growth, worst_calls);
    if (worst_calls < 1) {
        std::printf("FAILED nothing was counted\n");
        return 1;
    }
    return failed == 0 ? 0 : 1;
}
