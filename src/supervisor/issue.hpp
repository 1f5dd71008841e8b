// SPDX-License-Identifier: Apache-2.0
// Issuing a user certificate: the login's row is written first, then the signer is asked, then the
// line leaves.
#pragma once
#include "core.hpp"

namespace sallyport::supervisor {

struct IssueOrder {
    model::Principal who;
    std::string issuer, subject;
    cert::PublicKey key;
    std::string from;
    std::chrono::seconds lifetime{8 * 3600};
};

// `done` gets the certificate as one line of a `-cert.pub` file, without newline.
void issue_certificate(Core &core, const IssueOrder &order,
                       std::function<void(base::Result<std::string>)> done);

} // namespace sallyport::supervisor
