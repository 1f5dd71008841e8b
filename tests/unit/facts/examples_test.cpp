// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include "sallyport/facts/examples.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;

namespace {
std::vector<std::string> faults(const std::string &rest) {
    const auto loaded = Knowledge::load(
        "format = 1\n[paths]\ntrusted = [\"/bin\"]\n[c.x]\neffects = [\"network\"]\n" + rest,
        "k.toml");
    REQUIRE_MESSAGE(loaded.ok(), (loaded ? "" : loaded.error().message));
    return check_examples(**loaded).faults;
}
} // namespace

TEST_SUITE("facts.examples") {
    TEST_CASE("every shipped command is judged as its examples say") {
        const ExampleReport report = check_examples(knowledge());
        for (const std::string &fault : report.faults)
            MESSAGE(fault);
        CHECK(report.faults.empty());
        CHECK(report.commands >= 400);
        CHECK(report.examples >= report.commands);
        CHECK(report.escapes >= 150);
    }

    TEST_CASE("a right example is no fault") {
        CHECK(faults("example = [\"x a => network\"]\n").empty());
        CHECK(faults("example = [\"x > /srv/f => network, write, writes /srv/f\"]\n").empty());
        CHECK(faults("example = [\"zsh: x a => network\"]\n").empty());
    }

    TEST_CASE("a wrong example says where, what was written and what was found") {
        CHECK(faults("example = [\"x a => nothing\"]\n") ==
              std::vector<std::string>{
                  "k.toml:6:12: example of `x`: x a => nothing; found: network"});
        CHECK(faults("example = [\"x a => network, write\"]\n").size() == 1);
        CHECK(faults("example = [\"x > /f => network, write, writes /g\"]\n").size() == 1);
        CHECK(faults("example = [\"x a => netwrok\"]\n").size() == 1);
        CHECK(faults("example = [\"x ( => network\"]\n").size() == 1);
        CHECK(faults("example = [\"y => network\"]\n")[0].find("does not run `x`") !=
              std::string::npos);
        CHECK(faults("example = [\"x a\"]\n")[0].find("LINE => CLAUSE") != std::string::npos);
    }

    TEST_CASE("a command without an example is a fault") {
        CHECK(faults("") == std::vector<std::string>{"k.toml:4:1: command `x` has no example"});
        CHECK(faults("escape = [\"x > /f => network, write\"]\n").size() == 1);
        CHECK(faults("example = [\"x => network\"]\n[readers]\nnames = [\"r\"]\n").size() == 1);
        CHECK(faults("example = [\"x => network\"]\n"
                     "[readers]\nnames = [\"r\"]\nexample = [\"r /f => read, reads /f\"]\n")
                  .empty());
    }

    TEST_CASE("an escape that is judged like plain use is a fault") {
        CHECK(faults("example = [\"x => network\"]\nescape = [\"x -e => network\"]\n")[0] ==
              "k.toml:7:11: an escape that is judged like plain use");
        CHECK(faults("example = [\"x => network\"]\nescape = [\"x; y => network, opaque "
                     "unknown-program, runs y\"]\n")
                  .empty());
    }
}
