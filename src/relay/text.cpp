// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include "sallyport/base/json_text.hpp"

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
    return "{\"sallyport\":\"error\",\"message\":" + base::json_string(message) +
           ",\"retryable\":false}\n";
}

} // namespace sallyport::relay
