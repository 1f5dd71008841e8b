// SPDX-License-Identifier: Apache-2.0
// Faults with their exact place, replacing by id, includes.
#include "policy_support.hpp"

using namespace sallyport;
using namespace sallyport::policy::test;
using policy::File;
using policy::Policy;

TEST_SUITE_BEGIN("policy.load");

namespace {

// One grant with a line of its own for what is tried: that is line 7.
std::string grant_with(const std::string &line) {
    return head() + "[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\n" + line + "\n";
}
std::string guard_with(const std::string &line) {
    return head() + "[[guard]]\nid = \"g\"\ntext = \"t\"\nneed = { reason = true }\n" + line + "\n";
}
std::string wall_with(const std::string &line) {
    return head() + "[[wall]]\nid = \"w\"\ntext = \"t\"\nkind = [\"exec\"]\n" + line + "\n";
}
std::string faults_of(const std::string &text) {
    return all_faults(Policy::load({{"f", text}}, {}));
}

} // namespace

TEST_CASE("a fault says file, line and column, and what was expected") {
    struct Row {
        std::string text, fault;
    };
    const Row rows[] = {
        {"x = = 1\n", "f:1:5: not TOML"},
        {std::string("a = 1\n[[\0x", 10), "f:2:3: not TOML: a control character"},
        {"a = 1\nb = [ } }\nc = 2\n", "f:2:1: not TOML: a bracket"},
        {"a = \"\x01\"\n", "f:1:6: not TOML: a control character"},
        {"# caf\xc3\xa9\na = \"caf\xc3\xa9\" \xc3\xa9\n",
         "f:2:13: not TOML: a character beyond ASCII outside of strings"},
        {"a = \"\"\"x\n\"\"\"\"\"\n\xc3\xa9 = 1\n", "f:3:1: not TOML: a character beyond ASCII"},
        {"a = \"\\\"\" \xc3\xa9\n", "f:1:10: not TOML: a character beyond ASCII"},
        {"a = 'x\\' \xc3\xa9\n", "f:1:10: not TOML: a character beyond ASCII"},
        {"name = \"t\"\n", "f:1:1: `policy` has no `format`"},
        {"format = 2\nname = \"t\"\n", "f:1:10: `format` must be from 1 to 1"},
        {"format = 1\n", "f:1:1: `policy` has no `name`"},
        {head() + "grants = 1\n", "f:3:1: unknown key `grants` in `policy`, expected one of"},
        {head() + "[grant]\nid = \"x\"\n", "f:3:1: write [[grant]]"},
        {grant_with("cmd = { nme = [\"ls\"] }"), "f:7:9: unknown key `nme` in `cmd`"},
        {grant_with("cmd = { nmae = [\"ls\"] }"), "; did you mean `name`?"},
        {grant_with("cmd = { effect_only = [\"reed\"] }"), "; did you mean `read`?"},
        {grant_with("cmd = { opaque = [\"hole-comand\"] }"), "; did you mean `hole-command`?"},
        {grant_with("who = { origin = [\"humna\"] }"), "; did you mean `human`?"},
        {grant_with("path = [\"@secert\"]") + "[set]\nsecret = [\"/a\"]\n",
         "unknown set `@secert`; did you mean `secret`?"},
        {grant_with("need = { approval = { all = [{ group = \"a\" }], scope = \"onec\" } }"),
         "; did you mean `once`?"},
        {guard_with("yields = [\"opss\"]") +
             "[[grant]]\nid = \"ops\"\ntext = \"t\"\nkind = [\"exec\"]\n",
         "which is no grant; did you mean `ops`?"},
        {grant_with("cmd = { name = [] }"), "f:7:16: the list is empty"},
        {grant_with("cmd = { name = \"ls\" }"), "f:7:16: `name` must be a list, not a string"},
        {grant_with("cmd = { name = [1] }"), "f:7:17: the list holds a whole number"},
        {grant_with("cmd = { name = [\"a\", \"a\"] }"), "f:7:22: `a` stands twice"},
        {grant_with("cmd = { name = [\"@nope\"] }"), "f:7:17: unknown set `@nope`"},
        {grant_with("cmd = { name = [\"a[b\"] }"), "f:7:17: `a[b`: `[` has no `]`"},
        {grant_with("cmd = { name = [\"a**\"] }"), "f:7:17: `a**`: `**` is for paths"},
        {grant_with("cmd = {}"), "f:7:7: `cmd` is empty"},
        {grant_with("cmd = { any = true, name = [\"x\"] }"), "f:7:7: `any = true` stands alone"},
        {grant_with("cmd = { any = false }"), "f:7:7: `any = true` stands alone"},
        {grant_with("cmd = { effect = [\"read\"] }"), "f:7:9: `effect` in a grant would let"},
        {grant_with("cmd = { effect_only = [\"reed\"] }"), "f:7:24: `reed` is no effect"},
        {grant_with("cmd = { cwd = [\"/srv/**\"] }"), "f:7:9: `cwd` is a claim of the target"},
        {grant_with("cmd = { argv = [[]] }"), "f:7:17: `argv` is a list of lists of words"},
        {grant_with("cmd = { argv = [\"ls\"] }"), "f:7:17: `argv` is a list of lists of words"},
        {grant_with("cmd = { opaque = 1 }"), "f:7:18: `opaque` is true, false or a list"},
        {grant_with("cmd = { opaque = [\"x\"] }"), "f:7:19: `x` is no opaque reason"},
        {grant_with("path = [\"srv/**\"]"), "f:7:9: `srv/**`: a path begins with `/`"},
        {grant_with("path = [\"/a/**b\"]"), "f:7:9: `/a/**b`: `**` stands alone"},
        {grant_with("who = { groups = [\"o*\"] }"), "f:7:19: `o*`: a glob has no meaning here"},
        {grant_with("who = { attr = [\"x\"] }"), "f:7:9: `attr` is not built"},
        {grant_with("who = { origin = [\"robot\"] }"), "f:7:19: `robot` is"},
        {grant_with("from = [\"10.0.0.1/8\"]"), "f:7:9: `10.0.0.1/8` has bits set beyond"},
        {grant_with("from = { within = [\"10.0.0.0/8\"] }"), "f:7:8: `from` is a list of networks"},
        {grant_with("when = { days = [\"monday\"], zone = \"UTC\" }"),
         "f:7:18: `monday` is no day"},
        {grant_with("when = { hours = \"8-20\", zone = \"UTC\" }"), "f:7:18: `8-20` is no span"},
        {grant_with("when = { hours = \"08:00-20:00\" }"),
         "f:7:8: `days` and `hours` need a `zone`"},
        {grant_with("when = { days = [\"mon\"], zone = \"Europe/Berlin\" }"),
         "f:7:33: named zones are not available here"},
        {grant_with("when = { after = \"today\" }"), "f:7:18: `today` is not an RFC 3339 time"},
        {grant_with("limit = { per_minute = 3 }"), "f:7:11: `per_minute` is not built"},
        {grant_with("yields = [\"x\"]"), "f:7:1: `yields` is for guards and walls"},
        {grant_with("unit = { parse = [\"ok\"] }"), "f:7:8: `unit` is for guards and walls"},
        {grant_with("need = { approval = { all = [] } }"), "f:7:29: the list is empty"},
        {grant_with("need = { approval = { ttl = \"5m\" } }"), "f:7:21: `approval` has no `all`"},
        {grant_with("need = { approval = { all = [{ count = 1 }] } }"),
         "f:7:30: a quorum has a `group`"},
        {grant_with("need = { approval = { all = [{ group = \"a\", count = 0 }] } }"),
         "f:7:53: `count` must be from 1 to 20"},
        {grant_with("need = { approval = { all = [{ group = \"a\" }], scope = \"session\" } }"),
         "f:7:56: `session` is unknown, expected one of once, exact, rule"},
        {grant_with("need = { approval = { all = [{ group = \"a\" }], ttl = \"5\" } }"),
         "f:7:54: "},
        {grant_with("need = { step_up = \"sms\" }"), "f:7:20: `sms` is no second factor"},
        {grant_with("need = { output = \"never\" }"), "f:7:19: `never` is unknown"},
        {grant_with("need = { record = \"some\" }"), "f:7:19: `some` is unknown"},
        {grant_with("need = {}"), "f:7:8: `need` is empty"},
        {grant_with("any_of = [{}]"), "f:7:11: the table is empty"},
        {grant_with("test = [{ as = \"x\", on = \"y\", expect = \"allow\" }]"),
         "f:7:9: a test has exactly one of"},
        {grant_with("test = [{ as = \"x\", on = \"y\", exec = \"ls\", expect = \"maybe\" }]"),
         "f:7:53: `maybe` is unknown"},
        {grant_with("test = [{ as = \"x\", on = \"y\", sftp = \"/a\", expect = \"deny\" }]"),
         "f:7:38: expected `read PATH`"},
        {grant_with("test = [{ as = \"x\", on = \"y\", exec = \"ls\", expect = \"deny\" }]"),
         "f:7:9: no fixture has a user `x`"},
        {guard_with("yields = [\"nobody\"]"), "f:3:1: `g` yields to `nobody`, which is no grant"},
        {guard_with("limit = { commands = 1 }"), "f:7:1: `limit` is for grants"},
        {guard_with("unit = { notice = [\"odd\"] }"), "f:7:20: `odd` is unknown"},
        {wall_with("need = { reason = true }"), "f:7:1: `need` is for grants and guards"},
        {head() + "[[guard]]\nid = \"g\"\ntext = \"t\"\n", "f:3:1: a guard has a `need`"},
        {head() + "[[grant]]\nid = \"g\"\ntext = \"t\"\n", "f:3:1: a grant has a `kind`"},
        {head() + "[[wall]]\nid = \"W w\"\ntext = \"t\"\n", "f:4:6: `W w` is no id"},
        {head() + "[[wall]]\nid = \"default\"\ntext = \"t\"\n", "f:4:6: `default` names an answer"},
        {head() + "[[wall]]\ntext = \"t\"\n", "f:3:1: `wall` has no `id`"},
        {head() + "[[wall]]\nid = \"w\"\n", "f:3:1: `wall` has no `text`"},
        {head() + "[[wall]]\nid = \"w\"\ntext = \"t\"\nkind = [\"telnet\"]\n",
         "f:6:9: `telnet` is"},
        {head() + "[[wall]]\nid = \"w\"\ntext = \"t\"\n[[wall]]\nid = \"w\"\ntext = \"t\"\n",
         "f:6:1: the id `w` stands in line 3 already"},
        {head() + "[set]\nx = [\"a\"]\n", "f:4:1: the set `x` is not used"},
        {head() + "[set]\na = [\"@b\"]\nb = [\"@a\"]\n[[wall]]\nid = \"w\"\ntext = \"t\"\n"
                  "path = [\"@a\"]\n",
         "f:9:9: sets are nested deeper than 8 or in a circle"},
        {head() + "drop = [\"x\"]\n", "f:3:9: no earlier file has a rule `x`"},
        {head() + "include = [\"p\"]\n", "f:3:12: includes are not available here"},
        {head() + "[fixture.users]\nx = { origin = \"alien\" }\n", "f:4:16: `alien` is"},
        {head() + "[fixture.targets]\nx = { shell = \"fish\" }\n", "f:4:15: `fish` is"},
        {head() + "[fixture.default]\nat = \"now\"\n", "f:4:6: `now` is not an RFC 3339 time"},
    };
    for (const Row &row : rows) {
        const std::string faults = faults_of(row.text);
        CHECK_MESSAGE(faults.find(row.fault) != std::string::npos,
                      row.text << "\nexpected " << row.fault << "\ncame " << faults);
        CHECK_FALSE(Policy::load({{"f", row.text}}, {}).policy.has_value());
    }
}

TEST_CASE("a suggestion is near or it is not made") {
    CHECK(faults_of(grant_with("cmd = { banana = [\"ls\"] }")).find("did you mean") ==
          std::string::npos);
    CHECK(faults_of(grant_with("cmd = { xx = [\"ls\"] }")).find("did you mean") ==
          std::string::npos);
}

TEST_CASE("an excerpt points at the place of a fault") {
    const std::string text = grant_with("cmd = { nme = [\"ls\"] }");
    const policy::Loaded loaded = Policy::load({{"f", text}}, {});
    REQUIRE(loaded.faults.size() == 1);
    CHECK(policy::fault_excerpt(loaded.faults[0], text) == "  7 | cmd = { nme = [\"ls\"] }\n"
                                                           "    |         ^\n");
    CHECK(policy::fault_excerpt({"f", 0, 0, "m"}, text).empty());
    CHECK(policy::fault_excerpt({"f", 99, 1, "m"}, text) == "  99 | \n     | ^\n");
    CHECK(policy::fault_excerpt({"f", 1, 99, "m"}, "short").empty());
    const std::string excerpt = policy::fault_excerpt(
        {"f", 1, 300, "m"}, std::string(299, 'a') + "\x1b" + std::string(299, 'b'));
    CHECK(excerpt.size() < 400);
    CHECK(excerpt.find('\x1b') == std::string::npos);
}

TEST_CASE("characters beyond ASCII are fine in strings and comments, whatever the quotes") {
    for (const char *value : {"\"x\" # \xc3\xa9 \"", "\"caf\xc3\xa9\"", "'caf\xc3\xa9 \"'",
                              "\"\"\"x \"\" \xc3\xa9\n\xc3\xa9\"\"\"\"\"", "'''x''' # \xc3\xa9",
                              "'''\xc3\xa9 '' \xc3\xa9'''", "\"\\\" \xc3\xa9\"",
                              "\"x\" # '\xc3\xa9", "\"\\\\\" # \xc3\xa9"})
        CHECK_MESSAGE(
            faults_of("\xEF\xBB\xBF" + grant_with("message = " + std::string(value))) == "", value);
}

TEST_CASE("every fault is reported, in order, and two files do not hide each other's") {
    const std::string first = head() + "[[wall]]\nid = \"w\"\ntext = \"t\"\nkid = 1\n"
                                       "path = [\"x\"]\n[[wall]]\nid = \"v\"\n";
    const policy::Loaded loaded = Policy::load({{"a", first}, {"b", "=\n"}}, {});
    REQUIRE(loaded.faults.size() == 4);
    CHECK(policy::fault_line(loaded.faults[0]).substr(0, 6) == "a:6:1:");
    CHECK(policy::fault_line(loaded.faults[1]).substr(0, 6) == "a:7:9:");
    CHECK(policy::fault_line(loaded.faults[2]).substr(0, 6) == "a:8:1:");
    CHECK(policy::fault_line(loaded.faults[3]).substr(0, 4) == "b:1:");
    CHECK(all_faults(Policy::load({}, {})) == "a policy has at least one file\n");
    CHECK(faults_of(std::string(policy::max_policy_bytes + 1, '#')).find("larger") !=
          std::string::npos);
}

TEST_CASE("a later file replaces sets, rules and fixtures by id and can drop a rule") {
    const File base{"base.toml", head("base") + R"(
[set]
net = ["10.0.0.0/8"]
[[grant]]
id = "all"
text = "t"
kind = ["exec"]
cmd = { any = true }
[[wall]]
id = "network"
text = "t"
from = { not = ["@net"] }
test = [{ as = "u", on = "t", exec = "ls", expect = "allow" }]
[[wall]]
id = "never"
text = "t"
cmd = { any = true }
yields = ["all"]
[fixture.users]
u = { groups = ["g"], origin = "human" }
[fixture.targets]
t = { env = "prod" }
[fixture.default]
account = "a"
from = "10.1.1.1"
at = "2026-01-01T00:00:00Z"
)"};
    const File site{"site.toml", head("site") + R"(
drop = ["all"]
[set]
net = ["127.0.0.0/8"]
[[grant]]
id = "some"
text = "t"
kind = ["exec"]
cmd = { name = ["ls"] }
[[wall]]
id = "never"
text = "other"
cmd = { name = ["dd"] }
[fixture.default]
from = "127.0.0.1"
)"};
    const policy::Judge judge = [](const model::Action &action) {
        const std::string &text = action.bytes;
        return facts({command(std::string(text))});
    };
    CHECK(must_load(std::vector<File>{base}).run_tests(judge).at(0).passed);
    const Policy both = must_load({base, site});
    const std::vector<policy::TestResult> results = both.run_tests(judge);
    REQUIRE(results.size() == 1);
    CHECK_MESSAGE(results[0].passed, results[0].message);
    CHECK(*both.fixtures().from == "127.0.0.1");
    CHECK(*both.fixtures().account == "a"); // what the later file does not say stays
    const std::string printed = both.print();
    for (const char *said :
         {"set net of base.toml is replaced by that of site.toml",
          "grant all of base.toml is dropped by site.toml",
          "wall never of base.toml is replaced by that of site.toml", "from @net"})
        CHECK_MESSAGE(printed.find(said) != std::string::npos, said);
    // not by a rule of another kind, and not within one file
    const File wrong{"wrong.toml", head() + "[[wall]]\nid = \"all\"\ntext = \"t\"\n"};
    CHECK(all_faults(Policy::load({base, wrong}, {})) ==
          "wrong.toml:3:1: `all` is a grant in base.toml; a wall cannot take its place\n");
}

TEST_CASE("an included file comes first, once, and its faults carry its name") {
    policy::Ports ports;
    std::size_t asked = 0;
    ports.include = [&](std::string_view name) -> base::Result<std::string> {
        ++asked;
        if (name == "pack")
            return head("pack") + "[set]\n\"pack.readers\" = [\"ls\"]\n\"pack.other\" = [\"x\"]\n";
        if (name == "bad")
            return std::string("=");
        if (name == "self")
            return head("self") + "include = [\"self\"]\n";
        if (name.substr(0, 4) == "deep")
            return head("deep") + "include = [\"" + std::string(name) + "x\"]\n";
        return base::fail(base::ErrorCode::NotFound, "there is no such file");
    };
    const std::string user = head() + "include = [\"pack\"]\n[[grant]]\nid = \"g\"\ntext = \"t\"\n"
                                      "kind = [\"exec\"]\ncmd = { name = [\"@pack.readers\"] }\n";
    const Policy policy = must_load({{"a", user}}, ports);
    CHECK(decide(policy, {command("ls")}).verdict == model::Verdict::Allow);
    CHECK(decide(policy, {command("x")}).verdict == model::Verdict::Deny);
    CHECK(all_faults(Policy::load({{"a", head() + "include = [\"nope\"]\n"}}, ports)) ==
          "a:3:12: include `nope`: there is no such file\n");
    CHECK(all_faults(Policy::load({{"a", head() + "include = [\"bad\"]\n"}}, ports)).substr(0, 6) ==
          "bad:1:");
    asked = 0;
    CHECK(all_faults(Policy::load({{"a", head() + "include = [\"deep\"]\n"}}, ports))
              .find("nested deeper than 4") != std::string::npos);
    CHECK(all_faults(Policy::load({{"a", head() + "include = [\"self\"]\n"}}, ports)) == "");
    CHECK(asked < 10);
}

TEST_CASE("a set with a suffix, and a set whose name has dots") {
    const Policy policy = must_load("[set]\nd = [\"sshd\", \"rsys*\"]\n\"d.x\" = [\"y\"]\n"
                                    "[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\n"
                                    "cmd = { name = [\"@d.service\", \"@d.x\"] }\n");
    for (const char *covered : {"sshd.service", "rsyslog.service", "y"})
        CHECK_MESSAGE(decide(policy, {command(covered)}).verdict == model::Verdict::Allow, covered);
    for (const char *not_covered : {"sshd", "rsyslog", "sshd.x"})
        CHECK_MESSAGE(decide(policy, {command(not_covered)}).verdict == model::Verdict::Deny,
                      not_covered);
}

TEST_CASE("the hash names the text of all files") {
    policy::Ports ports;
    ports.digest = [](std::string_view text) { return std::string(text); };
    const std::string rules = head() + "[[grant]]\nid = \"g\"\ntext = \"t\"\nkind = [\"exec\"]\n";
    const Policy policy = must_load({{"a", rules}}, ports);
    CHECK(policy.hash() == std::to_string(rules.size()) + " " + rules + "\n");
    CHECK(decide(policy, {}).policy_hash == policy.hash());
    CHECK(must_load({{"other name", rules}}, ports).hash() == policy.hash());
}

TEST_CASE("zones are read once, when the policy is loaded") {
    policy::Ports ports;
    ports.zone = [](std::string_view name) -> base::Result<base::Bytes> {
        if (name == "Broken/Zone")
            return base::to_bytes("TZif2");
        return base::fail(base::ErrorCode::NotFound, "there is no such zone");
    };
    const auto load = [&](const char *zone) {
        return all_faults(Policy::load(
            {{"f",
              grant_with(std::string("when = { days = [\"mon\"], zone = \"") + zone + "\" }")}},
            ports));
    };
    CHECK(load("No/Zone") == "f:7:33: zone `No/Zone`: there is no such zone\n");
    CHECK(load("Broken/Zone") ==
          "f:7:33: zone `Broken/Zone`: the zone data is no TZif of version 2 or later\n");
    CHECK(load("UTC") == "");
}
TEST_SUITE_END();
