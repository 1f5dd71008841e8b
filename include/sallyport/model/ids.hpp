// SPDX-License-Identifier: Apache-2.0
// Identifiers. Connection, session and login ids are ULIDs (48 bits of milliseconds, 80 random
// bits, 26 Crockford characters); a request id has 6 Crockford characters and is unique while the
// request is open. An empty id means none. The random bytes come from outside: this module has no
// randomness.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/clock.hpp"
#include "sallyport/base/result.hpp"

#include <compare>
#include <string>

namespace sallyport::model {

template <typename Tag>
struct Id {
    std::string text;
    bool empty() const { return text.empty(); }
    auto operator<=>(const Id &) const = default;
};

using ConnectionId = Id<struct ConnectionTag>;
using SessionId = Id<struct SessionTag>;
using LoginId = Id<struct LoginTag>;
using RequestId = Id<struct RequestTag>;

// REQUIRES: random.size() == 10
std::string make_ulid(base::WallTime now, base::BytesView random);
// REQUIRES: random.size() == 4 (30 of the 32 bits are used)
std::string make_request_text(base::BytesView random);
bool is_ulid(std::string_view text);
// The 16 bytes that a ULID stands for; InvalidInput if it is none.
base::Result<base::Bytes> ulid_bytes(std::string_view text);
// Reads what a person typed: any case, `O` as 0, `I` and `L` as 1. InvalidInput if it is no request
// id.
base::Result<RequestId> parse_request_id(std::string_view text);

} // namespace sallyport::model
