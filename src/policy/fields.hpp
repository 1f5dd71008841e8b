// SPDX-License-Identifier: Apache-2.0
// Reading a table key by key with a fault for everything that is wrong: a missing key, a value of
// another kind, an empty list, a key that nobody asked for.
#pragma once
#include "tree.hpp"

#include <map>
#include <optional>
#include <set>

namespace sallyport::policy {

inline constexpr std::size_t max_set_members = 10'000;
inline constexpr int max_set_depth = 8; // sets in sets

struct Item {
    std::string text;
    Position at; // where it is written in the list that was read, not inside a set
};

// The sets of all files, after replacement.
class Sets {
  public:
    struct Entry {
        std::vector<std::string> members;
        std::string file;
        Position at;
        bool pack = false; // of an included file: need not be used
        bool used = false;
    };
    // Takes the place of a set of the same name.
    void put(std::string name, Entry entry);
    const Entry *find(std::string_view name) const;
    // Appends the members of `reference` (`@name` or `@name.suffix`); says what is wrong, or
    // nothing.
    std::string expand(std::string_view reference, std::vector<std::string> &into, int depth = 0);
    std::vector<std::string> names() const;
    const std::map<std::string, Entry, std::less<>> &all() const { return entries_; }

  private:
    std::map<std::string, Entry, std::less<>> entries_;
};

class Fields {
  public:
    // `what` names the table in faults: `guard`, `need`.
    Fields(const Value &table, FaultSink &sink, std::string what);

    const Value *find(std::string_view key); // any kind; null when absent
    const Value *find(std::string_view key, ValueKind kind);
    std::optional<std::string> text(std::string_view key);
    std::string required_text(std::string_view key);
    std::optional<bool> truth(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    // A list of strings without sets.
    std::vector<Item> texts(std::string_view key);
    // A list of strings, `@name` resolved. `written` gets the list as it stands there.
    std::vector<Item> names(std::string_view key, Sets &sets,
                            std::vector<std::string> *written = nullptr);
    void refuse(std::string_view key, std::string why); // a key that is known and not accepted here
    void finish();                                      // a fault for each key that was not read

    Position at() const { return table_.at; }
    FaultSink &sink() { return sink_; }
    bool has(std::string_view key) const { return table_.find(key) != nullptr; }
    const Value &table() const { return table_; }

  private:
    const Value &table_;
    FaultSink &sink_;
    std::string what_;
    std::set<std::string, std::less<>> known_;
};

// The strings of a list; faults for an empty list, for another kind and for a string twice.
std::vector<Item> read_texts(const Value &list, FaultSink &sink);
std::string quoted(std::string_view text); // in backticks, printable, shortened

} // namespace sallyport::policy
