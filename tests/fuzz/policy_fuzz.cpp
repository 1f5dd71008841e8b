// SPDX-License-Identifier: Apache-2.0
// Any text as a policy file: it loads or has faults, and what loads decides and prints. A text that
// begins with `TZif` is tried as the data of a time zone instead.
#include "sallyport/policy/policy.hpp"

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(base::as_text({data, size}));
    const bool zone = text.substr(0, 4) == "TZif";
    policy::Ports ports;
    ports.zone = [&](std::string_view) { return base::to_bytes(text); };
    const std::string with_zone = "format = 1\nname = \"z\"\n[[wall]]\nid = \"w\"\ntext = \"t\"\n"
                                  "when = { days = [\"mon\"], zone = \"Fuzz/Zone\" }\n";
    const policy::Loaded loaded =
        policy::Policy::load({{"fuzz.toml", zone ? with_zone : text}}, ports);
    if (loaded.policy.has_value() != loaded.faults.empty())
        __builtin_trap();
    if (!loaded.policy)
        return 0;
    model::CommandFacts facts;
    facts.state = model::ParseState::Ok;
    facts.commands.resize(1);
    facts.commands[0].argv = {model::literal_word("rm")};
    facts.commands[0].reads = {{"/srv/**"}};
    model::Action action;
    action.at = base::from_unix_seconds(4'000'000'000);
    static_cast<void>(loaded.policy->decide(action, &facts));
    static_cast<void>(loaded.policy->check({}));
    static_cast<void>(loaded.policy->print());
    return 0;
}
