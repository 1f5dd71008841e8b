// SPDX-License-Identifier: Apache-2.0
// commands.toml to entries: loader.cpp reads commands, loader_file.cpp the file around them. These
// two alone know the TOML library.
#pragma once
#include "entry.hpp"

#include "sallyport/facts/knowledge.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

// See base/toml_text.hpp: an assertion of the library throws, and a namespace of its own keeps this
// reading of it apart from any other in the same program.
namespace sallyport::facts {
[[noreturn]] inline void toml_gives_up() {
    throw std::logic_error("toml");
}
} // namespace sallyport::facts
// clang-format off
#define TOML_ASSERT(expr) ((expr) ? void() : sallyport::facts::toml_gives_up())
#define toml sallyport_facts_toml
#include <toml++/toml.h>
// clang-format on

namespace sallyport::facts {

using base::Status;
using Strings = std::vector<std::string>;

template <std::size_t N>
bool one_of(std::string_view key, const std::array<std::string_view, N> &keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

class Loader {
  public:
    Loader(Knowledge &base, std::string_view name, bool site)
        : base_(base), name_(name), site_(site) {}

    Status load(std::string_view text);
    static std::unique_ptr<Knowledge> fresh() {
        return std::unique_ptr<Knowledge>(new Knowledge());
    }
    static std::unique_ptr<Knowledge> copy(const Knowledge &from) {
        auto to = fresh();
        to->entries_ = from.entries_;
        *to->tables_ = *from.tables_;
        return to;
    }

  private:
    std::string place(const toml::node &node) const; // file:line:column
    base::Error fault(const toml::node &node, std::string message) const;
    Status strings(const toml::node &node, Strings &out) const;
    Status text(const toml::node &node, std::string &out) const;
    Status flag(const toml::node &node, bool &out) const;
    Status number(const toml::node &node, std::size_t &out) const;
    Status selectors(const toml::node &node, std::vector<Selector> &out) const;
    Status inner(const toml::node &node, std::optional<Inner> &out) const;
    Status inners(const toml::node &node, std::map<std::string, Inner, std::less<>> &out) const;
    Status effects(const toml::node &node, Entry &out) const;
    Status reason(const toml::node &node, std::optional<model::OpaqueReason> &out) const;
    Status rows(const toml::node &node, std::vector<When> &out) const;
    Status row(const toml::table &table, When &out) const;
    Status row_condition(std::string_view key, const toml::node &node, When &out) const;
    Status row_consequence(std::string_view key, const toml::node &node, When &out) const;
    Status program(const toml::node &node, std::optional<Program> &out) const;
    Status examples(const toml::node &node, bool escape, std::vector<Example> &out) const;
    Status patterns(const toml::node &node, Patterns &out) const;
    Status until(const toml::node &node, Entry &out) const;
    Status grammar_key(std::string_view key, const toml::node &node, Entry &out) const;
    Status entry_key(std::string_view key, const toml::node &node, Entry &out) const;
    Status entry(const toml::table &table, std::string_view name, Entry &out) const;
    Status commands(const toml::table &table);
    Status names(const toml::node &node, std::set<std::string, std::less<>> &out) const;
    Status readers(const toml::table &table);
    Status sql(const toml::table &table);
    Status builtins(const toml::table &table);
    Status paths(const toml::table &table);
    Status section(std::string_view key, const toml::node &node);
    Status consistent(const toml::table &commands) const;
    void add_plain(std::string_view name, bool prints_only);

    Knowledge &base_;
    std::string_view name_;
    bool site_;
};

} // namespace sallyport::facts
