// SPDX-License-Identifier: Apache-2.0
#include "tree.hpp"

#include "sallyport/base/log.hpp"
#include "sallyport/base/toml_text.hpp"

#include <algorithm>
#include <stdexcept>

// toml++ 3.3 asserts on malformed text such as `[ } }`. A typo in a file must not end the process,
// so that an assertion throws here; the namespace of its own keeps this reading of the library
// apart from any other in the same program.
namespace sallyport::policy {
namespace {
[[noreturn]] void give_up() {
    throw std::logic_error("toml");
}
} // namespace
} // namespace sallyport::policy
// clang-format off
#define TOML_ASSERT(expr) ((expr) ? void() : sallyport::policy::give_up())
#define toml sallyport_policy_toml
#include <toml++/toml.h>
// clang-format on

namespace sallyport::policy {
namespace {

Position position(const toml::source_region &region) {
    return {static_cast<std::uint32_t>(region.begin.line),
            static_cast<std::uint32_t>(region.begin.column)};
}

// The library bounds nesting (TOML_MAX_NESTED_VALUES), so this recursion is bounded too.
Value copy(const toml::node &node) {
    Value value;
    value.at = position(node.source());
    if (const auto *text = node.as_string()) {
        value.kind = ValueKind::Text;
        value.text = text->get();
    } else if (const auto *truth = node.as_boolean()) {
        value.kind = ValueKind::Truth;
        value.truth = truth->get();
    } else if (const auto *integer = node.as_integer()) {
        value.kind = ValueKind::Integer;
        value.integer = integer->get();
    } else if (const auto *array = node.as_array()) {
        value.kind = ValueKind::List;
        for (const toml::node &item : *array)
            value.items.push_back(copy(item));
    } else if (const auto *table = node.as_table()) {
        value.kind = ValueKind::Table;
        for (const auto &[key, item] : *table) {
            value.entries.push_back(copy(item));
            value.entries.back().key = {std::string(key.str()), position(key.source())};
        }
        std::sort(value.entries.begin(), value.entries.end(),
                  [](const Value &a, const Value &b) { return a.key.at < b.key.at; });
    }
    return value;
}

} // namespace

const Value *Value::find(std::string_view name) const {
    for (const Value &entry : entries)
        if (entry.key.text == name)
            return &entry;
    return nullptr;
}

std::string_view value_kind_name(ValueKind kind) {
    switch (kind) {
    case ValueKind::Text:
        return "a string";
    case ValueKind::Truth:
        return "true or false";
    case ValueKind::Integer:
        return "a whole number";
    case ValueKind::List:
        return "a list";
    case ValueKind::Table:
        return "a table";
    case ValueKind::Other:
        break;
    }
    return "a value of another kind";
}

void FaultSink::add(Position at, std::string message) {
    if (faults_.size() < max_faults)
        faults_.push_back({file_, at.line, at.column, std::move(message)});
}

Value parse_toml(std::string_view text, FaultSink &sink) {
    Value empty;
    empty.kind = ValueKind::Table;
    if (text.size() > max_policy_bytes) {
        sink.add({}, "the file is larger than " + std::to_string(max_policy_bytes) + " bytes");
        return empty;
    }
    Value tree;
    const auto parse = [&](std::string_view part) { tree = copy(toml::parse(part)); };
    const auto fault = base::parse_toml_text<toml::parse_error>(text, parse);
    if (!fault)
        return tree;
    const std::string message =
        fault->by_library ? "not TOML: " + base::printable(fault->message, 200) : fault->message;
    sink.add({fault->line, fault->column}, message);
    return empty;
}

} // namespace sallyport::policy
