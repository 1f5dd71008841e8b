// SPDX-License-Identifier: Apache-2.0
#include "paths.hpp"

#include "entry.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sallyport::facts {
namespace {
using model::FactWord;
using model::PathPattern;
using model::WordPartKind;

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    std::size_t at = 0;
    while (at <= path.size()) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return parts;
}

// A pattern component that may match `..` takes the path anywhere.
bool may_climb(std::string_view component) {
    return component != ".." && component.find_first_of("*?[") != std::string_view::npos &&
           component[0] != '*' && matches(component, "..");
}

// A literal wildcard character as a pattern that matches only itself.
std::string escaped(std::string_view literal) {
    std::string out;
    for (const char byte : literal) {
        if (byte == '*' || byte == '?' || byte == '[') {
            out += '[';
            out += byte;
            out += ']';
            continue;
        }
        out += byte;
    }
    return out;
}

// `[[:alpha:]]`, `[[=a=]]` and `[[.a.]]` become `?`, which matches at least the same: policies know
// plain brackets only. The end of the bracket is found as POSIX XCU 2.13.1 says.
std::string without_classes(std::string_view pattern) {
    std::string out;
    std::size_t at = 0;
    while (at < pattern.size()) {
        if (pattern[at] != '[') {
            out += pattern[at++];
            continue;
        }
        bool classes = false;
        std::size_t end = at + 1;
        end += end < pattern.size() && (pattern[end] == '!' || pattern[end] == '^') ? 1 : 0;
        end += end < pattern.size() && pattern[end] == ']' ? 1 : 0;
        while (end < pattern.size() && pattern[end] != ']') {
            const std::string_view rest = pattern.substr(end);
            const bool opens = rest.size() > 1 && rest[0] == '[' &&
                               std::string_view(":=.").find(rest[1]) != std::string_view::npos;
            const std::size_t close =
                opens ? pattern.find(std::string{rest[1], ']'}, end + 2) : std::string_view::npos;
            classes = classes || close != std::string_view::npos;
            end = close != std::string_view::npos ? close + 2 : end + 1;
        }
        if (end < pattern.size() && classes)
            out += '?';
        else
            out += pattern.substr(at, end + 1 - at);
        at = end + 1;
    }
    return out;
}

// `tail` begins right after an unknown beginning.
PathPattern after_unknown(std::string_view tail) {
    const std::size_t slash = tail.find('/');
    if (slash == std::string_view::npos)
        return {"**"};
    std::string kept;
    for (const std::string_view part : split(tail.substr(slash + 1))) {
        if (part == ".." || may_climb(part))
            return {"**"};
        if (part.empty() || part == ".")
            continue;
        kept += '/';
        kept += part;
    }
    return {"**" + kept};
}
} // namespace

namespace {
// Directories in which links to elsewhere are usual: `..` behind one is not what the text says.
bool holds_links(const std::vector<std::string_view> &folder) {
    static constexpr std::array<std::string_view, 11> system{
        "proc", "sys", "dev", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc"};
    const std::string_view top = folder[0];
    const bool alone = top == "bin" || top == "sbin" || top.substr(0, 3) == "lib";
    const bool run = top == "var" && folder.size() == 2 &&
                     (folder[1] == "run" || folder[1] == "lock" || may_climb(folder[1]));
    const bool pattern = folder.back().find_first_of("*?[") != std::string_view::npos ||
                         top.find_first_of("*?[") != std::string_view::npos;
    return run || alone || pattern ||
           (folder.size() > 1 && std::find(system.begin(), system.end(), top) != system.end());
}
} // namespace

std::string normalised(std::string_view path) {
    std::vector<std::string_view> kept;
    for (const std::string_view part : split(path)) {
        if (part.empty() || part == ".")
            continue;
        if (may_climb(part))
            return "**";
        if (part == "..") {
            if (!kept.empty() && (kept.back() == "**" || holds_links(kept)))
                return "**";
            if (!kept.empty())
                kept.pop_back();
            continue;
        }
        kept.push_back(part);
    }
    if (kept.empty())
        return "/";
    std::string out;
    for (const std::string_view part : kept) {
        out += '/';
        out += part;
    }
    return out;
}

PathPattern path_of(const FactWord &word, const std::optional<std::string> &cwd) {
    std::string pattern;
    bool unknown = false;
    for (const model::WordPart &part : word.parts) {
        if (part.kind == WordPartKind::Hole) {
            unknown = true;
            pattern.clear();
            continue;
        }
        pattern += part.kind == WordPartKind::Glob ? part.text : escaped(part.text);
    }
    if (pattern.find('[') != std::string::npos)
        pattern = without_classes(pattern);
    if (unknown)
        return after_unknown(pattern);
    if (!pattern.empty() && pattern[0] == '/')
        return {normalised(pattern)};
    if (!cwd)
        return after_unknown("/" + pattern);
    return {normalised(escaped(*cwd) + "/" + pattern)};
}

PathPattern path_of(std::string_view literal, const std::optional<std::string> &cwd) {
    return path_of(model::literal_word(std::string(literal)), cwd);
}

PathPattern tree_of(const PathPattern &root) {
    if (root.glob == "**" || root.glob == "/")
        return {root.glob == "/" ? "/**" : "**"};
    return {root.glob + "/**"};
}

bool may_meet(std::string_view pattern, const PathPattern &path,
              const std::vector<std::string> &homes) {
    if (path.glob == "**")
        return false; // unknown is said by the pattern itself; an effect is not guessed from it
    if (path.glob.find_first_of("*?[") == std::string::npos)
        return matches(pattern, path.glob);
    // Both are patterns: compare what stands before the first wildcard, and the last name.
    const std::string_view head =
        std::string_view(path.glob).substr(0, path.glob.find_first_of("*?["));
    const std::string_view wanted = pattern.substr(0, pattern.find_first_of("*?["));
    if (head.empty())
        return path.glob.size() > 3 && !wanted.empty() &&
               base_name(pattern) == base_name(path.glob);
    if (wanted.empty() && base_name(path.glob) == "**") // */.bashrc and a tree: the trees of homes
        return std::any_of(homes.begin(), homes.end(), [&](const std::string &home) {
            const std::size_t shared = std::min(head.size(), home.size());
            return head.compare(0, shared, home, 0, shared) == 0;
        });
    const std::size_t common = std::min(head.size(), wanted.size());
    return head.substr(0, common) == wanted.substr(0, common) || matches(pattern, path.glob);
}

std::string_view base_name(std::string_view path) {
    while (path.size() > 1 && path.back() == '/')
        path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

} // namespace sallyport::facts
