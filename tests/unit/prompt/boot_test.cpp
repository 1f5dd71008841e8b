// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/boot.hpp"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace sallyport;

namespace {

std::string read_file(const std::string &path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

const prompt::Hello bash_hello{"/bin/bash", "/usr/bin/bash", "1000", "/dev/pts/7"};

} // namespace

TEST_SUITE_BEGIN("prompt.boot");

TEST_CASE("the boot text is one constant line without a secret") {
    const auto text = prompt::boot_text();
    CHECK(text.size() == 338);
    CHECK(text.find('\n') == std::string_view::npos);
    CHECK(std::string(text) + "\n" ==
          read_file(SALLYPORT_SOURCE_ROOT "/tests/golden/prompt/boot.txt"));
}

TEST_CASE("the stub that travels is the golden one: every change of it is a decision") {
    const std::string stub(prompt::bash_stub());
    CHECK(stub == read_file(SALLYPORT_SOURCE_ROOT "/tests/golden/prompt/stub_bash.txt"));
    CHECK(stub.size() > 1000);
}

TEST_CASE("every stub line fits the terminal driver's line and begins no comment") {
    std::istringstream lines{std::string(prompt::bash_stub())};
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() < 1000); // the driver cuts lines at 4,095 bytes
        CHECK(!line.empty());
        CHECK(line.front() != '#');
        CHECK(line != ".");
        CHECK(line.find("E_O_F") == std::string::npos); // would end the here-document
        for (const char c : line)
            CHECK((c >= ' ' && c <= '~'));
    }
}

TEST_CASE("the start lines are command line, nonces, stub with the terminal's path, and the end") {
    const std::string n(24, 'a'), m(24, 'b');
    const auto lines = prompt::start_lines(bash_hello, n, m);
    CHECK(lines.rfind("\"$SHELL\" --noediting --norc --noprofile -l -i\n_sp_n=" + n +
                          " _sp_m=" + m + "\n_sp_1=",
                      0) == 0);
    CHECK(lines.find("/dev/tty") == std::string::npos);
    CHECK(lines.find("</dev/pts/7;\\_sp_c'") != std::string::npos);
    CHECK(lines.substr(lines.size() - 3) == "\n.\n");
}

TEST_CASE("a hello is read") {
    const auto hello = prompt::parse_hello("/bin/bash;/usr/bin/bash;1000;/dev/pts/7");
    REQUIRE(hello.ok());
    CHECK(*hello == bash_hello);
    CHECK(prompt::parse_hello(";;0;/dev/tty").ok()); // no SHELL at all: named, then refused
}

TEST_CASE("a hello that could bend the stub is refused") {
    for (const char *payload :
         {"", "a", "a;b;1", "a;b;1;/dev/pts/1;x", "a;b;;/dev/pts/1", "a;b;x;/dev/pts/1",
          "a;b;-1;/dev/pts/1", "a;b;12345678901;/dev/pts/1", "a;b;1;", "a;b;1;not a tty",
          "a;b;1;/dev/", "a;b;1;/dev/pts/1;touch x", "a;b;1;/dev/$(x)", "a;b;1;/dev/../etc/passwd",
          "a;b;1;/dev/pts/1\n", "a;b;1;/tmp/tty", "a;b;1;/dev/pts 1"}) {
        CAPTURE(payload);
        CHECK_FALSE(prompt::parse_hello(payload).ok());
    }
    CHECK_FALSE(prompt::parse_hello("a;b;1;/dev/" + std::string(60, 'x')).ok());
    CHECK_FALSE(prompt::parse_hello(std::string(5000, 'a') + ";b;1;/dev/tty").ok());
}

TEST_CASE("only bash under its own name can be guarded") {
    auto hello = bash_hello;
    CHECK(prompt::can_guard(hello));
    for (const char *shell : {"/bin/rbash", "/bin/sh", "/bin/zsh", "", "/usr/bin/bash5"}) {
        hello.shell = shell;
        CHECK_FALSE(prompt::can_guard(hello));
    }
    hello = bash_hello;
    hello.path = "/usr/bin/dash";
    CHECK_FALSE(prompt::can_guard(hello));
}

TEST_SUITE_END();
