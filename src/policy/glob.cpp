// SPDX-License-Identifier: Apache-2.0
#include "glob.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

std::size_t index_of(char c) {
    return static_cast<unsigned char>(c);
}

// The end of a bracket expression that starts at `from`, or npos: `]` right after `[` or `[!` is
// itself, as in the shells.
std::size_t bracket_end(std::string_view text, std::size_t from) {
    std::size_t at = from + 1;
    if (at < text.size() && (text[at] == '!' || text[at] == '^'))
        ++at;
    if (at < text.size() && text[at] == ']')
        ++at;
    return text.find(']', at);
}

std::bitset<256> bracket_set(std::string_view inside) {
    bool inverted = false;
    if (!inside.empty() && (inside.front() == '!' || inside.front() == '^')) {
        inverted = true;
        inside.remove_prefix(1);
    }
    std::bitset<256> set;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (i + 2 < inside.size() && inside[i + 1] == '-') {
            for (std::size_t c = index_of(inside[i]); c <= index_of(inside[i + 2]); ++c)
                set.set(c);
            i += 2;
            continue;
        }
        set.set(index_of(inside[i]));
    }
    return inverted ? ~set : set;
}

// Which positions can be reached: a string, since a short one takes no memory of its own.
using Row = std::string;

bool special(std::string_view text) {
    return text.find_first_of("*?[") != std::string_view::npos;
}

} // namespace

void Glob::add_literal(std::string_view text) {
    for (const char c : text) {
        tokens_.emplace_back();
        tokens_.back().one_of.set(index_of(c));
    }
}

void Glob::add_pattern(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        Token token;
        const std::size_t end = text[i] == '[' ? bracket_end(text, i) : std::string_view::npos;
        if (text[i] == '*') {
            token.star = true;
        } else if (text[i] == '?') {
            token.one_of.set();
        } else if (end != std::string_view::npos) {
            token.one_of = bracket_set(text.substr(i + 1, end - i - 1));
            i = end;
        } else {
            token.one_of.set(index_of(text[i]));
        }
        if (token.star || token.one_of.count() != 1)
            literal_ = false;
        if (!token.star || tokens_.empty() || !tokens_.back().star)
            tokens_.push_back(token);
    }
}

Glob Glob::pattern(std::string_view text) {
    Glob glob;
    glob.text_ = text;
    glob.add_pattern(text);
    // `[*]` is one character, but its text is not what it matches
    if (glob.literal_ && special(text)) {
        std::string plain;
        for (const Token &token : glob.tokens_)
            for (std::size_t c = 0; c < 256; ++c)
                if (token.one_of.test(c))
                    plain += static_cast<char>(c);
        glob.literal_ = plain == text;
    }
    if (glob.literal_)
        glob.tokens_.clear();
    return glob;
}

Glob Glob::literal(std::string_view text) {
    Glob glob;
    glob.text_ = text;
    return glob;
}

Glob Glob::word(const model::FactWord &word) {
    Glob glob;
    std::size_t size = 0;
    for (const model::WordPart &part : word.parts)
        size += part.text.size();
    if (size > max_glob_bytes && !word.literal())
        return pattern("*");
    for (const model::WordPart &part : word.parts) {
        glob.text_ += part.text;
        switch (part.kind) {
        case model::WordPartKind::Literal:
            glob.add_literal(part.text);
            break;
        case model::WordPartKind::Glob:
            glob.add_pattern(part.text);
            glob.literal_ = false;
            break;
        case model::WordPartKind::Hole:
            glob.add_pattern("*");
            break;
        }
    }
    return glob;
}

bool Glob::is_any() const {
    return tokens_.size() == 1 && tokens_.front().star;
}

std::optional<unsigned char> Glob::first_byte() const {
    if (literal_ || tokens_.empty() || tokens_.front().star || tokens_.front().one_of.count() != 1)
        return std::nullopt;
    std::size_t byte = 0;
    while (!tokens_.front().one_of.test(byte))
        ++byte;
    return static_cast<unsigned char>(byte);
}

bool Glob::matches(std::string_view text) const {
    if (literal_)
        return text == text_;
    // Greedy with one resumption point: linear for every glob in use, quadratic at worst.
    std::size_t token = 0, at = 0, star = std::string_view::npos, resume = 0;
    while (at < text.size()) {
        if (token < tokens_.size() && tokens_[token].star) {
            star = token++;
            resume = at;
        } else if (token < tokens_.size() && tokens_[token].one_of.test(index_of(text[at]))) {
            ++token;
            ++at;
        } else if (star != std::string_view::npos) {
            token = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    while (token < tokens_.size() && tokens_[token].star)
        ++token;
    return token == tokens_.size();
}

// Is there a common text: positions of both globs that can be reached together, one row at a time.
bool Glob::meets(const Glob &other) const {
    if (is_any() || other.is_any())
        return true;
    if (literal_)
        return other.matches(text_);
    if (other.literal_)
        return matches(other.text_);
    const std::size_t width = other.tokens_.size() + 1;
    Row row(width, 0), next(width, 0);
    row[0] = 1;
    for (std::size_t i = 0; i <= tokens_.size(); ++i) {
        std::fill(next.begin(), next.end(), '\0');
        const bool star = i < tokens_.size() && tokens_[i].star;
        for (std::size_t j = 0; j < width; ++j) {
            if (row[j] == 0)
                continue;
            const bool other_star = j + 1 < width && other.tokens_[j].star;
            if (other_star)
                row[j + 1] = 1;
            if (star) {
                next[j] = 1;
                if (j + 1 < width)
                    row[j + 1] = 1;
                continue;
            }
            if (i == tokens_.size())
                continue;
            if (other_star)
                next[j] = 1;
            else if (j + 1 < width && (tokens_[i].one_of & other.tokens_[j].one_of).any())
                next[j + 1] = 1;
        }
        if (i == tokens_.size())
            return row[width - 1] != 0;
        row.swap(next);
    }
    return false;
}

Match match_word(const Glob &pattern, const model::FactWord &word) {
    if (word.may_split)
        return Match::Unknown;
    if (word.literal())
        return pattern.matches(word.text()) ? Match::Yes : Match::No;
    if (pattern.is_any())
        return Match::Yes;
    return pattern.meets(Glob::word(word)) ? Match::Unknown : Match::No;
}

// `.`, `..` and `//` vanish; nothing is looked up, so a symbolic link is not followed.
void PathGlob::split(std::string_view path, bool is_pattern) {
    if (path.empty() || path.front() != '/') {
        const bool home = path == "~" || path.substr(0, 2) == "~/";
        if (home)
            path.remove_prefix(1);
        if (path.substr(0, 2) != "**")
            segments_.push_back({true, {}}); // below an unknown directory
    }
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view name = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (name.empty() || name == ".")
            continue;
        if (name == "..") {
            if (!segments_.empty() && !segments_.back().any_depth)
                segments_.pop_back();
        } else if (is_pattern && name == "**") {
            if (segments_.empty() || !segments_.back().any_depth)
                segments_.push_back({true, {}});
        } else {
            segments_.push_back({false, is_pattern ? Glob::pattern(name) : Glob::literal(name)});
        }
    }
}

PathGlob PathGlob::pattern(std::string_view text) {
    PathGlob glob;
    glob.text_ = text;
    if (text.size() > max_glob_bytes)
        text = "**";
    glob.split(text, true);
    return glob;
}

PathGlob PathGlob::literal(std::string_view path) {
    PathGlob glob;
    glob.text_ = path;
    if (path.size() > max_glob_bytes)
        glob.split("**", true);
    else
        glob.split(path, false);
    return glob;
}

const std::string *PathGlob::fixed(std::size_t segment) const {
    if (segment >= segments_.size() || segments_[segment].any_depth ||
        !segments_[segment].glob.is_literal())
        return nullptr;
    return &segments_[segment].glob.text();
}

bool PathGlob::floating() const {
    return segments_.size() > 1 && segments_.front().any_depth;
}

bool PathGlob::tree() const {
    return segments_.size() > 1 && segments_.back().any_depth && !segments_.front().any_depth;
}

// Segments before the first `**` and after the last one stand opposite each other, so one pair that
// differs settles it. Most rules and commands part here, without the table of `meets`.
bool PathGlob::apart(const PathGlob &other) const {
    const std::size_t least = std::min(segments_.size(), other.segments_.size());
    const auto differ = [](const Segment &a, const Segment &b) {
        return (a.glob.is_literal() || b.glob.is_literal()) && !a.glob.meets(b.glob);
    };
    for (std::size_t i = 0; i < least; ++i) {
        const Segment &a = segments_[i], &b = other.segments_[i];
        if (a.any_depth || b.any_depth)
            break;
        if (differ(a, b))
            return true;
    }
    for (std::size_t i = 1; i <= least; ++i) {
        const Segment &a = segments_[segments_.size() - i];
        const Segment &b = other.segments_[other.segments_.size() - i];
        if (a.any_depth || b.any_depth)
            break;
        if (differ(a, b))
            return true;
    }
    return false;
}

bool PathGlob::any() const {
    return segments_.size() == 1 && segments_.front().any_depth;
}

bool PathGlob::meets(const PathGlob &command) const {
    if (command.any())
        return true;
    // A command that walks a directory names no file below it. Were `/srv/**` to meet `**/.env`,
    // every `grep -r` would; docs/POLICY.md says so under limits.
    if ((floating() && command.tree()) || apart(command))
        return false;
    const std::size_t width = command.segments_.size() + 1;
    Row row(width, 0), next(width, 0);
    row[0] = 1;
    for (std::size_t i = 0; i <= segments_.size(); ++i) {
        std::fill(next.begin(), next.end(), '\0');
        const bool last = i == segments_.size();
        for (std::size_t j = 0; j < width; ++j) {
            if (row[j] == 0)
                continue;
            const bool deep = j + 1 < width && command.segments_[j].any_depth;
            if (deep)
                row[j + 1] = 1;
            if (last)
                continue;
            if (segments_[i].any_depth) {
                next[j] = 1;
                if (j + 1 < width)
                    row[j + 1] = 1;
            } else if (deep) {
                next[j] = 1;
            } else if (j + 1 < width && segments_[i].glob.meets(command.segments_[j].glob)) {
                next[j + 1] = 1;
            }
        }
        if (last)
            return row[width - 1] != 0;
        row.swap(next);
    }
    return false;
}

bool PathGlob::contains(const PathGlob &command) const {
    if (any())
        return true;
    if (command.any() || apart(command))
        return false;
    const std::size_t width = command.segments_.size() + 1;
    Row row(width, 0), next(width, 0);
    row[0] = 1;
    for (const Segment &segment : segments_) {
        std::fill(next.begin(), next.end(), '\0');
        for (std::size_t j = 0; j < width; ++j) {
            if (row[j] == 0)
                continue;
            if (segment.any_depth) {
                next[j] = 1;
                if (j + 1 < width)
                    row[j + 1] = 1;
                continue;
            }
            if (j + 1 == width || command.segments_[j].any_depth)
                continue;
            const Glob &name = command.segments_[j].glob;
            if (segment.glob.is_any() || segment.glob.text() == name.text() ||
                (name.is_literal() && segment.glob.matches(name.text())))
                next[j + 1] = 1;
        }
        row.swap(next);
    }
    return row[width - 1] != 0;
}

std::string word_glob_fault(std::string_view text) {
    if (text.empty())
        return "an empty text matches nothing that runs";
    if (text.size() > max_glob_bytes)
        return "a glob has at most " + std::to_string(max_glob_bytes) + " bytes";
    if (text.find("**") != std::string_view::npos)
        return "`**` is for paths; use `*`";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '[')
            continue;
        const std::size_t end = bracket_end(text, i);
        // `[` and `[[` are commands
        if (end == std::string_view::npos && text != "[" && text != "[[")
            return "`[` has no `]`";
        i = std::min(end, text.size());
    }
    return {};
}

std::string path_glob_fault(std::string_view text) {
    if (text.size() > max_glob_bytes)
        return "a glob has at most " + std::to_string(max_glob_bytes) + " bytes";
    if (text.empty() || (text.front() != '/' && text != "**" && text.substr(0, 3) != "**/"))
        return "a path begins with `/` or `**/`";
    while (!text.empty()) {
        const std::size_t slash = std::min(text.find('/'), text.size());
        const std::string_view name = text.substr(0, slash);
        text.remove_prefix(std::min(slash + 1, text.size()));
        if (name == "." || name == "..")
            return "a path has no `.` and `..`";
        if (name.empty() || name == "**")
            continue;
        if (name.find("**") != std::string_view::npos)
            return "`**` stands alone between slashes";
        if (const std::string fault = word_glob_fault(name); !fault.empty())
            return fault;
    }
    return {};
}

} // namespace sallyport::policy
