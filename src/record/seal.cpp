// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/seal.hpp"

#include "codec.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/model/ids.hpp"

namespace sallyport::record {
namespace {

constexpr std::string_view seal_domain{"sallyport-seal-v1\0", 18};
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t key_id_digits = 16;

// Fixed keys in a fixed order: the reader takes what the writer wrote and nothing else.
class Fields {
  public:
    explicit Fields(std::string_view line) : rest_(line) {}
    std::string_view after(std::string_view prefix, std::string_view stop) {
        if (rest_.substr(0, prefix.size()) != prefix) {
            ok_ = false;
            return {};
        }
        rest_.remove_prefix(prefix.size());
        const std::size_t end = rest_.find_first_of(stop);
        const std::string_view value = rest_.substr(0, end);
        rest_.remove_prefix(value.size());
        return value;
    }
    std::uint64_t number(std::string_view prefix) {
        const std::string_view digits = after(prefix, ",}");
        std::uint64_t value = 0;
        ok_ = ok_ && !digits.empty() && digits.size() <= 18;
        for (const char c : digits) {
            ok_ = ok_ && c >= '0' && c <= '9';
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value;
    }
    Hash hash(std::string_view prefix) {
        Hash hash{};
        const auto bytes = base::from_hex(after(prefix, "\""));
        ok_ = ok_ && bytes.ok() && bytes.value().size() == hash.size();
        if (ok_)
            std::copy(bytes.value().begin(), bytes.value().end(), hash.begin());
        return hash;
    }
    std::string text(std::string_view prefix) { return std::string(after(prefix, "\"")); }
    bool ok() const { return ok_; }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

} // namespace

std::string seal_line(const Seal &seal) {
    return "{\"v\":1,\"session\":\"" + seal.session +
           "\",\"frames\":" + std::to_string(seal.frames) +
           ",\"raw\":" + std::to_string(seal.raw_bytes) + ",\"chain\":\"" + base::hex(seal.chain) +
           "\",\"file\":\"" + base::hex(seal.file) + "\",\"config\":\"" + base::hex(seal.config) +
           "\",\"start\":" + std::to_string(microseconds(seal.start)) +
           ",\"end\":" + std::to_string(microseconds(seal.end)) + ",\"reason\":\"" +
           std::string(end_reason_name(seal.reason)) + "\",\"key\":\"" + seal.key_id + "\"}";
}

base::Bytes seal_message(std::string_view line) {
    return base::to_bytes(std::string(seal_domain) += line);
}

std::string seal_file(std::string_view line, base::BytesView signature) {
    return std::string(line) + "\n" + base::base64(signature) + "\n";
}

base::Result<Seal> parse_seal_line(std::string_view line) {
    if (line.size() > max_seal_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the seal is too long");
    Fields in(line);
    Seal seal;
    seal.session = in.text("{\"v\":1,\"session\":\"");
    seal.frames = in.number("\",\"frames\":");
    seal.raw_bytes = in.number(",\"raw\":");
    seal.chain = in.hash(",\"chain\":\"");
    seal.file = in.hash("\",\"file\":\"");
    seal.config = in.hash("\",\"config\":\"");
    const std::uint64_t start = in.number("\",\"start\":");
    const std::uint64_t end = in.number(",\"end\":");
    const auto reason = parse_end_reason(in.text(",\"reason\":\""));
    seal.key_id = in.text("\",\"key\":\"");
    if (!in.ok() || !reason.ok() || !model::is_ulid(seal.session) || start > max_time_us ||
        end > max_time_us || seal.key_id.size() != key_id_digits ||
        !base::from_hex(seal.key_id).ok())
        return base::invalid("the seal is damaged");
    seal.start = wall_time(start);
    seal.end = wall_time(end);
    seal.reason = reason.value();
    if (seal_line(seal) != line)
        return base::invalid("the seal is not in its canonical form");
    return seal;
}

base::Result<SignedSeal> parse_seal_file(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (text.size() > max_seal_bytes || end == std::string_view::npos || text.back() != '\n' ||
        end + 1 == text.size())
        return base::invalid("the seal is damaged");
    const std::string_view line = text.substr(0, end);
    SALLYPORT_TRY(Seal seal, parse_seal_line(line));
    SALLYPORT_TRY(base::Bytes signature,
                  base::from_base64(text.substr(end + 1, text.size() - end - 2)));
    if (signature.size() != signature_bytes)
        return base::invalid("the seal's signature is damaged");
    return SignedSeal{std::move(seal), seal_message(line), std::move(signature)};
}

} // namespace sallyport::record
