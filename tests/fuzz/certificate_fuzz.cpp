// SPDX-License-Identifier: Apache-2.0
// Any bytes as a certificate; what is read must be written back as it came, and nobody gets in
// without a signature.
#include "sallyport/cert/certificate.hpp"

#include <cstdlib>

namespace {
class RefuseAll final : public sallyport::cert::SignatureVerifier {
    bool verify(const sallyport::cert::PublicKey &, sallyport::base::BytesView,
                sallyport::base::BytesView, bool) const override {
        return false;
    }
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const auto certificate = cert::parse_certificate({data, size});
    if (!certificate.ok())
        return 0;
    cert::UserExpectation expected;
    expected.authorities = {certificate->content.authority};
    expected.now = certificate->content.valid_after;
    const auto verdict = cert::check_user_certificate(*certificate, expected, RefuseAll());
    const auto again = cert::parse_certificate(
        cert::assemble(cert::signed_part(certificate->content), certificate->signature));
    if (!std::holds_alternative<cert::CertificateRefusal>(verdict) || !again.ok() ||
        again->content.principals != certificate->content.principals ||
        again->content.key.blob != certificate->content.key.blob)
        std::abort();
    return 0;
}
