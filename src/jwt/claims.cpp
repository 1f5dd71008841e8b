// SPDX-License-Identifier: Apache-2.0
#include "token.hpp"

#include "sallyport/base/encoding.hpp"

#include <algorithm>
#include <cmath>

namespace sallyport::jwt {
namespace {

constexpr std::size_t max_audiences = 16;
constexpr std::size_t max_methods = 32;
constexpr std::size_t max_token_id_bytes = 256;
constexpr std::int64_t last_second = 253402300799; // 9999-12-31T23:59:59Z

using Seconds = std::int64_t;
enum class Read { Absent, Bad, Good };

// NumericDate, RFC 7519 section 2: "Seconds ... not counting leap seconds", possibly with a
// fraction.
Read read_time(const Json &all, std::string_view name, Seconds &time) {
    const Json *member = all.find(name);
    if (!member)
        return Read::Absent;
    if (const auto *whole = member->integer()) {
        time = *whole;
    } else if (const auto *real = member->real()) {
        if (!std::isfinite(*real) || *real < 0 || *real > static_cast<double>(last_second))
            return Read::Bad;
        time = static_cast<Seconds>(*real);
    } else {
        return Read::Bad;
    }
    return time >= 0 && time <= last_second ? Read::Good : Read::Bad;
}

bool holds(const std::vector<std::string> &list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// One string, or a list of strings; the caps keep a hostile list small.
bool read_strings(const Json &member, std::size_t limit, std::vector<std::string> &texts) {
    if (const std::string *one = member.text()) {
        texts.push_back(*one);
        return true;
    }
    const Json::Array *items = member.array();
    if (!items || items->size() > limit)
        return false;
    for (const Json &item : *items) {
        if (!item.text())
            return false;
        texts.push_back(*item.text());
    }
    return true;
}

std::optional<Refusal> judge_issuer(const Json &all, const Expectations &expected, Claims &claims) {
    const Json *issuer = all.find("iss");
    if (expected.issuer.empty() || !issuer || !issuer->text() || *issuer->text() != expected.issuer)
        return Refusal::WrongIssuer;
    const Json *subject = all.find("sub");
    if (!subject || !subject->text())
        return Refusal::BadSubject;
    const std::string &text = *subject->text();
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
    if (text.empty() || text.size() > max_subject_bytes || !printable)
        return Refusal::BadSubject;
    claims.issuer = expected.issuer;
    claims.subject = text;
    return std::nullopt;
}

std::optional<Refusal> judge_audience(const Json &all, const Expectations &expected,
                                      Claims &claims) {
    const Json *audience = all.find("aud");
    if (expected.audience.empty() || !audience ||
        !read_strings(*audience, max_audiences, claims.audience) ||
        !holds(claims.audience, expected.audience))
        return Refusal::WrongAudience;
    for (const std::string &one : claims.audience)
        if (one != expected.audience && !holds(expected.trusted_audiences, one))
            return Refusal::UntrustedAudience;
    if (!expected.authorized_party)
        return std::nullopt;
    const Json *party = all.find("azp");
    if (!party)
        return claims.audience.size() > 1 ? std::optional(Refusal::PartyMissing) : std::nullopt;
    if (!party->text() || *party->text() != expected.audience)
        return Refusal::ForeignParty;
    return std::nullopt;
}

std::optional<Refusal> judge_times(const Json &all, const Expectations &expected, Claims &claims) {
    const auto now = static_cast<Seconds>(base::unix_seconds(expected.now));
    const Seconds skew = expected.skew.count();
    Seconds expires = 0, issued = 0, not_before = 0, authenticated = 0;
    if (read_time(all, "exp", expires) != Read::Good || read_time(all, "iat", issued) != Read::Good)
        return Refusal::TimeMissing;
    const Read has_not_before = read_time(all, "nbf", not_before);
    const Read has_auth_time = read_time(all, "auth_time", authenticated);
    if (has_not_before == Read::Bad || has_auth_time == Read::Bad)
        return Refusal::TimeMissing;
    if (now >= expires + skew)
        return Refusal::Expired;
    if (issued > now + skew)
        return Refusal::IssuedInFuture;
    if (now > issued + expected.max_age.count() + skew)
        return Refusal::TooOld;
    if (has_not_before == Read::Good && not_before > now + skew)
        return Refusal::NotYetValid;
    if (expected.max_auth_age && (has_auth_time != Read::Good || authenticated > now + skew ||
                                  now > authenticated + expected.max_auth_age->count() + skew))
        return Refusal::AuthenticationTooOld;
    claims.issued = base::from_unix_seconds(static_cast<std::uint64_t>(issued));
    claims.expires = base::from_unix_seconds(static_cast<std::uint64_t>(expires));
    return std::nullopt;
}

std::optional<Refusal> judge_nonce(const Json &all, const Expectations &expected) {
    const Json *nonce = all.find("nonce");
    if (!nonce)
        return expected.nonce_rule == Nonce::Required ? std::optional(Refusal::NonceMissing)
                                                      : std::nullopt;
    if (!nonce->text() || expected.nonce.empty() ||
        !base::equal_constant_time(base::as_bytes(*nonce->text()), base::as_bytes(expected.nonce)))
        return Refusal::WrongNonce;
    return std::nullopt;
}

// OpenID Connect Core 1.0 section 3.1.3.6: the left half of the access token's hash.
std::optional<Refusal> judge_access_token(const Json &all, Algorithm algorithm,
                                          const Expectations &expected,
                                          const Signatures &signatures) {
    const Json *claim = all.find("at_hash");
    if (!claim || expected.access_token.empty())
        return std::nullopt;
    base::Bytes digest =
        signatures.digest(facts_of(algorithm).hash, base::as_bytes(expected.access_token));
    if (digest.empty() || !claim->text())
        return Refusal::WrongAccessToken;
    digest.resize(digest.size() / 2);
    const std::string expected_text = base::base64url(digest);
    if (!base::equal_constant_time(base::as_bytes(*claim->text()), base::as_bytes(expected_text)))
        return Refusal::WrongAccessToken;
    return std::nullopt;
}

std::optional<Refusal> judge_strength(const Json &all, const Expectations &expected) {
    if (!expected.acr.empty()) {
        const Json *context = all.find("acr");
        if (!context || !context->text() || !holds(expected.acr, *context->text()))
            return Refusal::WrongContext;
    }
    if (expected.amr.empty())
        return std::nullopt;
    const Json *member = all.find("amr");
    std::vector<std::string> methods;
    if (!member || !member->array() || !read_strings(*member, max_methods, methods))
        return Refusal::WrongMethod;
    for (const std::string &method : methods)
        if (holds(expected.amr, method))
            return std::nullopt;
    return Refusal::WrongMethod;
}

std::optional<Refusal> read_token_id(const Json &all, Claims &claims) {
    const Json *id = all.find("jti");
    if (!id)
        return std::nullopt;
    if (!id->text() || id->text()->empty() || id->text()->size() > max_token_id_bytes)
        return Refusal::BadClaims;
    claims.token_id = *id->text();
    return std::nullopt;
}

} // namespace

std::optional<Refusal> judge_claims(std::string_view payload, Algorithm algorithm,
                                    const Expectations &expected, const Signatures &signatures,
                                    Claims &claims) {
    auto document = parse_json(payload);
    if (!document.ok() || !document->object())
        return Refusal::BadClaims;
    const Json all = std::move(document).value();
    if (const auto refusal = judge_issuer(all, expected, claims))
        return refusal;
    if (const auto refusal = judge_audience(all, expected, claims))
        return refusal;
    if (const auto refusal = judge_times(all, expected, claims))
        return refusal;
    if (const auto refusal = judge_nonce(all, expected))
        return refusal;
    if (const auto refusal = judge_access_token(all, algorithm, expected, signatures))
        return refusal;
    if (const auto refusal = judge_strength(all, expected))
        return refusal;
    if (const auto refusal = read_token_id(all, claims))
        return refusal;
    claims.all = all;
    return std::nullopt;
}

} // namespace sallyport::jwt
