// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sallyport::jwt {
namespace {

constexpr std::size_t max_pointer_bytes = 256;
constexpr std::size_t max_pointer_tokens = 8;

std::optional<std::string> unescape(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            text += token[i];
            continue;
        }
        ++i;
        if (i == token.size() || (token[i] != '0' && token[i] != '1'))
            return std::nullopt;
        text += token[i] == '0' ? '~' : '/';
    }
    return text;
}

// RFC 6901 section 4: digits without a leading zero.
const Json *element(const Json::Array &items, std::string_view token) {
    if (token.empty() || (token.size() > 1 && token.front() == '0'))
        return nullptr;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc{} || end != token.data() + token.size() || index >= items.size())
        return nullptr;
    return &items[index];
}

} // namespace

base::Result<std::vector<std::string>> parse_pointer(std::string_view pointer) {
    if (pointer.size() > max_pointer_bytes)
        return base::invalid("JSON pointer is too long");
    std::vector<std::string> tokens;
    if (pointer.empty())
        return tokens;
    if (pointer.front() != '/')
        return base::invalid("JSON pointer does not begin with `/`");
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        auto token = unescape(pointer.substr(0, end));
        if (!token)
            return base::invalid("JSON pointer has a `~` that is not `~0` or `~1`");
        tokens.push_back(std::move(*token));
        pointer.remove_prefix(end);
    }
    if (tokens.size() > max_pointer_tokens)
        return base::invalid("JSON pointer has too many parts");
    return tokens;
}

const Json *find_at(const Json &root, const std::vector<std::string> &tokens) {
    const Json *at = &root;
    for (const std::string &token : tokens) {
        if (const Json::Array *items = at->array())
            at = element(*items, token);
        else
            at = at->find(token);
        if (!at)
            return nullptr;
    }
    return at;
}

} // namespace sallyport::jwt
