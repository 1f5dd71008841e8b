// SPDX-License-Identifier: Apache-2.0
// Text forms of bytes. Decoders are strict: no white space, no missing or surplus padding, unused
// bits must be zero (RFC 4648 section 3.5), so that one value has one text. They fail with
// InvalidInput.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"

namespace sallyport::base {

std::string hex(BytesView bytes); // lower case
Result<Bytes> from_hex(std::string_view text);
std::string base64(BytesView bytes); // RFC 4648 section 4, padded
Result<Bytes> from_base64(std::string_view text);
std::string base64url(BytesView bytes); // RFC 4648 section 5, unpadded as in JOSE
Result<Bytes> from_base64url(std::string_view text);
// Crockford base 32, upper case, big endian, without check symbol; for ids that people read out.
std::string crockford(BytesView bytes);

} // namespace sallyport::base
