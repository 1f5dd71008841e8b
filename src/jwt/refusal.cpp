// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/verify.hpp"

#include <array>
#include <cassert>

namespace sallyport::jwt {
namespace {

using base::ErrorCode;
struct Row {
    Refusal refusal;
    std::string_view name;
    ErrorCode code;
    std::string_view text;
};
constexpr std::array rows{
    Row{Refusal::TooLong, "too-long", ErrorCode::TooLarge, "token is longer than 64 KiB"},
    Row{Refusal::NotThreeParts, "not-three-parts", ErrorCode::InvalidInput,
        "token does not have three parts"},
    Row{Refusal::BadBase64, "bad-base64", ErrorCode::InvalidInput, "token is not strict base64url"},
    Row{Refusal::BadHeader, "bad-header", ErrorCode::InvalidInput, "token header is malformed"},
    Row{Refusal::BadClaims, "bad-claims", ErrorCode::InvalidInput, "token claims are malformed"},
    Row{Refusal::AlgorithmMissing, "algorithm-missing", ErrorCode::InvalidInput,
        "token names no algorithm"},
    Row{Refusal::AlgorithmNotAllowed, "algorithm-not-allowed", ErrorCode::Denied,
        "token's algorithm is not allowed"},
    Row{Refusal::CriticalHeader, "critical-header", ErrorCode::Denied,
        "token has a critical header"},
    Row{Refusal::WrongType, "wrong-type", ErrorCode::Denied, "token is not of type JWT"},
    Row{Refusal::BadKeyId, "bad-key-id", ErrorCode::InvalidInput, "token's key id is malformed"},
    Row{Refusal::UnknownKey, "unknown-key", ErrorCode::NotFound,
        "token's key is not in the issuer's key set"},
    Row{Refusal::KeyDoesNotFit, "key-does-not-fit", ErrorCode::Denied,
        "token's key does not fit its algorithm"},
    Row{Refusal::BadSignature, "bad-signature", ErrorCode::Denied, "token's signature is wrong"},
    Row{Refusal::WrongIssuer, "wrong-issuer", ErrorCode::Denied, "token is of another issuer"},
    Row{Refusal::BadSubject, "bad-subject", ErrorCode::Denied,
        "token's subject is missing or malformed"},
    Row{Refusal::WrongAudience, "wrong-audience", ErrorCode::Denied,
        "token is for another audience"},
    Row{Refusal::UntrustedAudience, "untrusted-audience", ErrorCode::Denied,
        "token is also for an audience that is not trusted"},
    Row{Refusal::PartyMissing, "party-missing", ErrorCode::Denied,
        "token has several audiences and no authorized party"},
    Row{Refusal::ForeignParty, "foreign-party", ErrorCode::Denied,
        "token was issued to another party"},
    Row{Refusal::TimeMissing, "time-missing", ErrorCode::Denied,
        "token's times are missing or malformed"},
    Row{Refusal::Expired, "expired", ErrorCode::Denied, "token has expired"},
    Row{Refusal::IssuedInFuture, "issued-in-future", ErrorCode::Denied,
        "token was issued in the future"},
    Row{Refusal::TooOld, "too-old", ErrorCode::Denied, "token is not fresh"},
    Row{Refusal::NotYetValid, "not-yet-valid", ErrorCode::Denied, "token is not valid yet"},
    Row{Refusal::NonceMissing, "nonce-missing", ErrorCode::Denied, "token has no nonce"},
    Row{Refusal::WrongNonce, "wrong-nonce", ErrorCode::Denied,
        "token's nonce is not the one of this login"},
    Row{Refusal::WrongAccessToken, "wrong-access-token", ErrorCode::Denied,
        "token belongs to another access token"},
    Row{Refusal::AuthenticationTooOld, "authentication-too-old", ErrorCode::Denied,
        "the person's authentication is not recent enough"},
    Row{Refusal::WrongContext, "wrong-context", ErrorCode::Denied,
        "the authentication context is not one that is accepted"},
    Row{Refusal::WrongMethod, "wrong-method", ErrorCode::Denied,
        "the authentication method is not one that is accepted"},
};

const Row &row_of(Refusal refusal) {
    const Row &row = rows.at(static_cast<std::size_t>(refusal));
    assert(row.refusal == refusal);
    return row;
}

} // namespace

base::Error refused(Refusal refusal) {
    const Row &row = row_of(refusal);
    return base::fail(row.code, std::string(row.text));
}

std::string_view refusal_name(Refusal refusal) {
    return row_of(refusal).name;
}

} // namespace sallyport::jwt
