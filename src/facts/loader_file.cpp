// SPDX-License-Identifier: Apache-2.0
#include "loader.hpp"

#include "sallyport/base/toml_text.hpp"

namespace sallyport::facts {

void Loader::add_plain(std::string_view name, bool prints_only) {
    if (base_.entries_.count(name) != 0)
        return;
    Entry plain;
    plain.name = name;
    plain.place = base_.tables_->readers_place;
    plain.kinds.set(static_cast<std::size_t>(Kind::Reader));
    plain.prints_only = prints_only;
    plain.lenient = true;
    if (!prints_only)
        plain.reads.push_back({Selector::Which::All, 0, {}});
    base_.entries_[std::string(name)] = std::move(plain);
}

Status Loader::names(const toml::node &node, std::set<std::string, std::less<>> &out) const {
    Strings list;
    SALLYPORT_CHECK(strings(node, list));
    out.insert(list.begin(), list.end());
    return base::success();
}

Status Loader::readers(const toml::table &table) {
    for (const auto &[key, node] : table) {
        if (site_)
            return fault(node, "a site file may only add or tighten: `readers` is refused");
        if (key.str() == "names") {
            SALLYPORT_CHECK(names(node, base_.tables_->readers));
        } else if (key.str() == "stdout_only") {
            SALLYPORT_CHECK(names(node, base_.tables_->printers));
        } else if (key.str() == "example" || key.str() == "escape") {
            SALLYPORT_CHECK(examples(node, key.str() == "escape", base_.tables_->examples));
        } else if (key.str() == "leave_input") {
            SALLYPORT_CHECK(names(node, base_.tables_->leave_input));
        } else if (key.str() != "note") {
            return fault(node, "unknown key `" + std::string(key.str()) + "` in `readers`");
        }
    }
    base_.tables_->readers_place = place(table);
    for (const std::string &name : base_.tables_->readers)
        add_plain(name, false);
    for (const std::string &name : base_.tables_->printers)
        add_plain(name, true);
    return base::success();
}

Status Loader::sql(const toml::table &table) {
    Sql &out = base_.tables_->sql;
    const std::array<std::pair<std::string_view, Strings *>, 6> lists{
        {{"destroy", &out.destroy},
         {"delete", &out.remove},
         {"write", &out.write},
         {"privilege", &out.privilege},
         {"interpreter", &out.interpreter},
         {"safe", &out.safe}}};
    for (const auto &[key, node] : table) {
        if (key.str() == "note")
            continue;
        const std::string_view name = key.str();
        const auto found = std::find_if(lists.begin(), lists.end(),
                                        [&](const auto &item) { return item.first == name; });
        if (found == lists.end() || (site_ && key.str() == "safe"))
            return fault(node, "unknown or refused key `" + std::string(key.str()) + "` in `sql`");
        SALLYPORT_CHECK(strings(node, *found->second));
    }
    return base::success();
}

Status Loader::builtins(const toml::table &table) {
    for (const auto &[key, node] : table) {
        if (site_ ||
            !one_of(key.str(), std::array<std::string_view, 4>{"posix", "bash", "zsh", "ash"}))
            return fault(node,
                         "unknown or refused key `" + std::string(key.str()) + "` in `builtins`");
        SALLYPORT_CHECK(names(node, base_.tables_->builtins[std::string(key.str())]));
    }
    return base::success();
}

Status Loader::paths(const toml::table &table) {
    Tables &out = *base_.tables_;
    const std::array<std::pair<std::string_view, Strings *>, 7> lists{
        {{"homes", &out.homes},
         {"persistence", &out.persistence},
         {"kernel", &out.kernel},
         {"devices", &out.devices},
         {"watched_names", &out.watched},
         {"trusted", &out.trusted},
         {"harmless_sinks", &out.harmless_sinks}}};
    for (const auto &[key, node] : table) {
        if (key.str() == "note")
            continue;
        const std::string_view name = key.str();
        const auto found = std::find_if(lists.begin(), lists.end(),
                                        [&](const auto &item) { return item.first == name; });
        const bool loosens = key.str() == "trusted" || key.str() == "harmless_sinks";
        if (found == lists.end() || (site_ && loosens))
            return fault(node,
                         "unknown or refused key `" + std::string(key.str()) + "` in `paths`");
        SALLYPORT_CHECK(strings(node, *found->second));
    }
    return base::success();
}

Status Loader::section(std::string_view key, const toml::node &node) {
    if (key == "format") {
        const auto *value = node.as_integer();
        if (value == nullptr || value->get() != 1)
            return fault(node, "only format 1 is known");
        return base::success();
    }
    const auto *table = node.as_table();
    if (table == nullptr)
        return fault(node, "unknown key `" + std::string(key) + "`");
    if (key == "c")
        return commands(*table);
    if (key == "sql")
        return sql(*table);
    if (key == "readers")
        return readers(*table);
    if (key == "builtins")
        return builtins(*table);
    if (key == "paths")
        return paths(*table);
    return fault(node, "unknown key `" + std::string(key) + "`");
}

Status Loader::load(std::string_view text) {
    if (text.size() > max_knowledge_bytes)
        return base::fail(base::ErrorCode::TooLarge,
                          std::string(name_) + ": knowledge is larger than 1 MiB");
    const auto place = [&](const base::TomlFault &fault) {
        return base::invalid(std::string(name_) + ":" + std::to_string(fault.line) + ":" +
                             std::to_string(fault.column) + ": " + fault.message);
    };
    toml::table root;
    const auto parse = [&](std::string_view part) { root = toml::parse(part); };
    if (const auto fault = base::parse_toml_text<toml::parse_error>(text, parse))
        return place(*fault);
    if (!root.contains("format"))
        return base::invalid(std::string(name_) + ":1:1: `format = 1` is missing");
    for (const auto &[key, node] : root)
        SALLYPORT_CHECK(section(key.str(), node));
    return base::success();
}

base::Result<std::unique_ptr<const Knowledge>> Knowledge::load(std::string_view toml,
                                                               std::string_view name) {
    auto made = Loader::fresh();
    SALLYPORT_CHECK(Loader(*made, name, false).load(toml));
    if (made->entries_.empty() || made->tables_->trusted.empty())
        return base::invalid(std::string(name) + ":1:1: no commands or no trusted directories");
    return std::unique_ptr<const Knowledge>(std::move(made));
}

base::Result<std::unique_ptr<const Knowledge>> Knowledge::tightened(std::string_view toml,
                                                                    std::string_view name) const {
    auto made = Loader::copy(*this);
    SALLYPORT_CHECK(Loader(*made, name, true).load(toml));
    return std::unique_ptr<const Knowledge>(std::move(made));
}

} // namespace sallyport::facts
