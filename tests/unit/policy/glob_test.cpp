// SPDX-License-Identifier: Apache-2.0
#include "glob.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using policy::Glob;
using policy::Match;
using policy::PathGlob;

TEST_SUITE_BEGIN("policy.glob");

namespace {
model::FactWord word(std::vector<model::WordPart> parts, bool may_split = false) {
    return {std::move(parts), may_split};
}
const model::WordPart hole{model::WordPartKind::Hole, "$X"};
model::WordPart text(std::string of) {
    return {model::WordPartKind::Literal, std::move(of)};
}
model::WordPart star(std::string of) {
    return {model::WordPartKind::Glob, std::move(of)};
}
} // namespace

TEST_CASE("a word glob matches as the shells do") {
    struct Row {
        const char *pattern, *text;
        bool matches;
    };
    const Row rows[] = {
        {"ls", "ls", true},
        {"ls", "lsof", false},
        {"mkfs.*", "mkfs.ext4", true},
        {"mkfs.*", "mkfs", false},
        {"*", "", true},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "abcX", false},
        {"?", "", false},
        {"[0-9]*", "42", true},
        {"[0-9]*", "x42", false},
        {"[!a]b", "ab", false},
        {"[!a]b", "xb", true},
        {"[]]", "]", true},
        {"[", "[", true},
        {"[[", "[[", true},
        {"[*]", "*", true},
        {"[*]", "x", false},
        {"*/x", "a/b/x", true},
        {"**", "anything", true},
        {"\xff*", "\xff\x01", true},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(Glob::pattern(row.pattern).matches(row.text) == row.matches,
                      row.pattern << " " << row.text);
}

TEST_CASE("two globs meet exactly when some text belongs to both") {
    struct Row {
        const char *a, *b;
        bool meet;
    };
    const Row rows[] = {
        {"shad*", "shadow*", true}, {"a*", "*b", true},       {"a*", "b*", false},
        {"a?c", "a[bx]c", true},    {"a?c", "a[bx]d", false}, {"*", "[z]", true},
        {"ab", "a*b*", true},       {"*ab", "ba*", true},     {"a*a", "a", false},
        {"[a-c]", "[d-f]", false},  {"x*y*z", "xz*", true},   {"*.pem", "key.???", true},
        {"*.pem", "key.??", false},
    };
    for (const Row &row : rows) {
        CHECK_MESSAGE(Glob::pattern(row.a).meets(Glob::pattern(row.b)) == row.meet,
                      row.a << " " << row.b);
        CHECK_MESSAGE(Glob::pattern(row.b).meets(Glob::pattern(row.a)) == row.meet,
                      row.b << " " << row.a);
    }
}

TEST_CASE("a word that is not known matches as Unknown only where it could") {
    const Glob rm = Glob::pattern("rm"), any = Glob::pattern("*");
    CHECK(match_word(rm, word({text("r"), text("m")})) == Match::Yes);
    CHECK(match_word(rm, word({text("ls")})) == Match::No);
    CHECK(match_word(rm, word({hole})) == Match::Unknown);
    CHECK(match_word(rm, word({text("r"), hole})) == Match::Unknown);
    CHECK(match_word(rm, word({text("x"), hole})) == Match::No);
    CHECK(match_word(rm, word({star("?m")})) == Match::Unknown);
    CHECK(match_word(rm, word({star("?n")})) == Match::No);
    CHECK(match_word(any, word({hole})) == Match::Yes);
    CHECK(match_word(any, word({hole}, true)) == Match::Unknown);
    // a literal star in a word is a character, not a glob
    CHECK(match_word(Glob::pattern("x"), word({text("*")})) == Match::No);
}

TEST_CASE("a rule's path meets a command's path exactly when some file belongs to both") {
    struct Row {
        const char *rule, *command;
        bool meet;
    };
    const Row rows[] = {
        {"/etc/shadow*", "/etc/shadow", true},
        {"/etc/shadow*", "/etc/shadow/x", false},
        {"/etc/shadow*", "/etc/shad*", true},
        {"/etc/shadow*", "/etc/../etc//./shadow-", true},
        {"/etc/shadow*", "/*/shadow", true},
        {"/etc/shadow*", "**", true},
        {"/etc/shadow*", "/etc/**", true},
        {"/etc/shadow*", "/srv/**", false},
        {"/etc/shadow*", "shadow", true}, // below an unknown directory
        {"/etc/shadow*", "notes.txt", false},
        {"/srv/**", "/srv", true},
        {"/srv/**", "/srv/a/b", true},
        {"/srv/**", "/srvx", false},
        {"**/.env", "/srv/app/.env", true},
        {"**/.env", "/srv/app/x", false},
        {"**/.env", "**", true},
        {"**/*.pem", "/srv/*.pem", true},
        {"**/*.pem", "/srv/*", true},
        {"**/*.pem", "/var/log/**", false}, // a walked tree names no file
        {"/home/*/.ssh/id_*", "/home/bob/**", true},
        {"/home/*/.ssh/id_*", "~/.ssh/id_rsa", true},
        {"/dev/sd*", "/dev/sda", true},
        {"/a/**/z", "/a/z", true},
        {"/a/**/z", "/a/b/c/z", true},
        {"/a/**/z", "/a/b/c/y", false},
        {"/a/**", "/../../a/b", true},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(PathGlob::pattern(row.rule).meets(PathGlob::pattern(row.command)) == row.meet,
                      row.rule << " " << row.command);
}

TEST_CASE("a grant's path contains a command's path only when all of its files are within") {
    struct Row {
        const char *rule, *command;
        bool contains;
    };
    const Row rows[] = {
        {"/srv/**", "/srv/a", true},
        {"/srv/**", "/srv/**", true},
        {"/srv/**", "/srv/*/x", true},
        {"/srv/*", "/srv/**", false},
        {"/srv/*", "/srv/x*", true},
        {"/srv/x*", "/srv/*", false},
        {"/srv/**", "**", false},
        {"/srv/**", "/srv/../etc/x", false},
        {"/srv/**", "x", false},
        {"**", "**", true},
        {"**/x", "x", true},
        {"/var/log/**", "/var/log/a/b.log", true},
        {"/var/log/*.log", "/var/log/a.log", true},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(PathGlob::pattern(row.rule).contains(PathGlob::pattern(row.command)) ==
                          row.contains,
                      row.rule << " " << row.command);
    // in the path of a file operation no character is special
    CHECK_FALSE(PathGlob::pattern("/etc/shadow").meets(PathGlob::literal("/etc/shad*")));
    CHECK(PathGlob::pattern("/srv/**").contains(PathGlob::literal("/srv/**")));
    CHECK_FALSE(PathGlob::pattern("/srv/**").contains(PathGlob::literal("/srv/../etc")));
}

TEST_CASE("a glob that says nothing sensible is a fault") {
    for (const char *good : {"/srv/**", "**", "**/.env", "/a/[x]*/b", "/"})
        CHECK_MESSAGE(policy::path_glob_fault(good) == "", good);
    for (const char *bad : {"", "srv/x", "*.pem", "/a/**b", "/a/../b", "/a/[x", "~/.ssh"})
        CHECK_MESSAGE(policy::path_glob_fault(bad) != "", bad);
    for (const char *good : {"[", "[[", "mkfs.*", "[0-9]*", "a b"})
        CHECK_MESSAGE(policy::word_glob_fault(good) == "", good);
    for (const char *bad : {"", "a**", "a[b"})
        CHECK_MESSAGE(policy::word_glob_fault(bad) != "", bad);
}

TEST_CASE("hostile globs end quickly") {
    std::string stars, letters(4000, 'a');
    for (int i = 0; i < 300; ++i)
        stars += "*a";
    CHECK_FALSE(Glob::pattern(stars + "b").matches(letters));
    CHECK(Glob::pattern(stars).meets(Glob::pattern(stars + "*")));
    CHECK(PathGlob::pattern(std::string(10'000, '/')).meets(PathGlob::pattern("**")));
    // longer than the limit: unknown, so a guard meets it and a grant does not contain it
    const std::string deep = "/srv/" + std::string(policy::max_glob_bytes, 'x');
    CHECK(PathGlob::pattern("/etc/shadow").meets(PathGlob::literal(deep)));
    CHECK_FALSE(PathGlob::pattern("/srv/**").contains(PathGlob::literal(deep)));
}
TEST_SUITE_END();
