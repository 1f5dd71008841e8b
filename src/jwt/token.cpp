// SPDX-License-Identifier: Apache-2.0
#include "token.hpp"

#include "sallyport/base/encoding.hpp"

#include <algorithm>

namespace sallyport::jwt {
namespace {

constexpr std::size_t max_kid_bytes = 256;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

std::optional<Refusal> read_header(std::string_view text, const Expectations &expected,
                                   Header &header) {
    const auto document = parse_json(text);
    if (!document.ok() || !document->object())
        return Refusal::BadHeader;
    const Json *name = document->find("alg");
    if (!name || !name->text())
        return Refusal::AlgorithmMissing;
    const auto algorithm = find_algorithm(*name->text());
    const auto &allowed = expected.algorithms;
    if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end())
        return Refusal::AlgorithmNotAllowed;
    // RFC 7515 section 4.1.11: what is critical and not understood makes the token invalid. We
    // understand no extension.
    if (document->find("crit"))
        return Refusal::CriticalHeader;
    // RFC 8725 section 3.11: an access token (`at+jwt`) or a logout token is signed with the same
    // keys and must not pass for an ID token.
    if (const Json *type = document->find("typ");
        type && (!type->text() || !equal_ignoring_case(*type->text(), "JWT")))
        return Refusal::WrongType;
    if (const Json *kid = document->find("kid")) {
        if (!kid->text() || kid->text()->empty() || kid->text()->size() > max_kid_bytes)
            return Refusal::BadKeyId;
        header.kid = *kid->text();
    }
    header.algorithm = *algorithm;
    return std::nullopt;
}

} // namespace

std::optional<Refusal> read_token(std::string_view text, const Expectations &expected,
                                  Token &token) {
    if (text.size() > max_token_bytes)
        return Refusal::TooLong;
    if (std::count(text.begin(), text.end(), '.') != 2)
        return Refusal::NotThreeParts;
    const std::size_t first = text.find('.');
    const std::size_t second = text.rfind('.');
    const std::string_view parts[] = {
        text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
    for (const std::string_view part : parts)
        if (part.empty())
            return Refusal::NotThreeParts;
    auto header = base::from_base64url(parts[0]);
    auto payload = base::from_base64url(parts[1]);
    auto signature = base::from_base64url(parts[2]);
    if (!header.ok() || !payload.ok() || !signature.ok())
        return Refusal::BadBase64;
    if (const auto refusal = read_header(base::as_text(*header), expected, token.header))
        return refusal;
    token.signed_part = text.substr(0, second);
    token.payload = base::to_text(*payload);
    token.signature = std::move(signature).value();
    return std::nullopt;
}

} // namespace sallyport::jwt
