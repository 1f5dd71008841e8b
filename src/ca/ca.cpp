// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ca/ca.hpp"

#include "sallyport/base/limits.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/model/principal.hpp"
#include "sallyport/model/target.hpp"

#include <algorithm>

namespace sallyport::ca {
namespace {

constexpr std::size_t min_host_rsa_bits = 2048;

constexpr std::uint64_t count(std::chrono::seconds seconds) {
    return static_cast<std::uint64_t>(seconds.count());
}

base::Error refused(std::string_view what, std::string_view value, std::string_view why) {
    return base::invalid(std::string(what) + " `" + base::printable(value, 80) + "` " +
                         std::string(why));
}

struct Period {
    std::uint64_t after = 0, before = 0;
};

base::Status check_period(Period period, std::chrono::seconds longest, std::uint64_t now) {
    if (period.before <= period.after || period.before <= now)
        return base::invalid("certificate would be over before it begins");
    if (period.before - period.after > count(longest + backdating))
        return base::invalid("certificate would be valid for longer than " +
                             std::to_string(longest.count()) + " s");
    if (period.before > now && period.before - now > count(longest + clock_slack))
        return base::invalid("certificate would end later than " + std::to_string(longest.count()) +
                             " s from now");
    if (period.after < now && now - period.after > count(backdating + clock_slack))
        return base::invalid("certificate would begin too far in the past");
    return base::success();
}

base::Status check_identity(std::uint64_t serial, const std::string &key_id) {
    if (serial == 0)
        return base::invalid("certificate serial must not be zero");
    if (!is_key_id(key_id))
        return refused("key id", key_id, "is not 1 to 255 characters of its set");
    return base::success();
}

base::Status check_key(const cert::PublicKey &key, std::size_t min_rsa_bits) {
    if (key.type == cert::KeyType::Rsa && cert::rsa_bits(key) < min_rsa_bits)
        return base::invalid("RSA key has " + std::to_string(cert::rsa_bits(key)) +
                             " bits, at least " + std::to_string(min_rsa_bits) + " are needed");
    return base::success();
}

// One text for one list: canonical, separated by commas, as sshd reads it.
base::Result<std::string> address_list(const std::vector<std::string> &addresses) {
    if (addresses.size() > max_source_addresses)
        return base::fail(base::ErrorCode::TooLarge, "too many source addresses");
    std::string list;
    for (const std::string &address : addresses) {
        const auto network = base::parse_network(address);
        if (!network)
            return refused("source address", address, "is no address range");
        list.append(list.empty() ? "" : ",").append(base::network_text(*network));
    }
    return list;
}

base::Status check_force_command(const std::string &command) {
    if (command.empty())
        return base::invalid("force-command must not be empty");
    if (command.size() > base::max_script_bytes)
        return base::fail(base::ErrorCode::TooLarge, "force-command is longer than its limit");
    if (command.find('\0') != std::string::npos)
        return base::invalid("force-command has a NUL byte");
    return base::success();
}

base::Result<Issued> sign(const crypto::PrivateKey &authority, cert::CertificateContent content,
                          base::BytesView nonce) {
    assert(nonce.size() == nonce_bytes);
    content.nonce = base::to_bytes(nonce);
    content.authority = authority.public_key();
    Issued issued;
    issued.signed_part = cert::signed_part(content);
    auto signature = authority.sign(authority.algorithm(), issued.signed_part);
    if (!signature)
        return signature.error();
    issued.certificate = cert::assemble(issued.signed_part, *signature);
    // What does not read back as a certificate never leaves.
    const auto back = cert::parse_certificate(issued.certificate);
    if (!back)
        return base::within("issued certificate", back.error());
    return issued;
}

} // namespace

bool is_key_id(std::string_view text) {
    constexpr std::string_view others = " @._:=/+~,-";
    return !text.empty() && text.size() <= cert::max_key_id_bytes &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      others.find(c) != std::string_view::npos;
           });
}

base::Result<Issued> issue_user(const crypto::PrivateKey &authority, const UserRequest &request,
                                std::uint64_t now, base::BytesView nonce) {
    SALLYPORT_CHECK(check_identity(request.serial, request.key_id));
    SALLYPORT_CHECK(check_key(request.key, cert::min_certified_rsa_bits));
    SALLYPORT_CHECK(
        check_period({request.valid_after, request.valid_before}, max_user_validity, now));
    if (!model::is_person_name(request.person))
        return refused("principal", request.person, "is no person");
    SALLYPORT_TRY(const std::string addresses, address_list(request.source_addresses));

    cert::CertificateContent content;
    content.key = request.key;
    content.serial = request.serial;
    content.kind = cert::CertificateKind::User;
    content.key_id = request.key_id;
    content.principals = {request.person};
    content.valid_after = request.valid_after;
    content.valid_before = request.valid_before;
    if (!addresses.empty())
        content.critical.push_back({"source-address", addresses});
    if (request.permit_pty)
        content.extensions.push_back({"permit-pty", ""});
    return sign(authority, std::move(content), nonce);
}

base::Result<Issued> issue_target(const crypto::PrivateKey &authority, const TargetRequest &request,
                                  std::uint64_t now, base::BytesView nonce) {
    SALLYPORT_CHECK(check_identity(request.serial, request.key_id));
    SALLYPORT_CHECK(check_key(request.key, cert::min_certified_rsa_bits));
    if (!model::is_account_name(request.account))
        return refused("account", request.account, "is no account name");
    if (!model::is_target_name(request.target))
        return refused("target", request.target, "is no target name");
    if (request.valid_seconds == 0 || request.valid_seconds > count(max_target_validity))
        return base::invalid("target certificate must be valid for 1 to " +
                             std::to_string(max_target_validity.count()) + " s");
    SALLYPORT_CHECK(check_force_command(request.force_command));
    SALLYPORT_TRY(const std::string addresses, address_list(request.source_addresses));
    if (addresses.empty())
        return base::invalid("target certificate needs a source address");

    cert::CertificateContent content;
    content.key = request.key;
    content.serial = request.serial;
    content.kind = cert::CertificateKind::User;
    content.key_id = request.key_id;
    content.principals = {request.account + "@" + request.target};
    content.valid_after = now - std::min(now, count(backdating));
    content.valid_before = now + request.valid_seconds;
    content.critical = {{"force-command", request.force_command}, {"source-address", addresses}};
    if (request.permit_pty)
        content.extensions.push_back({"permit-pty", ""});
    return sign(authority, std::move(content), nonce);
}

base::Result<Issued> issue_host(const crypto::PrivateKey &authority, const HostRequest &request,
                                std::uint64_t now, base::BytesView nonce) {
    SALLYPORT_CHECK(check_identity(request.serial, request.key_id));
    SALLYPORT_CHECK(check_key(request.key, min_host_rsa_bits));
    SALLYPORT_CHECK(
        check_period({request.valid_after, request.valid_before}, max_host_validity, now));
    if (request.names.empty() || request.names.size() > max_host_names)
        return base::invalid("host certificate needs 1 to " + std::to_string(max_host_names) +
                             " names");
    for (const std::string &name : request.names)
        if (!model::is_target_name(name))
            return refused("host name", name, "is no name of a host");

    cert::CertificateContent content;
    content.key = request.key;
    content.serial = request.serial;
    content.kind = cert::CertificateKind::Host;
    content.key_id = request.key_id;
    content.principals = request.names;
    content.valid_after = request.valid_after;
    content.valid_before = request.valid_before;
    return sign(authority, std::move(content), nonce);
}

} // namespace sallyport::ca
