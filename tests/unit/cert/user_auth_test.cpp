// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "sallyport/cert/user_auth.hpp"

using namespace sallyport;
using namespace sallyport::cert;

namespace {

struct Request {
    std::string user = "deploy@web1", service = "ssh-connection", method = "publickey";
    std::uint8_t flag = 1;
    std::string algorithm = "ssh-ed25519";
    base::Bytes key = samples::ed25519_blob(1);
    base::Bytes signature = samples::signature();

    base::Bytes raw() const {
        wire::Writer writer;
        writer.string(user).string(service).string(method).byte(flag).string(algorithm);
        writer.string(base::BytesView(key));
        if (flag == 1)
            writer.string(base::BytesView(signature));
        return std::move(writer).bytes();
    }
};

} // namespace

TEST_SUITE("cert.user_auth") {
    TEST_CASE("a signed request is taken apart, and what is signed is known") {
        const Request sent;
        const base::Bytes raw = sent.raw();
        const auto request = parse_user_auth_request(raw);
        REQUIRE(request.ok());
        CHECK(request->user == "deploy@web1");
        CHECK(request->service == "ssh-connection");
        CHECK(request->has_signature);
        CHECK(request->key == sent.key);
        CHECK(request->signature == sent.signature);
        CHECK(request->signed_size == raw.size() - sent.signature.size() - 4);

        // RFC 4252 section 7, written out
        wire::Writer expected;
        expected.string("SID").byte(50).string(sent.user).string(sent.service);
        expected.string("publickey").byte(1).string(sent.algorithm);
        expected.string(base::BytesView(sent.key));
        CHECK(signed_data(base::as_bytes("SID"), raw, request->signed_size) == expected.bytes());
        CHECK(user_auth_request(sent.user, sent.algorithm, sent.key) ==
              base::to_bytes(base::BytesView(raw).first(request->signed_size)));
    }

    TEST_CASE("a request that only asks has no signature") {
        Request sent;
        sent.flag = 0;
        const auto request = parse_user_auth_request(sent.raw());
        REQUIRE(request.ok());
        CHECK_FALSE(request->has_signature);
        CHECK(request->signature.empty());
    }

    TEST_CASE("other methods are read up to their name") {
        for (const char *method :
             {"none", "password", "keyboard-interactive", "publickey-hostbound-v00@openssh.com"}) {
            Request sent;
            sent.method = method;
            const auto request = parse_user_auth_request(sent.raw());
            REQUIRE(request.ok());
            CHECK(request->method == method);
            CHECK(request->key.empty());
            CHECK_FALSE(request->has_signature);
        }
    }

    TEST_CASE("a request that is cut anywhere or goes on is refused") {
        for (const std::uint8_t flag : {std::uint8_t{0}, std::uint8_t{1}}) {
            Request sent;
            sent.flag = flag;
            base::Bytes raw = sent.raw();
            for (std::size_t size = 0; size < raw.size(); ++size)
                CHECK_FALSE(parse_user_auth_request(base::BytesView(raw).first(size)).ok());
            raw.push_back(0);
            CHECK_FALSE(parse_user_auth_request(raw).ok());
        }
    }

    TEST_CASE("what does not fit together is refused") {
        Request sent;
        sent.flag =
            2; // RFC 4251 section 5: "applications MUST NOT store values other than 0 and 1"
        CHECK_FALSE(parse_user_auth_request(sent.raw()).ok());
        sent = Request();
        sent.signature = {};
        CHECK_FALSE(parse_user_auth_request(sent.raw()).ok());
        sent = Request();
        for (const char *algorithm : {"ssh-rsa", "rsa-sha2-512", "ssh-dss", "",
                                      "ecdsa-sha2-nistp256", "ssh-ed25519-cert-v01@openssh.com"}) {
            CAPTURE(algorithm);
            sent.algorithm = algorithm;
            CHECK_FALSE(parse_user_auth_request(sent.raw()).ok());
        }
        sent = Request();
        sent.algorithm = "ssh-ed25519-cert-v01@openssh.com";
        sent.key = samples::blob_of(samples::content());
        CHECK(parse_user_auth_request(sent.raw()).ok());
        sent.algorithm = "ssh-ed25519";
        CHECK_FALSE(parse_user_auth_request(sent.raw()).ok());
    }

    TEST_CASE("a user name has limits") {
        Request sent;
        for (const std::string &user :
             {std::string("a\nb"), std::string("a\0b", 3), std::string("a\rb"),
              std::string("a\x7f"), std::string("\x1b[")}) {
            sent.user = user;
            CHECK_FALSE(parse_user_auth_request(sent.raw()).ok());
        }
        sent.user = std::string(base::max_user_name_bytes, 'a');
        CHECK(parse_user_auth_request(sent.raw()).ok());
        sent.user += 'a';
        CHECK(parse_user_auth_request(sent.raw()).error().code == base::ErrorCode::TooLarge);
        CHECK(parse_user_auth_request(base::Bytes(max_user_auth_bytes + 1, 0)).error().code ==
              base::ErrorCode::TooLarge);
    }
}
