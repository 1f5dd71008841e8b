// SPDX-License-Identifier: Apache-2.0
#include "links.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/random.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::chrono::minutes code_lifetime{10};
constexpr std::size_t code_bytes = 10; // 80 bits: not to be guessed in ten minutes
constexpr std::string_view link_word = "/link ";

std::string hash_of(std::string_view code) {
    return base::hex(crypto::sha256(base::as_bytes(code)));
}

} // namespace

std::string Links::begin(const std::string &platform, const std::string &person) {
    for (auto at = pending_.begin(); at != pending_.end();)
        at = at->second.person == person && at->second.platform == platform ? pending_.erase(at)
                                                                            : std::next(at);
    const std::string code = base::crockford(os::random_bytes(code_bytes));
    pending_[hash_of(code)] = {platform, person, core_.clock.steady() + code_lifetime};
    return code;
}

std::optional<std::string> Links::redeem(const std::string &platform, const std::string &user,
                                         const std::string &text) {
    if (!text.starts_with(link_word))
        return std::nullopt;
    const auto at = pending_.find(hash_of(text.substr(link_word.size())));
    if (at == pending_.end() || at->second.platform != platform)
        return std::nullopt;
    const Pending pending = at->second;
    pending_.erase(at); // used once, whatever comes of it
    if (core_.clock.steady() >= pending.expires)
        return std::nullopt;
    const base::Status stored =
        core_.store.insert_link({platform, user, pending.person, core_.clock.now()});
    if (!stored.ok())
        return std::nullopt;
    core_.note({model::EventKind::LoginIssued,
                {},
                {},
                pending.person,
                "",
                "",
                {{"link", platform}, {"user", user}}});
    return pending.person;
}

} // namespace sallyport::supervisor
