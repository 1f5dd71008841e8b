// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <cstdio>

namespace sallyport::relay {

base::Bytes terminal_lines(base::BytesView text) {
    base::Bytes lines;
    lines.reserve(text.size() + 8);
    std::uint8_t before = 0;
    for (const std::uint8_t byte : text) {
        if (byte == '\n' && before != '\r')
            lines.push_back('\r');
        lines.push_back(byte);
        before = byte;
    }
    return lines;
}

std::string json_line(std::string_view message) {
    std::string line = "{\"sallyport\":\"error\",\"message\":\"";
    for (const char letter : message) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            line += '\\';
            line += letter;
        } else if (code < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", code);
            line += escaped;
        } else {
            line += letter;
        }
    }
    return line + "\",\"retryable\":false}\n";
}

} // namespace sallyport::relay
