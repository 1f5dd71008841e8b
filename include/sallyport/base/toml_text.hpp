// SPDX-License-Identifier: Apache-2.0
// What every reader of TOML has to do around toml++ 3.3, so that a typo in a file is a fault and
// never the end of the process: the library asserts on texts such as `[ } }`, and has undefined
// behaviour on some bytes outside of strings. A reader compiles the library in a namespace of its
// own with a TOML_ASSERT that throws std::logic_error, and parses through parse_toml_text. Pure;
// any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sallyport::base {

struct TomlFault {
    std::uint32_t line = 1, column = 1; // columns of bytes
    std::string message;
    bool by_library = false; // its own words, not ours
};

// The first byte that stands where the library must not see it, if there is one.
std::optional<TomlFault> toml_byte_fault(std::string_view text);

// The line at which the library gives up without saying where: the shortest text of whole lines on
// which `gives_up` says so. The library reads from front to back, so a binary search finds it.
TomlFault toml_bracket_fault(std::string_view text,
                             const std::function<bool(std::string_view)> &gives_up);

// Calls `parse(text)`, which throws the library's ParseError, or std::logic_error where it gives
// up. Nothing: it went well. A fault: what `parse` made must not be used.
template <typename ParseError, typename Parse>
std::optional<TomlFault> parse_toml_text(std::string_view text, const Parse &parse) {
    if (auto fault = toml_byte_fault(text))
        return fault;
    try {
        parse(text);
        return std::nullopt;
    } catch (const ParseError &error) {
        const auto &at = error.source().begin;
        return TomlFault{at.line, at.column, std::string(error.description()), true};
    } catch (const std::logic_error &) {
        return toml_bracket_fault(text, [&](std::string_view part) {
            try {
                parse(part);
            } catch (const ParseError &) {
                return false;
            } catch (const std::logic_error &) {
                return true;
            }
            return false;
        });
    }
}

} // namespace sallyport::base
