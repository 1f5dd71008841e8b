// SPDX-License-Identifier: Apache-2.0
// The layout of a compiled image. Little endian; every `*_at` is an offset from the image's start.
// Records are copied out with memcpy, so the image needs no alignment.
#pragma once
#include "sallyport/mask/database.hpp"

#include <cstring>

namespace sallyport::mask {

inline constexpr std::uint32_t image_magic = 0x314D5053; // "SPM1"
inline constexpr std::uint32_t image_version = 1;
inline constexpr std::size_t filter_bits = 1 << 16;
inline constexpr std::size_t bucket_count = 1024;
inline constexpr std::size_t class_bytes = 32;
inline constexpr std::uint16_t no_class = 0xFFFF;
inline constexpr std::size_t window_bytes = 3; // of an anchor, looked up in the filter

struct Section {
    std::uint32_t at = 0;
    std::uint32_t count = 0;
};
struct ImageHeader {
    std::uint32_t magic = image_magic;
    std::uint32_t version = image_version;
    std::uint32_t size = 0;
    std::uint32_t filter_at = 0;  // filter_bits / 8 bytes
    std::uint32_t buckets_at = 0; // bucket_count + 1 x u32: first entry in links
    Section links;
    Section leads;
    Section elements;
    Section texts; // of alternatives
    Section rules;
    Section classes; // class_bytes each
    Section strings; // bytes
};
struct TextRef {
    std::uint32_t at = 0; // in strings
    std::uint32_t length = 0;
};
struct LinkRecord {
    std::uint32_t key = 0; // three bytes of an anchor
    std::uint16_t lead = 0;
    std::uint16_t offset = 0; // of the three in the anchor
};
// Elements before the anchor are stored from the anchor outwards.
struct LeadRecord {
    TextRef anchor; // lower case if any_case
    std::uint16_t rule = 0;
    std::uint16_t before = 0;
    std::uint16_t before_count = 0;
    std::uint16_t after = 0;
    std::uint16_t after_count = 0;
    std::uint8_t any_case = 0;
    std::uint8_t word = 0;
    std::uint8_t line_start = 0;
    std::uint8_t unused = 0;
    std::uint16_t next = no_class; // what may stand after the anchor
};
enum class ElementKind : std::uint8_t { Class, Texts };
struct ElementRecord {
    ElementKind kind = ElementKind::Class;
    std::uint8_t unused = 0;
    std::uint16_t index = 0; // class, or the first of the texts
    std::uint16_t min = 0;   // repeats; for texts 0 or 1
    std::uint16_t max = 0;   // repeats; for texts their number
};
struct RuleRecord {
    TextRef id;
    TextRef tail_text;
    std::uint16_t body = no_class;
    RuleKind kind = RuleKind::Token;
    Tail tail = Tail::None;
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    Check check = Check::None;
    std::uint8_t unused[3] = {};
};

inline std::uint32_t window_hash(std::uint32_t key) {
    return key * 0x9E3779B1U >> 16;
}
inline std::uint32_t bucket_of(std::uint32_t hash) {
    return hash >> 6;
}

// Reads records of an image that Database::open has accepted.
class ImageReader {
  public:
    explicit ImageReader(base::BytesView image) : data_(image.data()) {
        std::memcpy(&header_, data_, sizeof header_);
    }
    const ImageHeader &header() const { return header_; }
    const std::uint8_t *filter() const { return data_ + header_.filter_at; }
    std::uint32_t bucket(std::uint32_t i) const {
        return read<std::uint32_t>(header_.buckets_at, i);
    }
    LinkRecord link(std::uint32_t i) const { return read<LinkRecord>(header_.links.at, i); }
    LeadRecord lead(std::uint32_t i) const { return read<LeadRecord>(header_.leads.at, i); }
    ElementRecord element(std::uint32_t i) const {
        return read<ElementRecord>(header_.elements.at, i);
    }
    RuleRecord rule(std::uint32_t i) const { return read<RuleRecord>(header_.rules.at, i); }
    std::string_view text(std::uint32_t i) const {
        return string(read<TextRef>(header_.texts.at, i));
    }
    std::string_view string(TextRef ref) const {
        return {reinterpret_cast<const char *>(data_) + header_.strings.at + ref.at, ref.length};
    }
    bool in_class(std::uint16_t index, char c) const {
        const auto byte = static_cast<unsigned char>(c);
        return (data_[header_.classes.at + index * class_bytes + (byte >> 3)] >> (byte & 7) & 1) !=
               0;
    }

  private:
    template <typename T>
    T read(std::uint32_t at, std::uint32_t i) const {
        T record;
        std::memcpy(&record, data_ + at + i * sizeof(T), sizeof record);
        return record;
    }
    const std::uint8_t *data_;
    ImageHeader header_;
};

} // namespace sallyport::mask
