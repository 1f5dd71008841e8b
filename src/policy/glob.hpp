// SPDX-License-Identifier: Apache-2.0
// Globs of words and of paths, and whether two of them can meet: a command's own word may be a
// pattern or a hole, and then the answer has three values. Word globs know `*`, `?`, `[..]`; in
// paths `*` and `?` stay within one segment and `**` is any number of segments, none included.
#pragma once
#include "sallyport/model/command_facts.hpp"

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::policy {

enum class Match : std::uint8_t { No, Unknown, Yes };
inline Match both(Match a, Match b) {
    return a < b ? a : b;
}
inline Match either(Match a, Match b) {
    return a < b ? b : a;
}
inline Match negate(Match a) {
    return a == Match::Yes ? Match::No : a == Match::No ? Match::Yes : Match::Unknown;
}

inline constexpr std::size_t max_glob_bytes = 4096; // longer words are unknown, longer globs faults

class Glob {
  public:
    Glob() = default;
    // Reads a pattern. A `[` without its `]` is that character itself.
    static Glob pattern(std::string_view text);
    static Glob literal(std::string_view text);
    // The set of texts that a word of a command may become; a hole is any text.
    static Glob word(const model::FactWord &word);

    bool is_literal() const { return literal_; }
    bool is_any() const;                             // `*` alone
    std::optional<unsigned char> first_byte() const; // with which every text of a pattern begins
    bool matches(std::string_view text) const;
    bool meets(const Glob &other) const; // some text belongs to both
    const std::string &text() const { return text_; }
    bool operator==(const Glob &other) const { return text_ == other.text_; }

  private:
    struct Token {
        bool star = false;
        std::bitset<256> one_of;
    };
    void add_literal(std::string_view text);
    void add_pattern(std::string_view text);

    std::string text_; // as written; the literal itself
    bool literal_ = true;
    std::vector<Token> tokens_; // of a literal: none
};

// Does a word of a command match: Yes for every value it may take, No for none.
Match match_word(const Glob &pattern, const model::FactWord &word);

class PathGlob {
  public:
    PathGlob() = default;
    static PathGlob pattern(std::string_view text); // of a rule, or a PathPattern of a command
    static PathGlob literal(std::string_view path); // of a file operation: no character is special

    bool meets(const PathGlob &command) const;    // this one is the rule's
    bool contains(const PathGlob &command) const; // surely every path of `command`; else false
    std::size_t depth() const { return segments_.size(); }
    const std::string *fixed(std::size_t segment) const; // its name; null if a pattern or none
    const std::string &text() const { return text_; }
    bool operator==(const PathGlob &other) const { return text_ == other.text_; }

  private:
    struct Segment {
        bool any_depth = false; // `**`
        Glob glob;
    };
    void split(std::string_view path, bool special);
    bool any() const;                        // `**` alone
    bool floating() const;                   // starts with `**` and goes on
    bool tree() const;                       // a literal directory and everything below
    bool apart(const PathGlob &other) const; // surely no common path: a quick look at both ends

    std::string text_;
    std::vector<Segment> segments_;
};

// Why a text is no glob of this kind; empty when it is one.
std::string word_glob_fault(std::string_view text);
std::string path_glob_fault(std::string_view text);

} // namespace sallyport::policy
