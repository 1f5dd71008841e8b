// SPDX-License-Identifier: Apache-2.0
// What all parts of one parse share: the unit under construction, the limits, the first reason to
// stop. After the first stop every Cursor reports the end of its text, so that the grammar unwinds
// without a check at each call.
#pragma once
#include "dialect.hpp"

#include "sallyport/shell/parser.hpp"

#include <string>
#include <unordered_set>

namespace sallyport::shell {

enum class Outcome : std::uint8_t {
    Going,
    Error,
    Incomplete,
    OverLimit,
    GaveUp, // shell, but the unit cannot be taken apart from here on
};

class Context {
  public:
    Context(model::Dialect dialect, const Limits &limits) : limits_(limits) {
        unit.dialect = dialect;
        extended_globs = limits.extended_globs;
    }

    bool stopped() const { return outcome_ != Outcome::Going; }
    Outcome outcome() const { return outcome_; }
    Span where() const { return where_; }
    const std::string &message() const { return message_; }
    // Only the first call counts.
    void stop(Outcome outcome, Span where, std::string message);

    // Yes or no for a piece of grammar found in the text; where shells disagree the whole unit
    // stops as GaveUp and the answer is no.
    bool has(Feature feature, Span where);
    Support ask(Feature feature) const { return support(feature, unit.dialect); }
    bool yes(Feature feature) const { return ask(feature) == Support::Yes; }
    bool maybe(Feature feature) const { return ask(feature) != Support::No; }

    void count_part(Span where);
    void count_simple(Span where);

    // A second try (`((`, `a[`): what a rewind must undo.
    struct Mark {
        std::uint32_t simple_commands, unsupported;
        std::size_t here_docs;
    };
    Mark mark() const { return {unit.simple_commands, unit.unsupported, unit.here_docs.size()}; }
    // Undoes an error or an unexpected end; a limit or a give-up stands.
    void rewind(const Mark &mark);

    Unit unit;
    std::uint32_t depth = 0;
    ExtendedGlobs extended_globs = ExtendedGlobs::Off;
    std::optional<ExtendedGlobs> extended_globs_next_line;
    // Places known to be no arithmetic command, no array element, and a parenthesis that belongs to
    // a pattern of `case`, by position: each second try is made once, however often an outer second
    // try comes by.
    std::unordered_set<std::uint32_t> not_arithmetic, not_element, pattern_parentheses;

    std::uint32_t depth_limit() const { return limits_.depth; }

  private:
    Limits limits_;
    Outcome outcome_ = Outcome::Going;
    Span where_;
    std::string message_;
    std::uint32_t parts_ = 0;
};

// One level of nesting, of whatever kind. INVARIANT: every recursion of the grammar holds one.
class Nest {
  public:
    Nest(Context &context, Span where) : context_(context) {
        if (++context_.depth > context_.depth_limit())
            context_.stop(Outcome::OverLimit, where, "the text nests too deeply");
    }
    ~Nest() { --context_.depth; }
    Nest(const Nest &) = delete;
    Nest &operator=(const Nest &) = delete;

  private:
    Context &context_;
};

} // namespace sallyport::shell
