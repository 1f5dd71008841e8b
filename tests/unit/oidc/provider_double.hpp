// SPDX-License-Identifier: Apache-2.0
// A provider as values: its documents, its tokens (their signature is a checksum, which the double
// of the arithmetic accepts), and a clock that moves when told.
#pragma once
#include "sallyport/base/encoding.hpp"
#include "sallyport/oidc/device_flow.hpp"

namespace provider_double {

using namespace sallyport;

class FakeClock final : public base::Clock {
  public:
    base::WallTime now() const override { return wall_; }
    base::SteadyTime steady() const override { return steady_; }
    void advance(std::chrono::seconds by) {
        wall_ += by;
        steady_ += by;
    }

  private:
    base::WallTime wall_ = base::from_unix_seconds(1800000000);
    base::SteadyTime steady_{std::chrono::hours(1000)};
};

inline base::Bytes checksum(base::BytesView input, std::size_t length) {
    std::uint64_t state = 14695981039346656037U;
    for (const std::uint8_t byte : input)
        state = (state ^ byte) * 1099511628211U;
    base::Bytes out;
    for (std::size_t i = 0; i < length; ++i)
        out.push_back(static_cast<std::uint8_t>(state >> (i % 8 * 8)));
    return out;
}

class FakeSignatures final : public jwt::Signatures {
  public:
    bool verify(const jwt::Jwk &, jwt::Algorithm, base::BytesView input,
                base::BytesView signature) const override {
        return base::to_bytes(signature) == checksum(input, signature.size());
    }
    base::Bytes digest(jwt::Hash, base::BytesView input) const override {
        return checksum(input, 32);
    }
};

inline oidc::Settings settings() {
    oidc::Settings settings;
    settings.name = "demo";
    settings.issuer = "https://idp.example";
    settings.client_id = "sallyport-cli";
    return settings;
}

inline std::string token(const std::string &kid, const std::string &more,
                         const base::Clock &clock) {
    const auto now = std::to_string(base::unix_seconds(clock.now()));
    const std::string header = R"({"alg":"EdDSA","kid":")" + kid + "\"}";
    const std::string claims =
        R"({"iss":"https://idp.example","sub":"alice","aud":"sallyport-cli",)"
        R"("iat":)" +
        now + R"(,"exp":)" + now + "9" + more + '}';
    const std::string input =
        base::base64url(base::as_bytes(header)) + '.' + base::base64url(base::as_bytes(claims));
    return input + '.' + base::base64url(checksum(base::as_bytes(input), 64));
}

inline wire::FetchAnswer answer(std::uint32_t status, const std::string &body,
                                const std::string &cache_control = {}) {
    wire::FetchAnswer answer;
    answer.status = status;
    answer.body = base::to_bytes(std::string_view(body));
    answer.cache_control = cache_control;
    return answer;
}
inline wire::FetchAnswer broken() {
    wire::FetchAnswer answer;
    answer.error = "no connection";
    return answer;
}

inline const std::string metadata_text =
    R"({"issuer":"https://idp.example","jwks_uri":"https://idp.example/jwks",)"
    R"("token_endpoint":"https://idp.example/token",)"
    R"("device_authorization_endpoint":"https://idp.example/device"})";
inline const std::string device_text =
    R"({"device_code":"dc","user_code":"ABCD-EFGH","verification_uri":"https://idp.example/go",)"
    R"("verification_uri_complete":"https://idp.example/go?c=ABCD-EFGH","expires_in":600})";

inline std::string keys_text(const std::vector<std::string> &kids) {
    std::string keys;
    for (const std::string &kid : kids)
        keys += (keys.empty() ? "" : ",") +
                (R"({"kty":"OKP","crv":"Ed25519","kid":")" + kid + R"(","x":")" +
                 base::base64url(base::Bytes(32, static_cast<std::uint8_t>(kid.back()))) + "\"}");
    return R"({"keys":[)" + keys + "]}";
}

} // namespace provider_double
