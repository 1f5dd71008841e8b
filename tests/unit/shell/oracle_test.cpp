// SPDX-License-Identifier: Apache-2.0
// The real shells judge the grammar by their syntax check (`-n`): nothing is ever run.
#include "records.hpp"

#include "sallyport/shell/parser.hpp"

#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.oracle");

namespace {

struct Judge {
    const char *path;
    model::Dialect dialect;
};

// Whether the shell's syntax check accepts the text. The text comes on a pipe: all of them fit.
bool shell_accepts(const char *shell, const std::string &text) {
    std::array<int, 2> ends{};
    REQUIRE_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string name(shell), option("-n"), language("LC_ALL=C.UTF-8");
    std::array<char *, 3> arguments{name.data(), option.data(), nullptr};
    std::array<char *, 2> environment{language.data(), nullptr};
    pid_t child = 0;
    REQUIRE_EQ(posix_spawn(&child, shell, &actions, nullptr, arguments.data(), environment.data()),
               0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    REQUIRE_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
    int status = 0;
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Why the parser may refuse what the shell's check accepts, or the other way round.
bool known_difference(const std::string &line, const Unit &unit, bool accepted) {
    if (line.find('\0') != std::string::npos)
        return true; // shells drop it
    if (accepted)    // a here-document without its end, a final backslash: accepted with a warning
        return unit.state == model::ParseState::Incomplete;
    return line.find("shopt -s extglob\n") == 0; // the check does not run `shopt`
}

} // namespace

TEST_CASE("the parser agrees with the syntax check of real shells on every example") {
    const std::array judges{Judge{"/bin/bash", model::Dialect::Bash},
                            Judge{"/bin/dash", model::Dialect::Dash}};
    std::set<std::string> lines;
    for (const Record &record : load_records())
        lines.insert(record.line);
    REQUIRE(lines.size() > 1500);
    for (const Judge &judge : judges) {
        if (access(judge.path, X_OK) != 0) {
            REQUIRE_MESSAGE(!std::getenv("SALLYPORT_REQUIRE_TOOLS"), judge.path, " is missing");
            continue;
        }
        for (const std::string &line : lines) {
            const bool accepted = shell_accepts(judge.path, line);
            const Unit unit = parse(line, judge.dialect);
            INFO(judge.path, ": ", line, " => ", dump(unit));
            CHECK((accepted == (unit.state == model::ParseState::Ok) ||
                   known_difference(line, unit, accepted)));
        }
    }
}

TEST_SUITE_END();
