// SPDX-License-Identifier: Apache-2.0
// What is judged. The raw bytes of an action are exactly what runs if it is released.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/model/fields.hpp"
#include "sallyport/model/principal.hpp"
#include "sallyport/model/target.hpp"

#include <map>
#include <optional>

namespace sallyport::model {

enum class ActionKind : std::uint8_t {
    Connect,
    Exec,
    Line,
    Script,
    Shell, // a terminal without a command: becomes a guarded shell or is refused
    SftpRead,
    SftpWrite,
    ScpRead,
    ScpWrite,
    RsyncRead,
    RsyncWrite,
    Git,
    ForwardLocal,
    ForwardRemote,
    AgentForward,
    X11,
    Subsystem,
    UnguardedShell,
};
template <>
constexpr ActionKind enum_last<ActionKind>() {
    return ActionKind::UnguardedShell;
}
std::string_view
action_kind_name(ActionKind kind); // connect exec line script shell sftp.read ... unguarded-shell
base::Result<ActionKind> parse_action_kind(std::string_view text);

struct EnvironmentEntry {
    std::string name, value;
    bool operator==(const EnvironmentEntry &) const = default;
    SALLYPORT_FIELDS(name, value)
};

// Everything that policy may look at besides CommandFacts.
struct Action {
    ActionKind kind = ActionKind::Exec;
    Principal who;
    std::vector<std::string> declared; // declared for the session, e.g. break-glass
    std::string account, target;
    std::map<std::string, std::string> labels;
    Dialect dialect = Dialect::Bash;
    Dialect sh = Dialect::Sh; // what /bin/sh is there; Sh: one of the family, not known which
    std::string from;         // client address without port
    base::WallTime at{};
    std::string bytes; // command, line or script; a path for files; `host:port` for forwards
    std::optional<std::string> cwd;   // exec: the declared home; else a claim of the target
    std::optional<std::string> input; // all that stands on standard input; nothing: not known
    std::vector<EnvironmentEntry> environment;
    bool terminal = false;
};

} // namespace sallyport::model
