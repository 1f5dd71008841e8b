// SPDX-License-Identifier: Apache-2.0
// Sallyport's own lines, as a terminal or a program wants them. Pure.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <string>

namespace sallyport::relay {

// `\n` becomes `\r\n` where no `\r` stands before it: for a terminal in raw mode.
base::Bytes terminal_lines(base::BytesView text);
// {"sallyport":"error","message":...,"retryable":false} and a line end.
std::string json_line(std::string_view message);

} // namespace sallyport::relay
