// SPDX-License-Identifier: Apache-2.0
#include "sallyport/identity/login_check.hpp"

#include "sallyport/crypto/digest.hpp"
#include "sallyport/crypto/signature.hpp"

namespace sallyport::identity {
namespace {

LoginOutcome refused(std::string reason, bool counts_as_try = true) {
    LoginOutcome outcome;
    outcome.reason = std::move(reason);
    outcome.counts_as_try = counts_as_try;
    return outcome;
}

// For whoever has a certificate of ours that no longer counts, or one of somebody else.
LoginOutcome needs_login(std::string reason) {
    LoginOutcome outcome = refused(std::move(reason));
    outcome.login_helps = true;
    return outcome;
}

struct Proof { // the request taken apart; nothing in it is believed yet
    cert::UserAuthRequest request;
    cert::Algorithm algorithm;
};

// Query or signature: with a signature it must be one over our session id and exactly these bytes.
LoginOutcome finish(LoginOutcome outcome, const Proof &proof, const cert::PublicKey &key,
                    bool verify_required, base::BytesView raw, const LoginContext &context) {
    if (!proof.request.has_signature) {
        outcome.answer = LoginAnswer::Acceptable;
        return outcome;
    }
    const base::Bytes data = cert::signed_data(context.session_id, raw, proof.request.signed_size);
    if (!crypto::verify_ssh_signature(key, proof.algorithm.signature, data, proof.request.signature,
                                      verify_required))
        return refused("the signature does not verify");
    outcome.answer = LoginAnswer::Accepted;
    return outcome;
}

// The login door takes any plain key that is strong enough to be certified.
LoginOutcome plain_key(const Proof &proof, LoginOutcome outcome, base::BytesView raw,
                       const LoginContext &context) {
    const auto key = cert::parse_public_key(proof.request.key);
    if (!key.ok())
        return refused(key.error().message);
    if (outcome.address.door != model::Door::Login)
        return refused("a certificate is needed: ssh login@... gives one", false);
    if (key->type == cert::KeyType::Rsa && cert::rsa_bits(*key) < cert::min_certified_rsa_bits)
        return refused("RSA keys need at least 3072 bits");
    outcome.key = key->blob;
    outcome.fingerprint = crypto::fingerprint(key->blob);
    return finish(std::move(outcome), proof, *key, false, raw, context);
}

// The record decides: alive, for this key, person and serial. Groups come from it, never from the
// certificate.
std::optional<std::string> why_not_alive(const std::optional<store::Login> &login,
                                         const cert::UserCertificate &user, base::WallTime now) {
    if (!login)
        return "no login has this certificate's serial";
    if (login->who.person != user.principal)
        return "the login of this serial belongs to somebody else";
    if (login->key != user.key.blob)
        return "the login of this serial was for another key";
    if (login->revoked)
        return "this login was revoked";
    if (now >= login->expires)
        return "this login has expired";
    return std::nullopt;
}

LoginOutcome certificate(const Proof &proof, LoginOutcome outcome, base::BytesView raw,
                         const LoginContext &context, store::Store &store,
                         const cert::SignatureVerifier &verifier) {
    const auto parsed = cert::parse_certificate(proof.request.key);
    if (!parsed.ok())
        return refused(parsed.error().message);
    const auto address = base::parse_ip(context.client_address);
    if (!address.ok())
        return refused("the client's address is not known");
    cert::UserExpectation expectation;
    expectation.authorities = {context.user_ca};
    expectation.now = base::unix_seconds(context.now);
    expectation.client = *address;
    const auto checked = cert::check_user_certificate(*parsed, expectation, verifier);
    if (const auto *refusal = std::get_if<cert::CertificateRefusal>(&checked))
        return needs_login("certificate: " + refusal->message);
    const auto &user = std::get<cert::UserCertificate>(checked);
    const auto login = store.find_login_by_serial(user.serial);
    if (!login.ok())
        return refused("logins cannot be read");
    if (const auto reason = why_not_alive(*login, user, context.now))
        return needs_login(*reason);
    outcome.who = (*login)->who;
    outcome.key = user.key.blob;
    outcome.fingerprint = (*login)->fingerprint;
    outcome.serial = user.serial;
    outcome.permit_pty = user.permit_pty;
    return finish(std::move(outcome), proof, user.key, user.verify_required, raw, context);
}

} // namespace

LoginOutcome check_login(base::BytesView raw, const LoginContext &context, store::Store &store,
                         const cert::SignatureVerifier &verifier) {
    const auto request = cert::parse_user_auth_request(raw);
    if (!request.ok())
        return refused(request.error().message);
    if (request->service != "ssh-connection")
        return refused("unknown service");
    if (request->method != "publickey")
        return refused("only public keys are accepted", request->method != "none");
    LoginOutcome outcome;
    const auto address = model::parse_address(request->user);
    if (!address.ok())
        return refused(address.error().message);
    outcome.address = *address;
    const auto algorithm = cert::parse_algorithm(request->algorithm);
    if (!algorithm.ok())
        return refused(algorithm.error().message);
    const Proof proof{*request, *algorithm};
    if (!algorithm->certificate)
        return plain_key(proof, std::move(outcome), raw, context);
    return certificate(proof, std::move(outcome), raw, context, store, verifier);
}

} // namespace sallyport::identity
