// SPDX-License-Identifier: Apache-2.0
// Any bytes as each answer of an identity provider.
#include "sallyport/oidc/person.hpp"
#include "sallyport/oidc/protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    oidc::Settings settings;
    settings.name = "demo";
    settings.issuer = "https://idp.example";
    settings.client_id = "sallyport";
    wire::FetchAnswer answer;
    answer.body = base::to_bytes(base::BytesView{data, size});
    answer.cache_control = base::to_text(answer.body);
    for (const std::uint32_t status : {200U, 400U}) {
        answer.status = status;
        static_cast<void>(oidc::read_metadata(answer, settings));
        static_cast<void>(oidc::read_device_authorization(answer, settings));
        static_cast<void>(oidc::read_token(answer));
    }
    static_cast<void>(http::cache_age(answer.cache_control));
    static_cast<void>(http::origin_of(answer.cache_control));
    auto document = jwt::parse_json(answer.cache_control);
    if (document.ok()) {
        jwt::Claims claims;
        claims.all = std::move(document).value();
        static_cast<void>(oidc::map_claims(settings, claims));
    }
    return 0;
}
