// SPDX-License-Identifier: Apache-2.0
// What sallyportd demands of a connection before it lets the signer sign a host exchange:
// one signature before login, and later only what can be a rekey of the same connection. Holds no
// secret: the pre-image's K is the caller's to wipe. One connection; one thread.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/cert/key_exchange.hpp"
#include "sallyport/cert/public_key.hpp"

#include <optional>

namespace sallyport::identity {

class HostExchange {
  public:
    // Whether this pre-image may be signed now. Denied with the reason otherwise: the connection is
    // then ended.
    base::Status may_sign(base::BytesView pre_image, bool logged_in) const;
    // The signer has signed: keeps the first exchange and its hash, which is the session id.
    base::Status signed_now(base::BytesView pre_image, base::Bytes exchange_hash);

    const base::Bytes &session_id() const { return session_id_; } // empty before the first exchange
    const std::string &client_version() const { return client_version_; }

  private:
    std::optional<cert::Exchange> first_;
    base::Bytes session_id_;
    std::string client_version_;
};

// The same for the other side: the exchange of one target connection. `pins` and `authorities` say
// which host it is.
class TargetExchange {
  public:
    TargetExchange(std::vector<base::Bytes> pins, std::vector<cert::PublicKey> authorities,
                   std::string name)
        : pins_(std::move(pins)), authorities_(std::move(authorities)), name_(std::move(name)) {}

    // Verifies one exchange: the host key is pinned or certified for the name, it signed this
    // exchange, and a later one is a rekey of the first. Denied otherwise: the connection is ended.
    base::Status verify(const std::string &hash_name, base::BytesView pre_image,
                        base::BytesView signature, std::uint64_t now,
                        const cert::SignatureVerifier &verifier);
    bool verified() const { return !session_id_.empty(); }
    const base::Bytes &session_id() const { return session_id_; } // empty until verified
    const std::string &host_key_text() const { return host_key_text_; }

  private:
    base::Result<cert::PublicKey> known_host(base::BytesView blob, std::uint64_t now,
                                             const cert::SignatureVerifier &verifier) const;

    std::vector<base::Bytes> pins_;
    std::vector<cert::PublicKey> authorities_;
    std::string name_;
    std::optional<cert::Exchange> first_;
    base::Bytes session_id_;
    std::string host_key_text_;
};

} // namespace sallyport::identity
