// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/action.hpp"

#include "names.hpp"

namespace sallyport::model {
namespace {
constexpr std::array<std::string_view, 18> names{
    "connect",     "exec",       "line",           "script",         "shell",
    "sftp.read",   "sftp.write", "scp.read",       "scp.write",      "rsync.read",
    "rsync.write", "git",        "forward.local",  "forward.remote", "agent-forward",
    "x11",         "subsystem",  "unguarded-shell"};
static_assert(names.size() == static_cast<std::size_t>(enum_last<ActionKind>()) + 1);
} // namespace

std::string_view action_kind_name(ActionKind kind) {
    return name_in(names, kind);
}
base::Result<ActionKind> parse_action_kind(std::string_view text) {
    return find_in<ActionKind>(names, text, "kind of action");
}

} // namespace sallyport::model
