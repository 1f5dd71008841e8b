// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace sallyport;
using supervisor::Words;

TEST_SUITE_BEGIN("supervisor.desk");

TEST_CASE("a command line splits as people type it") {
    struct Row {
        const char *line;
        Words words;
    };
    const Row rows[] = {
        {"", {}},
        {"  approve  7F3K2Q ", {"approve", "7F3K2Q"}},
        {"approve X -m 'looks good'", {"approve", "X", "-m", "looks good"}},
        {"explain \"rm -rf \\\"a b\\\"\" --target web1",
         {"explain", "rm -rf \"a b\"", "--target", "web1"}},
        {"a\\ b ''", {"a b", ""}},
        {"a'b'c", {"abc"}},
    };
    for (const Row &row : rows)
        CHECK_MESSAGE(supervisor::split_words(row.line).value() == row.words, row.line);
    for (const char *open : {"approve 'x", "\"", "a \"b\\\""})
        CHECK_MESSAGE(!supervisor::split_words(open).ok(), open);
}

TEST_CASE("options come out of the words, an option without its value stays") {
    Words words{"ID", "-m", "why", "--json", "--yes"};
    CHECK(supervisor::take_option(words, "-m") == "why");
    CHECK(supervisor::take_flag(words, "--json"));
    CHECK(!supervisor::take_flag(words, "--json"));
    CHECK(!supervisor::take_option(words, "--yes"));
    CHECK(words == Words{"ID", "--yes"});
}

TEST_CASE("every command has its own words and somebody who may use it; only people approve") {
    std::set<std::string> seen;
    for (const supervisor::DeskCommand &command : supervisor::desk_commands()) {
        CHECK_MESSAGE(seen.insert(command.words).second, command.words);
        CHECK_MESSAGE((command.person || command.administrator), command.words);
        const std::string words = command.words;
        if (words.ends_with("approve") || words.ends_with("deny"))
            CHECK_MESSAGE(!command.administrator, words);
        if (words.starts_with("ca ") || words == "reload" || words == "login free")
            CHECK_MESSAGE(!command.person, words);
    }
    CHECK(seen.size() > 20);
}
TEST_SUITE_END();
