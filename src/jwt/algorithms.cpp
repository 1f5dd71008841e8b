// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/key_set.hpp"

#include <array>
#include <cassert>

namespace sallyport::jwt {
namespace {

constexpr std::array<AlgorithmFacts, 10> algorithms{{
    {Algorithm::RS256, "RS256", KeyType::Rsa, Curve::None, Hash::Sha256, Scheme::Pkcs1, 0},
    {Algorithm::RS384, "RS384", KeyType::Rsa, Curve::None, Hash::Sha384, Scheme::Pkcs1, 0},
    {Algorithm::RS512, "RS512", KeyType::Rsa, Curve::None, Hash::Sha512, Scheme::Pkcs1, 0},
    {Algorithm::PS256, "PS256", KeyType::Rsa, Curve::None, Hash::Sha256, Scheme::Pss, 0},
    {Algorithm::PS384, "PS384", KeyType::Rsa, Curve::None, Hash::Sha384, Scheme::Pss, 0},
    {Algorithm::PS512, "PS512", KeyType::Rsa, Curve::None, Hash::Sha512, Scheme::Pss, 0},
    {Algorithm::ES256, "ES256", KeyType::Ec, Curve::P256, Hash::Sha256, Scheme::Ecdsa, 64},
    {Algorithm::ES384, "ES384", KeyType::Ec, Curve::P384, Hash::Sha384, Scheme::Ecdsa, 96},
    {Algorithm::ES512, "ES512", KeyType::Ec, Curve::P521, Hash::Sha512, Scheme::Ecdsa, 132},
    {Algorithm::EdDSA, "EdDSA", KeyType::Okp, Curve::Ed25519, Hash::Sha512, Scheme::Eddsa, 64},
}};

} // namespace

const AlgorithmFacts &facts_of(Algorithm algorithm) {
    const AlgorithmFacts &facts = algorithms.at(static_cast<std::size_t>(algorithm));
    assert(facts.algorithm == algorithm);
    return facts;
}

std::optional<Algorithm> find_algorithm(std::string_view name) {
    if (name == "Ed25519") // RFC 9864 section 2.2
        return Algorithm::EdDSA;
    for (const AlgorithmFacts &facts : algorithms)
        if (facts.name == name)
            return facts.algorithm;
    return std::nullopt;
}

std::vector<Algorithm> all_algorithms() {
    std::vector<Algorithm> all;
    for (const AlgorithmFacts &facts : algorithms)
        all.push_back(facts.algorithm);
    return all;
}

bool fits(const Jwk &key, Algorithm algorithm) {
    const AlgorithmFacts &facts = facts_of(algorithm);
    return key.type == facts.key_type && key.curve == facts.curve &&
           (!key.algorithm || *key.algorithm == algorithm);
}

} // namespace sallyport::jwt
