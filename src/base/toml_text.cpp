// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/toml_text.hpp"

#include <algorithm>
#include <vector>

namespace sallyport::base {
namespace {

// Where the text stops being TOML by its bytes alone: a control character, or a character beyond
// ASCII that stands in no string and no comment. Both are refused here because toml++ 3.3 asserts
// on
// `[[` and a NUL, and has undefined behaviour on U+00E9 and others outside of strings (found by the
// fuzzer). Strings are followed just as far as TOML is valid; beyond that the parser stops anyway.
class ByteCheck {
  public:
    explicit ByteCheck(std::string_view text) : text_(text) {}

    std::optional<TomlFault> run() {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF")
            text_.remove_prefix(3); // a byte order mark may begin the file
        for (std::size_t i = 0; i < text_.size();) {
            const auto byte = static_cast<unsigned char>(text_[i]);
            const bool blank = byte == '\t' || byte == '\n' || byte == '\r';
            if ((byte < 0x20 && !blank) || byte == 0x7f)
                return TomlFault{line_, column_, "not TOML: a control character"};
            if (byte >= 0x80 && quote_.empty() && !comment_)
                return TomlFault{line_, column_,
                                 "not TOML: a character beyond ASCII outside of strings"};
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

} // namespace

std::optional<TomlFault> toml_byte_fault(std::string_view text) {
    return ByteCheck(text).run();
}

TomlFault toml_bracket_fault(std::string_view text,
                             const std::function<bool(std::string_view)> &gives_up) {
    std::vector<std::size_t> ends;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', end + 1))
        ends.push_back(end + 1);
    const auto first = std::partition_point(
        ends.begin(), ends.end(), [&](std::size_t end) { return !gives_up(text.substr(0, end)); });
    return {static_cast<std::uint32_t>(first - ends.begin()) + 1, 1,
            "not TOML: a bracket stands where none can"};
}

} // namespace sallyport::base
