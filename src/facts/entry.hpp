// SPDX-License-Identifier: Apache-2.0
// The knowledge base in memory, as commands.toml writes it. Values; built by Loader, read by all.
#pragma once
#include "sallyport/model/command_facts.hpp"

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

enum class Style : std::uint8_t { Gnu, Stop, Dash, Go, Key, None, Tar };

enum class Kind : std::uint8_t {
    Wrapper,
    Interpreter,
    Shell,
    Remote,
    Editor,
    Pager,
    Writer,
    Destroyer,
    Privilege,
    Exfil,
    Persistence,
    Cloud,
    Db,
    Container,
    Package,
    Service,
    Network,
    Kernel,
    Reader,
    Builtin,
};
inline constexpr std::size_t kind_count = 20;

// Which words of a command line something is about.
struct Selector {
    enum class Which : std::uint8_t {
        All,
        Index,
        From,
        Last,
        ButLast,
        ButFirst,
        Option,         // value of an option
        OptionFile,     // value of an option if it is written @FILE or name=@FILE
        Key,            // value of a name=value operand
        StartingPoints, // operands before the expression (find)
        Stdin,
        Any,       // a file that nobody can name: `**`
        Directory, // the working directory
        Literal,   // a path of its own
        FileUrl,   // operands and values of `url` that are written file:PATH
        Into,      // the names of the other operands below the last one, or below -t: if it is a
                   // directory
    };
    Which which = Which::All;
    std::size_t index = 0;
    std::string name;
};

// Posix: one of the family, which one is not known.
enum class ShellName : std::uint8_t { Sh, Login, Self, Remote, Bash, Zsh, Dash, Ash, Posix };

// How text or words become another command.
struct Inner {
    enum class How : std::uint8_t {
        Argv,
        Join,           // words joined by blanks, then parsed
        Shell,          // one word, parsed
        Append,         // argv, then unknown words
        AfterDashes,    // argv after `--`
        EachOperand,    // every operand is a text
        FirstOperand,   // the first operand is a text
        OptionProgram,  // start-stop-daemon
        Stdin,          // standard input is a text
        Interactive,    // a shell for a person
        BashArguments,  // after `--`: arguments of bash
        SocatAddresses, //
        Script,         // -c of a shell: the first operand is the text
        File,           // the value names a script
        Split,          // env -S
        Pipe,           // a text if it begins with | or !
        ExecPrefix,     // exec=TEXT
        Program,        // the value is a program or a command line that runs as it stands
        Write,          // the value names a file that is written
        SshOption,      // ProxyCommand=TEXT and its like
        GitConfig,      // alias.x=!TEXT and its like
        AptOption,      // ...::Pre-Invoke::=TEXT and its like
        Opaque,         // another language
    };
    How how = How::Argv;
    ShellName shell = ShellName::Sh;
};

enum class Verdict : std::uint8_t { None, Effect, Safe, Opaque };

struct When { // all conditions must hold, then all consequences apply
    std::vector<std::string> option, with, no_option, sub, word, word0, word1, value, mode;
    bool sub_ignores_case = false;
    bool no_operand = false, no_inner_condition = false;
    std::optional<std::size_t> most; // no more operands than this, and no unknown option
    // consequences
    Verdict verdict = Verdict::None;
    model::Effect effect = model::Effect::Read;
    std::optional<model::OpaqueReason> reason;
    std::optional<Inner> inner;
    bool suppress_inner = false, sql = false;
    std::optional<std::size_t> skip;
    std::string alias_of, same_as;
    std::vector<Selector> reads, writes, deletes, execs;
    bool tree = false; // they stand for everything below them
};

struct Program { // an operand that is a program text
    std::size_t operand = 0;
    std::vector<std::string> unless; // unless one of these options gives it
    std::string language;            // awk, sed
};

// How a program reads its operands as patterns of names.
enum class Patterns : std::uint8_t { None, Glob, Regex };

// A line that tests an entry, and what it must be judged to be; see examples.hpp.
struct Example {
    std::string place; // file:line:column
    std::string text;  // LINE => CLAUSES
    bool escape = false;
};

struct Entry {
    std::string name;
    std::string place; // file:line:column
    std::bitset<kind_count> kinds;
    Style style = Style::Gnu;
    std::string flags, args, optional_args, leading, leading_args;
    std::vector<std::string> long_flags, long_args, long_optional_args;
    std::vector<std::string> word_args, prefix_args, double_args; // style dash
    std::vector<std::string> multi; // options of several letters behind one dash, with a value
    std::vector<std::string> last;  // options that end the options: what follows is not its own
    Patterns patterns = Patterns::None;
    bool number = false, assign = false, plus = false, skip_if_first_word = false;
    std::size_t skip = 0;
    std::optional<Inner> inner;
    std::map<std::string, Inner, std::less<>> option_inner, operand_inner;
    std::map<std::string, std::vector<std::string>, std::less<>> inner_until;
    std::vector<Selector> reads, writes, deletes, execs, text;
    std::vector<std::string> known_subs; // sub-commands of its own; others may be aliases
    std::vector<std::string> recursive;  // options that make paths stand for trees; `*`: always
    std::vector<model::Effect> effects;
    bool opaque = false;
    std::optional<model::OpaqueReason> reason;
    std::optional<Program> program;
    std::vector<When> when;
    std::map<std::string, Entry, std::less<>> sub;
    std::string same_as;
    bool prints_only = false; // operands are no paths
    bool lenient = false;     // an unknown option is no danger: nothing is found by position
    std::vector<Example> examples;

    bool is(Kind kind) const { return kinds.test(static_cast<std::size_t>(kind)); }
    bool has_inner() const;    // it may run another command
    bool strict() const;       // an unknown option could move what matters
    bool option_opens() const; // one of its options starts a command or another language
    bool opens() const;        // it may run what its operands say: a command, another language
};

struct Sql {
    std::vector<std::string> destroy, remove, write, privilege, interpreter, safe;
};

struct Tables {
    Sql sql;
    std::set<std::string, std::less<>> readers, printers;
    std::string readers_place;
    std::vector<Example> examples;                  // of readers, which have no entry of their own
    std::set<std::string, std::less<>> leave_input; // never read standard input themselves
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> builtins; // by dialect
    std::vector<std::string> watched;        // environment names that make a child run code
    std::vector<std::string> persistence;    // paths whose content runs later
    std::vector<std::string> devices;        // paths whose overwriting destroys
    std::vector<std::string> homes;          // directories of homes
    std::vector<std::string> kernel;         // paths whose overwriting changes the kernel
    std::vector<std::string> trusted;        // directories whose programs are what their name says
    std::vector<std::string> harmless_sinks; // writing there changes nothing
};

// glob matching of the knowledge itself: `*` and `?` over any bytes, `[..]` sets. Linear space.
bool matches(std::string_view pattern, std::string_view text);

std::optional<Selector> parse_selector(std::string_view text);
std::optional<Inner> parse_inner(std::string_view text);
std::optional<Kind> parse_kind(std::string_view text);
std::optional<Style> parse_style(std::string_view text);

} // namespace sallyport::facts
