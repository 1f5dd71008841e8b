// SPDX-License-Identifier: Apache-2.0
// What an administrator can ask of the running system, for the help of `sallyport`.
#pragma once
#include <string>

namespace sallyport::supervisor {

// The commands that begin with `noun`, a line each; all of them for an empty one.
std::string administrator_help(const std::string &noun);

} // namespace sallyport::supervisor
