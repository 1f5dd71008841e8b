// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/event.hpp"

#include "names.hpp"

namespace sallyport::model {
namespace {
constexpr std::array<std::string_view, 26> names{
    "service-started", "service-stopped",  "connection-opened", "connection-closed",
    "login-accepted",  "login-refused",    "login-started",     "login-issued",
    "login-revoked",   "target-exchange",  "session-opened",    "session-closed",
    "action-decided",  "action-released",  "action-ended",      "request-opened",
    "request-vote",    "request-closed",   "click-refused",     "chain-head",
    "record-sealed",   "output-binary",    "output-masked",     "policy-loaded",
    "key-set-changed", "connection-killed"};
static_assert(names.size() == static_cast<std::size_t>(EventKind::ConnectionKilled) + 1);
} // namespace

std::string_view event_kind_name(EventKind kind) {
    return name_in(names, kind);
}

} // namespace sallyport::model
