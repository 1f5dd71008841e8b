// SPDX-License-Identifier: Apache-2.0
// From the tables of a file to rules and fixtures.
#pragma once
#include "fields.hpp"
#include "rule.hpp"
#include "suggest.hpp"

namespace sallyport::policy {

struct ReadContext {
    FaultSink &sink;
    Sets &sets;
    const Ports &ports;
};

Rule read_rule(const Value &table, RuleKind kind, ReadContext context);
// The parts of a rule, in files of their own.
void read_circumstances(Fields &rule, Rule &into, ReadContext context); // who where kind from when
Clause read_clause(Fields &table, RuleKind kind, ReadContext context);  // cmd path to unit
RuleNeed read_need(const Value &table, ReadContext context);
Test read_test(const Value &table, ReadContext context);
std::optional<base::WallTime> read_time(Fields &table, std::string_view key);

FixtureUser read_fixture_user(const Value &table, FaultSink &sink);
FixtureTarget read_fixture_target(const Value &table, FaultSink &sink);
void read_fixture_default(const Value &table, FaultSink &sink, Fixtures &into);

// Texts that are compared as they are: a `*` in them is a fault.
std::vector<std::string> plain(const std::vector<Item> &items, FaultSink &sink);
Globs word_globs(const std::vector<Item> &items, std::vector<std::string> written, FaultSink &sink);
std::vector<PathGlob> path_globs(const std::vector<Item> &items, FaultSink &sink);

template <typename Enum>
std::vector<std::string> enum_names(std::string_view (*name)(Enum)) {
    std::vector<std::string> names;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<Enum>()); ++i)
        names.emplace_back(name(static_cast<Enum>(i)));
    return names;
}
template <typename Enum>
Mask enum_mask(const std::vector<Item> &items, FaultSink &sink,
               base::Result<Enum> (*parse)(std::string_view),
               std::string_view (*name)(Enum) = nullptr) {
    Mask mask = 0;
    for (const Item &item : items) {
        const base::Result<Enum> value = parse(item.text);
        if (value.ok())
            mask |= bit(value.value());
        else
            sink.add(item.at, value.error().message +
                                  (name == nullptr ? std::string()
                                                   : did_you_mean(item.text, enum_names(name))));
    }
    return mask;
}
// Names of an enum that has a name function and no parse function.
template <typename Enum>
base::Result<Enum> parse_named(std::string_view text, std::string_view (*name)(Enum)) {
    std::string known;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<Enum>()); ++i) {
        const Enum value = static_cast<Enum>(i);
        if (name(value) == text)
            return value;
        known += (known.empty() ? "" : ", ") + std::string(name(value));
    }
    return base::invalid(quoted(text) + " is unknown, expected one of " + known +
                         did_you_mean(text, enum_names(name)));
}

} // namespace sallyport::policy
