// SPDX-License-Identifier: Apache-2.0
// Whether a raw login request lets somebody in. The signature is verified over the
// session id that sallyportd itself took from the exchange; account, target and door come from the
// user name that was signed. Two ways in: a user certificate of our CA with a living login record,
// or, for the user name `login` only, any plain key: it proves possession and gives no access.
// Everything else is refused with one line why. Pure but for the store.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/cert/certificate.hpp"
#include "sallyport/cert/user_auth.hpp"
#include "sallyport/model/target.hpp"
#include "sallyport/store/store.hpp"

namespace sallyport::identity {

struct LoginContext {
    base::BytesView session_id;
    std::string client_address; // as listen accepted it, numeric
    cert::PublicKey user_ca;
    base::WallTime now;
};

enum class LoginAnswer : std::uint8_t { Refused, Acceptable, Accepted };

struct LoginOutcome {
    LoginAnswer answer = LoginAnswer::Refused;
    std::string reason;        // with Refused: one line for the person and the event
    bool counts_as_try = true; // a plain key offered before the certificate is no attack
    bool login_helps = false;  // with Refused: a new certificate is the way on
    model::Address address;
    model::Principal who; // empty person at the login door
    base::Bytes key;      // key blob that was proved
    std::string fingerprint;
    std::uint64_t serial = 0;
    bool permit_pty = false;
};

LoginOutcome check_login(base::BytesView raw, const LoginContext &context, store::Store &store,
                         const cert::SignatureVerifier &verifier);

} // namespace sallyport::identity
