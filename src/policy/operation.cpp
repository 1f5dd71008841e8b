// SPDX-License-Identifier: Apache-2.0
#include "operation.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

std::vector<PathGlob> compile(const std::vector<model::PathPattern> &paths) {
    std::vector<PathGlob> compiled;
    compiled.reserve(paths.size());
    for (const model::PathPattern &path : paths)
        compiled.push_back(PathGlob::pattern(path.glob));
    return compiled;
}

// The paths that a word may be. A literal `[` beside a pattern would be read as a bracket and name
// fewer paths than there are, so such a word is any path.
PathGlob path_of(const model::FactWord &word) {
    std::string text;
    for (const model::WordPart &part : word.parts) {
        const bool plain =
            part.kind == model::WordPartKind::Literal && part.text.find('[') == std::string::npos;
        if (!plain && part.kind != model::WordPartKind::Glob)
            return PathGlob::pattern("**");
        text += part.text;
    }
    return PathGlob::pattern(text);
}

// An unquoted hole may split into a name and words of its own.
bool brings_words(const model::FactWord &name) {
    return name.may_split && (name.has_hole() || name.literal());
}

// The names that the command may have. Where an unquoted hole splits, the first of its words begins
// with what stands before the hole; a `/` anywhere may belong to a later one.
Glob name_value(const model::Command &command) {
    if (!brings_words(command.name))
        return Glob::word(command.name);
    if (command.path)
        return Glob::pattern("*");
    model::FactWord first;
    for (const model::WordPart &part : command.name.parts) {
        if (part.kind == model::WordPartKind::Hole)
            break;
        first.parts.push_back(part);
    }
    first.parts.push_back({model::WordPartKind::Hole, ""});
    return Glob::word(first);
}

// Where a path may begin in a word: at its start unless it is an option, after a `=`, and at the
// first `/` of an option (`-f/etc/x`).
void add_paths_of(std::string_view word, std::vector<PathGlob> &paths) {
    const bool option = !word.empty() && word.front() == '-';
    if (!option)
        paths.push_back(PathGlob::literal(word));
    else if (const std::size_t slash = word.find('/'); slash != std::string_view::npos)
        paths.push_back(PathGlob::literal(word.substr(slash)));
    if (const std::size_t equals = word.find('='); equals != std::string_view::npos)
        paths.push_back(PathGlob::literal(word.substr(equals + 1)));
}

// The words of a command whose name is not known. A pattern in place of the name may stand for
// several files, so it is a word too.
std::vector<PathGlob> possible_paths(const model::Command &command) {
    if (brings_words(command.name))
        return {PathGlob::pattern("**")};
    std::vector<PathGlob> paths;
    const bool pattern = !command.argv.empty() && !command.argv.front().has_hole();
    for (std::size_t i = pattern ? 0 : 1; i < command.argv.size(); ++i) {
        const model::FactWord &word = command.argv[i];
        if (word.literal())
            add_paths_of(word.text(), paths);
        else
            paths.push_back(path_of(word));
    }
    return paths;
}

} // namespace

Operation command_operation(const model::Command &command) {
    Operation operation;
    operation.kind = OperationKind::Command;
    operation.command = &command;
    if (command.name.literal() && !command.name.may_split) {
        operation.name = command.name.text();
    } else {
        operation.name_value = name_value(command);
        operation.possible_paths = possible_paths(command);
    }
    for (const model::FactWord &word : command.argv)
        operation.shown += (operation.shown.empty() ? "" : " ") + word.shown();
    for (const model::Effect effect : command.effects)
        operation.effects |= bit(effect);
    for (const model::Opaque &opaque : command.opaque)
        operation.opaque |= bit(opaque.reason);
    operation.reads = compile(command.reads);
    operation.writes = compile(command.writes);
    operation.deletes = compile(command.deletes);
    operation.execs = compile(command.execs);
    return operation;
}

} // namespace sallyport::policy
