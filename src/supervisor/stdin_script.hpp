// SPDX-License-Identifier: Apache-2.0
// Scripts on standard input: judged whole, then run as they were judged. The text goes to the
// target on standard input, as the client sent it; the command that sshd is made to run takes
// exactly the judged number of bytes, compares their SHA-256 with the judged one, and only then
// runs them. Whoever owns the connection meanwhile cannot put another script in their place. Pure;
// any thread.
//
// The target needs `head` and `sha256sum`; without them nothing is run.
#pragma once
#include "sallyport/model/target.hpp"

#include <string>
#include <string_view>

namespace sallyport::supervisor {

// `ssh host < script`: the account's shell, as a login shell, runs the script with nothing on
// standard input: no command of it can take a part of the script for itself. `before` is run in
// that shell first.
std::string run_script(std::string_view script, model::Dialect shell,
                       const std::string &before = "");

// `ssh host 'bash -s' < script`: the command gets the script on standard input.
std::string run_with_input(std::string_view command, std::string_view input);

std::string shell_quoted(std::string_view text); // as one word of a POSIX shell

// The login shell that reads its commands from standard input, for a script that was not judged.
std::string login_shell(model::Dialect shell);

// What is shown to people below a command: how much stands on its standard input, and what.
std::string with_input(std::string_view input, std::string_view shown);

// A command as lists, the record's header and the release event name it. A long one is cut and says
// its size and SHA-256; the event of its decision has it whole.
std::string headline(const std::string &shown);

} // namespace sallyport::supervisor
