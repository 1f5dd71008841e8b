// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/command_facts.hpp"

#include "names.hpp"

#include <algorithm>

namespace sallyport::model {
namespace {
constexpr std::array<std::string_view, 4> parse_states{"ok", "incomplete", "error", "over-limit"};
constexpr std::array<std::string_view, 13> effects{
    "read",    "write", "delete",  "destroy", "privilege",     "persistence", "interpreter",
    "network", "exfil", "service", "secrets", "session-state", "guard-break"};
constexpr std::array<std::string_view, 19> opaque_reasons{
    "hole-command", "glob-command",       "hole-option",     "eval-hole",
    "stdin-script", "script-file",        "interpreter",     "editor",
    "pager",        "interactive",        "unknown-program", "unknown-option",
    "env-code",     "rebound-name",       "arith-eval",      "remote-shell",
    "db-script",    "unsupported-syntax", "over-limit"};
constexpr std::array<std::string_view, 6> notices{"bidi", "control",      "carriage-return",
                                                  "nul",  "mixed-script", "invalid-utf8"};
static_assert(effects.size() == static_cast<std::size_t>(enum_last<Effect>()) + 1);
static_assert(opaque_reasons.size() == static_cast<std::size_t>(enum_last<OpaqueReason>()) + 1);
static_assert(notices.size() == static_cast<std::size_t>(enum_last<Notice>()) + 1);
} // namespace

std::string_view parse_state_name(ParseState state) {
    return name_in(parse_states, state);
}
std::string_view effect_name(Effect effect) {
    return name_in(effects, effect);
}
base::Result<Effect> parse_effect(std::string_view text) {
    return find_in<Effect>(effects, text, "effect");
}
std::string_view opaque_reason_name(OpaqueReason reason) {
    return name_in(opaque_reasons, reason);
}
base::Result<OpaqueReason> parse_opaque_reason(std::string_view text) {
    return find_in<OpaqueReason>(opaque_reasons, text, "opaque reason");
}
std::string_view notice_name(Notice notice) {
    return name_in(notices, notice);
}

bool FactWord::literal() const {
    return std::all_of(parts.begin(), parts.end(),
                       [](const WordPart &part) { return part.kind == WordPartKind::Literal; });
}
bool FactWord::has_hole() const {
    return std::any_of(parts.begin(), parts.end(),
                       [](const WordPart &part) { return part.kind == WordPartKind::Hole; });
}
std::string FactWord::text() const {
    assert(literal());
    std::string text;
    for (const WordPart &part : parts)
        text += part.text;
    return text;
}
std::string FactWord::shown() const {
    std::string text;
    for (const WordPart &part : parts)
        text += part.kind == WordPartKind::Hole ? "<hole>" : part.text;
    return text;
}
FactWord literal_word(std::string text) {
    return {{{WordPartKind::Literal, std::move(text)}}, false};
}

bool Command::has(Effect effect) const {
    return std::find(effects.begin(), effects.end(), effect) != effects.end();
}
bool Command::privileged() const {
    return as != AccountKind::Same || has(Effect::Privilege);
}

} // namespace sallyport::model
