// SPDX-License-Identifier: Apache-2.0
#include "sallyport/mask/database.hpp"

#include "image.hpp"

namespace sallyport::mask {
namespace {

bool fits(base::BytesView image, std::uint64_t at, std::uint64_t count, std::uint64_t size) {
    return at <= image.size() && count * size <= image.size() - at;
}

bool sections_fit(base::BytesView image, const ImageHeader &header) {
    return fits(image, header.filter_at, filter_bits / 8, 1) &&
           fits(image, header.buckets_at, bucket_count + 1, sizeof(std::uint32_t)) &&
           fits(image, header.links.at, header.links.count, sizeof(LinkRecord)) &&
           fits(image, header.leads.at, header.leads.count, sizeof(LeadRecord)) &&
           fits(image, header.elements.at, header.elements.count, sizeof(ElementRecord)) &&
           fits(image, header.texts.at, header.texts.count, sizeof(TextRef)) &&
           fits(image, header.rules.at, header.rules.count, sizeof(RuleRecord)) &&
           fits(image, header.classes.at, header.classes.count, class_bytes) &&
           fits(image, header.strings.at, header.strings.count, 1) && header.rules.count > 0 &&
           header.rules.count <= max_rules && header.leads.count <= max_leads &&
           header.links.count <= 8 * max_leads;
}

class Proof {
  public:
    explicit Proof(base::BytesView image)
        : reader_(image), header_(reader_.header()), image_(image) {}
    bool holds() const {
        return buckets() && texts() && elements() && leads() && links() && rules() && classes();
    }

  private:
    bool string(TextRef ref, std::size_t limit) const {
        return ref.length <= limit && ref.at <= header_.strings.count &&
               ref.length <= header_.strings.count - ref.at;
    }
    bool buckets() const {
        std::uint32_t last = 0;
        for (std::uint32_t i = 0; i <= bucket_count; ++i) {
            const std::uint32_t first = reader_.bucket(i);
            if (first < last || first > header_.links.count)
                return false;
            last = first;
        }
        return true;
    }
    bool links() const {
        for (std::uint32_t i = 0; i < header_.links.count; ++i) {
            const LinkRecord link = reader_.link(i);
            if (link.lead >= header_.leads.count ||
                link.offset + window_bytes > reader_.lead(link.lead).anchor.length)
                return false;
        }
        return true;
    }
    bool run(std::uint32_t first, std::uint32_t count) const {
        return first <= header_.elements.count && count <= header_.elements.count - first;
    }
    // Also bounds the text that a lead can match: the engine keeps that much context.
    bool leads() const {
        for (std::uint32_t i = 0; i < header_.leads.count; ++i) {
            const LeadRecord lead = reader_.lead(i);
            if (!string(lead.anchor, max_lead_bytes) || lead.anchor.length < window_bytes ||
                (lead.next != no_class && lead.next >= header_.classes.count) ||
                lead.rule >= header_.rules.count || !run(lead.before, lead.before_count) ||
                !run(lead.after, lead.after_count))
                return false;
            if (lead.anchor.length + length(lead.before, lead.before_count) +
                    length(lead.after, lead.after_count) >
                max_lead_bytes)
                return false;
        }
        return true;
    }
    std::size_t length(std::uint32_t first, std::uint32_t count) const {
        std::size_t total = 0;
        for (std::uint32_t i = first; i < first + count && total <= max_lead_bytes; ++i)
            total += length(reader_.element(i));
        return total;
    }
    std::size_t length(const ElementRecord &element) const {
        if (element.kind == ElementKind::Class)
            return element.max;
        std::size_t most = 0;
        for (std::uint32_t i = 0; i < element.max && element.index + i < header_.texts.count; ++i)
            most = std::max(most, reader_.text(element.index + i).size());
        return most;
    }
    bool elements() const {
        for (std::uint32_t i = 0; i < header_.elements.count; ++i) {
            const ElementRecord element = reader_.element(i);
            if (element.kind == ElementKind::Class) {
                if (element.index >= header_.classes.count || element.min > element.max)
                    return false;
                continue;
            }
            if (element.kind != ElementKind::Texts || element.min > 1 || element.max == 0 ||
                element.index + std::uint32_t{element.max} > header_.texts.count)
                return false;
        }
        return true;
    }
    bool texts() const {
        for (std::uint32_t i = 0; i < header_.texts.count; ++i) {
            TextRef ref;
            std::memcpy(&ref, image_.data() + header_.texts.at + i * sizeof ref, sizeof ref);
            if (ref.length == 0 || !string(ref, max_lead_bytes))
                return false;
        }
        return true;
    }
    bool rules() const {
        for (std::uint32_t i = 0; i < header_.rules.count; ++i) {
            const RuleRecord rule = reader_.rule(i);
            if (!string(rule.id, 40) || rule.id.length == 0 || rule.kind > RuleKind::Block)
                return false;
            if (rule.kind == RuleKind::Block)
                continue;
            if (!string(rule.tail_text, 16) || rule.body >= header_.classes.count ||
                rule.tail > Tail::Text || rule.check > Check::Placeholder || rule.min == 0 ||
                rule.max < rule.min || rule.max > 8192)
                return false;
        }
        return true;
    }
    // No class may hold a cut or another control character: matches end at every cut.
    bool classes() const {
        for (std::uint32_t i = 0; i < header_.classes.count; ++i)
            for (char c = 0; c < 0x20; ++c)
                if (c != '\t' && reader_.in_class(static_cast<std::uint16_t>(i), c))
                    return false;
        return true;
    }

    ImageReader reader_;
    ImageHeader header_;
    base::BytesView image_;
};

} // namespace

base::Result<Database> Database::open(base::BytesView image) {
    const base::Error wrong = base::invalid("this is no mask database of this version");
    if (image.size() < sizeof(ImageHeader) || image.size() > max_image_bytes)
        return wrong;
    const ImageHeader header = ImageReader(image).header();
    if (header.magic != image_magic || header.version != image_version ||
        header.size != image.size() || !sections_fit(image, header) || !Proof(image).holds())
        return wrong;
    Database database;
    database.image_ = image;
    return database;
}

std::size_t Database::rule_count() const {
    return ImageReader(image_).header().rules.count;
}

std::string_view Database::rule_id(std::size_t rule) const {
    if (rule >= rule_count())
        return "seen-before";
    const ImageReader reader(image_);
    return reader.string(reader.rule(static_cast<std::uint32_t>(rule)).id);
}

} // namespace sallyport::mask
