// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/files.hpp"
#include "sallyport/supervisor/init.hpp"
#include "sallyport/supervisor/setup.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("supervisor.setup");

namespace {
struct Installation {
    supervisor::Prefix prefix;
    Installation() {
        char name[] = "/tmp/sallyport-setup-XXXXXX";
        prefix.root = ::mkdtemp(name);
        const auto made = init();
        REQUIRE(made.ok());
    }
    ~Installation() {
        [[maybe_unused]] const int done = std::system(("rm -r " + prefix.root).c_str());
    }
    base::Result<supervisor::InitReport> init() const {
        return supervisor::init(
            prefix, SALLYPORT_SOURCE_ROOT "/policies",
            [](const std::string &keys) { return os::write_atomically(keys + "/made", "once"); });
    }
    void write(const std::string &path, const std::string &text) const {
        REQUIRE(os::write_atomically(path, text).ok());
    }
    std::string faults() const {
        std::string all;
        for (const config::Fault &fault : supervisor::load_setup(prefix).faults)
            all += config::shown(fault).substr(prefix.root.size()) + "\n";
        return all;
    }
};
} // namespace

TEST_CASE("what init makes is good as it is, and a second init changes nothing") {
    const Installation here;
    const supervisor::SetupResult result = supervisor::load_setup(here.prefix);
    CHECK(here.faults().empty());
    REQUIRE(result.setup);
    CHECK(result.setup->targets.empty());
    CHECK(result.setup->policy->rule_count() > 20);
    CHECK(!result.setup->mask_database.empty());
    here.write(here.prefix.keys() + "/made", "changed");
    const auto again = here.init();
    REQUIRE(again.ok());
    CHECK(again->made.empty());
    CHECK(os::read_text(here.prefix.keys() + "/made").value() == "changed");
}

TEST_CASE("what is allowed and probably not meant is warned of") {
    const Installation here;
    const supervisor::Prefix &prefix = here.prefix;
    const auto warnings = [&](const std::optional<std::set<std::string>> &groups) {
        std::string all;
        for (const std::string &text :
             supervisor::warnings(*supervisor::load_setup(prefix).setup, groups))
            all += text + "\n";
        return all;
    };
    const std::string at_first = warnings(std::set<std::string>{"ops"});
    CHECK(at_first.find("there is no [[issuer]]") != std::string::npos);
    CHECK(at_first.find("`sre`") != std::string::npos);
    CHECK(warnings(std::set<std::string>{"sre", "dba", "ops"}).find("expires") ==
          std::string::npos);
    CHECK(warnings(std::nullopt).find("expires") == std::string::npos);
    const std::string target =
        "[[target]]\nname = \"web1\"\nhost = \"127.0.0.1\"\nhost_keys = [\"ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\"]\n";
    here.write(prefix.targets() + "/targets.toml", target);
    CHECK(warnings({}).find("`web1` is on this machine") != std::string::npos);
    here.write(prefix.targets() + "/targets.toml",
               target + "allow_addresses = [\"127.0.0.1/32\"]\n");
    CHECK(warnings({}).find("web1") == std::string::npos);
}

TEST_CASE("the faults of every file are told together") {
    const Installation here;
    here.write(here.prefix.config(), "[server]\nlisten = [\"127.0.0.1:2222\"]\nnonsense = "
                                     "1\n\n[policy]\nfiles = [\"none.toml\"]\n");
    here.write(here.prefix.targets() + "/targets.toml",
               "[[target]]\nname = \"web1\"\nhost = \"h\"\n");
    const std::string faults = here.faults();
    CHECK(faults.find("/etc/sallyport.toml:3:1: unknown key `nonsense`\n") != std::string::npos);
    CHECK(faults.find("`egress_addresses` is missing") != std::string::npos);
    CHECK(faults.find("/etc/targets.d/targets.toml:1:1: target `web1` has neither") !=
          std::string::npos);
    CHECK(faults.find("none.toml") != std::string::npos);
    CHECK(!supervisor::load_setup(here.prefix).setup);
}

TEST_CASE("the configuration's hash changes with any file that was read") {
    const Installation here;
    const std::string before = supervisor::load_setup(here.prefix).setup->config_hash;
    CHECK(supervisor::load_setup(here.prefix).setup->config_hash == before);
    here.write(here.prefix.mask_rules(),
               os::read_text(here.prefix.mask_rules()).value() + "\n# a comment\n");
    CHECK(supervisor::load_setup(here.prefix).setup->config_hash != before);
}
TEST_SUITE_END();
