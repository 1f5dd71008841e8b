// SPDX-License-Identifier: Apache-2.0
// Links that the text itself makes: `ln -s /etc e; cat e/shadow` reads /etc/shadow. What a link
// made anywhere in the text can rename is added to the paths of all its commands, since a loop or
// a background job has no order. Links that were there before are not known to anybody here.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::PathPattern;

constexpr std::size_t max_links = 64;         // beyond: everything may be anywhere
constexpr std::size_t max_renamed_paths = 64; // of one command, for each kind
constexpr std::size_t max_link_hops = 4;      // links through links

using Names = std::vector<std::string>;

Names names_of(std::string_view path) {
    Names names;
    std::size_t at = 0;
    while (at < path.size()) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        if (slash > at)
            names.emplace_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return names;
}

bool may_equal(std::string_view left, std::string_view right) {
    const auto pattern = [](std::string_view name) {
        return name.find_first_of("*?[") != std::string_view::npos;
    };
    if (pattern(left) && pattern(right))
        return true;
    return pattern(left)    ? matches(left, right)
           : pattern(right) ? matches(right, left)
                            : left == right;
}

bool may_equal(const Names &path, std::size_t count, const Names &folder) {
    for (std::size_t i = 0; i < std::min(count, folder.size()); ++i) {
        if (path[i] == "**" || folder[i] == "**")
            return true;
        if (!may_equal(path[i], folder[i]))
            return false;
    }
    return count == folder.size() ||
           (count < folder.size() ? folder[count] : path[folder.size()]) == "**";
}

// The paths that `path` is by another name, when `link` leads to `target`.
std::vector<std::string> renamed(const std::string &path, const std::string &link,
                                 const std::string &target) {
    const Names names = names_of(path);
    Names folder = names_of(link);
    if (folder.empty())
        return {};
    const std::string name = folder.back();
    folder.pop_back();
    std::vector<std::string> found;
    const bool unknown = target.compare(0, 2, "**") == 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (unknown && names[i] == "**") // says no more than the path itself
            continue;
        if (!may_equal(names[i], name) || !may_equal(names, i, folder))
            continue;
        std::string rest = names[i] == "**" ? "/**" : "";
        for (std::size_t j = i + 1; j < names.size(); ++j)
            rest += "/" + names[j];
        found.push_back(normalised(target + rest).substr(unknown ? 1 : 0));
    }
    return found;
}

void follow(std::vector<PathPattern> &paths, const std::vector<Link> &links) {
    std::size_t from = 0;
    for (std::size_t hop = 0; hop < max_link_hops && from < paths.size(); ++hop) {
        const std::size_t known = paths.size();
        for (std::size_t i = from; i < known && paths.size() < max_renamed_paths; ++i) {
            if (paths[i].glob == "**")
                continue;
            for (const Link &link : links) {
                for (std::string &path : renamed(paths[i].glob, link.name.glob, link.target.glob)) {
                    const PathPattern added{std::move(path)};
                    if (std::find(paths.begin(), paths.end(), added) == paths.end())
                        paths.push_back(added);
                }
            }
        }
        from = known;
    }
    if (from < paths.size())
        paths.push_back({"**"});
}
} // namespace

// A path word. Behind a link `..` is not the directory that stands before it in the text.
PathPattern Judge::reached(const FactWord &word, const std::optional<std::string> &cwd) const {
    const auto climbs = [](const model::WordPart &part) {
        return part.text.find("..") != std::string::npos;
    };
    if (!links_.empty() && std::any_of(word.parts.begin(), word.parts.end(), climbs))
        return {"**"};
    return path_of(word, cwd);
}

void Judge::note_link(const FactWord &target, const PathPattern &name,
                      const std::optional<std::string> &cwd) {
    const std::size_t slash = name.glob.rfind('/');
    const bool placed = name.glob[0] == '/' && slash != std::string::npos;
    const PathPattern beside =
        path_of(target, placed ? std::optional(slash == 0 ? "/" : name.glob.substr(0, slash))
                               : std::nullopt);
    for (const PathPattern &to : {path_of(target, cwd), beside}) { // a hard link, a symbolic one
        const Link link{name, to};
        if (links_.size() >= max_links)
            links_.assign(1, {{"**"}, {"**"}});
        else if (std::find(links_.begin(), links_.end(), link) == links_.end())
            links_.push_back(link);
    }
}

// ln TARGET.. NAME, ln TARGET, ln -t FOLDER TARGET.. and the same of `cp -s` and `cp -l`.
void Judge::note_links(const Entry &entry, const Parsed &parsed, const Environment &env) {
    const bool copies = entry.name == "cp" && parsed.has_any({"s", "symbolic-link", "l", "link"});
    if (entry.name != "ln" && !copies)
        return;
    Words targets = parsed.operands;
    FactWord place = model::literal_word(".");
    const FactWord *given = parsed.value("t");
    if (given == nullptr)
        given = parsed.value("target-directory");
    if (given != nullptr) {
        place = *given;
    } else if (targets.size() > 1) {
        place = targets.back();
        targets.pop_back();
    }
    const PathPattern folder = path_of(place, env.cwd);
    for (const FactWord &target : targets) {
        const std::string own = target.literal() ? std::string(base_name(target.text())) : "*";
        note_link(target, {folder.glob == "/" ? "/" + own : folder.glob + "/" + own}, env.cwd);
        if (given == nullptr && parsed.operands.size() == 2)
            note_link(target, folder, env.cwd);
    }
}

void Judge::follow_links() {
    if (links_.empty())
        return;
    for (model::Command &command : facts_.commands) {
        follow(command.reads, links_);
        follow(command.deletes, links_);
        follow(command.execs, links_);
        std::vector<PathPattern> writes = command.writes;
        follow(writes, links_);
        for (std::size_t i = command.writes.size(); i < writes.size(); ++i)
            add_write(writes[i], command.writes, command.effects);
        std::sort(command.effects.begin(), command.effects.end());
        command.effects.erase(std::unique(command.effects.begin(), command.effects.end()),
                              command.effects.end());
    }
}

} // namespace sallyport::facts
