// SPDX-License-Identifier: Apache-2.0
#include "sallyport/oidc/issuer.hpp"

#include "sallyport/base/encoding.hpp"

#include <algorithm>

namespace sallyport::oidc {
namespace {

constexpr std::chrono::seconds metadata_age{12 * 3600};
constexpr std::chrono::seconds first_backoff{5};
constexpr std::chrono::seconds max_backoff{60};
constexpr std::chrono::seconds unknown_key_memory{300};
constexpr std::size_t max_unknown_keys = 256;

std::chrono::seconds key_age(const wire::FetchAnswer &answer) {
    return std::clamp(http::cache_age(answer.cache_control).value_or(default_key_age), min_key_age,
                      max_key_age);
}

} // namespace

Issuer::Issuer(Settings settings, const jwt::Signatures &signatures, const base::Clock &clock)
    : settings_(std::move(settings)), signatures_(signatures), clock_(clock) {
    metadata_due_ = keys_due_ = retry_at_ = clock_.steady();
}

std::optional<wire::FetchAsk> Issuer::next() {
    const auto now = clock_.steady();
    if (under_way_ || now < retry_at_)
        return std::nullopt;
    if (metadata_ && now >= keys_due_) {
        under_way_ = wire::FetchKind::KeySet;
        last_key_fetch_ = now;
        return key_set_ask(settings_, *metadata_);
    }
    if (!metadata_ || now >= metadata_due_) {
        under_way_ = wire::FetchKind::Discovery;
        return discovery_ask(settings_);
    }
    return std::nullopt;
}

base::SteadyTime Issuer::wake() const {
    const auto due = metadata_ ? std::min(metadata_due_, keys_due_) : metadata_due_;
    return std::max(due, retry_at_);
}

base::Status Issuer::answered(const wire::FetchAnswer &answer) {
    if (!under_way_)
        return base::invalid("an answer came that nobody asked for");
    const wire::FetchKind kind = *under_way_;
    under_way_.reset();
    base::Status status =
        kind == wire::FetchKind::Discovery ? take_metadata(answer) : take_keys(answer);
    if (status.ok()) {
        backoff_ = std::chrono::seconds(0);
        retry_at_ = clock_.steady();
        degraded_ = false;
        return status;
    }
    failed();
    return base::within("issuer `" + settings_.name + '`', status.error());
}

base::Status Issuer::take_metadata(const wire::FetchAnswer &answer) {
    SALLYPORT_TRY(Metadata metadata, read_metadata(answer, settings_));
    metadata_ = std::move(metadata);
    metadata_due_ = clock_.steady() + metadata_age;
    return base::success();
}

base::Status Issuer::take_keys(const wire::FetchAnswer &answer) {
    SALLYPORT_TRY(jwt::KeySet keys, read_key_set(answer));
    for (jwt::Jwk &key : jwt::added_keys(keys_.value_or(jwt::KeySet{}), keys))
        added_.push_back(std::move(key));
    keys_ = std::move(keys);
    keys_due_ = clock_.steady() + key_age(answer);
    snapshot_ = {base::to_text(answer.body), clock_.now()};
    changed_ = true;
    return base::success();
}

void Issuer::failed() {
    degraded_ = true;
    backoff_ = backoff_.count() == 0 ? first_backoff : std::min(backoff_ * 2, max_backoff);
    retry_at_ = clock_.steady() + backoff_;
}

bool Issuer::has_keys() const {
    return keys_ && clock_.now() - snapshot_.fetched <= max_key_age;
}

Health Issuer::health() const {
    if (!metadata_ || !has_keys())
        return Health::Down;
    return degraded_ ? Health::Degraded : Health::Fresh;
}

bool Issuer::may_refetch(const std::string &key_id) {
    const auto now = clock_.steady();
    if (under_way_ == wire::FetchKind::KeySet || keys_due_ <= now)
        return true;
    if (last_key_fetch_ && now - *last_key_fetch_ < key_refetch_pause)
        return false;
    for (auto at = unknown_keys_.begin(); at != unknown_keys_.end();)
        at = at->second <= now ? unknown_keys_.erase(at) : std::next(at);
    if (unknown_keys_.contains(key_id) || unknown_keys_.size() >= max_unknown_keys)
        return false;
    unknown_keys_[key_id] = now + unknown_key_memory;
    keys_due_ = now;
    return true;
}

jwt::Expectations Issuer::expectations(std::string_view nonce) const {
    jwt::Expectations expected;
    expected.issuer = settings_.issuer;
    expected.audience = settings_.client_id;
    expected.algorithms = settings_.algorithms;
    expected.now = clock_.now();
    expected.max_age = settings_.max_age;
    expected.nonce = std::string(nonce);
    expected.trusted_audiences = settings_.trusted_audiences;
    expected.max_auth_age = settings_.max_auth_age;
    expected.acr = settings_.acr;
    expected.amr = settings_.amr;
    return expected;
}

base::Result<ProvenPerson> Issuer::verify(std::string_view token, std::string_view nonce) {
    const jwt::Verified verified =
        jwt::check(token, has_keys() ? *keys_ : jwt::KeySet{}, expectations(nonce), signatures_);
    if (!verified.claims) {
        base::Error refusal = jwt::refused(verified.refusal);
        // NotFound means "wait for the keys"; without a fetch to come it is a plain refusal.
        if (verified.refusal == jwt::Refusal::UnknownKey && !may_refetch(jwt::named_key_id(token)))
            refusal.code = base::ErrorCode::Denied;
        return refusal;
    }
    SALLYPORT_TRY(ProvenPerson person, map_claims(settings_, *verified.claims));
    person.token_hash =
        base::hex(signatures_.digest(jwt::Hash::Sha256, base::as_bytes(jwt::signed_part(token))));
    SALLYPORT_CHECK(remember(person.token_hash, person.expires));
    return person;
}

base::Status Issuer::remember(const std::string &token_hash, base::WallTime expires) {
    const auto now = clock_.now();
    // The verifier takes a token for 60 s beyond its expiry; so long it must be known.
    for (auto at = seen_.begin(); at != seen_.end();)
        at = at->second + std::chrono::seconds(120) < now ? seen_.erase(at) : std::next(at);
    if (token_hash.empty() || seen_.size() >= max_seen_tokens)
        return base::fail(base::ErrorCode::Unavailable, "too many logins at a time");
    if (!seen_.emplace(token_hash, expires).second)
        return base::fail(base::ErrorCode::Denied, "token was used before");
    return base::success();
}

std::vector<jwt::Jwk> Issuer::take_added_keys() {
    return std::exchange(added_, {});
}

std::string Issuer::thumbprint(const jwt::Jwk &key) const {
    return base::base64url(
        signatures_.digest(jwt::Hash::Sha256, base::as_bytes(jwt::thumbprint_text(key))));
}

bool Issuer::take_changed() {
    return std::exchange(changed_, false);
}

void Issuer::restore(const Snapshot &snapshot) {
    auto keys = jwt::parse_key_set(snapshot.keys);
    const auto now = clock_.now();
    if (!keys.ok() || snapshot.fetched > now || now - snapshot.fetched > max_key_age)
        return;
    keys_ = std::move(keys).value();
    snapshot_ = snapshot;
}

} // namespace sallyport::oidc
