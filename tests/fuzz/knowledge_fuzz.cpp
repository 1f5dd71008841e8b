// SPDX-License-Identifier: Apache-2.0
// Any text as a base of commands: it loads or has a fault, and what loads judges.
#include "sallyport/facts/facts.hpp"

#include <string>

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(reinterpret_cast<const char *>(data), size);
    const auto knowledge = facts::Knowledge::load(text, "fuzz.toml");
    if (!knowledge)
        return 0;
    static_cast<void>(facts::judge_text("sudo -u x a -b c --d=e f | rm -rf $g",
                                        model::Dialect::Bash, model::ActionKind::Exec, **knowledge,
                                        {}));
    return 0;
}
