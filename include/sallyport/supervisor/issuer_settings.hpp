// SPDX-License-Identifier: Apache-2.0
// An issuer of the configuration as `oidc` wants it. sallyportd verifies with it, `identity`
// fetches by it: both must read the same thing out of the same file.
#pragma once
#include "sallyport/config/config.hpp"
#include "sallyport/oidc/settings.hpp"

namespace sallyport::supervisor {

oidc::Settings issuer_settings(const config::Issuer &configured);

} // namespace sallyport::supervisor
