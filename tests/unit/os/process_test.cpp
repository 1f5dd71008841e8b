// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/process.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("os.process");

TEST_CASE("a child gets exactly the descriptors and the environment that were named") {
    auto ends = os::socket_pair().value();
    // /proc/self/fd also shows the directory that ls itself opens.
    auto child = os::start({"/bin/sh",
                            {"-c", "ls /proc/self/fd | tr '\\n' ' ' >&7; env | grep -c . >&7"},
                            {"A=1"},
                            {{ends.second.get(), 7}}});
    REQUIRE(child.ok());
    CHECK(child->wait() == 0);
    char text[256] = {};
    REQUIRE(::read(ends.first.get(), text, sizeof text - 1) > 0);
    std::string all(text);
    const ssize_t more = ::read(ends.first.get(), text, sizeof text - 1);
    if (more > 0)
        all.append(text, static_cast<std::size_t>(more));
    CHECK(all.find("0 1 2 3 7 ") == 0);
}

TEST_CASE("a program that cannot be executed is an error, not a child") {
    const auto child = os::start({"/no/such/program", {}, {}, {}});
    REQUIRE(!child.ok());
    CHECK(child.error().message.find("/no/such/program") != std::string::npos);
}

TEST_CASE("a kill goes to the child and to nobody after it has ended") {
    auto child = os::start({"/bin/sleep", {"60"}, {}, {}});
    REQUIRE(child.ok());
    child->signal(SIGKILL);
    const int status = child->wait();
    CHECK(WIFSIGNALED(status));
    CHECK(!child->running());
    child->signal(SIGKILL); // no effect
}
TEST_SUITE_END();
