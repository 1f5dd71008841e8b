// SPDX-License-Identifier: Apache-2.0
#include "characters.hpp"
#include "image.hpp"
#include "pattern.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace sallyport::mask {
namespace {

// How common a byte is in logs and terminal output, roughly; the rarest window of an anchor is
// looked up, so that ordinary text seldom passes the filter.
unsigned commonness(char c) {
    constexpr std::string_view letters = "etaoinsrhldcumfpgwybvkxjqz";
    if (const auto i = letters.find(c); i != std::string_view::npos)
        return 30 - static_cast<unsigned>(i);
    if (c == ' ' || c == ':')
        return 24;
    return is_digit(c) || c == '.' || c == '-' || c == '/' ? 20 : is_upper(c) ? 6 : 5;
}

std::size_t rarest_window(std::string_view anchor) {
    std::size_t best = 0;
    unsigned least = ~0U;
    for (std::size_t i = 0; i + window_bytes <= anchor.size(); ++i) {
        const unsigned score =
            commonness(anchor[i]) * commonness(anchor[i + 1]) * commonness(anchor[i + 2]);
        if (score < least) {
            least = score;
            best = i;
        }
    }
    return best;
}

class Compiler {
  public:
    base::Status add(const Rule &rule);
    base::Result<base::Bytes> image();

  private:
    base::Status add_lead(const Rule &rule, std::string_view pattern, const ClassBits &body);
    base::Status check_rule(const Rule &rule);
    void add_links(std::string_view anchor, bool any_case, std::uint16_t lead);
    std::uint16_t class_index(const ClassBits &bits);
    TextRef string(std::string_view text);
    void add_element(const PatternElement &element, bool any_case);

    std::vector<LinkRecord> links_;
    std::vector<LeadRecord> leads_;
    std::vector<ElementRecord> elements_;
    std::vector<TextRef> texts_;
    std::vector<RuleRecord> rules_;
    std::vector<ClassBits> classes_;
    std::string strings_;
    std::set<std::string, std::less<>> ids_;
};

// The characters that may stand after the anchor: whatever the elements and the body begin with.
ClassBits first_of(const std::vector<PatternElement> &elements, std::size_t from, bool any_case,
                   const ClassBits &body) {
    ClassBits bits;
    const auto add = [&](char c) {
        bits.set(static_cast<unsigned char>(c));
        if (any_case && is_lower(to_lower(c)))
            bits.set(static_cast<unsigned char>(to_lower(c) - 32))
                .set(static_cast<unsigned char>(to_lower(c)));
    };
    for (std::size_t i = from; i < elements.size(); ++i) {
        const PatternElement &element = elements[i];
        bits |= element.bits;
        for (const std::string &text : element.texts)
            add(text[0]);
        if (element.kind == PatternElement::Kind::Literal)
            add(element.literal[0]);
        if (element.min > 0)
            return bits;
    }
    return bits | body;
}

std::string folded(std::string_view text, bool any_case) {
    std::string to(text);
    if (any_case)
        std::transform(to.begin(), to.end(), to.begin(), to_lower);
    return to;
}

TextRef Compiler::string(std::string_view text) {
    std::size_t at = strings_.find(text);
    if (at == std::string::npos) {
        at = strings_.size();
        strings_ += text;
    }
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text.size())};
}

std::uint16_t Compiler::class_index(const ClassBits &bits) {
    const auto found = std::find(classes_.begin(), classes_.end(), bits);
    const auto index = static_cast<std::uint16_t>(found - classes_.begin());
    if (found == classes_.end())
        classes_.push_back(bits);
    return index;
}

void Compiler::add_element(const PatternElement &element, bool any_case) {
    ElementRecord record;
    record.min = static_cast<std::uint16_t>(element.min);
    if (element.kind == PatternElement::Kind::Class) {
        record.index = class_index(element.bits);
        record.max = static_cast<std::uint16_t>(element.max);
        elements_.push_back(record);
        return;
    }
    record.kind = ElementKind::Texts;
    record.index = static_cast<std::uint16_t>(texts_.size());
    if (element.kind == PatternElement::Kind::Literal)
        texts_.push_back(string(folded(element.literal, any_case)));
    for (const std::string &text : element.texts)
        texts_.push_back(string(folded(text, any_case)));
    record.max = static_cast<std::uint16_t>(texts_.size() - record.index);
    elements_.push_back(record);
}

void Compiler::add_links(std::string_view anchor, bool any_case, std::uint16_t lead) {
    const std::size_t offset = rarest_window(anchor);
    std::set<std::uint32_t> keys;
    for (unsigned variant = 0; variant < (any_case ? 8U : 1U); ++variant) {
        std::uint32_t key = 0;
        for (unsigned i = 0; i < window_bytes; ++i) {
            char c = anchor[offset + i];
            if ((variant >> i & 1) != 0 && is_lower(c))
                c = static_cast<char>(c - 32);
            key |= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8 * i;
        }
        keys.insert(key);
    }
    for (const std::uint32_t key : keys)
        links_.push_back({key, lead, static_cast<std::uint16_t>(offset)});
}

base::Status Compiler::add_lead(const Rule &rule, std::string_view pattern, const ClassBits &body) {
    SALLYPORT_TRY(const std::vector<PatternElement> elements, parse_pattern(pattern));
    std::size_t anchor = elements.size();
    std::size_t length = 0;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        length += longest(elements[i]);
        const bool literal = elements[i].kind == PatternElement::Kind::Literal;
        if (literal && elements[i].literal.size() >= window_bytes &&
            (anchor == elements.size() ||
             elements[i].literal.size() > elements[anchor].literal.size()))
            anchor = i;
    }
    if (anchor == elements.size())
        return base::invalid("a lead needs a run of three literal characters");
    if (length > max_lead_bytes || leads_.size() >= max_leads)
        return base::fail(base::ErrorCode::TooLarge, "a lead is too long, or there are too many");
    LeadRecord lead;
    lead.rule = static_cast<std::uint16_t>(rules_.size());
    lead.any_case = rule.any_case ? 1 : 0;
    lead.word = rule.word ? 1 : 0;
    lead.line_start = rule.line_start ? 1 : 0;
    if (rule.kind != RuleKind::Block)
        lead.next = class_index(first_of(elements, anchor + 1, rule.any_case, body));
    const std::string text = folded(elements[anchor].literal, rule.any_case);
    lead.anchor = string(text);
    lead.before = static_cast<std::uint16_t>(elements_.size());
    for (std::size_t i = anchor; i-- > 0;)
        add_element(elements[i], rule.any_case);
    lead.before_count = static_cast<std::uint16_t>(anchor);
    lead.after = static_cast<std::uint16_t>(elements_.size());
    for (std::size_t i = anchor + 1; i < elements.size(); ++i)
        add_element(elements[i], rule.any_case);
    lead.after_count = static_cast<std::uint16_t>(elements.size() - anchor - 1);
    if (elements_.size() > 0xFFF0 || texts_.size() > 0xFFF0)
        return base::fail(base::ErrorCode::TooLarge, "there are too many leads");
    add_links(text, rule.any_case, static_cast<std::uint16_t>(leads_.size()));
    leads_.push_back(lead);
    return base::success();
}

base::Status Compiler::check_rule(const Rule &rule) {
    constexpr std::string_view id_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (rule.id.empty() || rule.id.size() > 40 || rule.id == "seen-before" ||
        rule.id.find_first_not_of(id_characters) != std::string::npos)
        return base::invalid("`" + rule.id.substr(0, 40) + "` is no rule id");
    if (!ids_.insert(rule.id).second)
        return base::invalid("there are two rules of this id");
    if (rule.leads.empty())
        return base::invalid("it has no lead");
    if (rule.kind == RuleKind::Block)
        return base::success();
    if (rule.min == 0 || rule.max < rule.min || rule.max > 8192 ||
        (rule.kind == RuleKind::Value && rule.max > max_value_bytes))
        return base::invalid("its min and max do not fit");
    if ((rule.tail == Tail::Text) != !rule.tail_text.empty() || rule.tail_text.size() > 16)
        return base::invalid("its tail is wrong");
    return base::success();
}

base::Status Compiler::add(const Rule &rule) {
    if (rules_.size() >= max_rules)
        return base::fail(base::ErrorCode::TooLarge, "there are too many rules");
    SALLYPORT_CHECK(check_rule(rule));
    RuleRecord record;
    ClassBits body;
    record.kind = rule.kind;
    record.id = string(rule.id);
    if (rule.kind != RuleKind::Block) {
        SALLYPORT_TRY(body, parse_class(rule.body));
        record.body = class_index(body);
        record.tail = rule.tail;
        record.tail_text = string(rule.tail_text);
        record.min = static_cast<std::uint32_t>(rule.min);
        record.max = static_cast<std::uint32_t>(rule.max);
        record.check = rule.check;
    }
    for (const std::string &lead : rule.leads)
        SALLYPORT_CHECK(add_lead(rule, lead + rule.then, body));
    rules_.push_back(record);
    return base::success();
}

template <typename T>
Section put(base::Bytes &image, const std::vector<T> &records) {
    const Section section{static_cast<std::uint32_t>(image.size()),
                          static_cast<std::uint32_t>(records.size())};
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(records.data());
    image.insert(image.end(), bytes, bytes + records.size() * sizeof(T));
    return section;
}

base::Result<base::Bytes> Compiler::image() {
    std::stable_sort(links_.begin(), links_.end(), [](const LinkRecord &a, const LinkRecord &b) {
        return bucket_of(window_hash(a.key)) < bucket_of(window_hash(b.key));
    });
    std::vector<std::uint8_t> filter(filter_bits / 8);
    std::vector<std::uint32_t> buckets(bucket_count + 1);
    for (const LinkRecord &link : links_) {
        const std::uint32_t hash = window_hash(link.key);
        filter[hash >> 3] = static_cast<std::uint8_t>(filter[hash >> 3] | 1U << (hash & 7));
        ++buckets[bucket_of(hash) + 1];
    }
    for (std::size_t i = 1; i <= bucket_count; ++i)
        buckets[i] += buckets[i - 1];
    std::vector<std::array<std::uint8_t, class_bytes>> classes(classes_.size());
    for (std::size_t i = 0; i < classes_.size(); ++i)
        for (std::size_t c = 0; c < 256; ++c)
            if (classes_[i][c])
                classes[i][c >> 3] = static_cast<std::uint8_t>(classes[i][c >> 3] | 1U << (c & 7));
    ImageHeader header;
    base::Bytes image(sizeof header);
    header.filter_at = put(image, filter).at;
    header.buckets_at = put(image, buckets).at;
    header.links = put(image, links_);
    header.leads = put(image, leads_);
    header.elements = put(image, elements_);
    header.texts = put(image, texts_);
    header.rules = put(image, rules_);
    header.classes = put(image, classes);
    header.strings = put(image, std::vector<char>(strings_.begin(), strings_.end()));
    header.size = static_cast<std::uint32_t>(image.size());
    std::memcpy(image.data(), &header, sizeof header);
    if (image.size() > max_image_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the rules are too large together");
    return image;
}

} // namespace

base::Result<base::Bytes> compile(const std::vector<Rule> &rules) {
    Compiler compiler;
    for (const Rule &rule : rules)
        if (const auto status = compiler.add(rule); !status.ok())
            return base::within("mask rule `" + rule.id.substr(0, 40) + "`", status.error());
    return compiler.image();
}

} // namespace sallyport::mask
