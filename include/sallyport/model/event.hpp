// SPDX-License-Identifier: Apache-2.0
// One line of the audit log before it is chained. The kinds are a closed list, documented in
// docs/formats/events.md.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/model/ids.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sallyport::model {

enum class EventKind : std::uint8_t {
    ServiceStarted,
    ServiceStopped,
    ConnectionOpened,
    ConnectionClosed,
    LoginAccepted,
    LoginRefused,
    LoginStarted,
    LoginIssued,
    LoginRevoked,
    TargetExchange,
    SessionOpened,
    SessionClosed,
    ActionDecided,
    ActionReleased,
    ActionEnded,
    RequestOpened,
    RequestVote,
    RequestClosed,
    ClickRefused,
    ChainHead,
    RecordSealed,
    OutputBinary,
    OutputMasked,
    PolicyLoaded,
    KeySetChanged,
    ConnectionKilled,
};
std::string_view event_kind_name(EventKind kind); // service-started ... connection-killed

struct Event {
    EventKind kind = EventKind::ServiceStarted;
    ConnectionId connection;
    SessionId session;
    std::string person, account, target;
    // Further members in this order; values are text and become JSON strings. Already masked.
    std::vector<std::pair<std::string, std::string>> details;
};

} // namespace sallyport::model
