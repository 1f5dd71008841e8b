// SPDX-License-Identifier: Apache-2.0
// The seal `<session>.seal`: line 1 canonical JSON, line 2 base64 of an Ed25519 signature over
// "sallyport-seal-v1\0" and line 1 without its newline. Content and form only; the signer signs and
// a callback verifies.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::record {

inline constexpr std::size_t max_seal_bytes = 4096;

struct Seal {
    std::string session; // ULID
    std::uint64_t frames = 0;
    std::uint64_t raw_bytes = 0;
    Hash chain{};
    Hash file{}; // SHA-256 of the whole container
    Hash config{};
    base::WallTime start;
    base::WallTime end;
    EndReason reason = EndReason::Ended;
    std::string key_id; // first 16 hex digits of SHA-256 of the seal key's SubjectPublicKeyInfo
    bool operator==(const Seal &) const = default;
};
struct SignedSeal {
    Seal seal;
    base::Bytes message; // what was signed
    base::Bytes signature;
};

// Line 1 without a newline. One seal has one text.
std::string seal_line(const Seal &seal);
base::Bytes seal_message(std::string_view line);
std::string seal_file(std::string_view line, base::BytesView signature);
// InvalidInput if the text is not exactly what seal_line and seal_file write.
base::Result<Seal> parse_seal_line(std::string_view line);
base::Result<SignedSeal> parse_seal_file(std::string_view text);

} // namespace sallyport::record
