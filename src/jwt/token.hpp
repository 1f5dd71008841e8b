// SPDX-License-Identifier: Apache-2.0
// The form of a compact JWS (RFC 7515 section 3.1) and its protected header.
#pragma once
#include "sallyport/jwt/verify.hpp"

namespace sallyport::jwt {

struct Header {
    Algorithm algorithm = Algorithm::RS256;
    std::optional<std::string> kid;
};
struct Token {
    Header header;
    std::string_view signed_part; // `header.payload`; lives as long as the token's text
    std::string payload;          // not looked at before the signature is verified
    base::Bytes signature;
};
// Returns the refusal, or nothing and fills `token`.
std::optional<Refusal> read_token(std::string_view text, const Expectations &expected,
                                  Token &token);

// Judges the claims of a token whose signature is verified; fills `claims`.
std::optional<Refusal> judge_claims(std::string_view payload, Algorithm algorithm,
                                    const Expectations &expected, const Signatures &signatures,
                                    Claims &claims);

} // namespace sallyport::jwt
