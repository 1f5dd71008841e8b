// SPDX-License-Identifier: Apache-2.0
// A TOML document as plain values with positions. It exists so that the TOML library is included in
// one file and so that a reader can be tested and fuzzed without it.
#pragma once
#include "sallyport/policy/policy.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::policy {

struct Position {
    std::uint32_t line = 0, column = 0;
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the comparison it makes
    auto operator<=>(const Position &) const = default;
};

struct Key {
    std::string text;
    Position at;
};

enum class ValueKind { Text, Truth, Integer, List, Table, Other };

struct Value {
    ValueKind kind = ValueKind::Other;
    std::string text; // Text
    bool truth = false;
    std::int64_t integer = 0;
    std::vector<Value> items;   // List
    std::vector<Value> entries; // Table, in order of position
    Key key;                    // of an entry of a table
    Position at;

    const Value *find(std::string_view name) const;
};
std::string_view value_kind_name(ValueKind kind); // with an article: `a string`, `a list`

// Collects faults of one file; beyond max_faults it counts no more.
class FaultSink {
  public:
    FaultSink(std::vector<Fault> &faults, std::string file)
        : faults_(faults), file_(std::move(file)) {}
    void add(Position at, std::string message);
    const std::string &file() const { return file_; }

  private:
    std::vector<Fault> &faults_;
    std::string file_;
};

// The table of the whole file; a syntax error is one fault and gives an empty table.
Value parse_toml(std::string_view text, FaultSink &sink);

} // namespace sallyport::policy
