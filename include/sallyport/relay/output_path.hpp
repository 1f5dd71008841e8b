// SPDX-License-Identifier: Apache-2.0
// OutputPath is the way of a target's output to the person: masked, recorded, forwarded, the same
// bytes in each. The relay forwards nothing but what the path gave. One thread; called inside the
// loop's callbacks, so it must not block on a peer.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/clock.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/ipc/edge.hpp"
#include "sallyport/ssh/channel.hpp"
#include "sallyport/wire/connection_edge.hpp"

#include <memory>
#include <optional>

namespace sallyport::relay {

struct PathTotals {
    std::uint64_t frames = 0, raw_bytes = 0; // of the record
    base::Bytes head;                        // its chain's head, 32 bytes, empty without a record
    std::vector<wire::MaskCount> masked;
};

class OutputPath {
  public:
    virtual ~OutputPath() = default;
    // Appends to `out` what may be forwarded now; it is in the record already. An error means that
    // the record cannot be written: nothing more may be forwarded, and the session ends.
    virtual base::Status take(ssh::Stream stream, base::BytesView bytes, base::Bytes &out) = 0;
    // Bytes that were held back to see more of them leave when this time has come.
    virtual std::optional<base::SteadyTime> due() const { return std::nullopt; }
    virtual base::Status release_due(ssh::Stream, base::Bytes &) { return base::success(); }
    // The stream is over: gives everything that is still held back.
    virtual base::Status finish(ssh::Stream stream, base::Bytes &out) = 0;
    virtual void resize(std::uint32_t, std::uint32_t) {}
    // A fresh tail came. See wire::TailAsk.
    virtual void take_tail(std::uint64_t, base::UniqueFd) {}
    // Writes the record's foot.
    virtual base::Status close(wire::EndReason, std::uint32_t) { return base::success(); }
    virtual PathTotals totals() const = 0;
};

// Makes the path of a session from SessionOpened and its descriptors behind the socket: frame file,
// tail, mask database. An error refuses the session.
class PathMaker {
  public:
    virtual ~PathMaker() = default;
    virtual base::Result<std::unique_ptr<OutputPath>>
    make(const wire::SessionOpened &opened, std::vector<base::UniqueFd> descriptors) = 0;
};

std::unique_ptr<PathMaker> make_paths(ipc::Edge &edge);

} // namespace sallyport::relay
