// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/ids.hpp"

#include "sallyport/base/encoding.hpp"

namespace sallyport::model {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

} // namespace

std::string make_ulid(base::WallTime now, base::BytesView random) {
    assert(random.size() == 10);
    const auto milliseconds = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
    base::Bytes bytes;
    for (int shift = 40; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(milliseconds >> shift));
    base::append(bytes, random);
    return base::crockford(bytes);
}

std::string make_request_text(base::BytesView random) {
    assert(random.size() == 4);
    std::uint32_t bits = 0;
    for (const std::uint8_t byte : random)
        bits = bits << 8 | byte;
    std::string text;
    for (int i = 0; i < 6; ++i, bits >>= 5)
        text += alphabet[bits & 31];
    return text;
}

bool is_ulid(std::string_view text) {
    // 26 symbols hold 130 bits: the first may carry only three.
    return text.size() == 26 && text.find_first_not_of(alphabet) == std::string_view::npos &&
           text[0] <= '7';
}

base::Result<base::Bytes> ulid_bytes(std::string_view text) {
    if (!is_ulid(text))
        return base::invalid("`" + std::string(text.substr(0, 40)) + "` is no ULID");
    base::Bytes bytes(16, 0);
    unsigned buffer = 0;
    int bits = 0;
    std::size_t at = bytes.size();
    for (std::size_t i = text.size(); i-- > 0;) {
        buffer |= static_cast<unsigned>(alphabet.find(text[i])) << bits;
        bits += 5;
        if (bits >= 8 && at > 0) {
            bytes[--at] = static_cast<std::uint8_t>(buffer);
            buffer >>= 8;
            bits -= 8;
        }
    }
    return bytes;
}

base::Result<RequestId> parse_request_id(std::string_view text) {
    std::string canonical;
    for (const char c : text.substr(0, 16)) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        canonical += upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
    }
    if (text.size() != 6 || canonical.find_first_not_of(alphabet) != std::string::npos)
        return base::invalid("`" + std::string(text.substr(0, 40)) +
                             "` is no request id, expected 6 characters such as 7F3K2Q");
    return RequestId{canonical};
}

} // namespace sallyport::model
