// SPDX-License-Identifier: Apache-2.0
// Which shell has which piece of grammar. A dialect stands for one shell or, as Sh and Unknown do,
// for several; where these disagree the answer is Varies and nobody may guess. Seen on bash 5.2,
// dash 0.5.12, busybox ash 1.35 and zsh 5.9.
#pragma once
#include "sallyport/model/target.hpp"

#include <cstdint>
#include <string_view>

namespace sallyport::shell {

enum class Feature : std::uint8_t {
    DollarSingleQuotes,  // $'..'
    DollarDoubleQuotes,  // $".." as one string; elsewhere a `$` and a string
    BracketArithmetic,   // $[..]
    BraceExpansion,      // {a,b}
    GluedBraces,         // `{rm` opens a group, `a}` ends one (zsh)
    AppendAssignment,    // a+=b
    Arrays,              // a=(..) a[i]=b ${a[i]}
    ProcessSubstitution, // <(..) >(..)
    EqualsWord,          // =(..) and =cmd (zsh)
    HereString,          // <<<
    BothRedirect,        // &>f
    BothAppend,          // &>>f
    LongDescriptor,      // 10>f
    DescriptorVariable,  // {fd}>f
    PipeBoth,            // |&
    CaseFallThrough,     // ;&
    CaseTestNext,        // ;;&
    CaseTestNextZsh,     // ;|
    ArithmeticCommand,   // (( ))
    ArithmeticFor,       // for ((;;))
    TestCommand,         // [[ ]] as a keyword
    TimeKeyword,         // time as a keyword
    RepeatedNot,         // ! ! a
    LoneNot,             // `!` without a command
    CoprocKeyword,       // coproc cmd
    CoprocName,          // coproc name { .. }
    SelectKeyword,       // select
    FunctionKeyword,     // function f
    AnyFunctionName,     // names that are not variable names
    SimpleFunctionBody,  // f() cmd
    EmptyLists,          // `if then fi`, `; a`
    SubstitutionRetry,   // $((a); b) is a command substitution
    PatternReplace,      // ${a/b/c}
    Substring,           // ${a:1:2}
    CaseModify,          // ${a^^}
    Transform,           // ${a@P}
    Indirection,         // ${!a}
    WordParentheses,     // a(b|c) inside words (zsh)
    NumericGlob,         // <1-9> (zsh)
    ZshExpansion,        // $a[1] $a:h ${(f)a} $=a
    ZshCommands,         // repeat foreach always &| and short forms
    AssignmentWordTilde, // cmd a=~ (bash)
    UnicodeEscapes,      // $'\u0041'
    EmptyNullString,     // a NUL in $'..' ends it (bash); zsh ends what a program sees
    ExtendedGlobOption,  // !(a|b) if switched on (bash)
    ForGroupBody,        // for a in b; { c; }
    OperandQuotes,       // `'` pairs in "${a:-'}'}", although it quotes nothing (bash)
};

enum class Support : std::uint8_t { No, Yes, Varies };

Support support(Feature feature, model::Dialect dialect);
std::string_view feature_name(Feature feature); // as written, for messages: `&>`

} // namespace sallyport::shell
