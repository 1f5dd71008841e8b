// SPDX-License-Identifier: Apache-2.0
#include "sallyport/cert/user_auth.hpp"

#include "sallyport/cert/certificate.hpp"
#include "sallyport/wire/ssh.hpp"

#include <algorithm>

namespace sallyport::cert {
namespace {

constexpr std::uint8_t userauth_request = 50; // SSH_MSG_USERAUTH_REQUEST
constexpr std::size_t max_name_bytes = 64;    // RFC 4251 section 6: names are at most 64 long

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

base::Status check_key_type(const UserAuthRequest &request) {
    SALLYPORT_TRY(const Algorithm algorithm, parse_algorithm(request.algorithm));
    wire::Reader reader(request.key);
    const std::string type = reader.text();
    const std::string due = algorithm.certificate ? certificate_type_name(algorithm.key)
                                                  : std::string(key_type_name(algorithm.key));
    if (reader.bad() || type != due)
        return base::invalid("the key offered is of another type than its algorithm names");
    return base::success();
}

} // namespace

base::Result<UserAuthRequest> parse_user_auth_request(base::BytesView raw) {
    if (raw.size() > max_user_auth_bytes)
        return base::fail(base::ErrorCode::TooLarge, "login request is larger than its limit");
    wire::Reader reader(raw);
    UserAuthRequest request;
    request.user = reader.text();
    request.service = reader.text();
    request.method = reader.text();
    if (reader.bad() || request.service.size() > max_name_bytes ||
        request.method.size() > max_name_bytes)
        return base::invalid("login request is malformed");
    if (request.user.size() > base::max_user_name_bytes)
        return base::fail(base::ErrorCode::TooLarge, "user name is longer than its limit");
    if (has_control(request.user))
        return base::invalid("user name has a control character");
    if (request.method != "publickey")
        return request;

    const std::uint8_t flag = reader.byte();
    request.has_signature = flag == 1;
    request.algorithm = reader.text();
    request.key = base::to_bytes(reader.string());
    request.signed_size = reader.position();
    if (request.has_signature)
        request.signature = base::to_bytes(reader.string());
    if (!reader.done() || flag > 1 || (request.has_signature && request.signature.empty()))
        return base::invalid("login request is malformed");
    SALLYPORT_CHECK(check_key_type(request));
    return request;
}

base::Bytes user_auth_request(std::string_view user, std::string_view algorithm,
                              base::BytesView key) {
    wire::Writer writer;
    writer.string(user).string("ssh-connection").string("publickey").boolean(true);
    writer.string(algorithm).string(key);
    return std::move(writer).bytes();
}

base::Bytes signed_data(base::BytesView session_id, base::BytesView raw, std::size_t signed_size) {
    assert(signed_size <= raw.size());
    wire::Writer writer;
    writer.string(session_id).byte(userauth_request).raw(raw.first(signed_size));
    return std::move(writer).bytes();
}

} // namespace sallyport::cert
