// SPDX-License-Identifier: Apache-2.0
// What a program gives up before it reads the first byte of a stranger: its root directory, its
// user, new privileges, core dumps, and every system call that its table (src/os/sandbox.cpp) does
// not name. Irreversible; call once, after the last file was opened; threads start in
// before_filter.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstdint>
#include <functional>

namespace sallyport::os {

enum class SandboxProfile : std::uint8_t {
    Connection, // descriptors it has or is given; no path, no process, no socket of its own
    Judge,      // bytes in, bytes out
    Record,     // one record's descriptors: read, map, cut, append
    Signer,     // as Judge, with epoll and its own append-only log
    Egress,     // network, DNS, TLS; no process, no privilege
    Listen,     // accepts and spawns
    Daemon,     // files, SQLite, workers; no tracing, modules, mounts, keyrings
};

struct SandboxOptions {
    SandboxProfile profile = SandboxProfile::Judge;
    int root_directory = -1;    // an empty directory; becomes the root where we run as root
    std::uint32_t user = 65534; // used only together with the root directory
    // The last thing before the filter, for threads: they inherit what was given up until then, and
    // the filter holds for them as well. An error ends it all.
    std::function<base::Status()> before_filter;
};

// What took effect; less than asked is said by the program, never hidden.
struct SandboxReport {
    bool root = false;     // the root directory and the user were changed
    bool landlock = false; // the kernel has it, and no path can be opened (Connection, Judge)
    bool filter = false;
};

// Closes the root directory's descriptor. An error means that a step that had to work did not: the
// program must end.
base::Result<SandboxReport> enter_sandbox(const SandboxOptions &options);

// Non-dumpable and without core files: no other process of the same user reads our memory.
base::Status hide_memory();

} // namespace sallyport::os
