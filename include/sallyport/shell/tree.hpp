// SPDX-License-Identifier: Apache-2.0
// The tree of a shell text, as the dialect's grammar sees it and nothing more: quotes, escapes,
// expansions and here-documents are kept as they were written, one part each. The parser never
// folds, never expands and never guesses; `facts` does the folding. What is accepted as shell but
// not taken apart stands as Unsupported (a command) or UnsupportedPart (within a word) with a
// reason; it may run anything that its span may run.
//
// Inert values without parent pointers: copyable, movable, safe on any thread. Every span is in
// bytes of the text given to `parse`, also inside substitutions, backquotes and here-documents.
// Depth is bounded by Limits::depth, so both recursion with a counter and an explicit stack are
// fine.
#pragma once
#include "sallyport/model/command_facts.hpp"
#include "sallyport/model/target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::shell {

using model::Span;

struct Part;
struct Node;
struct Item;

// ---- words -------------------------------------------------------------------------------------

struct Word {
    std::vector<Part> parts; // empty only where the grammar allows nothing: `a=`, `${x:-}`
    Span where;
};

enum class Quoting : std::uint8_t {
    None,         // plain bytes
    Escaped,      // bytes after a backslash: `\rm`
    SingleQuoted, // '...'
    DollarSingle, // $'...', already decoded as the dialect decodes it
};

// Literal bytes, without their quotes and backslashes. An empty quoted string is one Literal with
// no bytes: it keeps a word alive (`''`) where an empty expansion would not.
struct Literal {
    std::string bytes;
    Quoting quoting = Quoting::None;
};

struct DoubleQuoted {
    std::vector<Part> parts; // Literal (None or Escaped), Parameter, CommandSubstitution,
                             // ArithmeticExpansion, UnsupportedPart
    bool translated = false; // $"..."
};

enum class ParameterOperator : std::uint8_t {
    None,
    UseDefault,          // ${x-w}
    AssignDefault,       // ${x=w}
    UseAlternative,      // ${x+w}
    ErrorIfUnset,        // ${x?w}
    RemovePrefix,        // ${x#w}
    RemoveLongestPrefix, // ${x##w}
    RemoveSuffix,        // ${x%w}
    RemoveLongestSuffix, // ${x%%w}
    ReplaceFirst,        // ${x/w/w}
    ReplaceAll,          // ${x//w/w}
    ReplacePrefix,       // ${x/#w/w}
    ReplaceSuffix,       // ${x/%w/w}
    Substring,           // ${x:arithmetic:arithmetic}
    UpperFirst,          // ${x^w}
    UpperAll,            // ${x^^w}
    LowerFirst,          // ${x,w}
    LowerAll,            // ${x,,w}
    ToggleFirst,         // ${x~w}
    ToggleAll,           // ${x~~w}
    Transform,           // ${x@P}; the letter is in `transform`
    NamesWithPrefix,     // ${!x*} ${!x@}
    Keys,                // ${!x[@]} ${!x[*]}
};

// $x, ${x}, ${x op words}. The name is a variable name, digits, or one of @ * # ? - $ !
struct Parameter {
    std::string name;
    ParameterOperator op = ParameterOperator::None;
    bool braced = false;
    bool colon = false;        // the `:` before - = + ?
    bool length = false;       // ${#x}
    bool indirect = false;     // ${!x}: the value of x is the name (bash)
    bool all_names_at = false; // ${!x@}, not ${!x*}
    char transform = 0;
    std::optional<Word> subscript; // `@`, `*` or an expression that arithmetic evaluates
    // The operand: one word for most operators (may have no parts), pattern and replacement for
    // Replace* (the second only if a slash was written), offset and length for Substring. Inside
    // double quotes the operand follows the rules of double quotes, as in the dialect.
    std::vector<Word> arguments;
};

// One command and how it ends.
enum class Separator : std::uint8_t { End, Semicolon, Newline, Background };

struct List {
    std::vector<Item> items;
};

enum class SubstitutionForm : std::uint8_t { Dollar, Backquote };
struct CommandSubstitution {
    List body;
    SubstitutionForm form = SubstitutionForm::Dollar;
};

// $((..)) and $[..]: the text as written, and its parts (Literal, Parameter, CommandSubstitution,
// ArithmeticExpansion, ...) read as if in double quotes. bash evaluates the *values* of the names
// in it too, see shell-judging facts 25 and 26.
struct ArithmeticExpansion {
    std::string text;
    std::vector<Part> parts;
    bool brackets = false; // $[..]
};

enum class ProcessDirection : std::uint8_t { Read, Write, Temporary }; // <(..) >(..) =(..)
struct ProcessSubstitution {
    List body;
    ProcessDirection direction = ProcessDirection::Read;
};

// An unquoted pattern character: `*`, `?` or a bracket expression `[..]`, quoted bytes in it
// escaped by a backslash. If a bracket expression holds an expansion, `whole` is false, `pattern`
// is `[` and the rest follows as further parts up to the closing `]`.
struct Glob {
    std::string pattern;
    bool whole = true;
};

// ?(a|b) *(..) +(..) @(..) !(..) where extended patterns are surely on.
struct ExtendedGlob {
    char op = '@';
    std::vector<Word> alternatives;
};

// {a,b{c,d}} or a sequence {1..9..2}; not counted out, the number of words is not bounded here.
struct BraceExpansion {
    std::vector<Word> alternatives; // empty for a sequence
    std::string first, last, step;  // sequence: integers or single letters; step may be empty
    bool is_sequence() const { return alternatives.empty(); }
};

struct Tilde { // ~ ~user ~+ ~- , at a place where the dialect expands it
    std::string user;
};

struct ArrayElement {
    std::optional<Word> subscript; // [subscript]=value
    bool append = false;           // [subscript]+=value
    Word value;
};

// The (..) of `declare -a x=(..)`: only in operands of bash's and zsh's declaration builtins,
// after a Literal part that holds `x=` or `x+=`.
struct ArrayValue {
    std::vector<ArrayElement> elements;
};

struct UnsupportedPart {
    std::string reason; // lower case, no period
    std::string text;   // as written
};

struct Part {
    Span where;
    std::variant<Literal, DoubleQuoted, Parameter, CommandSubstitution, ArithmeticExpansion,
                 ProcessSubstitution, Glob, ExtendedGlob, BraceExpansion, Tilde, ArrayValue,
                 UnsupportedPart>
        value;
};

// ---- redirections and assignments --------------------------------------------------------------

enum class RedirectOperator : std::uint8_t {
    Read,         // <
    Write,        // >
    Append,       // >>
    Clobber,      // >|
    ReadWrite,    // <>
    DuplicateIn,  // <&
    DuplicateOut, // >&   (with a file as target in bash, zsh, ash: like &>)
    Both,         // &>
    BothAppend,   // &>>
    HereDocument, // << and <<-
    HereString,   // <<<
};

struct Redirect {
    RedirectOperator op = RedirectOperator::Write;
    std::optional<std::uint32_t> fd;       // the digits glued to the operator
    std::string fd_variable;               // {name}>f
    Word target;                           // for a here-document the delimiter as written
    std::optional<std::uint32_t> here_doc; // index into Unit::here_docs
    Span where;
};

struct HereDoc {
    std::string delimiter; // without quotes
    bool quoted = false;   // body is literal: one SingleQuoted part
    bool strips_tabs = false;
    bool terminated = true; // false: the text ended first; the unit is then Incomplete
    std::vector<Part> body; // as inside double quotes, tabs of <<- removed
    Span where;             // of the body
};

struct Assignment {
    std::string name;
    std::optional<Word> subscript; // name[subscript]=
    bool append = false;           // +=
    std::variant<Word, ArrayValue> value;
    Span where;
};

// ---- commands ----------------------------------------------------------------------------------

struct Simple { // redirections are those of the Node
    std::vector<Assignment> assignments;
    std::vector<Word> words;
};

struct Pipeline { // more than one command, or a single one with `!` or `time`
    std::vector<Node> commands;
    std::vector<bool> joins_stderr; // per `|`: written as |&
    std::uint32_t negations = 0;    // number of `!`
    bool timed = false, timed_posix = false;
};

enum class AndOrOperator : std::uint8_t { And, Or };
struct AndOr { // at least two commands; operators[i] stands between commands[i] and [i+1]
    std::vector<Node> commands;
    std::vector<AndOrOperator> operators;
};

struct Group { // { list; }
    List body;
    bool always = false; // zsh's `{ a } always { b }`: the body is two groups, both run
};
struct Subshell { // ( list )
    List body;
};

struct Branch {
    List condition, body;
};
struct If {
    std::vector<Branch> branches; // if, elif ...
    std::optional<List> otherwise;
};

struct Loop { // while, until
    bool until = false;
    List condition, body;
};

struct For { // for and select
    std::string name;
    bool has_words = false; // without `in` the loop runs over "$@"
    bool select = false;
    std::vector<Word> words;
    List body;
};

struct ArithmeticFor {
    ArithmeticExpansion initial, condition, step;
    List body;
    bool repeat = false; // zsh's `repeat count`: initial is the count, the others are empty
};

enum class CaseEnd : std::uint8_t { Break, FallThrough, TestNext }; // ;;  ;&  ;;& (zsh ;|)
struct CaseItem {
    std::vector<Word> patterns;
    List body;
    CaseEnd end = CaseEnd::Break;
};
struct Case {
    Word subject;
    std::vector<CaseItem> items;
};

struct Function {
    std::string name;
    std::vector<Node> body; // exactly one command; its redirections apply at each call
    bool keyword = false;   // written with `function`
};

struct ArithmeticCommand { // (( .. ))
    ArithmeticExpansion expression;
};

// [[ .. ]] as the sequence of its terms in source order. Judge every word: which of them run is
// decided at run time.
enum class TestTermKind : std::uint8_t { Word, Unary, Binary, Not, And, Or, Open, Close };
struct TestTerm {
    TestTermKind kind = TestTermKind::Word;
    std::string op;             // -f, ==, =~, -eq, <; empty for Word and connectives
    std::vector<Word> operands; // 1 for Word and Unary, 2 for Binary
};
struct Test {
    std::vector<TestTerm> terms;
};

struct Coproc {
    std::string name;       // empty: COPROC
    std::vector<Node> body; // exactly one command
};

struct Unsupported { // shell, but not taken apart; the whole span may run anything
    std::string reason;
};

struct Node {
    Span where;
    std::variant<Simple, Pipeline, AndOr, Group, Subshell, If, Loop, For, ArithmeticFor, Case,
                 Function, ArithmeticCommand, Test, Coproc, Unsupported>
        value;
    std::vector<Redirect> redirects;
};

struct Item {
    Node command;
    Separator separator = Separator::End;
};

// ---- the whole ---------------------------------------------------------------------------------

struct Unit {
    model::Dialect dialect = model::Dialect::Bash;
    model::ParseState state = model::ParseState::Error;
    std::optional<model::ParseError> error; // for every state but Ok
    List body;                              // empty unless Ok: a unit is refused whole
    std::vector<HereDoc> here_docs;         // in the order of their bodies' operators
    std::vector<model::Notice> notices;     // sorted, unique; also for refused units
    std::uint32_t simple_commands = 0;      // those in substitutions included
    std::uint32_t unsupported = 0;          // number of Unsupported and UnsupportedPart in the tree
};

} // namespace sallyport::shell
