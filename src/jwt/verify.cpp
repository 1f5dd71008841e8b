// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/verify.hpp"

#include "token.hpp"

namespace sallyport::jwt {
namespace {

// The keys that may have signed: those with the token's key id, or, without one, those that fit.
std::optional<Refusal> choose_keys(const KeySet &keys, const Header &header,
                                   std::vector<const Jwk *> &chosen) {
    bool known = false;
    for (const Jwk &key : keys.keys) {
        if (header.kid && key.kid != *header.kid)
            continue;
        known = true;
        if (fits(key, header.algorithm) && chosen.size() < max_candidate_keys)
            chosen.push_back(&key);
    }
    if (!chosen.empty())
        return std::nullopt;
    return header.kid && known ? Refusal::KeyDoesNotFit : Refusal::UnknownKey;
}

std::size_t signature_bytes(const Jwk &key, Algorithm algorithm) {
    const std::size_t fixed = facts_of(algorithm).signature_bytes;
    return fixed != 0 ? fixed : key.n.size();
}

} // namespace

Verified check(std::string_view text, const KeySet &keys, const Expectations &expected,
               const Signatures &signatures) {
    Token token;
    if (const auto refusal = read_token(text, expected, token))
        return {std::nullopt, *refusal};
    std::vector<const Jwk *> candidates;
    if (const auto refusal = choose_keys(keys, token.header, candidates))
        return {std::nullopt, *refusal};
    const Algorithm algorithm = token.header.algorithm;
    const Jwk *signer = nullptr;
    for (const Jwk *key : candidates)
        if (!signer && token.signature.size() == signature_bytes(*key, algorithm) &&
            signatures.verify(*key, algorithm, base::as_bytes(token.signed_part), token.signature))
            signer = key;
    if (!signer)
        return {std::nullopt, Refusal::BadSignature};
    Claims claims;
    if (const auto refusal = judge_claims(token.payload, algorithm, expected, signatures, claims))
        return {std::nullopt, *refusal};
    claims.kid = signer->kid;
    claims.algorithm = algorithm;
    return {std::move(claims), Refusal::BadSignature};
}

base::Result<Claims> verify(std::string_view token, const KeySet &keys,
                            const Expectations &expected, const Signatures &signatures) {
    Verified verified = check(token, keys, expected, signatures);
    if (!verified.claims)
        return refused(verified.refusal);
    return std::move(*verified.claims);
}

std::string_view signed_part(std::string_view token) {
    return token.substr(0, token.rfind('.'));
}

std::string named_key_id(std::string_view text) {
    Token token;
    const auto refusal = read_token(text, {}, token);
    return refusal ? std::string() : token.header.kid.value_or("");
}

} // namespace sallyport::jwt
