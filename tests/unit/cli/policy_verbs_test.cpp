// SPDX-License-Identifier: Apache-2.0
#include "policy_verbs.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("cli.policy_verbs");

namespace {

// A folder of its own for each test, removed at its end.
class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "sallyport-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string write(const std::string &name, const std::string &text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return (path_ / name).string();
    }

  private:
    std::filesystem::path path_;
};

const std::string rules = R"(format = 1
name = "t"
include = ["packs/p.toml"]
[[grant]]
id = "look"
text = "t"
kind = ["exec", "line"]
cmd = { name = ["@pack.p"] }
test = [{ as = "u", on = "web", exec = "ls", expect = "allow" }]
[[guard]]
id = "late"
text = "t"
cmd = { name = ["date"] }
when = { hours = "20:00-08:00", zone = "Europe/Berlin" }
need = { step_up = "totp" }
[fixture.users]
u = { groups = ["g"], origin = "human" }
[fixture.targets]
web = { env = "prod", shell = "dash" }
[fixture.default]
account = "a"
from = "10.1.1.1"
at = "2026-03-04T11:00:00+01:00"
)";
const std::string pack = "format = 1\nname = \"p\"\n[set]\n\"pack.p\" = [\"ls\", \"date\"]\n";

// Words without quotes; a text with `)` does not parse.
model::CommandFacts judge(const model::Action &action) {
    const std::string_view text = action.bytes;
    model::CommandFacts facts;
    facts.dialect = action.dialect;
    if (text.find(')') != std::string_view::npos) {
        facts.error = model::ParseError{{}, 1, 4, "found `)`"};
        return facts;
    }
    facts.state = model::ParseState::Ok;
    model::Command command;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;)
        command.argv.push_back(model::literal_word(word));
    if (command.argv.empty())
        return facts;
    command.name = command.argv.front();
    command.effects = {model::Effect::Read};
    if (command.name.text() == "odd")
        command.opaque = {{model::OpaqueReason::Pager, {}, {}}};
    facts.commands.push_back(std::move(command));
    return facts;
}

struct Setting {
    Folder folder;
    cli::PolicySource source;
    std::ostringstream out, err;
    explicit Setting(const std::string &text = rules) {
        source.files = {folder.write("t.toml", text)};
        folder.write("packs/p.toml", pack);
    }
};

std::string judged(const std::string &input, const cli::Circumstances &who, int expected = 0) {
    Setting setting;
    std::istringstream in(input);
    const int status = cli::policy_judge(setting.source, who, &judge, in, setting.out, setting.err);
    CHECK_MESSAGE(status == expected, setting.err.str());
    return expected == 0 ? setting.out.str() : setting.err.str();
}

cli::Circumstances u_on_web() {
    cli::Circumstances who;
    who.user = "u";
    who.target = "web";
    return who;
}

} // namespace

TEST_CASE("judge answers one line for one line, in order, with exactly these members") {
    const std::string input = R"~({"id":1,"line":"ls -l","dialect":"bash","kind":"exec"}
{"id":"b","line":"odd","dialect":"zsh","kind":"line"}
{"id":3,"line":"ls )","dialect":"bash","kind":"exec"}
)~";
    CHECK(
        judged(input, u_on_web()) ==
        R"~({"id":1,"verdict":"allow","rules":["look"],"commands":[["ls","-l"]],"opaque":[],"effects":["read"],"error":null}
{"id":"b","verdict":"deny","rules":["default"],"commands":[["odd"]],"opaque":["pager"],"effects":["read"],"error":null}
{"id":3,"verdict":"deny","rules":["not-shell"],"commands":[],"opaque":[],"effects":[],"error":{"state":"error","message":"the shell's grammar does not accept this: line 1, column 4: found `)`","line":1,"column":4}}
)~");
}

TEST_CASE("judge answers a line that it cannot read, and goes on") {
    struct Row {
        std::string line, part;
    };
    const Row rows[] = {
        {"", "no JSON object"},
        {"[]", "no JSON object"},
        {"{\"id\":7,", "no JSON object"},
        {"{\"id\":7}", "\"id\":7,\"verdict\":\"deny\""},
        {"{\"line\":1}", "`line` is missing or no string"},
        {"{\"line\":\"x\",\"dialect\":\"fish\"}", "`fish` is"},
        {"{\"line\":\"x\",\"kind\":\"connect\"}", "`kind` is exec, line or script"},
        {"{\"line\":\"x\",\"hex\":\"0\"}", "\"state\":\"input\""},
        {"{\"line\":\"" + std::string(70'000, 'x') + "\"}", "\"state\":\"over-limit\""},
        {std::string(9'000'000, 'x'), "the input line is too long"},
        {std::string("\0\xff", 2), "no JSON object"},
    };
    std::string input;
    for (const Row &row : rows)
        input += row.line + "\n";
    std::istringstream answers(judged(input + "{\"line\":\"ls\"}", u_on_web()));
    std::string answer;
    for (const Row &row : rows) {
        REQUIRE(std::getline(answers, answer));
        CHECK_MESSAGE(answer.find(row.part) != std::string::npos, answer);
        CHECK(answer.find("\"verdict\":\"deny\"") != std::string::npos);
    }
    REQUIRE(std::getline(answers, answer)); // the last one has no line end and is answered too
    CHECK(answer.find("\"verdict\":\"allow\"") != std::string::npos);
    CHECK_FALSE(std::getline(answers, answer));
}

TEST_CASE("raw bytes come as hex or as lone surrogates") {
    std::string seen;
    const policy::Judge spy = [&](const model::Action &action) {
        seen = action.bytes;
        CHECK(action.cwd == "/home/" + action.account);
        CHECK(action.sh == model::Dialect::Dash);
        return judge(action);
    };
    const auto ask = [&](const std::string &line) {
        Setting setting;
        std::istringstream in(line);
        CHECK(cli::policy_judge(setting.source, u_on_web(), spy, in, setting.out, setting.err) ==
              0);
        return seen;
    };
    CHECK(ask(R"({"line":"ls \udcff\udc80x"})") == "ls \xff\x80x");
    CHECK(ask(R"({"line":"ls","hex":"6c7320ff"})") == "ls \xff");
    CHECK(ask(R"({"line":"ls \\udcff"})") == "ls \\udcff");
    CHECK(ask(R"({"line":"\ud83d\ude00\udcbf"})") == "\xf0\x9f\x98\x80\xbf");
}

TEST_CASE("what options do not say comes from the fixtures, and from nowhere else") {
    const std::string line = "{\"line\":\"date\"}\n";
    CHECK(judged(line, u_on_web()).find("\"allow\"") != std::string::npos);
    cli::Circumstances late = u_on_web();
    late.at = "2026-03-04T23:00:00+01:00"; // zones come from the machine
    CHECK(judged(line, late).find("\"step-up\"") != std::string::npos);
    const auto without = [&](auto change) {
        cli::Circumstances who = u_on_web();
        change(who);
        return judged(line, who, 2);
    };
    CHECK(without([](auto &who) { who.user.reset(); }) ==
          "--user, --group, --origin: not said, and not in the policy's fixtures\n");
    CHECK(without([](auto &who) { who.target.reset(); }).substr(0, 8) == "--target");
    CHECK(without([](auto &who) { who.user = "stranger"; }).substr(0, 7) == "--group");
    CHECK(without([](auto &who) {
              who.user = "stranger";
              who.groups = {"g"};
          }).substr(0, 8) == "--origin");
    CHECK(without([](auto &who) { who.target = "db"; }).substr(0, 7) == "--label");
    CHECK(without([](auto &who) { who.labels = {"=x"}; }) == "--label is like env=prod\n");
    CHECK(without([](auto &who) { who.at = "noon"; }).find("RFC 3339") != std::string::npos);
    CHECK(without([](auto &who) { who.origin = "robot"; }).find("`robot`") != std::string::npos);
}

TEST_CASE("test, check, print and explain say it in words and in the exit status") {
    Setting good;
    CHECK(cli::policy_test(good.source, &judge, good.out, good.err) == 0);
    CHECK(good.out.str() == "1 passed, 0 failed\n");
    good.out.str("");
    CHECK(cli::policy_check(good.source, &judge, good.out, good.err) == 1);
    CHECK(good.out.str().find("t.toml:10:1: guard late: has no test\n2 rules, 1 remarks\n") !=
          std::string::npos);
    good.out.str("");
    CHECK(cli::policy_print(good.source, good.out, good.err) == 0);
    CHECK(good.out.str().find("grant look") != std::string::npos);
    good.out.str("");
    cli::ExplainOptions options;
    options.circumstances = u_on_web();
    options.text = "ls -l";
    CHECK(cli::policy_explain(good.source, options, &judge, good.out, good.err) == 0);
    CHECK(good.out.str().find("unit      ls -l  dash, exec, ok, 1 command\n") == 0);
    CHECK(good.out.str().find("verdict   allow\n") != std::string::npos);
    options.kind = "telnet";
    CHECK(cli::policy_explain(good.source, options, &judge, good.out, good.err) == 2);

    std::string failing = rules;
    failing.replace(failing.find("expect = \"allow\""), 16, "expect = \"deny\"");
    Setting bad(failing);
    CHECK(cli::policy_test(bad.source, &judge, bad.out, bad.err) == 1);
    CHECK(bad.out.str().find("t.toml:9: look: u@web exec ls: verdict expected deny, came allow") !=
          std::string::npos);
}

TEST_CASE("a policy with faults is refused with all of them") {
    Setting setting("format = 1\nname = \"t\"\nx = 1\ninclude = [\"../etc/passwd\"]\n");
    setting.source.files.push_back("/nonexistent/p.toml");
    CHECK(cli::policy_test(setting.source, &judge, setting.out, setting.err) == 78);
    CHECK(setting.out.str() == "");
    const std::string err = setting.err.str();
    CHECK(err.find("/nonexistent/p.toml: cannot be read\n") != std::string::npos);
    CHECK(err.find("t.toml:3:1: unknown key `x`") != std::string::npos);
    CHECK(err.find("t.toml:4:12: include `../etc/passwd`") != std::string::npos);
}

TEST_CASE("the hash is the SHA-256 that a decision carries") {
    Setting setting;
    const std::optional<policy::Policy> policy = cli::load_policy(setting.source, setting.err);
    REQUIRE(policy.has_value());
    CHECK(policy->hash().size() == 64);
}

TEST_CASE("the schema is JSON") {
    std::ostringstream out;
    CHECK(cli::policy_schema(out) == 0);
    CHECK(out.str().front() == '{');
}
TEST_SUITE_END();
