// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ID token. The double accepts every signature, so that the claims are reached.
#include "sallyport/jwt/verify.hpp"

namespace {
class AcceptAll final : public sallyport::jwt::Signatures {
    bool verify(const sallyport::jwt::Jwk &, sallyport::jwt::Algorithm, sallyport::base::BytesView,
                sallyport::base::BytesView) const override {
        return true;
    }
    sallyport::base::Bytes digest(sallyport::jwt::Hash, sallyport::base::BytesView) const override {
        return sallyport::base::Bytes(32, 0);
    }
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    jwt::Jwk key;
    key.type = jwt::KeyType::Okp;
    key.curve = jwt::Curve::Ed25519;
    jwt::Expectations expected;
    expected.issuer = "https://idp.example";
    expected.audience = "sallyport";
    expected.access_token = "access";
    expected.now = base::from_unix_seconds(1800000000);
    const std::string_view text = base::as_text({data, size});
    static_cast<void>(jwt::check(text, {{key}, 0}, expected, AcceptAll{}));
    static_cast<void>(jwt::parse_json(text));
    static_cast<void>(jwt::parse_pointer(text));
    return 0;
}
