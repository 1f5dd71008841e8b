// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/key_set.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/jwt/json.hpp"

#include <algorithm>
#include <bit>

namespace sallyport::jwt {
namespace {

constexpr std::size_t max_kid_bytes = 256;
constexpr std::size_t min_modulus_bits = 2048;
constexpr std::size_t max_modulus_bits = 8192;
constexpr std::size_t max_exponent_bytes = 8;

const std::string *text_member(const Json &object, std::string_view name) {
    const Json *member = object.find(name);
    return member ? member->text() : nullptr;
}

std::optional<base::Bytes> bytes_member(const Json &object, std::string_view name) {
    const std::string *text = text_member(object, name);
    if (!text)
        return std::nullopt;
    auto bytes = base::from_base64url(*text);
    if (!bytes.ok() || bytes->empty())
        return std::nullopt;
    return std::move(bytes).value();
}

std::size_t bits_of(const base::Bytes &number) {
    return number.empty()
               ? 0
               : (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(number.front()));
}

// Some issuers send the sign byte of an ASN.1 integer; the number is the same.
void strip_zeros(base::Bytes &number) {
    const auto first = std::find_if(number.begin(), number.end(), [](auto b) { return b != 0; });
    number.erase(number.begin(), first);
}

bool read_rsa(const Json &object, Jwk &key) {
    auto n = bytes_member(object, "n");
    auto e = bytes_member(object, "e");
    if (!n || !e)
        return false;
    key.type = KeyType::Rsa;
    key.n = std::move(*n);
    key.e = std::move(*e);
    strip_zeros(key.n);
    strip_zeros(key.e);
    if (key.e.empty() || key.e.size() > max_exponent_bytes || (key.e.back() & 1) == 0)
        return false;
    if (key.e.size() == 1 && key.e.front() < 3)
        return false;
    const std::size_t bits = bits_of(key.n);
    return bits >= min_modulus_bits && bits <= max_modulus_bits;
}

bool read_ec(const Json &object, Jwk &key) {
    const std::string *name = text_member(object, "crv");
    if (!name)
        return false;
    std::size_t length = 0;
    if (*name == "P-256") {
        key.curve = Curve::P256;
        length = 32;
    } else if (*name == "P-384") {
        key.curve = Curve::P384;
        length = 48;
    } else if (*name == "P-521") {
        key.curve = Curve::P521;
        length = 66;
    } else {
        return false;
    }
    auto x = bytes_member(object, "x");
    auto y = bytes_member(object, "y");
    if (!x || !y || x->size() != length || y->size() != length)
        return false;
    key.type = KeyType::Ec;
    key.x = std::move(*x);
    key.y = std::move(*y);
    return true;
}

bool read_okp(const Json &object, Jwk &key) {
    const std::string *name = text_member(object, "crv");
    auto x = bytes_member(object, "x");
    if (!name || *name != "Ed25519" || !x || x->size() != 32)
        return false;
    key.type = KeyType::Okp;
    key.curve = Curve::Ed25519;
    key.x = std::move(*x);
    return true;
}

bool may_verify(const Json &object) {
    if (const Json *use = object.find("use"); use && (!use->text() || *use->text() != "sig"))
        return false;
    const Json *operations = object.find("key_ops");
    if (!operations)
        return true;
    if (!operations->array())
        return false;
    return std::any_of(operations->array()->begin(), operations->array()->end(),
                       [](const Json &one) { return one.text() && *one.text() == "verify"; });
}

bool read_names(const Json &object, Jwk &key) {
    if (const Json *kid = object.find("kid")) {
        if (!kid->text() || kid->text()->size() > max_kid_bytes)
            return false;
        key.kid = *kid->text();
    }
    if (const Json *name = object.find("alg")) {
        key.algorithm = name->text() ? find_algorithm(*name->text()) : std::nullopt;
        if (!key.algorithm)
            return false;
    }
    return true;
}

std::optional<Jwk> read_key(const Json &object) {
    const std::string *type = text_member(object, "kty");
    if (!type || object.find("d") || !may_verify(object))
        return std::nullopt;
    Jwk key;
    bool good = false;
    if (*type == "RSA")
        good = read_rsa(object, key);
    else if (*type == "EC")
        good = read_ec(object, key);
    else if (*type == "OKP")
        good = read_okp(object, key);
    if (!good || !read_names(object, key))
        return std::nullopt;
    if (key.algorithm && !fits(key, *key.algorithm))
        return std::nullopt;
    return key;
}

} // namespace

base::Result<KeySet> parse_key_set(std::string_view text) {
    SALLYPORT_TRY(const Json document, parse_json(text, {max_key_set_bytes, 16}));
    const Json *list = document.find("keys");
    if (!list || !list->array())
        return base::invalid("key set has no list of keys");
    if (list->array()->size() > max_keys)
        return base::fail(base::ErrorCode::TooLarge, "key set has too many keys");
    KeySet set;
    for (const Json &object : *list->array()) {
        if (auto key = read_key(object))
            set.keys.push_back(std::move(*key));
        else
            ++set.left_out;
    }
    if (set.keys.empty())
        return base::invalid("key set has no key that can verify a token");
    return set;
}

std::vector<Jwk> added_keys(const KeySet &before, const KeySet &after) {
    std::vector<Jwk> added;
    for (const Jwk &key : after.keys)
        if (std::find(before.keys.begin(), before.keys.end(), key) == before.keys.end())
            added.push_back(key);
    return added;
}

std::string thumbprint_text(const Jwk &key) {
    const auto member = [](std::string_view name, const base::Bytes &value) {
        return '"' + std::string(name) + "\":\"" + base::base64url(value) + '"';
    };
    switch (key.type) {
    case KeyType::Rsa:
        return '{' + member("e", key.e) + R"(,"kty":"RSA",)" + member("n", key.n) + '}';
    case KeyType::Ec: {
        const std::string_view curve = key.curve == Curve::P256   ? "P-256"
                                       : key.curve == Curve::P384 ? "P-384"
                                                                  : "P-521";
        return R"({"crv":")" + std::string(curve) + R"(","kty":"EC",)" + member("x", key.x) + ',' +
               member("y", key.y) + '}';
    }
    case KeyType::Okp:
        return R"({"crv":"Ed25519","kty":"OKP",)" + member("x", key.x) + '}';
    }
    return {};
}

} // namespace sallyport::jwt
