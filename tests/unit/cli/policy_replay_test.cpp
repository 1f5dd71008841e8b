// SPDX-License-Identifier: Apache-2.0
#include "policy_replay.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("cli.policy_replay");

namespace {

// One command of words; `sudo` is a privileged one.
model::CommandFacts judge(const model::Action &action) {
    model::CommandFacts facts;
    facts.state = model::ParseState::Ok;
    model::Command command;
    std::istringstream words(action.bytes);
    for (std::string word; words >> word;)
        command.argv.push_back(model::literal_word(word));
    command.name = command.argv.front();
    command.known = true;
    facts.commands.push_back(std::move(command));
    return facts;
}

std::string decided(const std::string &who, const std::string &command, const std::string &verdict,
                    const std::string &more) {
    return "{\"v\":1,\"seq\":1,\"time\":\"2026-03-04T10:00:00.000000Z\",\"kind\":"
           "\"action-decided\",\"person\":\"" +
           who +
           "\",\"account\":\"deploy\",\"target\":\"web1\",\"action\":\"exec\",\"command\":\"" +
           command + "\",\"verdict\":\"" + verdict + "\",\"rules\":\"old-rule mask\"" + more +
           "}\n";
}
const std::string full = ",\"groups\":\"ops staff\",\"origin\":\"human\",\"from\":\"10.1.1.1\","
                         "\"labels\":\"env=prod\\nrole=web\",\"dialect\":\"bash\",\"sh\":\"dash\"";

const std::string policy_text = R"(format = 1
name = "t"
[[grant]]
id = "ops"
text = "t"
who = { groups = ["ops"], origin = ["human"] }
where = { env = ["prod"], role = ["web"] }
kind = ["exec"]
cmd = { any = true }
[[wall]]
id = "no-rm"
text = "t"
cmd = { name = ["rm"] }
)";

struct Outcome {
    int status;
    std::string out;
};
Outcome replay(const std::string &events, const std::string &rules = policy_text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sallyport-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    const std::string file = pattern + "/t.toml";
    std::ofstream(file) << rules;
    cli::PolicySource source;
    source.files = {file};
    std::istringstream in(events);
    std::ostringstream out, err;
    const int status = cli::policy_replay(source, &judge, in, out, err);
    std::filesystem::remove_all(pattern);
    return {status, out.str()};
}

} // namespace

TEST_CASE("history under a policy that says the same changes nothing") {
    const Outcome same =
        replay(decided("olga", "ls", "allow", full) + decided("olga", "rm x", "deny", full));
    CHECK(same.status == 0);
    CHECK(same.out == "2 decisions replayed, 0 left out, 0 changed\n");
}

TEST_CASE("changed verdicts are told by person and by rule, with examples") {
    const Outcome changed =
        replay(decided("olga", "rm x", "allow", full) + decided("sam", "rm y", "approve", full) +
               decided("olga", "ls", "deny", full));
    CHECK(changed.status == 1);
    CHECK(changed.out ==
          R"(3 decisions replayed, 0 left out, 3 changed
by person
  olga  2: allow -> deny 1, deny -> allow 1
  sam  1: approve -> deny 1
by rule
  no-rm  2: allow -> deny 1, approve -> deny 1
    2026-03-04T10:00:00.000000Z olga@web1 allow -> deny (was old-rule, is no-rm): rm x
    2026-03-04T10:00:00.000000Z sam@web1 approve -> deny (was old-rule, is no-rm): rm y
  old-rule  1: deny -> allow 1
    2026-03-04T10:00:00.000000Z olga@web1 deny -> allow (was old-rule, is ops): ls
)");
}

TEST_CASE("what an event does not say comes from the fixtures, and else it is left out") {
    const std::string old = decided("olga", "ls", "allow", "");
    CHECK(replay(old).status == 65);
    CHECK(replay(old).out == "0 decisions replayed, 1 left out, 0 changed\n");
    const std::string fixtures = "[fixture.users]\nolga = { groups = [\"ops\"], origin = "
                                 "\"human\" }\n[fixture.targets]\nweb1 = { env = \"prod\", role = "
                                 "\"web\" }\n";
    CHECK(replay(old, policy_text + fixtures).status == 0);
    const Outcome odd = replay("no event\n{\"kind\":\"chain-head\"}\n[]\n" +
                                   std::string(cli::max_event_line_bytes + 10, 'x') + "\n" + old +
                                   decided("olga", "ls", "allow", full),
                               policy_text);
    CHECK(odd.out == "1 decisions replayed, 4 left out, 0 changed\n");
    CHECK(replay(old, "format = 2\n").status == 78);
}
TEST_SUITE_END();
