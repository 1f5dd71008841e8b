// SPDX-License-Identifier: Apache-2.0
#include "pattern.hpp"

#include "characters.hpp"

#include <algorithm>

namespace sallyport::mask {
namespace {

constexpr std::size_t max_repeat = 300;

class PatternReader {
  public:
    explicit PatternReader(std::string_view text) : text_(text) {}
    base::Result<std::vector<PatternElement>> read();

  private:
    bool more() const { return at_ < text_.size(); }
    base::Result<char> character();
    base::Status add_escape(ClassBits &bits);
    base::Result<PatternElement> character_class();
    base::Result<PatternElement> group();
    base::Status repeat(PatternElement &element);
    base::Result<std::size_t> number();

    std::string_view text_;
    std::size_t at_ = 0;
};

void add_range(ClassBits &bits, char from, char to) {
    for (int c = static_cast<unsigned char>(from); c <= static_cast<unsigned char>(to); ++c)
        bits.set(static_cast<std::size_t>(c));
}

base::Result<char> PatternReader::character() {
    if (text_[at_] != '\\')
        return text_[at_++];
    if (at_ + 1 >= text_.size())
        return base::invalid("a pattern ends with `\\`");
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c == 't')
        return '\t';
    if (is_word(c))
        return base::invalid(std::string("`\\") + c + "` is not in the pattern language");
    return c;
}

base::Status PatternReader::add_escape(ClassBits &bits) {
    const char c = text_[at_ + 1];
    if (c == 'w') {
        for (int i = 0; i < 128; ++i)
            if (is_word(static_cast<char>(i)))
                bits.set(static_cast<std::size_t>(i));
        at_ += 2;
        return base::success();
    }
    if (c == 's') {
        for (const char blank : {' ', '\t', '\n', '\r', '\v', '\f'})
            bits.set(static_cast<std::size_t>(blank));
        at_ += 2;
        return base::success();
    }
    SALLYPORT_TRY(const char one, character());
    bits.set(static_cast<unsigned char>(one));
    return base::success();
}

base::Result<PatternElement> PatternReader::character_class() {
    PatternElement element;
    element.kind = PatternElement::Kind::Class;
    ++at_;
    const bool negated = more() && text_[at_] == '^';
    at_ += negated ? 1 : 0;
    while (more() && text_[at_] != ']') {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
            SALLYPORT_CHECK(add_escape(element.bits));
            continue;
        }
        const char from = text_[at_++];
        if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
            if (static_cast<unsigned char>(text_[at_ + 1]) < static_cast<unsigned char>(from))
                return base::invalid("a range in a class runs backwards");
            add_range(element.bits, from, text_[at_ + 1]);
            at_ += 2;
            continue;
        }
        element.bits.set(static_cast<unsigned char>(from));
    }
    if (!more())
        return base::invalid("a class is not closed");
    ++at_;
    if (negated)
        element.bits.flip();
    for (int c = 0; c < 0x20; ++c)
        if (c != '\t')
            element.bits.reset(static_cast<std::size_t>(c)); // the projected text has none but cuts
    element.bits.reset(0x7f);
    if (element.bits.none())
        return base::invalid("a class is empty");
    return element;
}

base::Result<PatternElement> PatternReader::group() {
    PatternElement element;
    element.kind = PatternElement::Kind::Texts;
    element.texts.emplace_back();
    ++at_;
    while (more() && text_[at_] != ')') {
        if (text_[at_] == '|') {
            element.texts.emplace_back();
            ++at_;
            continue;
        }
        if (std::string_view("([{?").find(text_[at_]) != std::string_view::npos)
            return base::invalid("a group may hold literal characters only");
        SALLYPORT_TRY(const char c, character());
        element.texts.back() += c;
    }
    if (!more())
        return base::invalid("a group is not closed");
    ++at_;
    for (const std::string &text : element.texts)
        if (text.empty())
            return base::invalid("an alternative is empty");
    return element;
}

base::Result<std::size_t> PatternReader::number() {
    std::size_t value = 0;
    const std::size_t from = at_;
    while (more() && is_digit(text_[at_]) && at_ - from < 4)
        value = value * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    if (at_ == from || value > max_repeat)
        return base::invalid("a repeat count is missing or above " + std::to_string(max_repeat));
    return value;
}

base::Status PatternReader::repeat(PatternElement &element) {
    if (more() && text_[at_] == '?') {
        ++at_;
        element.min = 0;
        return base::success();
    }
    if (!more() || text_[at_] != '{')
        return base::success();
    if (element.kind == PatternElement::Kind::Texts)
        return base::invalid("a group may only be optional, not repeated");
    ++at_;
    SALLYPORT_TRY(element.min, number());
    element.max = element.min;
    if (more() && text_[at_] == ',') {
        ++at_;
        SALLYPORT_TRY(element.max, number());
    }
    if (!more() || text_[at_] != '}' || element.max < element.min || element.max == 0)
        return base::invalid("a repeat count is wrong");
    ++at_;
    return base::success();
}

base::Result<std::vector<PatternElement>> PatternReader::read() {
    std::vector<PatternElement> elements;
    while (more()) {
        const char c = text_[at_];
        if (c == '[' || c == '(') {
            SALLYPORT_TRY(PatternElement element, c == '[' ? character_class() : group());
            SALLYPORT_CHECK(repeat(element));
            elements.push_back(std::move(element));
            continue;
        }
        if (std::string_view("])}{?*+|").find(c) != std::string_view::npos)
            return base::invalid(std::string("`") + c + "` must be written `\\" + c + "`");
        SALLYPORT_TRY(const char literal, character());
        if (is_cut(literal))
            return base::invalid("a lead cannot span lines");
        if (elements.empty() || elements.back().kind != PatternElement::Kind::Literal)
            elements.push_back({});
        elements.back().literal += literal;
    }
    return elements;
}

} // namespace

base::Result<std::vector<PatternElement>> parse_pattern(std::string_view text) {
    return PatternReader(text).read();
}

base::Result<ClassBits> parse_class(std::string_view text) {
    SALLYPORT_TRY(const std::vector<PatternElement> elements, parse_pattern(text));
    if (elements.size() != 1 || elements[0].kind != PatternElement::Kind::Class ||
        elements[0].min != 1 || elements[0].max != 1)
        return base::invalid("expected one character class");
    return elements[0].bits;
}

std::size_t longest(const PatternElement &element) {
    switch (element.kind) {
    case PatternElement::Kind::Literal:
        return element.literal.size();
    case PatternElement::Kind::Class:
        return element.max;
    case PatternElement::Kind::Texts:
        break;
    }
    std::size_t most = 0;
    for (const std::string &text : element.texts)
        most = std::max(most, text.size());
    return most;
}

} // namespace sallyport::mask
