// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include "suggest.hpp"

#include "sallyport/base/log.hpp"

namespace sallyport::policy {

std::string quoted(std::string_view text) {
    return "`" + base::printable(text, 80) + "`";
}

void Sets::put(std::string name, Entry entry) {
    const auto old = entries_.find(name);
    if (old != entries_.end())
        entry.pack = old->second.pack;
    entries_.insert_or_assign(std::move(name), std::move(entry));
}

const Sets::Entry *Sets::find(std::string_view name) const {
    const auto entry = entries_.find(name);
    return entry == entries_.end() ? nullptr : &entry->second;
}

std::vector<std::string> Sets::names() const {
    std::vector<std::string> names;
    for (const auto &[name, entry] : entries_)
        names.push_back(name);
    return names;
}

std::string Sets::expand(std::string_view reference, std::vector<std::string> &into, int depth) {
    if (depth > max_set_depth)
        return "sets are nested deeper than " + std::to_string(max_set_depth) + " or in a circle";
    const std::string_view name = reference.substr(1);
    // The longest set name that is the whole text or ends before a dot.
    std::string_view prefix = name;
    auto entry = entries_.find(prefix);
    while (entry == entries_.end()) {
        const std::size_t dot = prefix.rfind('.');
        if (dot == std::string_view::npos)
            return "unknown set " + quoted(reference) + did_you_mean(name, names());
        prefix = prefix.substr(0, dot);
        entry = entries_.find(prefix);
    }
    entry->second.used = true;
    const std::string_view suffix = name.substr(prefix.size());
    std::vector<std::string> found;
    for (const std::string &member : entry->second.members) {
        if (member.size() < 2 || member.front() != '@') {
            found.push_back(member);
            continue;
        }
        if (std::string fault = expand(member, found, depth + 1); !fault.empty())
            return fault;
    }
    if (into.size() + found.size() > max_set_members)
        return "a list has at most " + std::to_string(max_set_members) + " members";
    for (std::string &member : found)
        into.push_back(std::move(member) + std::string(suffix));
    return {};
}

Fields::Fields(const Value &table, FaultSink &sink, std::string what)
    : table_(table), sink_(sink), what_(std::move(what)) {
    if (table.kind != ValueKind::Table)
        sink_.add(table.at, quoted(what_) + " must be a table, not " +
                                std::string(value_kind_name(table.kind)));
}

const Value *Fields::find(std::string_view key) {
    known_.emplace(key);
    return table_.find(key);
}

const Value *Fields::find(std::string_view key, ValueKind kind) {
    const Value *value = find(key);
    if (value == nullptr || value->kind == kind)
        return value;
    sink_.add(value->at, quoted(key) + " must be " + std::string(value_kind_name(kind)) + ", not " +
                             std::string(value_kind_name(value->kind)));
    return nullptr;
}

std::optional<std::string> Fields::text(std::string_view key) {
    const Value *value = find(key, ValueKind::Text);
    if (value == nullptr)
        return std::nullopt;
    if (value->text.empty())
        sink_.add(value->at, quoted(key) + " is empty");
    return value->text;
}

std::string Fields::required_text(std::string_view key) {
    if (!has(key))
        sink_.add(table_.at, quoted(what_) + " has no " + quoted(key));
    return text(key).value_or("");
}

std::optional<bool> Fields::truth(std::string_view key) {
    const Value *value = find(key, ValueKind::Truth);
    return value == nullptr ? std::nullopt : std::optional(value->truth);
}

std::optional<std::int64_t> Fields::integer(std::string_view key, std::int64_t least,
                                            std::int64_t most) {
    const Value *value = find(key, ValueKind::Integer);
    if (value == nullptr)
        return std::nullopt;
    if (value->integer < least || value->integer > most) {
        sink_.add(value->at, quoted(key) + " must be from " + std::to_string(least) + " to " +
                                 std::to_string(most));
        return std::nullopt;
    }
    return value->integer;
}

std::vector<Item> read_texts(const Value &list, FaultSink &sink) {
    std::vector<Item> items;
    std::set<std::string_view> seen;
    if (list.items.empty())
        sink.add(list.at, "the list is empty: leave the key out, or say what it holds");
    for (const Value &item : list.items) {
        if (item.kind != ValueKind::Text)
            sink.add(item.at, "the list holds " + std::string(value_kind_name(item.kind)) +
                                  ", only strings are expected");
        else if (!seen.insert(item.text).second)
            sink.add(item.at, quoted(item.text) + " stands twice in the list");
        else
            items.push_back({item.text, item.at});
    }
    return items;
}

std::vector<Item> Fields::texts(std::string_view key) {
    const Value *list = find(key, ValueKind::List);
    return list == nullptr ? std::vector<Item>{} : read_texts(*list, sink_);
}

std::vector<Item> Fields::names(std::string_view key, Sets &sets,
                                std::vector<std::string> *written) {
    std::vector<Item> resolved;
    for (Item &item : texts(key)) {
        if (written != nullptr)
            written->push_back(item.text);
        if (item.text.size() < 2 || item.text.front() != '@') {
            resolved.push_back(std::move(item));
            continue;
        }
        std::vector<std::string> members;
        if (std::string fault = sets.expand(item.text, members); !fault.empty())
            sink_.add(item.at, std::move(fault));
        for (std::string &member : members)
            resolved.push_back({std::move(member), item.at});
    }
    return resolved;
}

void Fields::refuse(std::string_view key, std::string why) {
    known_.emplace(key);
    for (const Value &entry : table_.entries)
        if (entry.key.text == key)
            sink_.add(entry.key.at, quoted(key) + " " + std::move(why));
}

void Fields::finish() {
    std::string expected;
    for (const std::string &key : known_)
        expected += (expected.empty() ? "" : ", ") + key;
    const std::vector<std::string> known(known_.begin(), known_.end());
    for (const Value &entry : table_.entries)
        if (known_.find(entry.key.text) == known_.end())
            sink_.add(entry.key.at, "unknown key " + quoted(entry.key.text) + " in " +
                                        quoted(what_) + ", expected one of " + expected +
                                        did_you_mean(entry.key.text, known));
}

} // namespace sallyport::policy
