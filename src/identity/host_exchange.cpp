// SPDX-License-Identifier: Apache-2.0
#include "sallyport/identity/host_exchange.hpp"

#include "sallyport/cert/certificate.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/signature.hpp"

#include <algorithm>

namespace sallyport::identity {
namespace {

base::Error denied(std::string message) {
    return base::fail(base::ErrorCode::Denied, std::move(message));
}

} // namespace

base::Status HostExchange::may_sign(base::BytesView pre_image, bool logged_in) const {
    SALLYPORT_TRY(const auto exchange, cert::parse_exchange(pre_image));
    if (!first_)
        return base::success();
    if (!logged_in)
        return denied("a second host signature before login");
    // A rekey that could be somebody's first exchange would make this connection a stand-in for the
    // bastion.
    if (!cert::may_be_rekey_of(*first_, exchange))
        return denied("a host signature for what is no rekey of this connection");
    return base::success();
}

base::Status HostExchange::signed_now(base::BytesView pre_image, base::Bytes exchange_hash) {
    if (first_)
        return base::success();
    SALLYPORT_TRY(first_, cert::parse_exchange(pre_image));
    session_id_ = std::move(exchange_hash);
    client_version_ = first_->client_version;
    return base::success();
}

base::Result<cert::PublicKey>
TargetExchange::known_host(base::BytesView blob, std::uint64_t now,
                           const cert::SignatureVerifier &verifier) const {
    const auto certificate = cert::parse_certificate(blob);
    if (certificate.ok()) {
        const auto checked =
            cert::check_host_certificate(*certificate, {authorities_, now, name_}, verifier);
        if (const auto *refusal = std::get_if<cert::CertificateRefusal>(&checked))
            return denied("target's host certificate: " + refusal->message);
        return std::get<cert::PublicKey>(checked);
    }
    const bool pinned = std::any_of(pins_.begin(), pins_.end(), [&](const base::Bytes &pin) {
        return base::equal_constant_time(pin, blob);
    });
    if (!pinned)
        return denied("target's host key is not the expected one");
    return cert::parse_public_key(blob);
}

base::Status TargetExchange::verify(const std::string &hash_name, base::BytesView pre_image,
                                    base::BytesView signature, std::uint64_t now,
                                    const cert::SignatureVerifier &verifier) {
    SALLYPORT_TRY(auto exchange, cert::parse_exchange(pre_image));
    SALLYPORT_TRY(const auto key, known_host(exchange.host_key, now, verifier));
    SALLYPORT_TRY(auto hash, crypto::hash_by_name(hash_name, pre_image));
    if (!verifier.verify(key, hash, signature, false))
        return denied("target did not sign this exchange with its host key");
    if (!first_) {
        first_ = std::move(exchange);
        session_id_ = std::move(hash);
        host_key_text_ =
            std::string(cert::key_type_name(key.type)) + ' ' + crypto::fingerprint(key.blob);
        return base::success();
    }
    // Unlike a client's, the markers of our own KEXINIT in a rekey are harmless: nobody else speaks
    // through it.
    const bool same = exchange.client_version == first_->client_version &&
                      exchange.server_version == first_->server_version &&
                      exchange.host_key == first_->host_key;
    return same ? base::success() : base::Status(denied("target changed in a rekey"));
}

} // namespace sallyport::identity
