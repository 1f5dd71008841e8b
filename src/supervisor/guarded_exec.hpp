// SPDX-License-Identifier: Apache-2.0
// `exec = "guarded"` of a target: the account's start-up files run before sshd's command (bash
// reads
// ~/.bashrc), and can give every name another meaning than the judged one. What is made here stands
// before the command, in the same shell: it drops aliases, hashed paths and traps, and refuses with
// 77 if one of the names that were judged as programs is a function or is not found in a directory
// of the system. For bash. Pure; any thread.
//
// Not found: native code loaded with `enable -f`, and a start-up file written to defeat exactly
// this. Writing start-up files is the effect `persistence`, which policy should hold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::supervisor {

// Ends with a newline; the command stands behind it.
std::string name_check(const std::vector<std::string> &programs);

} // namespace sallyport::supervisor
