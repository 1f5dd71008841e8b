// SPDX-License-Identifier: Apache-2.0
#include "read_rule.hpp"

namespace sallyport::policy {
namespace {

Who read_who(const Value &table, ReadContext context, bool inner = false) {
    Fields fields(table, context.sink, "who");
    Who who;
    who.groups = plain(fields.names("groups", context.sets), context.sink);
    who.users = plain(fields.names("users", context.sets), context.sink);
    who.declared = plain(fields.texts("declared"), context.sink);
    who.origins = enum_mask<model::Origin>(fields.texts("origin"), context.sink,
                                           &model::parse_origin, &model::origin_name);
    fields.refuse("attr", "is not built: a login carries groups, no attributes");
    if (const Value *except = inner ? nullptr : fields.find("not"))
        who.except.push_back(read_who(*except, context, true));
    fields.finish();
    return who;
}

Where read_where(const Value &table, ReadContext context, bool inner = false) {
    Fields fields(table, context.sink, "where");
    Where where;
    where.names = plain(fields.names("name", context.sets), context.sink);
    where.accounts = plain(fields.names("account", context.sets), context.sink);
    if (const Value *except = inner ? nullptr : fields.find("not"))
        where.except.push_back(read_where(*except, context, true));
    for (const Value &entry : table.entries) {
        const Key &key = entry.key;
        if (key.text == "name" || key.text == "account" || key.text == "not")
            continue; // everything else is a label
        where.labels[key.text] = plain(fields.names(key.text, context.sets), context.sink);
    }
    fields.finish();
    return where;
}

std::vector<Cidr> read_networks(const std::vector<Item> &items, FaultSink &sink) {
    std::vector<Cidr> networks;
    for (const Item &item : items) {
        base::Result<Cidr> network = parse_cidr(item.text);
        if (network.ok())
            networks.push_back(std::move(network).value());
        else
            sink.add(item.at, network.error().message);
    }
    return networks;
}

From read_from(Fields &rule, const Value &value, ReadContext context) {
    From from;
    if (value.kind == ValueKind::List) {
        from.in = read_networks(rule.names("from", context.sets, &from.in_written), context.sink);
        return from;
    }
    Fields fields(value, context.sink, "from");
    from.out = read_networks(fields.names("not", context.sets, &from.out_written), context.sink);
    if (!fields.has("not"))
        context.sink.add(value.at, "`from` is a list of networks or { not = [...] }");
    fields.finish();
    return from;
}

std::optional<int> minutes_of(std::string_view text) { // `08:30`
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U})
        if (text[at] < '0' || text[at] > '9')
            return std::nullopt;
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    if (minutes > 59 || hours * 60 + minutes > 24 * 60)
        return std::nullopt;
    return hours * 60 + minutes;
}

void read_hours(Fields &fields, When &when) {
    const std::optional<std::string> text = fields.text("hours");
    if (!text)
        return;
    const std::string_view hours = *text;
    const std::optional<int> begin =
        minutes_of(hours.substr(0, std::min<std::size_t>(5, hours.size())));
    const std::optional<int> end =
        hours.size() == 11 && hours[5] == '-' ? minutes_of(hours.substr(6)) : std::nullopt;
    if (!begin || !end || *begin == *end) {
        fields.sink().add(fields.find("hours")->at,
                          quoted(hours) + " is no span of hours like `08:00-20:00`");
        return;
    }
    when.hours = {*begin, *end};
    when.hours_text = hours;
}

void read_zone(Fields &fields, When &when, ReadContext context) {
    const std::optional<std::string> name = fields.text("zone");
    if (!name) {
        if (when.days != 0 || when.hours)
            context.sink.add(fields.at(), "`days` and `hours` need a `zone`");
        return;
    }
    when.zone_name = *name;
    when.zone = Zone::fixed(*name);
    if (when.zone)
        return;
    const Position at = fields.find("zone")->at;
    if (!context.ports.zone) {
        context.sink.add(at, "named zones are not available here, only UTC and `+02:00`");
        return;
    }
    const base::Result<base::Bytes> bytes = context.ports.zone(*name);
    if (!bytes.ok()) {
        context.sink.add(at, "zone " + quoted(*name) + ": " + bytes.error().message);
        return;
    }
    base::Result<Zone> zone = Zone::parse(bytes.value());
    if (zone.ok())
        when.zone = std::move(zone).value();
    else
        context.sink.add(at, "zone " + quoted(*name) + ": " + zone.error().message);
}

When read_when(const Value &table, ReadContext context, bool inner = false) {
    static constexpr std::string_view day_names[] = {"sun", "mon", "tue", "wed",
                                                     "thu", "fri", "sat"};
    Fields fields(table, context.sink, "when");
    When when;
    for (const Item &item : fields.texts("days")) {
        Mask found = 0;
        for (unsigned day = 0; day < 7; ++day)
            if (day_names[day] == item.text)
                found = Mask{1} << day;
        if (found == 0)
            context.sink.add(item.at, quoted(item.text) + " is no day, expected mon to sun");
        when.days |= found;
    }
    read_hours(fields, when);
    read_zone(fields, when, context);
    when.after = read_time(fields, "after");
    when.before = read_time(fields, "before");
    if (when.after && when.before && *when.after >= *when.before)
        context.sink.add(table.at, "`after` is not before `before`: the rule never matches");
    if (const Value *except = inner ? nullptr : fields.find("not"))
        when.except.push_back(read_when(*except, context, true));
    fields.finish();
    return when;
}

// `sftp.*` is every kind of that family.
Mask read_kinds(const std::vector<Item> &items, FaultSink &sink) {
    Mask kinds = 0;
    for (const Item &item : items) {
        const bool family = item.text.size() > 2 && item.text.substr(item.text.size() - 2) == ".*";
        const std::string_view prefix =
            std::string_view(item.text).substr(0, item.text.size() - (family ? 1 : 0));
        Mask found = 0;
        for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<model::ActionKind>());
             ++i) {
            const std::string_view name =
                model::action_kind_name(static_cast<model::ActionKind>(i));
            if (family ? name.substr(0, prefix.size()) == prefix : name == prefix)
                found |= Mask{1} << i;
        }
        if (found == 0)
            sink.add(item.at, model::parse_action_kind(item.text).error().message);
        kinds |= found;
    }
    return kinds;
}

} // namespace

std::optional<base::WallTime> read_time(Fields &table, std::string_view key) {
    const std::optional<std::string> text = table.text(key);
    if (!text)
        return std::nullopt;
    const base::Result<base::WallTime> time = base::parse_rfc3339(*text);
    if (time.ok())
        return time.value();
    table.sink().add(table.find(key)->at, time.error().message);
    return std::nullopt;
}

void read_circumstances(Fields &rule, Rule &into, ReadContext context) {
    if (const Value *who = rule.find("who"))
        into.who = read_who(*who, context);
    if (const Value *where = rule.find("where"))
        into.where = read_where(*where, context);
    into.kinds = read_kinds(rule.texts("kind"), context.sink);
    if (const Value *from = rule.find("from"))
        into.from = read_from(rule, *from, context);
    if (const Value *when = rule.find("when"))
        into.when = read_when(*when, context);
}

} // namespace sallyport::policy
