// SPDX-License-Identifier: Apache-2.0
// From files to a policy: includes, replacement by id, and the faults that only the whole shows.
#include "compiled.hpp"
#include "read_rule.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>
#include <set>

namespace sallyport::policy {
namespace {

constexpr int max_include_depth = 4;
constexpr std::size_t max_excerpt = 100; // bytes of a line that are shown
constexpr std::pair<std::string_view, RuleKind> rule_tables[] = {
    {"grant", RuleKind::Grant}, {"guard", RuleKind::Guard}, {"wall", RuleKind::Wall}};

struct Document {
    File file;
    bool pack = false;
    Value root;
};

class Loader {
  public:
    explicit Loader(const Ports &ports) : ports_(ports) {}
    Loaded run(const std::vector<File> &files);

  private:
    void add_file(const File &file, bool pack, int depth);
    void add_includes(const Document &document, FaultSink &sink, int depth);
    void read_head(const Document &document);
    void read_sets(const Document &document);
    void read_rules(const Document &document);
    void put_rule(Rule rule);
    void read_drops(const Document &document);
    void read_fixtures(const Document &document);
    std::vector<std::string> grant_ids() const;
    void check_whole();
    void check_tests(const Rule &rule);

    const Ports &ports_;
    std::vector<Document> documents_;
    std::set<std::string> seen_;
    std::vector<Fault> faults_;
    Sets sets_;
    std::map<std::string, Rule> rules_;
    std::set<std::string> dropped_; // a guard may still yield to them
    std::shared_ptr<Policy::State> state_ = std::make_shared<Policy::State>();
};

void Loader::add_file(const File &file, bool pack, int depth) {
    FaultSink sink(faults_, file.name);
    if (documents_.size() >= max_policy_files) {
        sink.add({}, "a policy has at most " + std::to_string(max_policy_files) + " files");
        return;
    }
    if (!seen_.insert(file.name).second)
        return; // two files may include the same pack
    Document document{file, pack, parse_toml(file.text, sink)};
    add_includes(document, sink, depth);
    documents_.push_back(std::move(document));
}

void Loader::add_includes(const Document &document, FaultSink &sink, int depth) {
    const Value *list = document.root.find("include");
    if (list == nullptr || list->kind != ValueKind::List)
        return; // read_head says what is wrong
    for (const Item &item : read_texts(*list, sink)) {
        if (depth >= max_include_depth) {
            sink.add(item.at,
                     "includes are nested deeper than " + std::to_string(max_include_depth));
            return;
        }
        if (!ports_.include) {
            sink.add(item.at, "includes are not available here");
            continue;
        }
        base::Result<std::string> text = ports_.include(item.text);
        if (text.ok())
            add_file({item.text, std::move(text).value()}, true, depth + 1);
        else
            sink.add(item.at, "include " + quoted(item.text) + ": " + text.error().message);
    }
}

void Loader::read_head(const Document &document) {
    if (document.root.entries.empty())
        return; // not TOML, or empty: nothing to say about keys
    FaultSink sink(faults_, document.file.name);
    Fields fields(document.root, sink, "policy");
    const std::optional<std::int64_t> format = fields.integer("format", 1, 1);
    if (!format && !fields.has("format"))
        sink.add({1, 1}, "`policy` has no `format`, this is format 1");
    fields.required_text("name");
    fields.find("include", ValueKind::List);
    fields.find("drop", ValueKind::List);
    fields.find("set", ValueKind::Table);
    fields.find("fixture", ValueKind::Table);
    for (const auto &[key, kind] : rule_tables)
        if (const Value *list = fields.find(key); list != nullptr && list->kind != ValueKind::List)
            sink.add(list->at, "write [[" + std::string(key) + "]], one table a rule");
    fields.finish();
}

void Loader::read_sets(const Document &document) {
    FaultSink sink(faults_, document.file.name);
    const Value *table = document.root.find("set");
    if (table == nullptr)
        return;
    for (const Value &list : table->entries) {
        if (list.kind != ValueKind::List) {
            sink.add(list.at, "set " + quoted(list.key.text) + " must be a list of strings");
            continue;
        }
        Sets::Entry entry{{}, document.file.name, list.key.at, document.pack, false};
        for (Item &item : read_texts(list, sink))
            entry.members.push_back(std::move(item.text));
        if (const Sets::Entry *old = sets_.find(list.key.text))
            state_->replaced.push_back("set " + list.key.text + " of " + old->file +
                                       " is replaced by that of " + document.file.name);
        sets_.put(list.key.text, std::move(entry));
    }
}

void Loader::put_rule(Rule rule) {
    FaultSink sink(faults_, rule.file);
    const auto old = rules_.find(rule.id);
    if (rule.id.empty())
        return;
    if (old == rules_.end()) {
        if (rules_.size() >= max_policy_rules)
            sink.add(rule.at,
                     "a policy has at most " + std::to_string(max_policy_rules) + " rules");
        else
            rules_.emplace(rule.id, std::move(rule));
        return;
    }
    if (old->second.file == rule.file) {
        sink.add(rule.at, "the id " + quoted(rule.id) + " stands in line " +
                              std::to_string(old->second.at.line) + " already");
        return;
    }
    if (old->second.kind != rule.kind) {
        sink.add(rule.at, quoted(rule.id) + " is a " +
                              std::string(rule_kind_name(old->second.kind)) + " in " +
                              old->second.file + "; a " + std::string(rule_kind_name(rule.kind)) +
                              " cannot take its place");
        return;
    }
    state_->replaced.push_back(std::string(rule_kind_name(rule.kind)) + " " + rule.id + " of " +
                               old->second.file + " is replaced by that of " + rule.file);
    rule.replaces = old->second.replaces;
    rule.replaces.push_back(old->second.file);
    old->second = std::move(rule);
}

void Loader::read_rules(const Document &document) {
    FaultSink sink(faults_, document.file.name);
    for (const auto &[key, kind] : rule_tables) {
        const Value *list = document.root.find(key);
        if (list == nullptr || list->kind != ValueKind::List)
            continue;
        if (list->items.empty())
            sink.add(list->at, "the list is empty: leave the key out, or say what it holds");
        for (const Value &table : list->items)
            put_rule(read_rule(table, kind, {sink, sets_, ports_}));
    }
}

void Loader::read_drops(const Document &document) {
    FaultSink sink(faults_, document.file.name);
    const Value *list = document.root.find("drop");
    if (list == nullptr || list->kind != ValueKind::List)
        return;
    for (const Item &item : read_texts(*list, sink)) {
        const auto rule = rules_.find(item.text);
        if (rule == rules_.end() || rule->second.file == document.file.name) {
            sink.add(item.at, "no earlier file has a rule " + quoted(item.text));
            continue;
        }
        state_->replaced.push_back(std::string(rule_kind_name(rule->second.kind)) + " " +
                                   item.text + " of " + rule->second.file + " is dropped by " +
                                   document.file.name);
        dropped_.insert(item.text);
        rules_.erase(rule);
    }
}

void Loader::read_fixtures(const Document &document) {
    FaultSink sink(faults_, document.file.name);
    const Value *fixture = document.root.find("fixture");
    if (fixture == nullptr || fixture->kind != ValueKind::Table)
        return;
    Fields fields(*fixture, sink, "fixture");
    if (const Value *users = fields.find("users", ValueKind::Table))
        for (const Value &table : users->entries)
            state_->fixtures.users[table.key.text] = read_fixture_user(table, sink);
    if (const Value *targets = fields.find("targets", ValueKind::Table))
        for (const Value &table : targets->entries)
            state_->fixtures.targets[table.key.text] = read_fixture_target(table, sink);
    if (const Value *defaults = fields.find("default", ValueKind::Table))
        read_fixture_default(*defaults, sink, state_->fixtures);
    fields.finish();
}

void Loader::check_tests(const Rule &rule) {
    FaultSink sink(faults_, rule.file);
    const Fixtures &fixtures = state_->fixtures;
    for (const Test &test : rule.tests) {
        const auto user = fixtures.users.find(test.as);
        if (user == fixtures.users.end())
            sink.add(test.at, "no fixture has a user " + quoted(test.as));
        else if (!user->second.origin)
            sink.add(test.at, "the fixture of " + quoted(test.as) + " has no origin");
        if (fixtures.targets.find(test.on) == fixtures.targets.end())
            sink.add(test.at, "no fixture has a target " + quoted(test.on));
        if (!test.account && !fixtures.account)
            sink.add(test.at, "say `account`, here or in [fixture.default]");
        if (!test.from && !fixtures.from)
            sink.add(test.at, "say `from`, here or in [fixture.default]");
        if (!test.time && !fixtures.at)
            sink.add(test.at, "say `at`, here or in [fixture.default]");
    }
}

std::vector<std::string> Loader::grant_ids() const {
    std::vector<std::string> ids;
    for (const auto &[id, rule] : rules_)
        if (rule.kind == RuleKind::Grant)
            ids.push_back(id);
    return ids;
}

void Loader::check_whole() {
    for (const auto &[name, entry] : sets_.all())
        if (!entry.used && !entry.pack)
            FaultSink(faults_, entry.file)
                .add(entry.at, "the set " + quoted(name) + " is not used");
    for (const auto &[id, rule] : rules_) {
        check_tests(rule);
        for (const std::string &name : rule.yields) {
            const auto grant = rules_.find(name);
            if (dropped_.count(name) != 0)
                continue;
            if (grant == rules_.end() || grant->second.kind != RuleKind::Grant)
                FaultSink(faults_, rule.file)
                    .add(rule.at, quoted(id) + " yields to " + quoted(name) +
                                      ", which is no grant" + did_you_mean(name, grant_ids()));
        }
    }
}

Loaded Loader::run(const std::vector<File> &files) {
    for (const File &file : files)
        add_file(file, false, 0);
    if (files.empty())
        faults_.push_back({"", 0, 0, "a policy has at least one file"});
    for (const Document &document : documents_) {
        read_head(document);
        read_sets(document);
    }
    std::string whole; // lengths make the joined text unambiguous
    for (const Document &document : documents_) {
        read_rules(document);
        read_drops(document);
        read_fixtures(document);
        state_->names.push_back(document.file.name);
        whole += std::to_string(document.file.text.size()) + " " + document.file.text + "\n";
    }
    check_whole();
    std::sort(faults_.begin(), faults_.end(), [](const Fault &a, const Fault &b) {
        return std::tie(a.file, a.line, a.column, a.message) <
               std::tie(b.file, b.line, b.column, b.message);
    });
    faults_.erase(std::unique(faults_.begin(), faults_.end()), faults_.end());
    Loaded loaded;
    if (!faults_.empty()) {
        loaded.faults = std::move(faults_);
        return loaded;
    }
    for (auto &[id, rule] : rules_)
        state_->rules.push_back(std::move(rule));
    state_->index = RuleIndex(state_->rules);
    if (ports_.digest)
        state_->hash = ports_.digest(whole);
    loaded.policy.emplace(std::move(state_));
    return loaded;
}

} // namespace

Loaded Policy::load(const std::vector<File> &files, const Ports &ports) {
    return Loader(ports).run(files);
}

Policy::Policy(std::shared_ptr<const State> state) : state_(std::move(state)) {}
const Fixtures &Policy::fixtures() const {
    return state_->fixtures;
}
const std::string &Policy::hash() const {
    return state_->hash;
}
std::size_t Policy::rule_count() const {
    return state_->rules.size();
}
std::vector<model::Quorum> Policy::quorums() const {
    std::vector<model::Quorum> all;
    for (const Rule &rule : state_->rules)
        all.insert(all.end(), rule.need.all.begin(), rule.need.all.end());
    return all;
}

std::string fault_excerpt(const Fault &fault, std::string_view text) {
    for (std::uint32_t line = 1; line < fault.line && !text.empty(); ++line)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    text = text.substr(0, text.find('\n'));
    if (fault.line == 0 || fault.column == 0 || fault.column > text.size() + 1)
        return {};
    // A long line is shown from a little before the place.
    const std::size_t from = fault.column > max_excerpt / 2 ? fault.column - max_excerpt / 2 : 0;
    const std::string number = std::to_string(fault.line);
    const std::string shown = base::printable(text.substr(from, max_excerpt), 4 * max_excerpt);
    const std::string before =
        base::printable(text.substr(from, fault.column - 1 - from), 4 * max_excerpt);
    return "  " + number + " | " + shown + "\n  " + std::string(number.size(), ' ') + " | " +
           std::string(before.size(), ' ') + "^\n";
}

std::string fault_line(const Fault &fault) {
    std::string line = fault.file;
    if (fault.line != 0)
        line += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
    return line + (line.empty() ? "" : ": ") + fault.message;
}

} // namespace sallyport::policy
