// SPDX-License-Identifier: Apache-2.0
// What the signer does: one answer to each message of its edge, from the message, the keys and the
// clock alone. It keeps no state between messages; that there is one signature before login, which
// rekeys are honest and who may have a certificate is sallyportd's part. What it signs it builds
// itself: an exchange hash over a pre-image that holds its own host key, certificates within the
// limits of `ca`, one target login, canonical seals. One thread.
#pragma once
#include "sallyport/signer/keys.hpp"
#include "sallyport/signer/signature_log.hpp"

namespace sallyport::signer {

class Service {
  public:
    // `log` and `clock` must outlive it.
    Service(Keys keys, SignatureLog &log, const base::Clock &clock)
        : keys_(std::move(keys)), log_(log), clock_(clock) {}

    struct Answer {
        std::uint16_t type = 0;
        base::Bytes body;
    };
    // A refusal is an answer whose `error` says why. An Error means that the peer broke the form (a
    // type that is no question, a malformed body, call 0): the owner closes the edge. The body is
    // wiped: a pre-image holds a shared secret.
    base::Result<Answer> answer(std::uint16_t type, base::Bytes body);

  private:
    Keys keys_;
    SignatureLog &log_;
    const base::Clock &clock_;
};

// Says Hello and answers on the connected socket until the peer closes it (success) or breaks the
// form of the edge (the Error). Blocks; reads nothing while an answer is still to be written.
base::Status serve(Service &service, base::UniqueFd socket);

} // namespace sallyport::signer
