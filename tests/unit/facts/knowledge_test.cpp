// SPDX-License-Identifier: Apache-2.0
#include "entry.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::facts;
using namespace sallyport::facts::testing;

namespace {
const char *const minimal = "format = 1\n[paths]\ntrusted = [\"/bin\"]\n";

std::string fault(const std::string &rest) {
    const auto loaded = Knowledge::load(minimal + rest, "k.toml");
    return loaded ? "" : loaded.error().message;
}
std::string site_fault(const std::string &text) {
    const auto merged = knowledge().tightened(text, "site.toml");
    return merged ? "" : merged.error().message;
}
} // namespace

TEST_SUITE("facts.knowledge") {
    TEST_CASE("the shipped base loads and is as large as it says") {
        CHECK(knowledge().size() >= 780);
        CHECK(knowledge().find("sudo") != nullptr);
        CHECK(knowledge().find("mkfs.ext4") == knowledge().find("mkfs"));
        CHECK(knowledge().find("podman") == knowledge().find("docker"));
        CHECK(knowledge().find("no-such-command") == nullptr);
        CHECK(knowledge().find("") == nullptr);
    }

    TEST_CASE("the pack of read-only commands is the base's list") {
        std::string wanted;
        for (const std::string &name : knowledge().readers())
            wanted += "    \"" + name + "\",\n";
        const std::string pack = file("policies/packs/readers.toml");
        CHECK(pack.find("\"pack.readers\" = [\n" + wanted + "]\n") != std::string::npos);
    }

    TEST_CASE("every option that leads somewhere is one that the grammar can read") {
        const auto check = [](const Entry &entry) {
            const auto known = [&](const std::string &name) {
                const auto in = [&](const std::vector<std::string> &list) {
                    return std::find(list.begin(), list.end(), name) != list.end();
                };
                const bool letter = name.size() == 1 &&
                                    (entry.flags + entry.args + entry.optional_args).find(name) !=
                                        std::string::npos;
                return letter || in(entry.long_flags) || in(entry.long_args) ||
                       in(entry.long_optional_args) || in(entry.word_args) ||
                       entry.style == Style::Dash;
            };
            for (const auto &item : entry.option_inner) {
                const std::string &option = item.first;
                const Inner &inner = item.second;
                CHECK_MESSAGE(known(option), entry.name, ": inner_opt ", option);
                const bool valued =
                    (entry.args + entry.optional_args).find(option) != std::string::npos ||
                    option.size() > 1 || inner.how == Inner::How::Script;
                CHECK_MESSAGE(valued, entry.name, ": ", option, " has no value");
            }
            for (const auto *list : {&entry.reads, &entry.writes, &entry.deletes, &entry.text}) {
                for (const Selector &selector : *list) {
                    if (selector.which == Selector::Which::Option ||
                        selector.which == Selector::Which::OptionFile)
                        CHECK_MESSAGE(known(selector.name), entry.name, ": selector of ",
                                      selector.name);
                }
            }
        };
        int seen = 0;
        for (const char *name :
             {"sudo",   "env",    "tar",   "rsync", "ssh",     "scp",    "git",   "curl",
              "wget",   "psql",   "sort",  "find",  "make",    "xargs",  "split", "dpkg",
              "vim",    "strace", "at",    "perl",  "awk",     "sed",    "tee",   "cp",
              "mv",     "rm",     "nc",    "ncat",  "php",     "node",   "su",    "flock",
              "script", "helm",   "mysql", "watch", "python3", "install"}) {
            const Entry *entry = knowledge().find(name);
            REQUIRE_MESSAGE(entry != nullptr, name);
            check(*entry);
            ++seen;
        }
        CHECK(seen == 38);
    }

    TEST_CASE("a fault names its place") {
        CHECK(fault("[c.x]\nkinds = []\n").find("k.toml:5:") == 0);
        CHECK(fault("[c.x]\nkinds = []\n").find("unknown key `kinds`") != std::string::npos);
        CHECK(fault("[c.x]\nkind = [\"wizard\"]\n").find("unknown kind") != std::string::npos);
        CHECK(fault("[c.x]\nreads = [\"2.\"]\n").find("unknown selector") != std::string::npos);
        CHECK(fault("[c.x]\ninner = \"shell:tcsh\"\n").find("inner command") != std::string::npos);
        CHECK(fault("[c.x]\nsame_as = \"y\"\n").find("leads nowhere") != std::string::npos);
        CHECK(fault("[c.x]\nsame_as = \"x\"\n").find("leads nowhere") != std::string::npos);
        CHECK(fault("[c.x]\neffects = [\"guard-break\"]\n").find("effect") != std::string::npos);
        CHECK(fault("[c.x]\nwhen = [{value = [\"a\"]}]\n").find("needs `opt`") !=
              std::string::npos);
        CHECK(fault("[c.x]\nwhen = [{word = []}]\n").find("empty list") != std::string::npos);
        CHECK(fault("[c.x]\nskip = 65\n").find("0 to 64") != std::string::npos);
        CHECK(fault("[c.x]\nargs = \"a\"\noptargs = \"a\"\n").find("may have") !=
              std::string::npos);
        CHECK(fault("[c.x]\npatterns = \"sql\"\n").find("glob or regex") != std::string::npos);
        CHECK(fault("[c.x]\nexample = \"x\"\n").find("list of strings") != std::string::npos);
        CHECK(fault("[c.x]\nwhen = [{tree = 1}]\n").find("true or false") != std::string::npos);
        CHECK(fault("[c.x]\nwhen = [{reads = [\"2.\"]}]\n").find("unknown selector") !=
              std::string::npos);
        CHECK(fault("oops = 1\n").find("key `oops` in `paths`") != std::string::npos);
        CHECK(!Knowledge::load("oops = 1\n" + std::string(minimal), "k"));
        CHECK(fault("[c.x\n").find("k.toml:4:") == 0);
        CHECK(fault("[c.x]\nkind = [\"reader\"]\n").empty());
        CHECK(!Knowledge::load("", "k"));
        CHECK(!Knowledge::load("format = 2\n", "k"));
        CHECK(!Knowledge::load(std::string(max_knowledge_bytes + 1, '#'), "k"));
    }

    TEST_CASE("text that is not TOML at all is a fault with its line") {
        for (const std::string_view text :
             {std::string_view("[ } }"), std::string_view("[[\0", 3),
              std::string_view("a = \xEF\xBB\xAF\n"), std::string_view("\xC3\xA9 = 1"),
              std::string_view("[[")}) {
            CAPTURE(text);
            CHECK(!Knowledge::load(text, "k.toml"));
            CHECK(!knowledge().tightened(text, "k.toml"));
        }
        CHECK(Knowledge::load("format = 1\n[ } }\n", "k.toml").error().message ==
              "k.toml:2:1: not TOML: a bracket stands where none can");
    }

    TEST_CASE("a site file adds and tightens") {
        const auto merged = knowledge().tightened("format = 1\n"
                                                  "[c.backupctl]\nkind = [\"destroyer\"]\n"
                                                  "effects = [\"destroy\"]\n"
                                                  "[c.tail]\neffects = [\"secrets\"]\n",
                                                  "site.toml");
        REQUIRE(merged.ok());
        const auto facts = judge_text("backupctl; tail x", model::Dialect::Bash,
                                      model::ActionKind::Exec, **merged, session());
        CHECK(facts.commands[0].has(model::Effect::Destroy));
        CHECK(facts.commands[1].has(model::Effect::Secrets));
        CHECK(facts.commands[1].has(model::Effect::Read));
    }

    TEST_CASE("a site file cannot loosen") {
        CHECK(site_fault("format = 1\n[c.rm]\nflags = \"r\"\n").find("only add or tighten") !=
              std::string::npos);
        CHECK(site_fault("format = 1\n[c.rm]\nwhen = [{effect = \"safe\"}]\n").find("safe") !=
              std::string::npos);
        CHECK(site_fault("format = 1\n[c.sudo]\ninner = \"argv\"\n").find("refused") !=
              std::string::npos);
        CHECK(!site_fault("format = 1\n[readers]\nnames = [\"rm\"]\n").empty());
        CHECK(!site_fault("format = 1\n[paths]\ntrusted = [\"/tmp\"]\n").empty());
        CHECK(!site_fault("format = 1\n[sql]\nsafe = [\"DROP\"]\n").empty());
        CHECK(!site_fault("format = 1\n[builtins]\nbash = [\"rm\"]\n").empty());
        CHECK(!site_fault("format = 1\n[c.vi]\neffects = [\"read\"]\n").empty());
    }

    TEST_CASE("operands that a program reads as patterns are patterns") {
        const auto operand = [](const std::string &line, std::size_t index = 0) {
            const auto facts = judged(line);
            const auto &words = facts.commands.at(0).operands;
            const auto &word = words.at(index);
            return std::string(word.literal() ? "=" : "~") + word.shown();
        };
        CHECK(operand("systemctl stop 'ssh*'", 1) == "~ssh*");
        CHECK(operand("systemctl stop sshd", 1) == "=sshd");
        CHECK(operand("pkill 'ss[h]d'") == "~ss[h]d*");
        CHECK(operand("pkill '^ss.d$'") == "~ss?d");
        CHECK(operand("pkill 's+hd'") == "~*hd*");
        CHECK(operand("pkill 'x|sshd$'", 1) == "~sshd");
        CHECK(operand("pkill 'ss(h)d'") == "~*");
        CHECK(operand("pkill nginx") == "~nginx*");
        CHECK(operand("killall 'ss?d'") == "~ss?d");
        CHECK(operand("rm 'ss?d'") == "=ss?d");
    }

    TEST_CASE("a copy reaches the name below a directory too") {
        const auto writes = [](const std::string &line) {
            std::string out;
            const auto facts = judged(line);
            for (const auto &path : facts.commands.at(0).writes)
                out += (out.empty() ? "" : " ") + path.glob;
            return out;
        };
        CHECK(writes("cp /srv/a /etc/sudoers.d") == "/etc/sudoers.d /etc/sudoers.d/a");
        CHECK(writes("cp /srv/a* /etc") == "/etc /etc/*");
        CHECK(writes("cp -t /etc /srv/a") == "/etc /etc/a");
        CHECK(writes("cp /srv/a") == "/srv/a");
        CHECK(writes("tar xf /srv/a -C /etc") == "/etc /etc/**");
        CHECK(writes("tar xf /srv/a") == "**");
        CHECK(writes("unzip /srv/a") == "**");
        CHECK(writes("tar xOf /srv/a").empty());
    }

    TEST_CASE("the words of an inner command are no options of the outer one") {
        for (const char *line :
             {"find /srv -exec sh -c 'rm /x' --version ';'", "java -jar /x --version",
              "python3 -c 'x' --version", "python3 -m x --help", "make -f /x all"})
            CHECK_MESSAGE((is_opaque(judged(line)) || named(judged(line), "rm").size() == 1),
                          std::string(line));
        for (const char *line : {"java -version", "python3 --version", "make --help"})
            CHECK_MESSAGE(!is_opaque(judged(line)), std::string(line));
    }

    TEST_CASE("globs of the knowledge") {
        CHECK(matches("a*c", "abbc"));
        CHECK(matches("[!a]x", "bx"));
        CHECK(!matches("[!a]x", "ax"));
        CHECK(matches("[0-9][0-9]", "42"));
        CHECK(matches("", ""));
        CHECK(!matches("?", ""));
        CHECK(!matches("a*b", std::string(20000, 'a')));
        CHECK(matches("[", "["));
    }
}
