// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/encoding.hpp"

#include <array>

namespace sallyport::base {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view crockford_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string encode64(BytesView bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    unsigned buffer = 0;
    int bits = 0;
    for (const std::uint8_t byte : bytes) {
        buffer = buffer << 8 | byte;
        bits += 8;
        for (; bits >= 6; bits -= 6)
            text += alphabet[buffer >> (bits - 6) & 63];
    }
    if (bits > 0)
        text += alphabet[buffer << (6 - bits) & 63];
    return text;
}

Result<Bytes> decode64(std::string_view text, std::string_view alphabet) {
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos)
            return invalid("not base64");
        buffer = buffer << 6 | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(buffer >> bits));
        }
    }
    const unsigned unused = buffer & ((1U << bits) - 1);
    if (text.size() % 4 == 1 || unused != 0)
        return invalid("base64 has bits left over");
    return bytes;
}

} // namespace

std::string hex(BytesView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0)
        return invalid("hex has an odd number of digits");
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        for (const char c : text.substr(i, 2)) {
            const std::size_t digit = std::string_view("0123456789abcdef").find(c);
            if (digit == std::string_view::npos)
                return invalid("not lower-case hex");
            value = value << 4 | static_cast<unsigned>(digit);
        }
        bytes.push_back(static_cast<std::uint8_t>(value));
    }
    return bytes;
}

std::string base64(BytesView bytes) {
    std::string text = encode64(bytes, standard_alphabet);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return invalid("base64 is not padded");
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return decode64(text.substr(0, text.size() - padding), standard_alphabet);
}

std::string base64url(BytesView bytes) {
    return encode64(bytes, url_alphabet);
}
Result<Bytes> from_base64url(std::string_view text) {
    return decode64(text, url_alphabet);
}

std::string crockford(BytesView bytes) {
    // Big endian: the first symbol carries the bits that do not fill a group of five.
    const std::size_t symbols = (bytes.size() * 8 + 4) / 5;
    std::string text(symbols, '0');
    unsigned buffer = 0;
    int bits = 0;
    std::size_t at = symbols;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        buffer |= static_cast<unsigned>(bytes[i]) << bits;
        bits += 8;
        for (; bits >= 5; bits -= 5, buffer >>= 5)
            text[--at] = crockford_alphabet[buffer & 31];
    }
    if (bits > 0)
        text[--at] = crockford_alphabet[buffer & 31];
    return text;
}

} // namespace sallyport::base
