// SPDX-License-Identifier: Apache-2.0
// What the parser says of many texts, for the scripts beside it. Frames on stdin until it ends:
//   DIALECT MODE LENGTH\n and LENGTH bytes    MODE: `extglob`, `plain`, or `dump` (plain)
// One answer a frame on stdout:
//   STATE UNSUPPORTED ROUND SIZE MESSAGE\n and SIZE bytes of the text rebuilt from the tree, or of
//   the tree's dump
// ROUND is `same` if that text has the same tree. The message (an error, or why a unit was not
// taken apart) is the rest of the line.
#include "shell_text.hpp"

#include <algorithm>
#include <iostream>
#include <string>

using namespace sallyport;

namespace {

std::string message_of(const shell::Unit &unit) {
    if (unit.error)
        return std::to_string(unit.error->line) + ":" + std::to_string(unit.error->column) + " " +
               unit.error->message;
    if (unit.body.items.size() != 1)
        return {};
    const auto *whole = std::get_if<shell::Unsupported>(&unit.body.items[0].command.value);
    return whole ? whole->reason : std::string();
}

void answer(const std::string &text, model::Dialect dialect, const shell::Limits &limits) {
    const shell::Unit unit = shell::parse(text, dialect, limits);
    std::string rebuilt;
    bool same = true;
    if (unit.state == model::ParseState::Ok) {
        const std::string from_tree = shell::rebuild(unit, text);
        rebuilt = shell::rebuild(unit, text,
                                 dialect == model::Dialect::Zsh ? shell::Spelling::Zsh
                                                                : shell::Spelling::Bash);
        same = shell::dump(shell::parse(from_tree, dialect, limits)) == shell::dump(unit);
    }
    std::string message = message_of(unit);
    std::replace(message.begin(), message.end(), '\n', ' ');
    std::cout << model::parse_state_name(unit.state) << ' ' << unit.unsupported << ' '
              << (same ? "same" : "differs") << ' ' << rebuilt.size() << ' ' << message << '\n'
              << rebuilt << std::flush;
}

void answer_dump(const std::string &text, model::Dialect dialect, const shell::Limits &limits) {
    const shell::Unit unit = shell::parse(text, dialect, limits);
    const std::string dump = shell::dump(unit);
    std::cout << model::parse_state_name(unit.state) << ' ' << unit.unsupported << " same "
              << dump.size() << ' ' << '\n'
              << dump << std::flush;
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::string name, mode;
    std::size_t length = 0;
    while (std::cin >> name >> mode >> length) {
        std::cin.get();
        std::string text(length, '\0');
        std::cin.read(text.data(), static_cast<std::streamsize>(length));
        const auto dialect = model::parse_dialect(name);
        if (!dialect || !std::cin)
            return 2;
        shell::Limits limits = shell::script_limits();
        if (mode == "extglob")
            limits.extended_globs = shell::ExtendedGlobs::On;
        if (mode == "dump")
            answer_dump(text, *dialect, limits);
        else
            answer(text, *dialect, limits);
    }
    return 0;
}
