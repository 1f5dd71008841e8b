// SPDX-License-Identifier: Apache-2.0
// Runs a text by a real shell, as sshd does: in a folder of its own that is the account's home.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

namespace sallyport::supervisor::testing {

struct Ran {
    std::string output;
    int status = -1;
};

// `command` as sshd runs it: by the account's shell, with `input` on standard input.
inline Ran run(const std::string &shell, const std::string &command, const std::string &input) {
    char folder[] = "/tmp/sallyport-script-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string place = folder;
    std::ofstream(place + "/input") << input;
    std::ofstream(place + "/command") << command;
    ::setenv("SHELL", shell.c_str(), 1);
    const std::string line =
        "cd " + place + " && HOME=" + place + " " + shell + " -c \"$(cat command)\" <input 2>&1";
    std::FILE *pipe = ::popen(line.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran;
    char piece[4096];
    for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;)
        ran.output.append(piece, n);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::filesystem::remove_all(place);
    return ran;
}

} // namespace sallyport::supervisor::testing
