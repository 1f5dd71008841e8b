// SPDX-License-Identifier: Apache-2.0
#include "tree.hpp"

#include "sallyport/base/log.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

// toml++ 3.3 asserts on malformed text such as `[ } }`. A typo in a file must not end the process,
// so that an assertion throws here; the namespace of its own keeps this reading of the library
// apart from any other in the same program.
namespace sallyport::policy {
namespace {
[[noreturn]] void give_up() {
    throw std::logic_error("toml");
}
} // namespace
} // namespace sallyport::policy
// clang-format off
#define TOML_ASSERT(expr) ((expr) ? void() : sallyport::policy::give_up())
#define toml sallyport_policy_toml
#include <toml++/toml.h>
// clang-format on

namespace sallyport::policy {
namespace {

Position position(const toml::source_region &region) {
    return {static_cast<std::uint32_t>(region.begin.line),
            static_cast<std::uint32_t>(region.begin.column)};
}

// The library bounds nesting (TOML_MAX_NESTED_VALUES), so this recursion is bounded too.
Value copy(const toml::node &node) {
    Value value;
    value.at = position(node.source());
    if (const auto *text = node.as_string()) {
        value.kind = ValueKind::Text;
        value.text = text->get();
    } else if (const auto *truth = node.as_boolean()) {
        value.kind = ValueKind::Truth;
        value.truth = truth->get();
    } else if (const auto *integer = node.as_integer()) {
        value.kind = ValueKind::Integer;
        value.integer = integer->get();
    } else if (const auto *array = node.as_array()) {
        value.kind = ValueKind::List;
        for (const toml::node &item : *array)
            value.items.push_back(copy(item));
    } else if (const auto *table = node.as_table()) {
        value.kind = ValueKind::Table;
        for (const auto &[key, item] : *table) {
            value.entries.push_back(copy(item));
            value.entries.back().key = {std::string(key.str()), position(key.source())};
        }
        std::sort(value.entries.begin(), value.entries.end(),
                  [](const Value &a, const Value &b) { return a.key.at < b.key.at; });
    }
    return value;
}

// Where the text stops being TOML by its bytes alone: a control character, or a character beyond
// ASCII that stands in no string and no comment. Both are refused here because toml++ 3.3 asserts
// on
// `[[` and a NUL, and has undefined behaviour on U+00E9 and others outside of strings (found by the
// fuzzer). Strings are followed just as far as TOML is valid; beyond that the parser stops anyway.
class ByteCheck {
  public:
    explicit ByteCheck(std::string_view text) : text_(text) {}

    std::optional<Fault> run() {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF")
            text_.remove_prefix(3); // a byte order mark may begin the file
        for (std::size_t i = 0; i < text_.size();) {
            const auto byte = static_cast<unsigned char>(text_[i]);
            const bool blank = byte == '\t' || byte == '\n' || byte == '\r';
            if ((byte < 0x20 && !blank) || byte == 0x7f)
                return Fault{{}, line_, column_, "not TOML: a control character"};
            if (byte >= 0x80 && quote_.empty() && !comment_)
                return Fault{
                    {}, line_, column_, "not TOML: a character beyond ASCII outside of strings"};
            const std::size_t taken = step(i);
            i += taken;
            column_ += static_cast<std::uint32_t>(taken);
            if (byte == '\n') {
                ++line_;
                column_ = 1;
            }
        }
        return std::nullopt;
    }

  private:
    // Follows quotes and comments; how many bytes belong together.
    std::size_t step(std::size_t i) {
        const char c = text_[i];
        if (c == '\n') {
            comment_ = false;
            if (quote_.size() == 1)
                quote_.clear(); // an error that the parser reports
            return 1;
        }
        if (comment_)
            return 1;
        if (quote_.empty()) {
            comment_ = c == '#';
            if (c != '"' && c != '\'')
                return 1;
            const std::string three(3, c);
            quote_ = text_.substr(i, 3) == three ? three : std::string(1, c);
            return quote_.size();
        }
        if (c == '\\' && quote_.front() == '"' && i + 1 < text_.size() &&
            (text_[i + 1] == '"' || text_[i + 1] == '\\'))
            return 2;
        if (text_.substr(i, quote_.size()) != quote_)
            return 1;
        std::size_t taken = quote_.size();
        while (quote_.size() == 3 && taken < 5 && i + taken < text_.size() && text_[i + taken] == c)
            ++taken; // up to two quotes may stand before the closing three
        quote_.clear();
        return taken;
    }

    std::string_view text_;
    std::string quote_; // of the string that is open
    bool comment_ = false;
    std::uint32_t line_ = 1, column_ = 1; // columns of bytes
};

// The line at which the library gives up without saying where: the shortest text of whole lines on
// which it does. It reads from front to back, so a binary search finds it.
std::uint32_t line_of_assertion(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', end + 1))
        ends.push_back(end + 1);
    const auto gives_up = [&](std::size_t end) {
        try {
            static_cast<void>(toml::parse(text.substr(0, end)));
        } catch (const toml::parse_error &) {
            return false;
        } catch (const std::logic_error &) {
            return true;
        }
        return false;
    };
    const auto first = std::partition_point(ends.begin(), ends.end(),
                                            [&](std::size_t end) { return !gives_up(end); });
    return static_cast<std::uint32_t>(first - ends.begin()) + 1;
}

} // namespace

const Value *Value::find(std::string_view name) const {
    for (const Value &entry : entries)
        if (entry.key.text == name)
            return &entry;
    return nullptr;
}

std::string_view value_kind_name(ValueKind kind) {
    switch (kind) {
    case ValueKind::Text:
        return "a string";
    case ValueKind::Truth:
        return "true or false";
    case ValueKind::Integer:
        return "a whole number";
    case ValueKind::List:
        return "a list";
    case ValueKind::Table:
        return "a table";
    case ValueKind::Other:
        break;
    }
    return "a value of another kind";
}

void FaultSink::add(Position at, std::string message) {
    if (faults_.size() < max_faults)
        faults_.push_back({file_, at.line, at.column, std::move(message)});
}

Value parse_toml(std::string_view text, FaultSink &sink) {
    Value empty;
    empty.kind = ValueKind::Table;
    if (text.size() > max_policy_bytes) {
        sink.add({}, "the file is larger than " + std::to_string(max_policy_bytes) + " bytes");
        return empty;
    }
    if (const std::optional<Fault> fault = ByteCheck(text).run()) {
        sink.add({fault->line, fault->column}, fault->message);
        return empty;
    }
    try {
        const toml::table table = toml::parse(text);
        return copy(table);
    } catch (const toml::parse_error &error) {
        sink.add(position(error.source()),
                 "not TOML: " + base::printable(std::string(error.description()), 200));
    } catch (const std::logic_error &) {
        sink.add({line_of_assertion(text), 1}, "not TOML: a bracket stands where none can");
    }
    return empty;
}

} // namespace sallyport::policy
