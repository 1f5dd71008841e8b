// SPDX-License-Identifier: Apache-2.0
// Any text in any dialect gives facts within the limits; twice the same text gives the same facts.
// The shipped knowledge is read once.
#include "sallyport/facts/facts.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const auto knowledge = [] {
        std::ifstream in(SALLYPORT_SOURCE_ROOT "/policies/knowledge/commands.toml");
        std::ostringstream text;
        text << in.rdbuf();
        return facts::Knowledge::load(text.str(), "commands.toml");
    }();
    if (!knowledge)
        std::abort();
    if (size == 0)
        return 0;
    const auto dialect = static_cast<model::Dialect>(data[0] % 6);
    facts::SessionState session;
    session.terminal = (data[0] & 0x40) != 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    const auto judge = [&] {
        return facts::judge_text(text, dialect, model::ActionKind::Exec, **knowledge, session);
    };
    const auto found = judge();
    if (found.commands.size() > facts::max_commands || !(found == judge()))
        std::abort();
    return 0;
}
