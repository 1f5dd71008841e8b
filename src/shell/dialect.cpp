// SPDX-License-Identifier: Apache-2.0
#include "dialect.hpp"

#include <array>
#include <cstddef>

namespace sallyport::shell {

namespace {

constexpr unsigned bash = 1, dash = 2, ash = 4, zsh = 8;

struct Row {
    Feature feature;
    unsigned shells;
    std::string_view name;
};

constexpr std::array rows{
    Row{Feature::DollarSingleQuotes, bash | ash | zsh, "$'..'"},
    Row{Feature::DollarDoubleQuotes, bash, "$\"..\""},
    Row{Feature::BracketArithmetic, bash | zsh, "$[..]"},
    Row{Feature::BraceExpansion, bash | zsh, "brace expansion"},
    Row{Feature::GluedBraces, zsh, "a brace glued to a word"},
    Row{Feature::AppendAssignment, bash | zsh, "`+=`"},
    Row{Feature::Arrays, bash | zsh, "an array"},
    Row{Feature::ProcessSubstitution, bash | ash | zsh, "process substitution"},
    Row{Feature::EqualsWord, zsh, "a word that begins with `=`"},
    Row{Feature::HereString, bash | zsh, "`<<<`"},
    Row{Feature::BothRedirect, bash | ash | zsh, "`&>`"},
    Row{Feature::BothAppend, bash | zsh, "`&>>`"},
    Row{Feature::LongDescriptor, bash | ash, "a descriptor of several digits"},
    Row{Feature::DescriptorVariable, bash, "`{name}>`"},
    Row{Feature::PipeBoth, bash | zsh, "`|&`"},
    Row{Feature::CaseFallThrough, bash | zsh, "`;&`"},
    Row{Feature::CaseTestNext, bash, "`;;&`"},
    Row{Feature::CaseTestNextZsh, zsh, "`;|`"},
    Row{Feature::ArithmeticCommand, bash | zsh, "`((`"},
    Row{Feature::ArithmeticFor, bash | zsh, "`for ((`"},
    Row{Feature::TestCommand, bash | zsh, "`[[`"},
    Row{Feature::TimeKeyword, bash | zsh, "`time`"},
    Row{Feature::RepeatedNot, bash, "`! !`"},
    Row{Feature::LoneNot, bash | zsh, "`!` without a command"},
    Row{Feature::CoprocKeyword, bash | zsh, "`coproc`"},
    Row{Feature::CoprocName, bash, "`coproc` with a name"},
    Row{Feature::SelectKeyword, bash | zsh, "`select`"},
    Row{Feature::FunctionKeyword, bash | ash | zsh, "`function`"},
    Row{Feature::AnyFunctionName, bash | zsh, "a function name that is not a variable name"},
    Row{Feature::SimpleFunctionBody, dash | ash | zsh, "a function body without braces"},
    Row{Feature::EmptyLists, zsh, "an empty list of commands"},
    Row{Feature::SubstitutionRetry, bash | zsh, "`$((` that is a nested subshell"},
    Row{Feature::PatternReplace, bash | ash | zsh, "`${x/..}`"},
    Row{Feature::Substring, bash | ash | zsh, "`${x:offset}`"},
    Row{Feature::CaseModify, bash, "`${x^}`"},
    Row{Feature::Transform, bash, "`${x@}`"},
    Row{Feature::Indirection, bash, "`${!x}`"},
    Row{Feature::WordParentheses, zsh, "parentheses in a word"},
    Row{Feature::NumericGlob, zsh, "`<->`"},
    Row{Feature::ZshExpansion, zsh, "a zsh expansion"},
    Row{Feature::ZshCommands, zsh, "a zsh command form"},
    Row{Feature::AssignmentWordTilde, bash, "a tilde in an operand like an assignment"},
    Row{Feature::UnicodeEscapes, bash | zsh, "`\\u`"},
    Row{Feature::EmptyNullString, bash, "NUL in `$'..'`"},
    Row{Feature::ExtendedGlobOption, bash, "an extended pattern"},
    Row{Feature::ForGroupBody, bash | zsh, "`for` with braces"},
    Row{Feature::OperandQuotes, bash, "a quote in a quoted `${..}`"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].feature) != i)
            return false;
    return rows.size() == static_cast<std::size_t>(Feature::OperandQuotes) + 1;
}
static_assert(in_order(), "one row a feature, in the order of the enum");

unsigned shells_of(model::Dialect dialect) {
    switch (dialect) {
    case model::Dialect::Bash:
        return bash;
    case model::Dialect::Dash:
        return dash;
    case model::Dialect::Ash:
        return ash;
    case model::Dialect::Zsh:
        return zsh;
    case model::Dialect::Sh:
        return bash | dash | ash;
    case model::Dialect::Unknown:
        return bash | dash | ash | zsh;
    }
    return bash | dash | ash | zsh;
}

} // namespace

Support support(Feature feature, model::Dialect dialect) {
    const unsigned candidates = shells_of(dialect);
    const unsigned having = rows[static_cast<std::size_t>(feature)].shells & candidates;
    if (having == 0)
        return Support::No;
    return having == candidates ? Support::Yes : Support::Varies;
}

std::string_view feature_name(Feature feature) {
    return rows[static_cast<std::size_t>(feature)].name;
}

} // namespace sallyport::shell
