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
#include "sallyport/record/container.hpp"
#include "sallyport/relay/helper.hpp"
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
    // The person pressed a key; for a while small output is its echo.
    virtual void note_input() {}
    virtual void resize(std::uint32_t columns, std::uint32_t rows) = 0;
    // A command begins (masked, as players show it) and ends; at its end the chain's head is told.
    virtual base::Status mark(const std::string &command) = 0;
    virtual base::Result<wire::ChainHead> boundary() = 0;
    // A fresh tail came. See wire::TailAsk.
    virtual base::Status take_tail(std::uint64_t number, base::UniqueFd tail) = 0;
    // The chain's head if it is time to tell it: every 10 s while output flows.
    virtual std::optional<wire::ChainHead> head_due() { return std::nullopt; }
    // Ends both streams, if they have not ended, and writes the record's foot. Once.
    virtual base::Status close(wire::EndReason reason, std::optional<std::uint32_t> status) = 0;
    virtual PathTotals totals() const = 0;
};

// Makes the path of a session from SessionOpened, whether it has a terminal, and its descriptors
// behind the socket: frame file, tail, mask database. An error refuses the session.
class PathMaker {
  public:
    virtual ~PathMaker() = default;
    virtual base::Result<std::unique_ptr<OutputPath>>
    make(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
         std::vector<base::UniqueFd> descriptors) = 0;
};

// The one that sessions get: mask, record, the same bytes on. All of these outlive its paths.
std::unique_ptr<PathMaker> recorded_paths(ipc::Edge &edge, const base::Clock &clock,
                                          const record::Digest &digest, Helper &helper);

} // namespace sallyport::relay
