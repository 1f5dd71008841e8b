// SPDX-License-Identifier: Apache-2.0
// CommandFacts is all that policy ever sees of a shell text: `facts` makes it from the parser's
// tree inside a judge worker, and it crosses the edge to `sallyportd`. Values only. What could not
// be known is said (hole, opaque), never guessed. See docs/JUDGING.md for the meaning of each
// field.
#pragma once
#include "sallyport/model/action.hpp"
#include "sallyport/model/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::model {

struct Span {
    std::uint32_t begin = 0, end = 0; // byte offsets into the unit
    bool operator==(const Span &) const = default;
    SALLYPORT_FIELDS(begin, end)
};

enum class ParseState : std::uint8_t { Ok, Incomplete, Error, OverLimit };
template <>
constexpr ParseState enum_last<ParseState>() {
    return ParseState::OverLimit;
}
std::string_view parse_state_name(ParseState state); // ok incomplete error over-limit

struct ParseError {
    Span where;
    std::uint32_t line = 1, column = 1; // column in bytes, from 1
    std::string message;                // what was found and what was expected
    bool operator==(const ParseError &) const = default;
    SALLYPORT_FIELDS(where, line, column, message)
};

enum class WordPartKind : std::uint8_t { Literal, Glob, Hole };
template <>
constexpr WordPartKind enum_last<WordPartKind>() {
    return WordPartKind::Hole;
}

struct WordPart {
    WordPartKind kind = WordPartKind::Literal;
    std::string text; // literal bytes; glob pattern; for a hole its source text
    bool operator==(const WordPart &) const = default;
    SALLYPORT_FIELDS(kind, text)
};

struct FactWord {
    std::vector<WordPart> parts;
    bool may_split = false; // an unquoted hole: may become no word or several
    bool operator==(const FactWord &) const = default;
    SALLYPORT_FIELDS(parts, may_split)

    bool literal() const; // no glob, no hole
    bool has_hole() const;
    std::string text() const;  // REQUIRES: literal()
    std::string shown() const; // literal text, glob pattern, `<hole>`
};
FactWord literal_word(std::string text);

enum class Effect : std::uint8_t {
    Read,
    Write,
    Delete,
    Destroy,
    Privilege,
    Persistence,
    Interpreter,
    Network,
    Exfil,
    Service,
    Secrets,
    SessionState,
    GuardBreak, // would open the guarded shell; denied before policy, cannot be allowed
};
template <>
constexpr Effect enum_last<Effect>() {
    return Effect::GuardBreak;
}
std::string_view effect_name(Effect effect); // read write delete ... session-state guard-break
base::Result<Effect> parse_effect(std::string_view text);

enum class OpaqueReason : std::uint8_t {
    HoleCommand,
    GlobCommand,
    HoleOption,
    EvalHole,
    StdinScript,
    ScriptFile,
    Interpreter,
    Editor,
    Pager,
    Interactive,
    UnknownProgram,
    UnknownOption,
    EnvCode,
    ReboundName,
    ArithEval,
    RemoteShell,
    DbScript,
    UnsupportedSyntax, // grammar that the parser accepts as shell but does not take apart
    OverLimit,
};
template <>
constexpr OpaqueReason enum_last<OpaqueReason>() {
    return OpaqueReason::OverLimit;
}
std::string_view
opaque_reason_name(OpaqueReason reason); // hole-command ... unsupported-syntax over-limit
base::Result<OpaqueReason> parse_opaque_reason(std::string_view text);

struct Opaque {
    OpaqueReason reason = OpaqueReason::OverLimit;
    Span where;
    std::string note;
    bool operator==(const Opaque &) const = default;
    SALLYPORT_FIELDS(reason, where, note)
};

struct Via { // one wrapper around a command, outermost first: sudo(user=root), env(A=1), timeout
    std::string name;
    std::vector<std::string> details;
    bool operator==(const Via &) const = default;
    SALLYPORT_FIELDS(name, details)
};

enum class AccountKind : std::uint8_t { Same, Named, Root, Unknown };
template <>
constexpr AccountKind enum_last<AccountKind>() {
    return AccountKind::Unknown;
}

enum class PlaceKind : std::uint8_t { Here, Container, Chroot, Remote };
template <>
constexpr PlaceKind enum_last<PlaceKind>() {
    return PlaceKind::Remote;
}

struct Option {
    std::string name; // as the knowledge base writes it: `r`, `recursive`, `name`
    std::optional<FactWord> value;
    bool operator==(const Option &) const = default;
    SALLYPORT_FIELDS(name, value)
};

// A set of paths: an absolute pattern with `*`, `?`, `[..]` and `**`. `**` alone is any path: it
// meets every guard and wall path and no grant path. Patterns are normalised: no `.`, `..` or `//`.
struct PathPattern {
    std::string glob;
    bool operator==(const PathPattern &) const = default;
    SALLYPORT_FIELDS(glob)
};

struct NetSink {
    std::string host; // empty: not known
    std::uint32_t port = 0;
    bool operator==(const NetSink &) const = default;
    SALLYPORT_FIELDS(host, port)
};

enum class ContextFlag : std::uint8_t {
    Pipeline,
    Substitution,
    HereDocument,
    Trap,
    Function,
    Loop,
    Background,
    Conditional,
    Subshell,
};
template <>
constexpr ContextFlag enum_last<ContextFlag>() {
    return ContextFlag::Subshell;
}

struct Command {
    FactWord name;                   // basename of the command word
    std::optional<std::string> path; // the word itself if it holds a `/`
    bool known = false; // a bare name or one in a trusted directory that the knowledge base or the
                        // shell defines
    std::vector<FactWord> argv; // argv[0] included
    std::vector<Option> options;
    std::vector<FactWord> operands;
    std::vector<std::string> sub; // sub-command path, e.g. {"delete", "namespace"}
    std::vector<Via> via;
    AccountKind as = AccountKind::Same;
    std::string as_name; // with Named
    PlaceKind place = PlaceKind::Here;
    std::string place_name; // host or container if known
    std::vector<ContextFlag> context;
    std::vector<PathPattern> reads, writes, deletes, execs;
    std::vector<Effect> effects; // sorted, unique
    std::vector<NetSink> net;
    std::vector<EnvironmentEntry> environment; // watched assignments only
    std::vector<Opaque> opaque;
    Span where;
    bool operator==(const Command &) const = default;
    SALLYPORT_FIELDS(name, path, known, argv, options, operands, sub, via, as, as_name, place,
                     place_name, context, reads, writes, deletes, execs, effects, net, environment,
                     opaque, where)

    bool has(Effect effect) const;
    bool privileged() const; // as root, named or unknown, or effect privilege
};

enum class Notice : std::uint8_t { Bidi, Control, CarriageReturn, Nul, MixedScript, InvalidUtf8 };
template <>
constexpr Notice enum_last<Notice>() {
    return Notice::InvalidUtf8;
}
std::string_view notice_name(Notice notice);

struct CommandFacts {
    Dialect dialect = Dialect::Bash;
    ParseState state = ParseState::Error;
    std::optional<ParseError> error;
    std::uint32_t bytes = 0;
    std::vector<Command>
        commands; // every simple command that may run, wrappers and their inner commands included
    std::vector<Opaque> opaque; // of the unit itself, besides those of its commands
    std::vector<Notice> notices;
    std::vector<Span> constants; // constant text inside one operand word: all that a mask may touch
    std::vector<std::string>
        programs; // first words taken for programs or builtins; the guarded shell checks them
    bool reads_script = false; // a shell would read its text from the session's standard input
    bool operator==(const CommandFacts &) const = default;
    SALLYPORT_FIELDS(dialect, state, error, bytes, commands, opaque, notices, constants, programs,
                     reads_script)
};

} // namespace sallyport::model
