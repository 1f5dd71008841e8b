// SPDX-License-Identifier: Apache-2.0
// What the walk knows of a shell while it goes through a text: at most max_alternatives values for
// a variable, or a hole. A name that is not here is the session's: a hole too. Values; copied at
// subshells, joined after branches.
#pragma once
#include "sallyport/model/command_facts.hpp"
#include "sallyport/shell/tree.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::facts {

struct Constant { // one value: a string, an array, or unset (no array and no items)
    bool array = false;
    std::vector<std::pair<std::string, std::string>> items; // key and value; a string has key ""
    bool operator==(const Constant &) const = default;
    bool unset() const { return !array && items.empty(); }
};
inline Constant constant(std::string text) {
    return {false, {{"", std::move(text)}}};
}

struct Variable {
    bool hole = true;
    std::vector<Constant> values; // without a hole: at least one
    bool number = false;          // a hole, but surely an integer
    bool integer = false;         // declare -i: values are evaluated
    bool exported = false;
    bool associative = false; // declare -A: keys are words, not arithmetic
    bool converts = false;    // declare -l, -u, -c and others of zsh: it holds something else
    std::string refers_to;    // declare -n
};
inline Variable known(Constant value) {
    Variable variable;
    variable.hole = false;
    variable.values.push_back(std::move(value));
    return variable;
}

struct FunctionBody {
    const shell::Node *body = nullptr;
    const shell::Unit *unit = nullptr;
    bool operator==(const FunctionBody &) const = default;
};
struct FunctionSet {
    std::vector<FunctionBody> bodies;
    bool maybe = false; // perhaps not defined: the program of that name may run instead
};

struct Environment {
    std::map<std::string, Variable, std::less<>> variables;
    std::map<std::string, FunctionSet, std::less<>> functions;
    std::map<std::string, std::string, std::less<>> aliases; // defined before the text
    std::set<std::string, std::less<>> fresh_aliases;        // defined in the text
    std::optional<std::vector<model::FactWord>> positional;  // nothing: not known
    std::optional<std::string> cwd;                          // nothing: not known
    std::set<std::string, std::less<>> rebound;              // hash -p, enable, commands[x]=
    std::set<std::string, std::less<>> changing;             // a trap may assign them at any time
    std::optional<std::string> code; // a watched name was assigned: later programs may run code
    bool splitting_changed = false;  // IFS, shwordsplit
    bool any_case = false;           // nocaseglob: patterns match names in either case
    bool traced_by_code = false;     // PS4 and the like hold a substitution

    Variable find(std::string_view name) const; // a hole for names of the session
    void forget_all();
    bool changes(std::string_view name) const; // by itself, at any time
};

// After either of two paths.
Environment join(const Environment &left, const Environment &right);

bool is_name(std::string_view text); // a variable name

} // namespace sallyport::facts
