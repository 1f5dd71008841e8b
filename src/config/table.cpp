// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include "sallyport/base/clock.hpp"
#include "sallyport/base/toml_text.hpp"

namespace sallyport::config {

std::string shown(const Fault &fault) {
    if (fault.line == 0)
        return fault.file + ": " + fault.message;
    return fault.file + ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column) +
           ": " + fault.message;
}

Fault Table::at(const toml::source_region &source, std::string message) const {
    return {file_, source.begin.line, source.begin.column, std::move(message)};
}

const toml::node *Table::find(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
}

void Table::fault(std::string_view key, const std::string &message) {
    const toml::node *node = table_.get(key);
    faults_.push_back(at(node != nullptr ? node->source() : table_.source(), message));
}

void Table::expect(bool holds, std::string_view key, const std::string &message) {
    if (!holds)
        fault(key, message);
}

void Table::wrong_type(std::string_view key, std::string_view expected) {
    fault(key, "`" + std::string(key) + "` must be " + std::string(expected));
}

void Table::text(std::string_view key, std::string &into) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    if (const auto value = node->value_exact<std::string>())
        into = *value;
    else
        wrong_type(key, "a string");
}

void Table::flag(std::string_view key, bool &into) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    if (const auto value = node->value_exact<bool>())
        into = *value;
    else
        wrong_type(key, "true or false");
}

void Table::texts(std::string_view key, std::vector<std::string> &into) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const toml::array *array = node->as_array();
    if (array == nullptr)
        return wrong_type(key, "an array of strings");
    into.clear();
    for (const toml::node &item : *array) {
        if (const auto value = item.value_exact<std::string>())
            into.push_back(*value);
        else
            faults_.push_back(
                at(item.source(), "`" + std::string(key) + "` must hold strings only"));
    }
}

void Table::number(std::string_view key, std::uint32_t &into, std::uint32_t least,
                   std::uint32_t most) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most)
        into = static_cast<std::uint32_t>(*value);
    else
        wrong_type(key, "a number from " + std::to_string(least) + " to " + std::to_string(most));
}

void Table::size(std::string_view key, std::uint64_t &into) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= 0)
        into = static_cast<std::uint64_t>(*value);
    else
        wrong_type(key, "a number of bytes");
}

void Table::duration(std::string_view key, std::chrono::seconds &into, std::chrono::seconds most) {
    std::string text_value;
    text(key, text_value);
    if (text_value.empty())
        return;
    const auto parsed = base::parse_duration(text_value);
    if (!parsed.ok())
        fault(key, "`" + std::string(key) + "`: " + parsed.error().message);
    else if (*parsed > most || parsed->count() == 0)
        fault(key, "`" + std::string(key) + "` must be between 1s and " +
                       std::to_string(most.count()) + "s");
    else
        into = *parsed;
}

void Table::labels(std::string_view key, std::map<std::string, std::string> &into) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const toml::table *inner = node->as_table();
    if (inner == nullptr)
        return wrong_type(key, "a table of strings such as { env = \"prod\" }");
    for (const auto &[name, value] : *inner) {
        if (const auto label = value.value_exact<std::string>())
            into[std::string(name.str())] = *label;
        else
            faults_.push_back(
                at(value.source(), "label `" + std::string(name.str()) + "` must be a string"));
    }
}

void Table::required(std::string_view key, const std::string &value) {
    if (value.empty() && table_.get(key) == nullptr)
        fault(key, "`" + std::string(key) + "` is missing");
    else if (value.empty() && table_.get(key)->is_string())
        fault(key, "`" + std::string(key) + "` is empty");
}

void Table::table(std::string_view key, const std::function<void(Table &)> &read) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const toml::table *inner = node->as_table();
    if (inner == nullptr)
        return wrong_type(key, "a table");
    Table nested(*inner, file_, faults_);
    read(nested);
    nested.finish();
}

void Table::tables(std::string_view key, const std::function<void(Table &)> &read) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return;
    const toml::array *array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>())
        return wrong_type(key, "a list of tables written as [[" + std::string(key) + "]]");
    for (const toml::node &item : *array) {
        const toml::table *inner = item.as_table();
        if (inner == nullptr)
            continue;
        Table nested(*inner, file_, faults_);
        read(nested);
        nested.finish();
    }
}

std::string Table::origin() const {
    return file_ + ":" + std::to_string(table_.source().begin.line);
}

void Table::finish() {
    for (const auto &[key, node] : table_)
        if (known_.find(key.str()) == known_.end())
            faults_.push_back(at(key.source(), "unknown key `" + std::string(key.str()) + "`"));
}

void read_file(std::string_view text, const std::string &file, std::vector<Fault> &faults,
               const std::function<void(Table &)> &read) {
    const auto add = [&](const base::TomlFault &fault) {
        faults.push_back({file, fault.line, fault.column, fault.message});
    };
    toml::table root;
    const auto parse = [&](std::string_view part) { root = toml::parse(part, file); };
    if (const auto fault = base::parse_toml_text<toml::parse_error>(text, parse))
        return add(*fault);
    Table table(root, file, faults);
    read(table);
    table.finish();
}

} // namespace sallyport::config
