// SPDX-License-Identifier: Apache-2.0
// Opens the files of a session's record and has them sealed. sallyportd writes the head and hands
// the descriptors on; it never parses what a connection wrote: the walk for the seal runs in a
// helper process.
#pragma once
#include "core.hpp"

namespace sallyport::supervisor {

struct OpenedRecord {
    std::string path; // below the records directory, without suffix: 2026/03/04/<session>
    base::Bytes head; // payload of SPRH
    base::UniqueFd frames, tail;
};

// Unavailable if there is not enough room or the files cannot be made: then nothing runs (74).
base::Result<OpenedRecord> open_record(const Core &core, const model::SessionId &session);
// The tail with this number, after the one before was full.
base::Result<base::UniqueFd> open_tail(const Core &core, const std::string &path,
                                       std::uint64_t number);
// Walks, recovers if need be, signs and writes `<session>.seal`; tails are removed. `done` gets
// what went wrong.
void seal_record(Core &core, const std::string &path, const model::SessionId &session,
                 std::function<void(base::Status)> done);

} // namespace sallyport::supervisor
