// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/issuer_settings.hpp"

namespace sallyport::supervisor {

oidc::Settings issuer_settings(const config::Issuer &configured) {
    oidc::Settings settings;
    settings.name = configured.name;
    settings.issuer = configured.url;
    settings.client_id = configured.client_id;
    settings.authentication = configured.client_secret_file.empty()
                                  ? oidc::ClientAuthentication::None
                                  : oidc::ClientAuthentication::SecretBasic;
    settings.scopes = configured.scopes;
    settings.plain =
        configured.allow_loopback_http ? http::PlainHttp::OnLoopback : http::PlainHttp::Never;
    settings.claims.person = configured.person_claim;
    settings.claims.groups = configured.groups_claim;
    settings.claims.email_domains = configured.allowed_email_domains;
    return settings;
}

} // namespace sallyport::supervisor
