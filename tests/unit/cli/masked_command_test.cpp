// SPDX-License-Identifier: Apache-2.0
// The shipped knowledge and the shipped mask rules together: what an approver sees of a command.
#include "sallyport/facts/facts.hpp"
#include "sallyport/mask/text.hpp"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("cli.masked_command");

namespace {
std::string shipped(const std::string &name) {
    std::ifstream in(SALLYPORT_SOURCE_ROOT "/policies/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string shown(const std::string &command) {
    static const auto knowledge =
        facts::Knowledge::load(shipped("knowledge/commands.toml"), "commands.toml").value();
    static const base::Bytes image =
        mask::compile(mask::parse_rules(shipped("mask/rules.toml")).value()).value();
    static const mask::Database database = mask::Database::open(image).value();
    const model::CommandFacts facts = facts::judge_text(
        command, model::Dialect::Bash, model::ActionKind::Exec, *knowledge, facts::SessionState{});
    std::vector<mask::ConstantSpan> constants;
    for (const model::Span &span : facts.constants)
        constants.push_back({span.begin, span.end});
    return mask::mask_command(database, command, constants).text;
}
} // namespace

TEST_CASE("secrets in operands and in values of options and assignments are starred") {
    CHECK(shown("mysql --password=Tr0ub4dor db") == "mysql --password=********* db");
    CHECK(shown("curl https://u:hunter2secret@h/x") == "curl https://u:*************@h/x");
    CHECK(shown("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY0") ==
          "export AWS_SECRET_ACCESS_KEY=****************************************");
    CHECK(shown("curl -H 'Authorization: Bearer abc123def456' https://x") ==
          "curl -H 'Authorization: Bearer ************' https://x");
    CHECK(shown("sudo PGPASSWORD=hunter2secret psql -h db") ==
          "sudo PGPASSWORD=************* psql -h db");
}

TEST_CASE("a lead of a secret before what runs hides nothing of it") {
    for (const char *attack :
         {"password=x1y2z3;rm -rf /", "password='rm -rf /'; $password", "password=$(rm -rf /srv)",
          "bash -c 'password=rm; $password -rf /'", "password=rm; $password -rf /",
          "mysql -e 'password=x1; DROP TABLE users'", "eval 'password=rm' -rf /"}) {
        const std::string text = shown(attack);
        CAPTURE(text);
        const bool whole = text.find("rm -rf /") != std::string::npos ||
                           text.find("DROP TABLE users") != std::string::npos ||
                           text.find("password=rm") != std::string::npos;
        CHECK(whole);
    }
}
