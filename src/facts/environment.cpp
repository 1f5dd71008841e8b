// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include "sallyport/facts/facts.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
Variable join(const Variable &left, const Variable &right) {
    Variable both;
    both.hole = left.hole || right.hole || left.refers_to != right.refers_to;
    both.number = (left.number || !left.hole) && (right.number || !right.hole) && both.hole &&
                  left.number && right.number;
    both.integer = left.integer || right.integer;
    both.associative = left.associative && right.associative;
    both.converts = left.converts || right.converts;
    both.exported = left.exported || right.exported;
    both.refers_to = both.hole ? "" : left.refers_to;
    if (both.hole)
        return both;
    both.values = left.values;
    for (const Constant &value : right.values) {
        if (std::find(both.values.begin(), both.values.end(), value) == both.values.end())
            both.values.push_back(value);
    }
    if (both.values.size() > max_alternatives) {
        both.values.clear();
        both.hole = true;
    }
    return both;
}

void join_functions(Environment &into, const Environment &from) {
    for (auto &[name, set] : into.functions) {
        const auto other = from.functions.find(name);
        if (other == from.functions.end()) {
            set.maybe = true;
            continue;
        }
        set.maybe = set.maybe || other->second.maybe;
        for (const FunctionBody &body : other->second.bodies) {
            if (std::find(set.bodies.begin(), set.bodies.end(), body) == set.bodies.end())
                set.bodies.push_back(body);
        }
    }
    for (const auto &[name, set] : from.functions) {
        if (into.functions.count(name) == 0)
            into.functions[name] = FunctionSet{set.bodies, true};
    }
}
} // namespace

bool is_name(std::string_view text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9'))
        return false;
    return std::all_of(text.begin(), text.end(), [](char byte) {
        return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
               (byte >= 'A' && byte <= 'Z');
    });
}

Variable Environment::find(std::string_view name) const {
    const auto found = variables.find(name);
    if (found == variables.end() || changes(name) || changes(found->second.refers_to))
        return {};
    if (found->second.refers_to.empty())
        return found->second;
    const auto goal = variables.find(found->second.refers_to); // one step; longer chains: a hole
    if (goal == variables.end() || !goal->second.refers_to.empty())
        return {};
    return goal->second;
}

bool Environment::changes(std::string_view name) const {
    return !changing.empty() && (changing.count(name) != 0 || changing.count("*") != 0);
}

void Environment::forget_all() {
    for (auto &[name, variable] : variables)
        variable = Variable{};
    positional.reset();
    cwd.reset();
    splitting_changed = true;
    any_case = true;
}

Environment join(const Environment &left, const Environment &right) {
    Environment both = left;
    for (auto &[name, variable] : both.variables) {
        const auto other = right.variables.find(name);
        variable = join(variable, other == right.variables.end() ? Variable{} : other->second);
    }
    for (const auto &[name, variable] : right.variables) {
        if (both.variables.count(name) == 0)
            both.variables[name] = join(variable, Variable{});
    }
    join_functions(both, right);
    both.fresh_aliases.insert(right.fresh_aliases.begin(), right.fresh_aliases.end());
    both.rebound.insert(right.rebound.begin(), right.rebound.end());
    both.changing.insert(right.changing.begin(), right.changing.end());
    if (left.positional != right.positional)
        both.positional.reset();
    if (left.cwd != right.cwd)
        both.cwd.reset();
    if (!both.code)
        both.code = right.code;
    both.any_case = left.any_case || right.any_case;
    both.splitting_changed = left.splitting_changed || right.splitting_changed;
    both.traced_by_code = left.traced_by_code || right.traced_by_code;
    return both;
}

} // namespace sallyport::facts
