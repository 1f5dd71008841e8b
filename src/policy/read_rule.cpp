// SPDX-License-Identifier: Apache-2.0
#include "read_rule.hpp"

#include "sallyport/model/principal.hpp"

namespace sallyport::policy {
namespace {

constexpr std::int64_t max_quorum = 20;

bool is_rule_id(std::string_view text) {
    if (text.empty() || text.size() > 64)
        return false;
    for (const char c : text)
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_')
            return false;
    return true;
}

model::Quorum read_quorum(const Value &table, ReadContext context) {
    Fields fields(table, context.sink, "quorum");
    model::Quorum quorum;
    const Value *group = fields.find("group");
    if (group == nullptr)
        context.sink.add(table.at, "a quorum has a `group`");
    else if (group->kind == ValueKind::List)
        quorum.groups = plain(fields.names("group", context.sets), context.sink);
    else if (const std::optional<std::string> one = fields.text("group"))
        quorum.groups = plain({{*one, group->at}}, context.sink);
    for (const std::string &name : quorum.groups)
        if (!model::is_group_name(name))
            context.sink.add(group->at, quoted(name) + " is no group name");
    quorum.count = static_cast<std::uint32_t>(fields.integer("count", 1, max_quorum).value_or(1));
    fields.finish();
    return quorum;
}

void read_approval(const Value &table, RuleNeed &need, ReadContext context) {
    Fields fields(table, context.sink, "approval");
    if (const Value *all = fields.find("all", ValueKind::List)) {
        if (all->items.empty())
            context.sink.add(all->at, "the list is empty: an approval needs somebody");
        for (const Value &quorum : all->items)
            need.all.push_back(read_quorum(quorum, context));
    }
    if (!fields.has("all"))
        context.sink.add(table.at, "`approval` has no `all`, the list of who must approve");
    if (const std::optional<std::string> ttl = fields.text("ttl")) {
        const base::Result<std::chrono::seconds> duration = base::parse_duration(*ttl);
        if (!duration.ok())
            context.sink.add(fields.find("ttl")->at, duration.error().message);
        else if (duration.value().count() < 1)
            context.sink.add(fields.find("ttl")->at, "`ttl` is zero: nobody could answer");
        else
            need.ttl_seconds = static_cast<std::uint32_t>(duration.value().count());
    }
    const auto choice = [&](std::string_view key, auto name, auto fallback) {
        const std::optional<std::string> text = fields.text(key);
        if (!text)
            return fallback;
        const auto value = parse_named<decltype(fallback)>(*text, name);
        if (value.ok())
            return value.value();
        context.sink.add(fields.find(key)->at, value.error().message);
        return fallback;
    };
    need.scope = choice("scope", &model::scope_name, model::Scope::Once);
    need.confirm = choice("confirm", &model::confirm_name, model::Confirm::None);
    fields.finish();
}

void read_effort(const Value &table, Rule &rule, ReadContext context) { // limit
    Fields fields(table, context.sink, "limit");
    rule.max_commands = fields.integer("commands", 1, 20'000);
    fields.refuse("per_minute", "is not built: a rate cannot be counted by a rule");
    if (table.entries.empty())
        context.sink.add(table.at, "`limit` is empty");
    fields.finish();
}

// The one key of a test that says what is done.
struct Doing {
    std::string_view key;
    model::ActionKind kind;
};
constexpr Doing texts_of_tests[] = {
    {"exec", model::ActionKind::Exec},
    {"line", model::ActionKind::Line},
    {"script", model::ActionKind::Script},
    {"forward", model::ActionKind::ForwardLocal},
    {"forward_remote", model::ActionKind::ForwardRemote},
};
constexpr std::string_view transfers[] = {"sftp", "scp", "rsync"};

void read_transfer(Fields &fields, std::string_view key, Test &test, FaultSink &sink) {
    const std::string text = fields.text(key).value_or("");
    const std::size_t blank = text.find(' ');
    const base::Result<model::ActionKind> kind =
        model::parse_action_kind(std::string(key) + "." + text.substr(0, blank));
    if (blank == std::string::npos || blank + 1 == text.size() || !kind.ok()) {
        sink.add(fields.find(key)->at, "expected `read PATH` or `write PATH`");
        return;
    }
    test.kind = kind.value();
    test.path = text.substr(blank + 1);
}

void read_doing(Fields &fields, Test &test, FaultSink &sink) {
    int said = 0;
    for (const Doing &doing : texts_of_tests)
        if (const std::optional<std::string> text = fields.text(doing.key)) {
            test.kind = doing.kind;
            test.text = *text;
            ++said;
        }
    for (const std::string_view key : transfers)
        if (fields.find(key) != nullptr) {
            read_transfer(fields, key, test, sink);
            ++said;
        }
    if (const std::optional<std::string> name = fields.text("kind")) {
        const base::Result<model::ActionKind> kind = model::parse_action_kind(*name);
        if (kind.ok())
            test.kind = kind.value();
        else
            sink.add(fields.find("kind")->at, kind.error().message);
        ++said;
    }
    if (said != 1)
        sink.add(fields.at(), "a test has exactly one of exec, line, script, sftp, scp, rsync, "
                              "forward, forward_remote, kind");
}

void read_expectation(Fields &fields, Test &test, FaultSink &sink) {
    const std::string expect = fields.required_text("expect");
    if (fields.has("expect")) {
        const auto verdict = parse_named<model::Verdict>(expect, &model::verdict_name);
        if (verdict.ok())
            test.expect = verdict.value();
        else
            sink.add(fields.find("expect")->at, verdict.error().message);
    }
    if (const std::optional<std::string> confirm = fields.text("confirm")) {
        const auto value = parse_named<model::Confirm>(*confirm, &model::confirm_name);
        if (value.ok())
            test.confirm = value.value();
        else
            sink.add(fields.find("confirm")->at, value.error().message);
    }
    test.rule = fields.text("rule");
    test.by = plain(fields.texts("by"), sink);
    test.notify = plain(fields.texts("notify"), sink);
    test.mask = plain(fields.texts("mask"), sink);
    test.count = fields.integer("count", 1, 1000);
}

void read_head(Fields &fields, Rule &rule, ReadContext context) {
    rule.id = fields.required_text("id");
    if (!rule.id.empty() && !is_rule_id(rule.id))
        context.sink.add(fields.find("id")->at,
                         quoted(rule.id) + " is no id: small letters, digits, `-`, `_`, `.`");
    if (rule.id == "default" || rule.id == "guard-break" || rule.id == "not-judged")
        context.sink.add(fields.find("id")->at, quoted(rule.id) + " names an answer of the engine");
    rule.text = fields.required_text("text");
    rule.message = fields.text("message").value_or("");
}

void read_any_of(Fields &fields, Rule &rule, ReadContext context) {
    const Value *list = fields.find("any_of", ValueKind::List);
    if (list == nullptr)
        return;
    if (list->items.empty())
        context.sink.add(list->at, "the list is empty: leave the key out, or say what it holds");
    for (const Value &item : list->items) {
        Fields clause(item, context.sink, "any_of");
        rule.any_of.push_back(read_clause(clause, rule.kind, context));
        if (item.kind == ValueKind::Table && item.entries.empty())
            context.sink.add(item.at, "the table is empty: it would match everything");
        clause.finish();
    }
}

} // namespace

RuleNeed read_need(const Value &table, ReadContext context) {
    Fields fields(table, context.sink, "need");
    RuleNeed need;
    if (const Value *approval = fields.find("approval"))
        read_approval(*approval, need, context);
    if (const std::optional<std::string> step_up = fields.text("step_up")) {
        need.step_up = true;
        if (*step_up != "totp")
            context.sink.add(fields.find("step_up")->at,
                             quoted(*step_up) + " is no second factor, expected totp");
    }
    need.reason = fields.truth("reason").value_or(false);
    need.mask = plain(fields.texts("mask"), context.sink);
    need.notify = plain(fields.texts("notify"), context.sink);
    if (const std::optional<std::string> output = fields.text("output")) {
        for (const OutputMode mode :
             {OutputMode::Text, OutputMode::Always, OutputMode::RefuseBinary})
            if (output_mode_name(mode) == *output)
                need.output = mode;
        if (!need.output)
            context.sink.add(fields.find("output")->at,
                             quoted(*output) + " is unknown, expected one of text, always, "
                                               "refuse-binary");
    }
    if (const std::optional<std::string> record = fields.text("record")) {
        need.record_all = true;
        if (*record != "all")
            context.sink.add(fields.find("record")->at,
                             quoted(*record) + " is unknown, expected `all`");
    }
    if (table.kind == ValueKind::Table && table.entries.empty())
        context.sink.add(table.at, "`need` is empty");
    fields.finish();
    return need;
}

Test read_test(const Value &table, ReadContext context) {
    Fields fields(table, context.sink, "test");
    Test test;
    test.at = table.at;
    test.as = fields.required_text("as");
    test.on = fields.required_text("on");
    read_doing(fields, test, context.sink);
    test.account = fields.text("account");
    test.from = fields.text("from");
    test.time = read_time(fields, "at");
    if (const std::optional<std::string> declared = fields.text("declare"))
        test.declared.push_back(*declared);
    read_expectation(fields, test, context.sink);
    fields.finish();
    return test;
}

Rule read_rule(const Value &table, RuleKind kind, ReadContext context) {
    Fields fields(table, context.sink, std::string(rule_kind_name(kind)));
    Rule rule;
    rule.kind = kind;
    rule.at = table.at;
    rule.file = context.sink.file();
    read_head(fields, rule, context);
    read_circumstances(fields, rule, context);
    rule.clause = read_clause(fields, kind, context);
    read_any_of(fields, rule, context);
    if (kind == RuleKind::Wall)
        fields.refuse("need", "is for grants and guards: a wall denies");
    else if (const Value *need = fields.find("need"))
        rule.need = read_need(*need, context);
    if (kind == RuleKind::Guard && !fields.has("need"))
        context.sink.add(table.at, "a guard has a `need`");
    if (kind == RuleKind::Grant && !fields.has("kind"))
        context.sink.add(table.at, "a grant has a `kind`: what it lets people do");
    if (kind == RuleKind::Grant) {
        fields.refuse("yields", "is for guards and walls");
        if (const Value *limit = fields.find("limit"))
            read_effort(*limit, rule, context);
    } else {
        fields.refuse("limit", "is for grants");
        rule.yields = plain(fields.texts("yields"), context.sink);
    }
    if (const Value *tests = fields.find("test", ValueKind::List))
        for (const Value &test : tests->items)
            rule.tests.push_back(read_test(test, context));
    fields.finish();
    return rule;
}

FixtureUser read_fixture_user(const Value &table, FaultSink &sink) {
    Fields fields(table, sink, "fixture.users");
    FixtureUser user;
    user.groups = plain(fields.texts("groups"), sink);
    if (const std::optional<std::string> origin = fields.text("origin")) {
        const base::Result<model::Origin> value = model::parse_origin(*origin);
        if (value.ok())
            user.origin = value.value();
        else
            sink.add(fields.find("origin")->at, value.error().message);
    }
    fields.finish();
    return user;
}

FixtureTarget read_fixture_target(const Value &table, FaultSink &sink) {
    Fields fields(table, sink, "fixture.targets");
    FixtureTarget target;
    for (const Value &value : table.entries) {
        const Key &key = value.key;
        const std::optional<std::string> text = fields.text(key.text);
        if (!text)
            continue;
        if (key.text != "shell") {
            target.labels[key.text] = *text;
            continue;
        }
        const base::Result<model::Dialect> dialect = model::parse_dialect(*text);
        if (dialect.ok())
            target.shell = dialect.value();
        else
            sink.add(value.at, dialect.error().message);
    }
    return target;
}

void read_fixture_default(const Value &table, FaultSink &sink, Fixtures &into) {
    Fields fields(table, sink, "fixture.default");
    const auto replace = [&](std::string_view key, std::optional<std::string> &with) {
        if (std::optional<std::string> text = fields.text(key))
            with = std::move(text);
    };
    replace("account", into.account);
    replace("from", into.from);
    replace("user", into.user);
    replace("target", into.target);
    if (const std::optional<base::WallTime> at = read_time(fields, "at"))
        into.at = at;
    fields.finish();
}

} // namespace sallyport::policy
