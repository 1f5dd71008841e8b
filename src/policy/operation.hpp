// SPDX-License-Identifier: Apache-2.0
// What one grant has to cover: a simple command, a file, or the action as such, with everything
// compiled once that all rules look at.
#pragma once
#include "rule.hpp"

namespace sallyport::policy {

enum class OperationKind : std::uint8_t {
    Command,
    File,
    Forward,
    Plain,   // connect, x11, ...: nothing to look into
    Nothing, // a shell start, or a text without any command: what would be looked into comes later
};

struct Operation {
    OperationKind kind = OperationKind::Plain;
    const model::Command *command = nullptr; // with Command; the facts own it
    std::string shown;
    std::optional<std::string> name;                     // of the command, when it is known
    Mask effects = 0, opaque = 0;                        // of the command
    std::vector<PathGlob> reads, writes, deletes, execs; // compiled once for all rules

    // A command whose name is a hole or a pattern may be any program that the name allows: then its
    // effects, its account and what it does with its operands are as unknown as the name.
    Glob name_value;                      // the names that it may have
    std::vector<PathGlob> possible_paths; // what its words may name, since nobody knows their sense
    bool hidden = false; // stands for what the unit itself hides: its reason is what rules look at
    bool any_program() const { return command != nullptr && !name && !hidden; }
};

Operation command_operation(const model::Command &command);

} // namespace sallyport::policy
