// SPDX-License-Identifier: Apache-2.0
// What every reader of TOML has to do around toml++ 3.3, so that a typo in a file is a fault and
// never the end of the process: the library asserts on texts such as `[ } }`, and has undefined
// behaviour on some bytes outside of strings. A reader (1) asks toml_byte_fault first, (2) compiles
// the library in a namespace of its own with a TOML_ASSERT that throws std::logic_error, (3) makes
// such an exception a toml_bracket_fault. Pure; any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::base {

struct TomlFault {
    std::uint32_t line = 1, column = 1; // columns of bytes
    std::string message;
};

// The first byte that stands where the library must not see it, if there is one.
std::optional<TomlFault> toml_byte_fault(std::string_view text);

// The line at which the library gives up without saying where: the shortest text of whole lines on
// which `gives_up` says so. The library reads from front to back, so a binary search finds it.
TomlFault toml_bracket_fault(std::string_view text,
                             const std::function<bool(std::string_view)> &gives_up);

} // namespace sallyport::base
