// SPDX-License-Identifier: Apache-2.0
// The examples of a knowledge base: every command has at least one line that says what the entry
// makes of it. They are run by `sallyport policy check` and by a unit test, never by a daemon.
//
// An example is `LINE => CLAUSE, CLAUSE`. Clauses of the whole line, its inner commands included:
//   an effect           destroy, network, ...
//   opaque REASON       opaque interpreter
//   runs NAME           a command besides the first
//   reads|writes|deletes|executes PATTERN, to HOST[:PORT]
//   nothing             no clause of the first three kinds
// Effects, `opaque` and `runs` are complete: what is found and not written is a fault. Of the paths
// and hosts a kind may be left out; if one is written, all of that kind are.
// `zsh: ` or another dialect before the line chooses the shell, `terminal: ` gives a person one.
//
// `example` shows plain use; `escape` shows a use that gets more out of the program than its name
// says (a shell, another file, a way out) and must therefore differ from the first example.
// Pure; any thread.
#pragma once
#include "sallyport/facts/knowledge.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sallyport::facts {

struct ExampleReport {
    std::size_t commands = 0, examples = 0, escapes = 0;
    std::vector<std::string> faults; // file:line:column: what was expected and what was found
};

// check_examples judges all examples of all commands. A command without an example is a fault too.
ExampleReport check_examples(const Knowledge &knowledge);

} // namespace sallyport::facts
