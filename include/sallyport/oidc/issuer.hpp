// SPDX-License-Identifier: Apache-2.0
// Issuer keeps what sallyportd knows of one identity provider (its endpoints and keys) fresh, and
// verifies tokens with it. It never fetches: next() says what to ask of `identity`, answered()
// takes the answer. One ask is under way at a time. Not thread-safe.
//
// Rules for keys: `max-age` is honoured between 5 min and 24 h, 1 h without it. A key id that the
// set lacks causes one fetch, at most one in 60 s, and is remembered, so that nobody can make the
// bastion hammer its provider. On errors the last good set serves for 24 h from its fetch; the
// issuer is degraded meanwhile.
#pragma once
#include "sallyport/oidc/person.hpp"
#include "sallyport/oidc/protocol.hpp"

#include <map>

namespace sallyport::oidc {

inline constexpr std::chrono::seconds min_key_age{300};
inline constexpr std::chrono::seconds max_key_age{24 * 3600};
inline constexpr std::chrono::seconds default_key_age{3600};
inline constexpr std::chrono::seconds key_refetch_pause{60};
inline constexpr std::size_t max_seen_tokens = 20000;

// What survives a restart: the last good key set as it came.
struct Snapshot {
    std::string keys;
    base::WallTime fetched{};
    bool operator==(const Snapshot &) const = default;
};

enum class Health : std::uint8_t { Fresh, Degraded, Down };

class Issuer {
  public:
    // REQUIRES: check(settings).ok(); `signatures` and `clock` outlive the issuer.
    Issuer(Settings settings, const jwt::Signatures &signatures, const base::Clock &clock);

    const Settings &settings() const { return settings_; }
    // What is due now and not under way; the caller numbers, sends, and calls answered() once.
    std::optional<wire::FetchAsk> next();
    // When next() may have something without further events.
    base::SteadyTime wake() const;
    // An answer that cannot be used returns its error for the log.
    base::Status answered(const wire::FetchAnswer &answer);

    const Metadata *metadata() const { return metadata_ ? &*metadata_ : nullptr; }
    bool has_keys() const; // a set that may still be used
    bool busy() const { return under_way_.has_value(); }
    Health health() const;

    // Verifies and maps. NotFound: the key is unknown and a fetch is due or under way; verify again
    // after it. Everything else is final. A token passes once.
    base::Result<ProvenPerson> verify(std::string_view token, std::string_view nonce = {});

    // Keys that came with later sets, for the audit log; the first set counts too.
    std::vector<jwt::Jwk> take_added_keys();
    std::string thumbprint(const jwt::Jwk &key) const; // RFC 7638, base64url of SHA-256
    // True once after each fetch of a good set: to be stored.
    bool take_changed();
    const Snapshot &snapshot() const { return snapshot_; }
    // Takes a stored set over. One that is too old or malformed is left out.
    void restore(const Snapshot &snapshot);

  private:
    base::Status take_metadata(const wire::FetchAnswer &answer);
    base::Status take_keys(const wire::FetchAnswer &answer);
    void failed();
    bool may_refetch(const std::string &key_id);
    base::Status remember(const std::string &token_hash, base::WallTime expires);
    jwt::Expectations expectations(std::string_view nonce) const;

    Settings settings_;
    const jwt::Signatures &signatures_;
    const base::Clock &clock_;
    std::optional<Metadata> metadata_;
    std::optional<jwt::KeySet> keys_;
    Snapshot snapshot_;
    std::vector<jwt::Jwk> added_;
    bool changed_ = false;

    std::optional<wire::FetchKind> under_way_;
    base::SteadyTime metadata_due_{}, keys_due_{}, retry_at_{};
    std::optional<base::SteadyTime> last_key_fetch_;
    std::chrono::seconds backoff_{0};
    bool degraded_ = false;
    std::map<std::string, base::SteadyTime> unknown_keys_; // until when they ask for no fetch
    std::map<std::string, base::WallTime> seen_;           // token hash -> its expiry
};

} // namespace sallyport::oidc
